"""What officers send is noticed, and nothing else is taken for it."""

from datetime import timedelta

import pytest

from tests.answers.conftest import (
    COLLEAGUE,
    COMPLAINT,
    LONG,
    PROOF,
    Office,
    answer,
)
from tests.intake.mails import delivered
from tests.journeys.installing import ADDRESS
from tests.journeys.mails import MOTHER, make_mail, report_on
from tests.servers.fake_mailbox import SENT
from triage.decision.answering import (
    COPIED,
    OUTSIDER,
    STRANGER,
    UNPROVEN,
    Effect,
)
from triage.errors import TransientError
from triage.message import Fetched
from triage.reader import Reading, Unreadable
from triage.store import NOT_STATED, CaseState, Deed, MatterKind
from triage.store.watches import LOOKED


def effects(office: Office) -> list[Effect]:
    return [sent.effect for sent in office.case.sent]


def test_a_long_answer_to_a_party_answers_the_case(filed: Office) -> None:
    filed.send()

    done = filed.run()

    line = filed.case.line
    assert done == {Effect.ANSWERED: 1}
    assert line.state is CaseState.ANSWERED
    assert line.answered_at == line.acknowledged_at == filed.case.sent[0].sent_at


def test_its_bytes_are_kept(filed: Office) -> None:
    filed.send()

    filed.run()

    (kept,) = filed.inbox.folders[SENT]
    assert filed.store.ledger.raw(filed.case.sent[0].sha256) == kept.octets


def test_a_short_answer_acknowledges_and_a_person_is_asked(filed: Office) -> None:
    filed.send("It works again.")

    filed.run()

    line, (matter,) = filed.case.line, filed.matters
    assert effects(filed) == [Effect.ACKNOWLEDGED]
    assert line.acknowledged_at is not None
    assert line.answered_at is None
    assert matter.kind is MatterKind.ANSWER


def test_a_holding_letter_keeps_informed_and_answers_nothing(filed: Office) -> None:
    filed.send(f"{LONG} But our teachers look into it.")

    filed.run()

    line = filed.case.line
    assert effects(filed) == [Effect.INFORMED]
    assert line.acknowledged_at is not None
    assert line.answered_at is None
    assert filed.matters == []


def test_a_doubtful_mail_acknowledges_and_a_person_is_asked(filed: Office) -> None:
    filed.send(f"{LONG} I wrote to you in May.")

    filed.run()

    assert effects(filed) == [Effect.DOUBTFUL]
    assert filed.case.line.state is CaseState.OPEN
    assert filed.case.line.acknowledged_at is not None
    assert [matter.kind for matter in filed.matters] == [MatterKind.ANSWER]


def test_what_is_quoted_is_no_answer(filed: Office) -> None:
    quoted = "\n".join(f"> {line}" for line in [LONG] * 3)
    filed.send(f"Sorted.\n\nOn 2 March 2026 at 10:00 Joy wrote:\n{quoted}")

    filed.run()

    assert effects(filed) == [Effect.ACKNOWLEDGED]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"to": "registrar@examboard.example"}, id="to a colleague"),
        pytest.param({"to": ADDRESS}, id="to ourselves"),
        pytest.param({"auto_submitted": "auto-replied"}, id="automatic"),
        pytest.param({"subject": "Automatic reply: Complaint"}, id="out of office"),
        pytest.param({"in_reply_to": "<other@x.example>"}, id="another thread"),
        pytest.param({"x_triage_loop": "triage"}, id="loop mark"),
    ],
)
def test_nothing_else_is_noted(filed: Office, fields: dict[str, str]) -> None:
    filed.send(**fields)

    filed.run()

    assert filed.case.sent == ()
    assert filed.case.line.state is CaseState.OPEN
    assert filed.matters == []


def test_our_own_letter_in_sent_is_no_answer(filed: Office) -> None:
    (letter,) = filed.store.outbox.listed()
    item = filed.store.outbox.show(letter.id)
    assert item is not None
    filed.inbox.deliver(item.data, filed.now, folder=SENT)

    filed.run()

    assert filed.case.sent == ()


