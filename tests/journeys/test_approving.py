"""An officer approves in the mail program: one letter goes out, the mail returns."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
from typing_extensions import override

from tests.journeys.installing import TEAM, Settings
from tests.journeys.journey import Journey, text_of
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from triage.mailbox import ImapMailbox
from triage.wiring import Installation

pytestmark = pytest.mark.servers

FORMAL, APPROVED = "Complaints/Formal", "Complaints/Approved"
REJECTED = "Complaints/Rejected"
HOLD = Settings(
    modes={
        "at_most": "hold",
        "approved_folder": APPROVED,
        "rejected_folder": REJECTED,
    }
)


POLLS_AGAIN = 2.5
"""Seconds in which the daemon looks at every folder once more."""


class Killed(BaseException):
    """Stands in for the end of the process at some line."""


def end_before_moving(parts: Installation) -> None:
    """Let the process end once the decision is committed, before the mail is moved."""

    class Ended(ImapMailbox):
        @override
        def file(self, uids: Iterable[int], folder: str) -> frozenset[int]:
            raise Killed

    mailbox = parts.approvals.mailbox
    assert isinstance(mailbox, ImapMailbox)
    mailbox.__class__ = Ended


def test_a_moved_mail_lets_its_letter_out_once_and_returns(journey: Journey) -> None:
    journey.install(HOLD)
    journey.deliver(make_mail())
    journey.run_once()
    held = (journey.letter_states(), len(journey.replies()))

    journey.site.move(FORMAL, APPROVED)
    journey.run_once()
    journey.run_once()

    assert held == (["held"], 0)
    assert journey.letter_states() == ["sent"]
    assert len(journey.replies()) == 1
    assert journey.subjects(FORMAL) == ["Complaint about your website"]
    assert journey.contents(APPROVED) == []
    (case,) = journey.cases()
    assert case.line.acknowledged_at is not None


def test_a_mail_moved_to_the_other_folder_lets_nothing_out(journey: Journey) -> None:
    journey.install(HOLD)
    journey.deliver(make_mail())
    journey.run_once()

    journey.site.move(FORMAL, REJECTED)
    journey.run_once()

    assert journey.letter_states() == ["dropped"]
    assert journey.replies() == []
    assert journey.subjects(FORMAL) == ["Complaint about your website"]


def test_killed_between_approval_and_move_it_goes_on_where_it_was(
    journey: Journey,
) -> None:
    journey.install(HOLD)
    journey.deliver(make_mail())
    journey.run_once()
    journey.site.move(FORMAL, APPROVED)

    with journey.installation() as parts:
        end_before_moving(parts)
        with pytest.raises(Killed):
            parts.run_once()
    between = (journey.letter_states(), len(journey.contents(APPROVED)))
    journey.run_once()
    journey.run_once()

    assert between == (["queued"], 1)
    assert journey.letter_states() == ["sent"]
    assert len(journey.replies()) == 1
    assert journey.subjects(FORMAL) == ["Complaint about your website"]
    assert journey.contents(APPROVED) == []


def test_a_large_mail_is_known_by_its_bytes_too(journey: Journey) -> None:
    journey.install(Settings(modes=HOLD.modes, mailbox={"large_message_kilobytes": 16}))
    journey.deliver(make_mail(text="Your website is down.\n" + "and down\n" * 8_000))
    journey.run_once()

    journey.site.move(FORMAL, APPROVED)
    journey.run_once()

    assert journey.letter_states() == ["sent"]


def test_a_strangers_mail_in_the_folder_is_left_there(journey: Journey) -> None:
    journey.install(HOLD)
    journey.deliver(make_mail())
    journey.run_once()

    journey.site.deliver(make_mail("Complaint two"), folder=APPROVED)
    journey.run_once()

    assert journey.letter_states() == ["held"]
    assert journey.subjects(APPROVED) == ["Complaint two"]


def test_the_daemon_sees_what_was_moved(journey: Journey) -> None:
    with RunningDaemon(journey.install(HOLD)) as daemon:
        daemon.wait_for("running")
        journey.deliver(make_mail())
        daemon.wait_for("1 filed")
        sleep(POLLS_AGAIN)
        journey.site.move(FORMAL, APPROVED)
        journey.smtp.wait_for(1)
        daemon.wait_for("1 approved")
        daemon.terminate()

    assert len(journey.replies()) == 1


def test_the_team_is_reminded_before_an_acknowledgement_is_due(
    journey: Journey,
) -> None:
    journey.install(HOLD)
    journey.deliver(make_mail())
    journey.run_once()
    (case,) = journey.cases()
    assert case.line.acknowledge_by is not None
    an_hour_before = case.line.acknowledge_by - timedelta(hours=1)

    journey.run_once(later=an_hour_before - datetime.now(UTC))  # noqa: TID251 - the test's own clock
    journey.run_once(later=an_hour_before - datetime.now(UTC))  # noqa: TID251 - the test's own clock

    (reminder,) = journey.replies()
    assert reminder["To"] == TEAM
    assert case.line.reference in text_of(reminder)
    assert "triage outbox approve" in text_of(reminder)
