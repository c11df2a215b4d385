"""Everything that one message brings about is written in one go, or not at all."""

from datetime import date, timedelta

import pytest

from tests.store.making import (
    INBOX,
    NOW,
    make_decision,
    make_inquiry,
    make_letter,
    make_record,
    place,
    record_case,
)
from triage.decision.model import (
    Decision,
    Disposition,
    FollowUp,
    History,
    Reason,
    ReplyPlan,
    Step,
)
from triage.errors import TransientError
from triage.message.model import Message
from triage.ruleset.evidence import Evidence, Hit
from triage.store import Deed, Recorded, State, Store
from triage.workdays import Due

DUE = Due(
    at=NOW + timedelta(days=6),
    days=2,
    counted_from=date(2026, 4, 2),
    left_out=((date(2026, 4, 3), "Good Friday"),),
    words="2 working days from Thu 2 April 2026",
)
FULL_DECISION = Decision(
    disposition=Disposition.ANSWER,
    reason="a complaint about the school",
    ruleset="abc",
    automatic=None,
    role="parent",
    topic="school",
    route="school-first",
    rule="school-first",
    missing=("centre", "candidate"),
    flags=("abusive",),
    reply=ReplyPlan("school-first", "jane@example.org", "acknowledge"),
    withheld=(Reason("no-return-path", "there is no Return-Path"),),
    held=(Reason("abusive", "a person approves it first"),),
    acknowledge=DUE,
    respond=DUE,
    folder="Redirected",
    priority="high",
    tell=(("team", "a flag"),),
    steps=(Step("follow-up", "follow-up", "it belongs to no case"),),
    near_misses=("outside-remit",),
)


def test_a_new_complaint_opens_a_case(store: Store) -> None:
    recorded = record_case(store)

    expected = Recorded(
        is_new=True,
        reference="CMP-2026-00001",
        folder="Complaints",
        queued=("acknowledge",),
        decision=1,
    )
    assert recorded == expected
    assert [case.reference for case in store.cases.listed()] == ["CMP-2026-00001"]


def test_the_case_carries_the_decision_and_its_clocks(store: Store) -> None:
    store.record(
        make_record(
            decision=FULL_DECISION,
            received_at=NOW - timedelta(hours=3),
            history=History(claims="CMP-2025-00007", near_identical_to="CMP-2025-8"),
        )
    )

    case = store.cases.show("CMP-2026-00001")
    assert case is not None
    assert case.line.route == "school-first"
    assert case.line.role == "parent"
    assert case.line.priority == "high"
    assert case.line.flags == ("abusive",)
    assert case.line.missing == ("centre", "candidate")
    assert case.line.opened_at == NOW - timedelta(hours=3)
    assert case.line.acknowledge_by == DUE.at
    assert case.line.respond_by == DUE.at
    assert case.claims == "CMP-2025-00007"
    assert case.near_identical_to == "CMP-2025-8"
    assert case.parties == ("jane@example.org",)


def test_a_decision_comes_back_as_it_was(store: Store) -> None:
    store.record(make_record(decision=FULL_DECISION))

    case = store.cases.show("CMP-2026-00001")
    assert case is not None
    assert [message.decision for message in case.messages] == [FULL_DECISION]


def test_evidence_comes_back_in_its_order(store: Store) -> None:
    evidence = Evidence(
        hits=(Hit("b", "text", "second"), Hit("a", "subject", "first", "Whole.")),
        cancelled=(Hit("c", "text", "not about"),),
        hints=(Hit("d", "quoted", "perhaps"),),
    )
    store.record(make_record(evidence=evidence))

    case = store.cases.show("CMP-2026-00001")
    assert case is not None
    assert [evidence] == [message.evidence for message in case.messages]


def test_a_message_is_shown_with_its_place_and_bytes(store: Store) -> None:
    message = Message(sha256="", size=3, subject="Compläint", message_id="<a@b>")
    store.record(make_record(7, message=message, raw=b"raw", is_whole=False))

    case = store.cases.show("CMP-2026-00007")
    assert case is not None
    (entry,) = case.messages
    assert entry.place == place(7)
    assert (entry.size, entry.is_whole) == (3, False)
    assert (entry.subject, entry.message_id) == ("Compläint", "<a@b>")
    assert entry.folder == "Complaints"


def test_text_that_no_database_takes_is_made_safe(store: Store) -> None:
    nasty = "lone \ud83d surrogate and \0 NUL"
    store.record(
        make_record(
            message=Message(sha256="", size=1, subject=nasty, message_id=nasty),
            evidence=Evidence(hits=(Hit("s", "text", nasty, nasty),)),
            decision=make_decision(reason=nasty, near_misses=(nasty,)),
            asked={"address": nasty, "identity_keys": (nasty,)},
        )
    )

    case = store.cases.show("CMP-2026-00001")
    assert case is not None
    assert case.messages[0].subject == "lone ? surrogate and \ufffd NUL"


