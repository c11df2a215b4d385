"""An officer approves by moving a complaint; nobody else can."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.approvals.conftest import APPROVED, FORMAL, REJECTED, Office
from tests.intake.mails import delivered
from tests.servers.fake_mailbox import ARRIVAL
from triage.approvals import (
    BEFORE_US,
    MOVE_AGAIN,
    NOT_TAKEN_UP,
    NOTHING_WAITS,
)
from triage.errors import TransientError
from triage.store import State


def reasons(office: Office) -> list[str]:
    return [each.reason for each in office.left()]


def test_a_mail_moved_into_the_folder_approves_its_reply(waiting: Office) -> None:
    waiting.move(FORMAL, APPROVED)

    done = waiting.run()

    (letter,) = waiting.letters()
    item = waiting.store.outbox.show(letter.id)
    assert item is not None
    assert done == {"approved": 1}
    assert letter.state is State.QUEUED
    assert item.moves[-1].why == (
        f"approved by a colleague who moved the mail to {APPROVED}"
    )


def test_it_is_moved_back_to_where_it_was_filed(waiting: Office) -> None:
    waiting.move(FORMAL, APPROVED)

    waiting.run()

    assert len(waiting.contents(FORMAL)) == 1
    assert waiting.contents(APPROVED) == []


def test_a_mail_moved_into_the_other_folder_rejects_its_reply(waiting: Office) -> None:
    waiting.move(FORMAL, REJECTED)

    done = waiting.run()

    (debt,) = waiting.store.cases.debts()
    assert done == {"rejected": 1}
    assert waiting.states() == [State.DROPPED]
    assert REJECTED in debt.why[0]
    assert len(waiting.contents(FORMAL)) == 1


def test_the_folders_are_made_so_that_officers_see_them(office: Office) -> None:
    assert {APPROVED, REJECTED} <= office.inbox.folders.keys()


def test_a_second_pass_does_nothing_more(waiting: Office) -> None:
    waiting.move(FORMAL, APPROVED)
    waiting.run()

    done = waiting.run()

    (letter,) = waiting.letters()
    item = waiting.store.outbox.show(letter.id)
    assert item is not None
    assert not done
    assert len(item.moves) == 2


def test_of_two_letters_that_wait_one_move_approves_the_acknowledgement(
    flagged: Office,
) -> None:
    assert flagged.states() == [State.HELD, State.HELD, State.QUEUED]

    flagged.move("Complaints/Redirected", APPROVED)
    flagged.run()
    after_one = {line.kind: line.state for line in flagged.letters()}
    flagged.move("Complaints/Redirected", APPROVED)
    flagged.run()

    after_two = {line.kind: line.state for line in flagged.letters()}
    assert (after_one["acknowledge"], after_one["redirect"]) == ("queued", "held")
    assert (after_two["acknowledge"], after_two["redirect"]) == ("queued", "queued")


def test_a_mail_whose_reply_was_approved_already_is_left(waiting: Office) -> None:
    waiting.store.approvals.approve(1, waiting.now, "ruth")
    waiting.move(FORMAL, APPROVED)

    done = waiting.run()

    assert done == {"left alone": 1}
    assert reasons(waiting) == [NOTHING_WAITS]
    assert len(waiting.contents(APPROVED)) == 1


def test_a_letter_that_may_have_arrived_is_not_approved_by_moving(
    waiting: Office,
) -> None:
    waiting.store.outbox._engine.run("UPDATE outbox SET attempt = 1")
    waiting.move(FORMAL, APPROVED)

    waiting.run()

    assert waiting.states() == [State.HELD]
    assert reasons(waiting) == [NOTHING_WAITS]


def test_a_mail_that_was_never_taken_up_is_left_and_told_once(
    waiting: Office, caplog: pytest.LogCaptureFixture
) -> None:
    waiting.inbox.deliver(delivered("Complaint two"), folder=APPROVED)

    with caplog.at_level(logging.WARNING):
        waiting.run()
        waiting.run()

    assert waiting.states() == [State.HELD]
    assert reasons(waiting) == [NOT_TAKEN_UP]
    assert len(waiting.contents(APPROVED)) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f'1 mails in "{APPROVED}" are left alone: {NOT_TAKEN_UP}'
    ]


def test_what_is_taken_away_again_is_no_longer_listed(waiting: Office) -> None:
    waiting.inbox.deliver(delivered("Complaint two"), folder=APPROVED)
    waiting.run()

    waiting.move(APPROVED, "Elsewhere")
    waiting.run()

    assert waiting.left() == []


def test_a_copy_that_a_filter_rule_put_there_on_arrival_approves_nothing(
    office: Office,
) -> None:
    mail = delivered()
    office.inbox.deliver(mail, folder=APPROVED)

    office.take_up(mail)
    office.run()

    assert office.states() == [State.HELD]
    assert reasons(office) == [MOVE_AGAIN]


def test_a_copy_that_was_seen_before_the_mail_itself_approves_nothing(
    office: Office,
) -> None:
    mail = delivered()
    office.inbox.deliver(mail, folder=APPROVED)
    office.run()

    office.take_up(mail)
    office.run()

    assert office.states() == [State.HELD]
    assert reasons(office) == [NOT_TAKEN_UP]


def test_a_mail_moved_before_the_folder_was_seen_without_it_is_moved_again(
    office: Office,
) -> None:
    office.inbox.deliver(delivered())
    office.intake.run()
    office.move(FORMAL, APPROVED)
    office.run()
    before = (office.states(), reasons(office))

    office.move(APPROVED, FORMAL)
    office.run()
    office.move(FORMAL, APPROVED)
    office.run()

    assert before == ([State.HELD], [MOVE_AGAIN])
    assert office.states() == [State.QUEUED]


def test_what_lay_there_before_anybody_looked_approves_nothing(waiting: Office) -> None:
    waiting.store.handed_in._engine.run("DELETE FROM looks")
    waiting.move(FORMAL, APPROVED)

    waiting.run()

    assert waiting.states() == [State.HELD]
    assert reasons(waiting) == [BEFORE_US]


def test_a_folder_that_was_numbered_anew_approves_nothing(waiting: Office) -> None:
    waiting.move(FORMAL, APPROVED)
    waiting.eyes.uidvalidity += 1

    waiting.run()

    assert waiting.states() == [State.HELD]
    assert reasons(waiting) == [BEFORE_US]


def test_a_server_that_changes_bytes_is_seen_through(waiting: Office) -> None:
    """Known by Message-ID, writer and moment of arrival together."""
    waiting.move(FORMAL, APPROVED)
    (kept,) = waiting.inbox.folders[APPROVED]
    changed = kept.octets.replace(b"\r\n\r\n", b"\r\nX-Server: yes\r\n\r\n", 1)
    waiting.inbox.folders[APPROVED][:] = [replace(kept, octets=changed)]

    waiting.run()

    assert waiting.states() == [State.QUEUED]
    assert waiting.contents(FORMAL) == [changed]


@pytest.mark.parametrize(
    ("before", "after", "late"),
    [
        pytest.param(b"joy.mensah@", b"eve@", timedelta(), id="another writer"),
        pytest.param(b"X-None", b"X-None", timedelta(seconds=1), id="another moment"),
        pytest.param(b"Message-ID: <", b"Message-ID: <x", timedelta(), id="another id"),
    ],
)
def test_a_forged_mail_approves_nothing(
    waiting: Office, before: bytes, after: bytes, late: timedelta
) -> None:
    (filed,) = waiting.contents(FORMAL)
    forged = filed.replace(before, after).replace(b"website", b"web page")
    waiting.inbox.deliver(forged, ARRIVAL + late, folder=APPROVED)

    waiting.run()

    assert waiting.states() == [State.HELD]
    assert reasons(waiting) == [NOT_TAKEN_UP]
    assert waiting.contents(APPROVED) == [forged]


def test_where_nothing_is_filed_the_mail_stays_in_the_folder(
    filing_nothing: Office,
) -> None:
    office = filing_nothing
    office.take_up(delivered())
    office.move("INBOX", APPROVED)

    office.run()
    office.run()

    assert office.states() == [State.QUEUED]
    assert len(office.contents(APPROVED)) == 1
    assert office.left() == []


def test_what_was_approved_is_moved_back_after_a_crash_between(
    waiting: Office,
) -> None:
    waiting.move(FORMAL, APPROVED)
    waiting.eyes.failures["file"].append(TransientError("gone"))
    with pytest.raises(TransientError):
        waiting.run()
    between = (waiting.states(), len(waiting.contents(APPROVED)))

    done = waiting.run()

    (letter,) = waiting.letters()
    item = waiting.store.outbox.show(letter.id)
    assert item is not None
    assert between == ([State.QUEUED], 1)
    assert not done
    assert (waiting.contents(APPROVED), len(waiting.contents(FORMAL))) == ([], 1)
    assert [move.after for move in item.moves] == [State.HELD, State.QUEUED]


def test_a_crash_before_the_commit_decides_nothing(waiting: Office) -> None:
    waiting.move(FORMAL, APPROVED)
    waiting.eyes.failures["fetch"].append(TransientError("gone"))
    with pytest.raises(TransientError):
        waiting.run()
    between = waiting.states()

    waiting.run()

    assert between == [State.HELD]
    assert waiting.states() == [State.QUEUED]


def test_without_folders_nothing_is_looked_at(waiting: Office) -> None:
    rulebook = waiting.intake.rulebook
    modes = rulebook.ruleset.tables.modes.model_copy(
        update={"approved_folder": None, "rejected_folder": None}
    )
    waiting.approvals.modes = lambda: modes
    waiting.eyes.calls.clear()

    assert not waiting.run()
    assert waiting.eyes.calls == []


def test_a_stop_ends_it_between_two_folders(waiting: Office) -> None:
    waiting.move(FORMAL, APPROVED)

    assert not waiting.approvals.run(stopping=lambda: True)
    assert waiting.states() == [State.HELD]