def test_the_reference_in_the_subject_is_enough_to_a_party(filed: Office) -> None:
    reference = filed.case.line.reference
    filed.send(subject=f"Our answer, {reference}", in_reply_to="<new@x.example>")

    filed.run()

    assert effects(filed) == [Effect.ANSWERED]


def test_the_reference_alone_is_not(filed: Office) -> None:
    reference = filed.case.line.reference
    filed.send(
        subject=f"Fwd: {reference}",
        in_reply_to="<new@x.example>",
        to="head@school.example",
    )

    filed.run()

    assert filed.case.sent == ()


def test_an_answer_to_somebody_unknown_is_put_before_a_person(filed: Office) -> None:
    filed.send(to="head@school.example")

    filed.run()

    (sent,), line = filed.case.sent, filed.case.line
    assert (sent.effect, sent.why) == (Effect.DOUBTFUL, OUTSIDER)
    assert (line.acknowledged_at, line.answered_at) == (None, None)
    assert len(filed.matters) == 1


def test_who_is_nobody_of_ours_stops_no_clock(filed: Office) -> None:
    filed.send(sender="somebody@elsewhere.example")

    filed.run()

    assert [sent.why for sent in filed.case.sent] == [STRANGER]
    assert filed.case.line.acknowledged_at is None


def test_another_spelling_of_the_partys_address_counts(filed: Office) -> None:
    filed.send(to=MOTHER.replace("@", "+complaints@").title())

    filed.run()

    assert effects(filed) == [Effect.ANSWERED]


def test_an_answer_that_was_sent_before_its_complaint_is_taken_up_counts(
    office: Office,
) -> None:
    office.complain(message_id="<earlier@post.example>", sender="x@post.example")
    office.send()
    office.answers.run()
    office.inbox.deliver(
        delivered(message_id="<complaint@post.example>"),
        office.now - timedelta(minutes=2),
    )

    office.run()

    case = max(office.store.cases.listed(), key=lambda line: line.reference)
    assert case.state is CaseState.ANSWERED


def test_mail_from_before_the_first_complaint_is_not_looked_at(
    office: Office,
) -> None:
    office.inbox.deliver(answer(), office.now - timedelta(days=9), folder=SENT)

    office.complain()

    assert office.eyes.calls.count("peek") == 0


def test_an_answer_of_the_stage_before_answers_nothing(filed: Office) -> None:
    filed.send()
    late = filed.now + timedelta(hours=1)
    reference = filed.case.line.reference
    filed.store.register.answer(reference, Deed(at=filed.now, by="anna", act="answer"))
    filed.now = late
    filed.store.register.reopen(
        reference,
        Deed(at=late, by="anna", act="reopen"),
        late + timedelta(days=2),
        late + timedelta(days=14),
    )

    filed.run()

    assert effects(filed) == [Effect.ANSWERED]
    assert filed.case.line.state is CaseState.OPEN


def test_a_second_copy_does_nothing(filed: Office) -> None:
    octets = answer()
    filed.inbox.deliver(octets, filed.now, folder=SENT)
    filed.run()
    before = filed.case
    filed.inbox.deliver(octets, filed.now, folder=SENT)

    done = filed.run()

    assert (done, filed.case) == ({}, before)


def test_a_folder_without_news_is_not_opened(filed: Office) -> None:
    filed.run()
    filed.eyes.calls.clear()

    filed.run()

    assert "select" not in filed.eyes.calls


def test_what_failed_is_taken_up_by_the_next_pass(filed: Office) -> None:
    filed.send()
    filed.eyes.failures["fetch"].append(TransientError("away"))
    with pytest.raises(TransientError):
        filed.run()

    filed.run()

    assert effects(filed) == [Effect.ANSWERED]