def test_recording_a_place_twice_changes_nothing(store: Store) -> None:
    first = record_case(store)
    before = list(store._engine.database.iterdump())

    second = record_case(store, reference="CMP-2026-00009")

    assert (
        Recorded(is_new=False, reference=first.reference, folder="Complaints") == second
    )
    assert before == list(store._engine.database.iterdump())


def test_the_same_bytes_from_another_place_are_answered_once(store: Store) -> None:
    record_case(store, 1, raw=b"same")

    again = record_case(store, 2, raw=b"same")

    assert again == Recorded(
        is_new=True,
        reference="CMP-2026-00001",
        folder="Complaints",
        is_duplicate=True,
    )
    assert len(store.outbox.listed()) == 1
    assert len(store.cases.listed()) == 1


def test_a_copy_from_another_server_is_answered_once(store: Store) -> None:
    record_case(store, 1, asked={"core": "same"})

    again = record_case(store, 2, asked={"core": "same"})

    assert again == Recorded(
        is_new=True,
        reference="CMP-2026-00001",
        folder="Complaints",
        is_duplicate=True,
    )
    assert len(store.outbox.listed()) == 1
    assert len(store.cases.listed()) == 1


def test_a_copy_says_when_the_first_came_and_what_differs(store: Store) -> None:
    record_case(store, 1, raw=b"same", asked={"core": "same"})
    record_case(store, 2, raw=b"same", asked={"core": "same"})
    record_case(store, 3, raw=b"more on top", asked={"core": "same"})

    found = store.cases.show("CMP-2026-00001")

    assert found is not None
    assert [entry.reason for entry in found.messages] == [
        "a complaint",
        "the same bytes came 2026-04-02 09:30 UTC and were recorded then",
        "it came 2026-04-02 09:30 UTC and got its reply:"
        " only what servers write on top differs",
    ]


def test_the_mail_itself_is_answered_after_a_copy_that_was_not(store: Store) -> None:
    record_case(store, 1, asked={"core": "same"}, letters=())

    true = record_case(store, 2, asked={"core": "same"})
    again = record_case(store, 3, asked={"core": "same"})

    assert (true.queued, true.is_duplicate) == (("acknowledge",), False)
    assert (again.reference, again.is_duplicate) == ("CMP-2026-00002", True)


def test_a_duplicate_is_filed_where_the_first_went(store: Store) -> None:
    record_case(store, 1, raw=b"same", decided={"folder": "Redirected"})
    record_case(store, 2, raw=b"same", decided={"folder": "Elsewhere"})

    assert store.ledger.unfiled(INBOX) == [(1, "Redirected"), (2, "Redirected")]


def test_a_duplicate_recorded_twice_changes_nothing(store: Store) -> None:
    record_case(store, 1, raw=b"same")
    record_case(store, 2, raw=b"same")

    again = record_case(store, 2, raw=b"same")

    assert (again.is_new, again.is_duplicate) == (False, True)


def test_the_same_message_id_with_other_bytes_is_another_complaint(
    store: Store,
) -> None:
    message = Message(sha256="", size=1, message_id="<same@x>")
    record_case(store, 1, message=message)
    record_case(store, 2, message=message)

    assert len(store.cases.listed()) == 2


def test_a_letter_of_a_kind_that_the_case_has_is_not_queued_again(
    store: Store,
) -> None:
    record_case(store, 1)

    joined = store.record(
        make_record(
            2,
            decided={"case": "CMP-2026-00001"},
            letters=(
                make_letter("other"),
                make_letter("CMP-2026-00001", kind="receipt"),
            ),
        )
    )

    assert joined.queued == ("receipt",)
    assert [line.kind for line in store.outbox.listed()] == ["acknowledge", "receipt"]


def test_two_cases_may_have_letters_of_one_kind(store: Store) -> None:
    record_case(store, 1)
    record_case(store, 2)

    assert [line.kind for line in store.outbox.listed()] == ["acknowledge"] * 2


def test_a_held_letter_waits_with_its_reasons(store: Store) -> None:
    held = (Reason("a", "the route waits"), Reason("b", "the writer is abusive"))
    record_case(store, letters=(make_letter(held=held),))

    (line,) = store.outbox.listed()
    assert line.state is State.HELD
    assert line.reason == "the route waits; the writer is abusive"
    assert line.next_at is None


def test_automatic_mail_opens_no_case(store: Store) -> None:
    automatic = {"disposition": Disposition.RECORD, "folder": "Automatic"}
    recorded = store.record(make_record(decided=automatic, reference=None))

    assert recorded == Recorded(is_new=True, folder="Automatic", decision=1)
    assert store.cases.listed() == []


