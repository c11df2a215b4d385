import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from typing_extensions import override

from tests.intake.conftest import NOW, ReaderHere
from tests.intake.mails import delivered
from tests.servers.fake_mailbox import FakeMailbox
from triage.decision.model import MatterKind
from triage.errors import TransientError
from triage.intake import Intake, Pass
from triage.intake.job import HEARTBEAT
from triage.message import Fetched, Listed, Message
from triage.message.token import mint_id
from triage.reader import Reading, Unreadable
from triage.ruleset import Evidence
from triage.store import State, Store
from triage.store.moving import Claim
from triage.store.outbox import Claimed

FORMAL = "Complaints/Formal"


def fates(store: Store) -> dict[int, str]:
    return {each.place.uid: each.fate for each in store.fates.listed()}


def in_folder(mailbox: FakeMailbox, folder: str) -> int:
    return len(mailbox.folders.get(folder, []))


def test_a_complaint_is_recorded_answered_and_filed(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())

    done = intake.run()

    assert done == {"recorded": 1, "filed": 1}
    assert fates(store) == {1: "recorded"}
    assert len(store.outbox.listed(State.QUEUED)) == 1
    assert (in_folder(mailbox, "INBOX"), in_folder(mailbox, FORMAL)) == (0, 1)


def test_a_second_pass_finds_nothing_to_do(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    mailbox.deliver(delivered("Lunch"))
    intake.run()

    assert not intake.run()
    assert len(store.outbox.listed()) == 1


def test_what_is_not_ours_is_neither_fetched_nor_moved(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered("Lunch"), flags=["\\Seen"])
    before = list(mailbox.folders["INBOX"])

    done = intake.run()

    assert done == {"left": 1}
    assert before == mailbox.folders["INBOX"]
    assert "fetch" not in mailbox.calls
    assert store.fates.left_alone() == 1


def test_without_filing_everything_stays_where_it_is(
    intake: Intake, mailbox: FakeMailbox
) -> None:
    mailbox.deliver(delivered())
    before = list(mailbox.folders["INBOX"])

    done = replace(intake, files=False).run()

    assert done == {"recorded": 1}
    assert before == mailbox.folders["INBOX"]


def test_what_cannot_be_read_is_set_aside_and_others_go_on(
    intake: Intake, mailbox: FakeMailbox, reader: ReaderHere, store: Store
) -> None:
    for _ in range(3):
        mailbox.deliver(delivered())
    reader.answers[2] = Unreadable(2, "reading it took more than 10 seconds")

    done = intake.run()

    (aside,) = store.ledger.asides()
    assert done == {"recorded": 2, "set aside": 1, "filed": 2}
    assert (aside.place.uid, aside.reason) == (
        2,
        "reading it took more than 10 seconds",
    )
    assert aside.due > NOW
    assert aside.sha256 is not None


def test_an_unexpected_error_sets_one_message_aside_without_quoting_it(
    intake: Intake,
    mailbox: FakeMailbox,
    reader: ReaderHere,
    store: Store,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Poison:
        def __getattr__(self, name: str) -> object:
            raise ValueError("what the sender wrote")

    for _ in range(3):
        mailbox.deliver(delivered())
    reader.answers[2] = Reading(2, cast("Message", Poison()), Evidence())

    with caplog.at_level(logging.INFO):
        done = intake.run()

    assert done == {"recorded": 2, "set aside": 1, "filed": 2}
    assert fates(store) == {1: "recorded", 2: "aside", 3: "recorded"}
    assert "UID 2 is set aside: an unexpected ValueError" in caplog.text
    assert "what the sender wrote" not in caplog.text


def test_what_the_server_never_gives_is_set_aside_once(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    mailbox.unreadable = {1: "the server does not give it"}

    first, second = intake.run(), intake.run()

    assert first == {"set aside": 1}
    assert not second
    assert len(store.ledger.asides()) == 1


def test_a_recorded_mail_is_not_set_aside_when_the_server_fails_later(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    replace(intake, files=False).run()
    mailbox.unreadable = {1: "the server does not give it"}

    assert not replace(intake, files=False).run()
    assert store.ledger.asides() == []


class BreakingMailbox(FakeMailbox):
    """Loses the connection once, after so many messages were fetched."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left: int | None = after

    @override
    def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]:
        for fetched in super().fetch(listed):
            if self.left == 0:
                self.left = None
                raise TransientError("the connection was lost")
            if self.left is not None:
                self.left -= 1
            yield fetched


def test_what_was_recorded_before_a_lost_connection_stays_so(
    intake: Intake, store: Store
) -> None:
    mailbox = BreakingMailbox(after=70)
    for _ in range(120):
        mailbox.deliver(delivered())
    with mailbox:
        broken = replace(intake, mailbox=mailbox)

        with pytest.raises(TransientError):
            broken.run()
        halfway = len(fates(store))
        broken.run()

    assert halfway == 50
    assert fates(store) == dict.fromkeys(range(1, 121), "recorded")
    assert len(store.outbox.listed()) == 120
    assert in_folder(mailbox, FORMAL) == 120


def test_a_stop_leaves_whole_batches_and_the_rest_to_the_next_pass(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    for _ in range(120):
        mailbox.deliver(delivered())
    asked = iter([False, True])

    stopped = intake.run(lambda: next(asked))
    rest = intake.run()

    assert stopped == {"recorded": 50}
    assert rest == {"recorded": 70, "filed": 120}
    assert len(store.outbox.listed()) == 120


class SlowMover(FakeMailbox):
    """Moves at first only some of the mails it is told to."""

    refused: frozenset[int] = frozenset({2})

    @override
    def file(self, uids: Iterable[int], folder: str) -> frozenset[int]:
        moved = super().file(set(uids) - self.refused, folder)
        self.refused = frozenset()
        return moved


def test_only_what_was_moved_counts_as_filed(intake: Intake) -> None:
    mailbox = SlowMover()
    mailbox.deliver(delivered())
    mailbox.deliver(delivered())
    with mailbox:
        slow = replace(intake, mailbox=mailbox)

        done, later = slow.run(), slow.run()

    assert done == {"recorded": 2, "filed": 1}
    assert later == {"filed": 1}
    assert in_folder(mailbox, FORMAL) == 2


def test_filing_is_done_later_where_it_failed(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    mailbox.failures["file"].append(TransientError("the connection was lost"))

    with pytest.raises(TransientError):
        intake.run()
    mailbox.connect()
    done = intake.run()

    assert done == {"filed": 1}
    assert len(store.outbox.listed()) == 1


def test_after_a_renumbering_known_mail_is_known_and_new_mail_waits_for_a_person(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    staying = replace(intake, files=False)
    mailbox.deliver(delivered("Lunch"))
    mailbox.deliver(delivered())
    staying.run()
    mailbox.deliver(delivered(text="Another website matter."))
    mailbox.renumber()
    mailbox.connect()

    done = staying.run()
    mailbox.deliver(delivered(text="A website matter of today."))
    later = staying.run()

    assert done == {"recorded": 1, "left": 1}
    assert later == {"recorded": 1}
    assert len(store.outbox.listed()) == 2
    (debt,) = store.cases.debts()
    assert debt.why == (
        "it lay there when the mailbox was renumbered or the cases restored",
    )


def test_a_mail_with_the_uid_of_another_is_taken_up(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    mailbox.give_uids_again(1)
    intake.run()
    mailbox.deliver(delivered(text="A website matter of after the restoration."))

    done = intake.run()

    assert done == {"recorded": 1, "filed": 1}
    assert len(store.outbox.listed()) == 2


def test_a_mail_with_the_uid_of_another_is_taken_up_though_it_came_at_once(
    intake: Intake, mailbox: FakeMailbox
) -> None:
    for number in range(3):
        mailbox.deliver(delivered(text=f"Website matter {number}."))
    intake.run()
    mailbox.give_uids_again(1)
    mailbox.deliver(delivered(text="A website matter of after the restoration."))

    done = intake.run()

    assert done == {"recorded": 1, "filed": 1}


def test_a_mail_that_goes_away_while_it_is_fetched_is_nobodys_loss(
    intake: Intake, store: Store
) -> None:
    class Vanishing(FakeMailbox):
        @override
        def fetch(self, listed: Iterable[Listed]) -> Iterator[Fetched]:
            self.expunge(1)
            return super().fetch(listed)

    mailbox = Vanishing()
    mailbox.deliver(delivered())
    mailbox.deliver(delivered())
    with mailbox:
        done = replace(intake, mailbox=mailbox).run()

    assert done == {"recorded": 1, "filed": 1}
    assert fates(store) == {2: "recorded"}


REPORT = (
    "Return-Path: <>\r\nFrom: mailer-daemon@mx.example\r\n"
    "To: complaints@examboard.example\r\nSubject: Undelivered\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
    "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
)


def sent_letter(store: Store) -> Claimed:
    """Let the one letter go out."""
    claim = Claim(owner="test", deadline=NOW + timedelta(minutes=15))
    letter = store.outbox.claim(NOW, claim)
    assert letter is not None
    store.outbox.finish(letter, NOW, claim)
    store.outbox.accept(letter, NOW, "250 queued")
    return letter


def test_a_report_on_a_letter_of_ours_makes_a_debt(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    letter = sent_letter(store)
    mailbox.deliver(REPORT.replace("{id}", letter.message_id).encode())

    done = intake.run()

    (case,) = store.cases.listed()
    assert done == {"recorded": 1}
    assert case.messages == 2
    assert [debt.reference for debt in store.cases.debts()] == [case.reference]
    assert len(store.outbox.listed()) == 1


@pytest.mark.parametrize(
    "message_id",
    [
        pytest.param("<somebody@else.example>", id="of somebody else"),
        pytest.param(
            mint_id("CMP-2026-00001", "acknowledge", b"x" * 40, "examboard.example"),
            id="made with another key",
        ),
    ],
)
def test_a_report_on_a_letter_that_is_not_ours_is_left_alone(
    intake: Intake, mailbox: FakeMailbox, message_id: str
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    mailbox.deliver(REPORT.replace("{id}", message_id).encode())

    done = intake.run()

    assert done == {"left": 1}
    assert len(mailbox.folders["INBOX"]) == 1


WITHOUT_ID = REPORT.replace("Message-ID: {id}\r\n", "Subject: Your mail\r\n")


def reported(address: str) -> bytes:
    return WITHOUT_ID.replace("a@b.example", address).encode()


def test_a_report_that_names_whom_we_wrote_to_is_put_before_a_person(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    letter = sent_letter(store)
    mailbox.deliver(reported(letter.to))

    done = intake.run()

    (case,) = store.cases.listed()
    (matter,) = store.matters.open_matters()
    assert done == {"recorded": 1}
    assert (matter.reference, matter.kind) == (case.reference, MatterKind.CAME_BACK)


def test_a_report_without_a_proof_stops_no_letters_to_the_address(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    mailbox.deliver(reported(sent_letter(store).to))
    mailbox.deliver(delivered(text="The website, once more."))

    intake.run()

    letters = store.outbox.listed()
    assert [line.state for line in letters] == [State.SENT, State.QUEUED]
    assert not store.cases.debts()[1:]


@pytest.mark.parametrize("days", [0, 6])
def test_a_report_on_mail_to_others_or_of_long_ago_is_left_alone(
    intake: Intake, mailbox: FakeMailbox, store: Store, days: int
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    letter = sent_letter(store)
    mailbox.deliver(reported(letter.to if days else "another@post.example"))

    done = replace(intake, clock=lambda: NOW + timedelta(days=days)).run()

    assert done == {"left": 1}
    assert not store.matters.open_matters()


def test_a_persons_mail_that_names_whom_we_wrote_to_is_none_of_ours(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    intake.run()
    letter = sent_letter(store)
    mailbox.deliver(
        b"Return-Path: <postmaster@school.example>\r\n"
        b"From: postmaster@school.example\r\nTo: complaints@examboard.example\r\n"
        b"Subject: Hello\r\n\r\nPlease call " + letter.to.encode() + b".\r\n"
    )

    done = intake.run()

    assert done == {"left": 1}


def test_messages_are_decided_in_the_order_of_the_mailbox(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    for number in range(3):
        mailbox.deliver(delivered(text=f"The website, part {number}."))

    intake.run()

    found = [fate.reference for fate in store.fates.listed()]
    assert found == ["CMP-2026-00001", "CMP-2026-00002", "CMP-2026-00003"]


def test_reconciling_names_how_many_are_unaccounted_for(
    intake: Intake, mailbox: FakeMailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.deliver(delivered("Lunch"))
    intake.run()
    intake.reconcile()
    silent = caplog.text
    mailbox.deliver(delivered("Lunch again"))
    mailbox.deliver(delivered())
    intake.reconcile()
    silent_about_news = caplog.text

    intake.reconcile()

    assert (silent, silent_about_news) == ("", "")
    assert "2 messages in the mailbox are not accounted for" in caplog.text


def test_a_folder_that_takes_nothing_keeps_no_other_waiting(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered("Complaint", "Your website is down."))
    mailbox.deliver(delivered(text="Something is wrong.", sender="b@post.example"))
    mailbox.failures["file"].append(TransientError("the folder is full"))

    with pytest.raises(TransientError, match="full"):
        intake.run()

    unfiled = [each for each in store.fates.listed() if each.filed_at is None]
    assert len(unfiled) == 1


def test_reconciling_names_how_many_filed_mails_are_back(
    intake: Intake, mailbox: FakeMailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.deliver(delivered())
    mailbox.failures["file"].append(TransientError("the answer was lost"))
    with pytest.raises(TransientError):
        intake.run()
    intake.store.ledger.mark_filed(intake.inbox, mailbox.uidvalidity, [1], NOW)
    mailbox.connect()

    intake.reconcile()

    assert "1 filed messages are back" in caplog.text


def test_a_pass_reads_as_words() -> None:
    done = Pass(recorded=2, filed=1)

    assert str(done) == "2 recorded, 0 set aside, 1 filed, 0 left"


def test_nothing_can_be_replaced_during_a_pass(
    intake: Intake, mailbox: FakeMailbox, reader: ReaderHere
) -> None:
    mailbox.deliver(delivered())
    is_kept_out: list[bool] = []

    class Looking(ReaderHere):
        @override
        def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]:
            for reading in super().read(batch):
                is_kept_out.append(intake._passing.locked())
                yield reading

    intake.reader = Looking(reader.ruleset)

    intake.run()

    assert is_kept_out == [True]
    with intake.between_passes():
        pass


def test_a_pass_that_failed_lets_the_next_one_begin(
    intake: Intake, mailbox: FakeMailbox
) -> None:
    mailbox.close()

    for _ in range(2):
        with pytest.raises(TransientError):
            intake.run()


def test_only_a_pass_that_went_through_is_noted(
    intake: Intake, mailbox: FakeMailbox, store: Store
) -> None:
    mailbox.deliver(delivered())
    intake.run(lambda: True)
    when_stopped = store.heartbeat.last(HEARTBEAT)

    intake.run()
    intake.clock = lambda: NOW + timedelta(hours=1)
    mailbox.close()
    with pytest.raises(TransientError):
        intake.run()

    assert (when_stopped, store.heartbeat.last(HEARTBEAT)) == (None, NOW)


def test_mail_from_before_the_first_day_is_left_alone_and_accounted_for(
    intake: Intake, mailbox: FakeMailbox
) -> None:
    intake.since = date(2026, 3, 2)
    midnight = datetime(2026, 3, 2, tzinfo=UTC)  # in the board's zone too, in winter
    for seconds in (-1, 0):
        mailbox.deliver(delivered(), received_at=midnight + timedelta(seconds=seconds))

    done = intake.run()

    assert (done["left"], done["recorded"]) == (1, 1)
    assert intake.reconcile()