def test_what_the_server_never_gives_is_put_before_a_person(filed: Office) -> None:
    class Half(type(filed.eyes)):  # type: ignore[misc]  # a fake of a fake
        def fetch(self, listed):  # type: ignore[no-untyped-def]  # as the fake's
            self.unreadable = {one.uid: "refused" for one in listed}
            return iter(())

    filed.eyes.__class__ = Half
    filed.send()

    filed.run()

    assert effects(filed) == [Effect.DOUBTFUL]
    assert len(filed.matters) == 1


def test_a_colleagues_own_answer_in_the_mailbox_counts(filed: Office) -> None:
    mail = answer(sender=COLLEAGUE, cc=ADDRESS, authentication_results=PROOF)
    filed.inbox.deliver(mail, filed.now)

    filed.run()

    (sent,) = filed.case.sent
    assert (sent.effect, sent.address) == (Effect.ANSWERED, COLLEAGUE)
    assert len(filed.case.messages) == 1
    assert len(filed.store.outbox.listed()) == 1


def test_unproven_it_opens_no_case_and_a_person_is_asked(filed: Office) -> None:
    filed.inbox.deliver(answer(sender=COLLEAGUE, cc=ADDRESS), filed.now)

    filed.run()

    (sent,) = filed.case.sent
    assert (sent.effect, sent.why) == (Effect.DOUBTFUL, UNPROVEN)
    assert filed.case.line.acknowledged_at is None
    assert len(filed.matters) == 1


def test_the_same_mail_found_in_sent_settles_the_doubt(filed: Office) -> None:
    mail = answer(sender=COLLEAGUE, cc=ADDRESS)
    filed.inbox.deliver(b"Received: by mx\r\n" + mail, filed.now)
    filed.run()
    filed.inbox.deliver(mail, filed.now, folder=SENT)

    filed.run()

    assert effects(filed) == [Effect.ANSWERED]
    assert filed.case.line.state is CaseState.ANSWERED
    assert filed.matters == []


def test_a_colleagues_other_mail_is_judged_as_before(filed: Office) -> None:
    mail = delivered("Complaint: who takes this?", sender=COLLEAGUE)
    filed.inbox.deliver(mail, filed.now)

    filed.run()

    assert len(filed.store.cases.listed()) == 2


def test_a_partys_reply_to_the_officers_mail_joins_whatever_its_subject(
    filed: Office,
) -> None:
    filed.send(message_id="<officer@examboard.example>")
    filed.run()
    reply = delivered("Thanks", in_reply_to="<officer@examboard.example>")
    filed.inbox.deliver(reply, filed.now)

    filed.run()

    assert len(filed.case.messages) == 2
    assert filed.case.line.went_on_at is not None


def test_a_strangers_reply_to_it_joins_nothing(filed: Office) -> None:
    filed.send(message_id="<officer@examboard.example>")
    filed.run()
    reply = delivered(
        "Thanks",
        in_reply_to="<officer@examboard.example>",
        sender="other@stranger.example",
    )
    filed.inbox.deliver(reply, filed.now)

    filed.run()

    assert len(filed.store.cases.listed()) == 2


def test_a_second_answer_ends_what_went_on_after_the_first(filed: Office) -> None:
    filed.send(message_id="<officer@examboard.example>")
    filed.run()
    reply = delivered("Thanks", in_reply_to="<officer@examboard.example>")
    filed.inbox.deliver(reply, filed.now)
    filed.run()
    filed.now += timedelta(hours=1)
    filed.send(subject="Re: Thanks")

    filed.run()

    assert filed.case.line.went_on_at is None


def test_a_colleagues_mail_that_comes_back_is_put_before_a_person(
    filed: Office,
) -> None:
    filed.send(message_id="<officer@examboard.example>")
    filed.run()
    report = b"Return-Path: <>\r\n" + report_on("<officer@examboard.example>")
    filed.inbox.deliver(report, filed.now)

    filed.run()

    assert [matter.kind for matter in filed.matters] == [MatterKind.CAME_BACK]
    assert len(filed.case.messages) == 2


