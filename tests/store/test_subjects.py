"""What is kept about a person: found whole, erased whole."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.making import (
    NOW,
    make_decision,
    make_inquiry,
    make_letter,
    record_case,
)
from triage.decision.model import ReplyPlan, Requested
from triage.ruleset.evidence import Evidence, Hit
from triage.store import Deed, Proposal, Review, Store
from triage.store.subjects import Subject
from triage.workdays import Due

ADDRESS = "zelda.quartermaine@example.org"
WORDS = "Quartermaine"
RAW = f"From: Zelda {WORDS} <{ADDRESS}>\r\n\r\nMy name is {WORDS}.\r\n".encode()
DEED = Deed(at=NOW, by="Ann", act="erase")


def asked(address: str = ADDRESS) -> dict[str, object]:
    return {"address": address, "identity_keys": (f"addr:{address}",)}


def record_everything(store: Store, uid: int = 1, reference: str | None = None) -> str:
    """Record a mail of the person with all that a store keeps of one."""
    done = record_case(
        store,
        uid,
        raw=RAW + str(uid).encode(),
        asked=asked(),
        decided={"reply": ReplyPlan("formal-complaint", ADDRESS, "acknowledge")},
        evidence=Evidence(hits=(Hit("names", "text", WORDS, f"I am {WORDS}."),)),
        letters=(
            make_letter(
                reference or f"CMP-2026-{uid:05d}",
                to=ADDRESS,
                data=f"To: {ADDRESS}\r\n\r\nDear".encode(),
            ),
        ),
    )
    assert done.reference is not None
    return done.reference


def subject_of(store: Store, address: str = ADDRESS) -> Subject:
    found = store.subjects.of_address(address, address)
    assert found is not None
    return found


def everything_in(store: Store) -> str:
    """Return all text of all tables, raw mails unpacked."""
    engine = store._engine
    pieces: list[str] = []
    for table in engine.database.table_names():
        for row in engine.rows(f"SELECT * FROM {table}"):  # noqa: S608 - its own names
            for name, value in row.items():
                if name == "compressed":
                    pieces.append(zlib.decompress(value).decode("latin-1"))
                elif isinstance(value, bytes):
                    pieces.append(value.decode("latin-1"))
                else:
                    pieces.append(str(value))
    return "\n".join(pieces)


def test_a_person_is_found_by_a_case_too(store: Store) -> None:
    reference = record_everything(store)

    assert store.subjects.of_case(reference) == subject_of(store)


def test_mails_of_all_linked_addresses_are_found(store: Store) -> None:
    record_everything(store)
    other = "zelda@school.example"
    record_case(store, 2, asked=asked(other))
    both = (f"addr:{ADDRESS}", f"addr:{other}")
    record_case(store, 3, asked={"address": other, "identity_keys": both})

    found = subject_of(store)

    assert set(found.addresses) == {ADDRESS, other}
    assert len(found.mails) == 3


def test_a_copy_tells_what_was_seen_in_mails_and_decided(store: Store) -> None:
    record_everything(store)
    (case,) = subject_of(store).cases

    told = store.subjects.record_of(case.id)

    assert [row["sentence"] for row in told["seen in mails"]] == [f"I am {WORDS}."]
    assert [row["route"] for row in told["decisions"]] == ["formal-complaint"]
    assert (told["requests"], told["corrections"]) == ([], [])


def test_nobody_is_found_who_never_wrote(store: Store) -> None:
    record_everything(store)

    assert store.subjects.of_address("no@example.org", "no@example.org") is None
    assert store.subjects.of_case("CMP-2026-00099") is None


def test_nothing_of_an_erased_person_is_left(store: Store) -> None:
    reference = record_everything(store)
    deed = Deed(at=NOW, by="Ann", act="reroute", why=f"{WORDS} said so")
    store.register.acknowledge(reference, deed)
    store._engine.run(
        "INSERT INTO particulars (case_id, field, text) VALUES (1, 'person', :words)",
        words=WORDS,
    )
    proposal = Proposal(
        person=1,
        reference=reference,
        kind="quiet",
        adjustments=WORDS,
        review=Review(NOW.date(), NOW),
    )
    store.restrictions.propose(proposal, replace(DEED, act="propose", why=WORDS))
    found = subject_of(store)
    assert WORDS in everything_in(store)

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    left = everything_in(store)
    assert WORDS not in left
    assert ADDRESS not in left
    assert "zelda" not in left.lower()


def test_the_pages_of_the_files_hold_nothing_either(store: Store, path: Path) -> None:
    record_everything(store)
    found = subject_of(store)

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    for file in path.parent.iterdir():
        assert ADDRESS.encode() not in file.read_bytes()


def test_the_audit_log_holds_after_an_erasure(store: Store) -> None:
    reference = record_everything(store)
    store.register.acknowledge(reference, replace(DEED, act="acknowledge", why=WORDS))
    found = subject_of(store)

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    checked = store.audit.verify()
    assert (checked.broken, checked.erased) == ((), 1)


def test_an_erased_case_can_still_be_counted_and_shown(store: Store) -> None:
    reference = record_everything(store)
    found = subject_of(store)

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    case = store.cases.show(reference)
    assert case is not None
    assert case.line.route == "formal-complaint"
    assert case.letters[0].line.to == "erased"


def test_an_unsent_letter_of_an_erased_case_is_dropped(store: Store) -> None:
    record_everything(store)
    found = subject_of(store)

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    assert [line.state for line in store.outbox.listed()] == ["dropped"]


def test_a_case_that_is_kept_keeps_how_the_person_is_known(store: Store) -> None:
    record_everything(store, 1)
    record_everything(store, 2)
    found = subject_of(store)

    store.subjects.erase(found, [found.cases[0].id], DEED)

    assert [case.erased_at for case in subject_of(store).cases] == [NOW, None]


def test_other_people_keep_everything(store: Store) -> None:
    record_everything(store, 1)
    record_case(store, 2)
    before = store.cases.show("CMP-2026-00002")
    found = subject_of(store)

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    assert before == store.cases.show("CMP-2026-00002")


def test_a_frozen_person_is_not_tried_on(store: Store) -> None:
    record_everything(store, 1)
    record_case(store, 2)

    store.subjects.freeze(subject_of(store), DEED)

    assert [each.reference for each in store.received()] == ["CMP-2026-00002"]


def test_a_restriction_can_be_lifted(store: Store) -> None:
    record_everything(store)
    store.subjects.freeze(subject_of(store), DEED)

    store.subjects.thaw(subject_of(store), DEED)

    assert subject_of(store).frozen_at is None
    assert len(list(store.received())) == 1


DUE = Due(NOW + timedelta(days=31), 31, NOW.date(), (), "1 month from Thu 2 April")


def request(store: Store, uid: int = 1) -> None:
    record_case(store, uid, decided={"requests": (Requested("subject-access", DUE),)})


def test_a_request_is_listed_until_it_is_done(store: Store) -> None:
    request(store)
    (found,) = store.requests.listed()

    assert store.requests.finish(found.id, DEED)
    assert not store.requests.finish(found.id, DEED)

    assert store.requests.listed() == []
    assert [each.done_by for each in store.requests.listed(only_open=False)] == ["Ann"]


def closed(store: Store, uid: int, outcome: str = "upheld") -> str:
    reference = record_everything(store, uid)
    store.register.close(reference, replace(DEED, act="close"), outcome)
    return reference


def always(_outcome: str | None, _at: datetime) -> bool:
    return True


def test_only_closed_cases_are_ever_kept_too_long(store: Store) -> None:
    record_everything(store, 1)
    reference = closed(store, 2)

    assert store.retention.over(NOW, always) == (reference,)


@pytest.mark.parametrize("why", ["hold", "freeze", "request"])
def test_what_is_needed_is_not_on_the_list(store: Store, why: str) -> None:
    if why == "request":
        request(store)
        store.register.close("CMP-2026-00001", DEED, "upheld")
    else:
        closed(store, 1)
        act = getattr(store.subjects, why)
        act(subject_of(store), replace(DEED, why="a court case"))

    assert store.retention.over(NOW, always) == ()


def test_an_approved_list_erases_but_for_what_is_held_since(store: Store) -> None:
    first, second = closed(store, 1), closed(store, 2)
    store.retention.make("2026-04", (first, second), NOW)
    store._engine.run(
        "UPDATE cases SET legal_hold = 'court' WHERE reference = :second", second=second
    )

    done = store.retention.approve("2026-04", DEED)

    assert done is not None
    assert done.cases == 1
    assert store.retention.approve("2026-04", DEED) is None


def test_a_month_has_one_list(store: Store) -> None:
    assert store.retention.make("2026-04", (), NOW)
    assert not store.retention.make("2026-04", ("CMP-2026-00001",), NOW)
    assert store.retention.last() is not None


def test_erasing_twice_changes_nothing(store: Store) -> None:
    record_everything(store)
    found = subject_of(store)
    ids = [case.id for case in found.cases]
    store.subjects.erase(found, ids, DEED)
    before = everything_in(store)

    store.retention.make("2026-04", ("CMP-2026-00001",), NOW)
    done = store.retention.approve("2026-04", replace(DEED, at=datetime.now(UTC)))  # noqa: TID251 - any time

    assert done is not None
    assert done.cases == 0
    assert before.splitlines()[0] == everything_in(store).splitlines()[0]


def test_a_decision_still_says_what_was_decided(store: Store) -> None:
    record_everything(store)
    found = subject_of(store)
    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    row = store._engine.one("SELECT decision FROM decisions")

    assert make_decision().reason in row["decision"]


def test_an_erased_mail_is_known_and_left_alone(store: Store) -> None:
    record_everything(store)
    found = subject_of(store)
    inquiry = make_inquiry(9, raw=RAW + b"1")
    assert not store.recall(inquiry).was_erased

    store.subjects.erase(found, [case.id for case in found.cases], DEED)

    assert store.recall(inquiry).was_erased
