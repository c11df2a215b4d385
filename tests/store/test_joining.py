"""What a message that joins a case changes there."""

from datetime import timedelta
from typing import Any

import pytest

from tests.store.making import NOW, make_record, record_case
from triage.decision.model import Finding, FollowUp, History, MatterKind
from triage.store import CaseFile, Deed, Store
from triage.store.particulars import Field

REFERENCE = "CMP-2026-00001"
LATER = NOW + timedelta(days=1)
OTHER = Finding(MatterKind.OTHER_WRITER, "somebody else")


def join(
    store: Store, uid: int = 2, address: str = "mother@x.org", **more: Any
) -> None:
    follow_up = more.pop("follow_up", FollowUp())
    record = make_record(
        uid,
        decided={"case": REFERENCE, "follow_up": follow_up},
        asked={"address": address, "now": LATER},
        **more,
    )
    store.record(record)


def shown(store: Store) -> CaseFile:
    case = store.cases.show(REFERENCE)
    assert case is not None
    return case


def test_what_came_stands_in_a_note(store: Store) -> None:
    record_case(store, decided={"missing": ("centre",)})

    join(store, follow_up=FollowUp(supplied=("centre",), note="centre came"))

    (note,) = shown(store).notes
    assert (note.by, note.text) == ("triage", "centre came")


@pytest.mark.parametrize(
    ("still_missing", "act"),
    [
        pytest.param((), "complete", id="all"),
        pytest.param(("x",), "follow up", id="some"),
    ],
)
def test_that_nothing_is_missing_any_more_is_an_act_of_its_own(
    still_missing: tuple[str, ...], act: str, store: Store
) -> None:
    record_case(store, decided={"missing": ("centre", "x")})
    brought = FollowUp(supplied=("centre", "x"), still_missing=still_missing)

    join(store, follow_up=brought)

    assert [each.act for each in store.audit.entries(REFERENCE)][1:] == [act]


def test_the_first_mail_after_the_answer_is_remembered(store: Store) -> None:
    record_case(store)
    store.register.answer(REFERENCE, Deed(at=NOW, by="Ann", act="answer"))

    for uid, days in ((2, 1), (3, 2)):
        join(
            store,
            uid,
            follow_up=FollowUp(goes_on=True),
            received_at=NOW + timedelta(days=days),
        )

    assert shown(store).line.went_on_at == NOW + timedelta(days=1)


def test_what_a_person_must_look_at_is_put_before_them(store: Store) -> None:
    record_case(store)

    join(store, follow_up=FollowUp(by_party=False, findings=(OTHER,)))
    join(store, 3, follow_up=FollowUp(by_party=False, findings=(OTHER,)))

    (matter,) = store.matters.open_matters()
    assert (matter.reference, matter.kind, matter.words) == (
        REFERENCE,
        MatterKind.OTHER_WRITER,
        "somebody else",
    )


def test_somebody_else_becomes_no_party_and_fills_nothing(store: Store) -> None:
    record_case(store)

    join(
        store,
        address="stranger@x.org",
        follow_up=FollowUp(by_party=False),
        particulars={"centre": "KE204"},
    )

    assert shown(store).parties == ("jane@example.org",)
    assert shown(store).particulars == {}


def test_a_claim_is_put_before_people_in_the_case_that_is_named(store: Store) -> None:
    record_case(store)

    store.record(
        make_record(2, history=History(claims=REFERENCE), decided={"claimed": OTHER})
    )

    (matter,) = store.matters.open_matters()
    assert (matter.reference, matter.words) == (
        REFERENCE,
        "CMP-2026-00002: somebody else",
    )


def test_a_mail_fills_particulars(store: Store) -> None:
    record_case(store, particulars={"centre": "Oak Hill School"})
    join(store, particulars={"centre": "Oak Hill School; KE204", "syllabus": "0580"})

    assert shown(store).particulars == {
        Field.CENTRE: "Oak Hill School; KE204",
        Field.SYLLABUS: "0580",
    }


def test_what_a_person_wrote_into_a_field_stays(store: Store) -> None:
    record_case(store, particulars={"centre": "Oak Hill School"})
    deed = Deed(at=NOW, by="Ann", act="note")
    store.register.record(REFERENCE, deed, {Field.CENTRE: "Ash Hill School"})

    join(store, particulars={"centre": "KE204"})

    assert shown(store).particulars == {Field.CENTRE: "Ash Hill School"}


def test_a_field_that_mails_fill_does_not_grow_for_ever(store: Store) -> None:
    record_case(store, particulars={"centre": "School 0"})

    for uid in range(2, 40):
        join(store, uid, particulars={"centre": f"School {uid} of the long name"})

    text = shown(store).particulars[Field.CENTRE]
    assert text.startswith("School 0; School 2 of")
    assert len(text) <= 200