def test_automatic_mail_about_a_case_is_attached_and_makes_no_party(
    store: Store,
) -> None:
    record_case(store, 1)
    automatic = {"disposition": Disposition.RECORD, "case": "CMP-2026-00001"}
    recorded = store.record(
        make_record(2, decided=automatic, asked={"address": "mailer-daemon@x.org"})
    )

    case = store.cases.show("CMP-2026-00001")
    assert case is not None
    assert recorded.reference == "CMP-2026-00001"
    assert len(case.messages) == 2
    assert case.parties == ("jane@example.org",)


def test_a_follow_up_joins_and_completes_its_case(store: Store) -> None:
    record_case(store, 1, decided={"missing": ("centre", "candidate", "description")})

    store.record(
        make_record(
            2,
            decided={
                "case": "CMP-2026-00001",
                "flags": ("legal",),
                "priority": "high",
                "follow_up": FollowUp(
                    supplied=("centre", "description"), still_missing=("candidate",)
                ),
            },
            asked={"address": "mother@x.org"},
        )
    )

    case = store.cases.show("CMP-2026-00001")
    assert case is not None
    assert case.line.missing == ("candidate",)
    assert case.line.flags == ("legal",)
    assert case.line.priority == "high"
    assert case.line.messages == 2
    assert set(case.parties) == {"jane@example.org", "mother@x.org"}


def test_a_follow_up_takes_nothing_away(store: Store) -> None:
    record_case(store, 1, decided={"priority": "urgent", "flags": ("safeguarding",)})

    store.record(make_record(2, decided={"case": "CMP-2026-00001", "route": "x"}))

    (line,) = store.cases.listed()
    assert (line.priority, line.flags) == ("urgent", ("safeguarding",))
    assert line.route == "formal-complaint"
    assert not line.is_escalated


def test_an_escalation_is_acknowledged_and_answered_afresh(store: Store) -> None:
    record_case(store, 1)
    store.register.answer("CMP-2026-00001", Deed(at=NOW, by="Ann", act="answer"))

    store.record(
        make_record(
            2,
            decided={
                "case": "CMP-2026-00001",
                "route": "escalation",
                "acknowledge": DUE,
                "respond": DUE,
            },
            escalates=True,
        )
    )

    (line,) = store.cases.listed()
    assert line.is_escalated
    assert line.route == "escalation"
    assert (line.acknowledged_at, line.answered_at) == (None, None)
    assert (line.acknowledge_by, line.respond_by) == (DUE.at, DUE.at)


def test_a_case_that_opens_at_the_last_step_has_taken_it(store: Store) -> None:
    opened = {"route": "escalation", "acknowledge": DUE, "respond": DUE}
    letter = make_letter(kind="escalate")

    record_case(store, 1, decided=opened, escalates=True, letters=(letter,))

    (line,) = store.cases.listed()
    history = store.recall(make_inquiry(2, verified=("CMP-2026-00001",)))
    assert line.is_escalated
    assert history.case is not None
    assert history.case.is_escalated


@pytest.mark.parametrize(
    "decided",
    [{}, {"case": "CMP-2026-99999"}],
    ids=["no reference", "no such case"],
)
def test_a_message_that_has_no_case_is_a_mistake_and_leaves_nothing(
    store: Store, decided: dict[str, str]
) -> None:
    before = list(store._engine.database.iterdump())

    with pytest.raises(ValueError, match="case"):
        store.record(make_record(decided=decided, reference=None))

    assert before == list(store._engine.database.iterdump())


def test_references_count_up_within_their_year(store: Store) -> None:
    given = [store.next_reference(NOW) for _ in range(2)]
    next_year = store.next_reference(NOW.replace(year=2027))

    assert [*given, next_year] == ["CMP-2026-00001", "CMP-2026-00002", "CMP-2027-00001"]


def poison(store: Store, uid: int) -> None:
    store.next_reference(NOW)
    record_case(store, uid)
    raise RuntimeError("poison")


def attempt_poison(store: Store, uid: int) -> None:
    with store.attempt():
        poison(store, uid)


def batch_of_poison(store: Store) -> None:
    with store.batch():
        poison(store, 1)


def test_poison_rolls_back_alone(store: Store) -> None:
    with store.batch():
        with store.attempt():
            record_case(store, 1)
        with pytest.raises(RuntimeError, match="poison"):
            attempt_poison(store, 2)
        with store.attempt():
            record_case(store, 3)

    assert store.ledger.known(INBOX, 1, [1, 2, 3]) == {1, 3}
    assert store.next_reference(NOW) == "CMP-2026-00001"


def test_a_batch_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="poison"):
        batch_of_poison(store)

    assert store.ledger.known(INBOX, 1, [1]) == set()


def test_a_transaction_that_sqlite_undid_by_itself_is_missed_at_its_end(
    store: Store,
) -> None:
    def undone_batch() -> None:
        with store.batch():
            record_case(store, 1)
            store._engine.database.rollback()

    with pytest.raises(TransientError, match="undid the transaction"):
        undone_batch()


def test_an_attempt_belongs_inside_a_batch(store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside a batch"), store.attempt():
        pass