def test_a_party_who_copies_themselves_answers_nothing(filed: Office) -> None:
    mail = delivered("Re: Complaint", LONG, in_reply_to=COMPLAINT, cc=MOTHER)
    filed.inbox.deliver(mail, filed.now)
    filed.inbox.deliver(answer(sender=MOTHER), filed.now, folder=SENT)

    done = filed.run()

    assert done == {}


def test_other_mail_of_the_office_is_left_alone(filed: Office) -> None:
    filed.inbox.deliver(make_mail("Lunch", sender=ADDRESS), filed.now, folder=SENT)
    filed.run()
    filed.eyes.calls.clear()

    filed.run()

    assert "peek" not in filed.eyes.calls


def test_it_is_noted_that_sent_mail_was_looked_through(office: Office) -> None:
    office.run()

    assert office.store.heartbeat.last(LOOKED) == office.now


def test_a_folder_that_is_missing_was_not_looked_through(office: Office) -> None:
    office.answers.sent_folders = (SENT, "Sent in the office")
    office.run()

    assert office.store.heartbeat.last(LOOKED) is None


def test_what_cannot_be_read_is_put_before_a_person_and_others_go_on(
    filed: Office,
) -> None:
    filed.send("POISON")
    filed.send()
    read = filed.intake.read_one

    def read_or_give_up(fetched: Fetched) -> Reading | Unreadable:
        if b"POISON" in fetched.raw:
            return Unreadable(fetched.uid, "reading it took more than 10 seconds")
        return read(fetched)

    filed.answers.read = read_or_give_up

    filed.run()

    assert effects(filed) == [Effect.DOUBTFUL, Effect.ANSWERED]
    assert [sent.is_whole for sent in filed.case.sent] == [True, True]


def test_an_answer_is_noticed_though_its_complaint_is_taken_up_much_later(
    office: Office,
) -> None:
    office.complain(message_id="<earlier@post.example>", sender="x@post.example")
    office.send()
    office.now += timedelta(days=2)
    office.answers.run()
    came_at = office.now - timedelta(days=2, minutes=2)
    office.inbox.deliver(delivered(message_id=COMPLAINT), came_at)

    office.run()

    case = max(office.store.cases.listed(), key=lambda line: line.reference)
    assert case.state is CaseState.ANSWERED


def test_what_was_delivered_into_the_folder_proves_nothing(filed: Office) -> None:
    filed.send(delivered_to="triage+Sent@examboard.example")

    filed.run()

    (sent,) = filed.case.sent
    assert (sent.effect, sent.why) == (Effect.DOUBTFUL, UNPROVEN)
    assert filed.case.line.acknowledged_at is None


def test_a_proven_copy_that_a_filter_put_there_counts(filed: Office) -> None:
    filed.send(delivered_to=ADDRESS, authentication_results=PROOF)

    filed.run()

    assert effects(filed) == [Effect.ANSWERED]


def test_an_answer_settles_what_came_after_the_case_was_closed(filed: Office) -> None:
    reference = filed.case.line.reference
    closing = Deed(at=filed.now, by="anna", act="close")
    filed.store.register.close(reference, closing, NOT_STATED)
    (letter,) = filed.store.outbox.listed()
    again = delivered(
        "Re: Complaint", "It is down again.", in_reply_to=letter.message_id
    )
    filed.now += timedelta(minutes=1)
    filed.inbox.deliver(again, filed.now)
    filed.run()
    assert [matter.kind for matter in filed.matters] == [MatterKind.WENT_ON]
    filed.send()

    filed.run()

    assert filed.matters == []
    assert filed.case.line.state is CaseState.CLOSED


def test_a_letter_to_somebody_else_with_a_copy_to_the_party_is_doubtful(
    filed: Office,
) -> None:
    filed.send(to="head@school.example", cc=MOTHER)

    filed.run()

    (sent,) = filed.case.sent
    assert (sent.effect, sent.why) == (Effect.DOUBTFUL, COPIED)
    assert filed.case.line.state is CaseState.OPEN
    assert len(filed.matters) == 1
