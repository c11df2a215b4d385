"""What an erasure must take along, and what it must leave alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.store.making import NOW, make_decision, make_record, record_case
from tests.store.sending import claim
from tests.store.test_subjects import (
    ADDRESS,
    DEED,
    RAW,
    WORDS,
    always,
    asked,
    closed,
    everything_in,
    record_everything,
    subject_of,
)
from triage.decision.answering import Effect
from triage.decision.model import Disposition, FollowUp, MatterKind
from triage.store import CaseByHand, CaseState, Deed, Field, SentMail, Store
from triage.store.subjects import Subject

FIRST = "CMP-2026-00001"
SECOND = "CMP-2026-00002"


def erase(store: Store, found: Subject) -> None:
    store.subjects.erase(found, [case.id for case in found.cases], DEED)


def join(store: Store, uid: int, reference: str, address: str = ADDRESS) -> None:
    store.record(
        make_record(
            uid,
            raw=RAW + str(uid).encode(),
            asked=asked(address),
            decided={"case": reference, "follow_up": FollowUp(goes_on=True)},
        )
    )


def sent_mail(reference: str, raw: bytes = b"Dear Zelda") -> SentMail:
    return SentMail(
        reference=reference,
        sha256=make_record(raw=raw).inquiry.sha256,
        raw=raw,
        is_whole=True,
        message_id="<answer@ours.example>",
        folder="Sent",
        sent_at=NOW + timedelta(hours=1),
        address=ADDRESS,
        subject=f"To Ms {WORDS}",
        effect=Effect.ANSWERED,
        why="it answers",
    )


def hold(store: Store, reference: str) -> None:
    store._engine.run(
        "UPDATE cases SET legal_hold = 'court' WHERE reference = :reference",
        reference=reference,
    )


def erased_at(store: Store, reference: str) -> object:
    found = store.subjects.of_case(reference)
    assert found is not None
    return next(each.erased_at for each in found.cases if each.reference == reference)


def test_what_a_server_said_of_an_address_is_erased(store: Store) -> None:
    record_everything(store)
    store.outbox.refuse(
        claim(store), NOW, f"550 no user <{ADDRESS}> here", address_is_bad=True
    )

    erase(store, subject_of(store))

    assert ADDRESS not in everything_in(store)


def test_what_would_know_a_copy_again_is_erased(store: Store) -> None:
    core = "c0" * 32
    for uid in (1, 2):
        record_case(store, uid, asked=asked() | {"core": core})

    erase(store, subject_of(store))

    assert core not in everything_in(store)


def by_telephone(store: Store) -> str:
    case = CaseByHand(
        reference=FIRST,
        channel="telephone",
        received_at=NOW,
        decision=make_decision(),
        particulars={Field.PERSON: WORDS},
    )
    store.register.open(case, replace(DEED, act="open"))
    return FIRST


def test_a_case_of_somebody_without_an_address_is_found_and_erased(
    store: Store,
) -> None:
    reference = by_telephone(store)

    found = store.subjects.of_case(reference)

    assert found is not None
    assert [case.reference for case in found.cases] == [reference]
    erase(store, found)
    assert WORDS not in everything_in(store)


def test_a_mail_in_another_persons_case_on_hold_stays(store: Store) -> None:
    record_case(store, 1)
    join(store, 2, FIRST)
    hold(store, FIRST)

    erase(store, subject_of(store))

    case = store.cases.show(FIRST)
    assert case is not None
    assert ADDRESS in [entry.address for entry in case.messages]


def test_a_hold_that_came_meanwhile_wins(store: Store) -> None:
    reference = record_everything(store)
    found = subject_of(store)
    hold(store, reference)

    erase(store, found)

    assert erased_at(store, reference) is None
    assert ADDRESS in everything_in(store)


def test_a_case_that_came_meanwhile_stays(store: Store) -> None:
    record_everything(store, 1)
    found = subject_of(store)
    record_everything(store, 2)

    erase(store, found)

    assert erased_at(store, SECOND) is None
    assert [mail.sha256 is None for mail in subject_of(store).mails] == [True, False]


def test_a_colleagues_mail_that_came_in_too_is_no_obstacle(store: Store) -> None:
    record_everything(store)
    raw = b"a copy of the answer"
    store.sent.note(sent_mail(FIRST, raw), NOW)
    record_case(store, 2, raw=raw, asked={"address": "ann@board.example"})

    erase(store, subject_of(store))

    assert ADDRESS not in everything_in(store)


def test_a_colleagues_mail_that_was_erased_is_not_kept_again(store: Store) -> None:
    record_everything(store)
    store.sent.note(sent_mail(FIRST), NOW)
    erase(store, subject_of(store))

    assert not store.sent.note(sent_mail(FIRST), NOW)

    assert WORDS not in everything_in(store)


def test_an_open_case_that_is_erased_owes_nothing(store: Store) -> None:
    record_everything(store)
    store.matters.add(FIRST, MatterKind.MOVED, "look", NOW)

    erase(store, subject_of(store))

    case = store.cases.show(FIRST)
    assert case is not None
    assert case.line.state is CaseState.CLOSED
    assert store.matters.open_matters() == []


def test_what_comes_after_an_erasure_can_be_erased(store: Store) -> None:
    record_everything(store)
    erase(store, subject_of(store))
    join(store, 2, FIRST)
    store.register.note(FIRST, replace(DEED, act="note"), WORDS)
    assert WORDS in everything_in(store)

    erase(store, subject_of(store))

    assert WORDS not in everything_in(store)
    assert "zelda" not in everything_in(store).lower()


def test_when_the_last_case_goes_who_it_was_goes_too(store: Store) -> None:
    first, second = closed(store, 1), closed(store, 2)
    store.retention.make("2026-04", (first,), NOW)
    store.retention.make("2026-05", (second,), NOW)

    store.retention.approve("2026-04", DEED)
    assert subject_of(store).people

    store.retention.approve("2026-05", DEED)
    assert "zelda" not in everything_in(store).lower()


def test_a_mail_that_has_no_case_yet_is_no_matter_of_retention(store: Store) -> None:
    first = closed(store, 1)
    record_case(
        store,
        2,
        asked=asked(),
        reference=None,
        decided={"disposition": Disposition.RECORD},
    )
    store.retention.make("2026-04", (first,), NOW)

    store.retention.approve("2026-04", DEED)

    assert ADDRESS in everything_in(store)


def test_a_merged_case_is_kept_as_long_as_the_one_that_goes_on(store: Store) -> None:
    record_everything(store, 1)
    record_everything(store, 2)
    store.register.acknowledge(FIRST, DEED)
    store.register.merge(FIRST, SECOND, replace(DEED, act="merge"))

    assert store.retention.over(NOW, always) == ()


def test_a_freeze_holds_for_people_who_are_known_as_one_since(store: Store) -> None:
    other = "zq@school.example"
    record_case(store, 1, asked=asked(other))
    record_everything(store, 2)
    store.subjects.freeze(subject_of(store), DEED)
    both = (f"addr:{ADDRESS}", f"addr:{other}")
    record_case(store, 3, asked={"address": ADDRESS, "identity_keys": both})
    store.register.close("CMP-2026-00003", replace(DEED, act="close"), "upheld")

    assert store.retention.over(NOW, always) == ()
    assert list(store.received()) == []


def test_why_something_is_on_hold_can_be_erased(store: Store) -> None:
    record_everything(store)
    store.subjects.hold(subject_of(store), replace(DEED, act="hold", why=WORDS))
    store.subjects.hold(subject_of(store), replace(DEED, act="lift", why=None))

    erase(store, subject_of(store))

    assert WORDS not in everything_in(store)


def test_who_was_let_into_another_case_is_erased_there(store: Store) -> None:
    record_case(store, 1)
    join(store, 2, FIRST)
    store._engine.run("DELETE FROM parties WHERE address = :a", a=ADDRESS)
    store.register.admit(FIRST, replace(DEED, act="admit"), ADDRESS)

    erase(store, subject_of(store))

    assert ADDRESS not in everything_in(store)
    assert store.audit.verify().broken == ()


@pytest.mark.parametrize("changes", ["no JSON", "[]", '{"route": 1}'])
def test_a_row_that_cannot_be_read_is_named(store: Store, changes: str) -> None:
    record_case(store)
    store._engine.run("DROP TRIGGER audit_is_never_changed")
    store._engine.run("UPDATE audit SET changes = :changes", changes=changes)

    assert any("row 1" in each for each in store.audit.verify().broken)


def test_a_last_step_begins_without_what_went_on(store: Store) -> None:
    record_case(store)
    store.register.answer(FIRST, Deed(at=NOW, by="Ann", act="answer"))
    join(store, 2, FIRST)

    store.register.escalate(FIRST, replace(DEED, act="escalate"), make_decision())

    case = store.cases.show(FIRST)
    assert case is not None
    assert case.line.went_on_at is None
