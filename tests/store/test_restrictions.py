"""Restrictions: who may do what when, and what they bring about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.store.making import NOW, make_inquiry, make_letter, record_case
from triage.decision.model import Reason, Restricted
from triage.store import (
    Deed,
    Letter,
    Proposal,
    RestrictionAct,
    RestrictionMoveError,
    RestrictionState,
    Review,
    SamePersonError,
    State,
    Store,
    TwiceError,
    letter_kind,
)

CASE = "CMP-2026-00001"
REVIEW = Review(date(2026, 7, 1), datetime(2026, 7, 1, 23, tzinfo=UTC))
LATER = Review(date(2026, 9, 1), datetime(2026, 9, 1, 23, tzinfo=UTC))
PROPOSAL = Proposal(
    person=1,
    reference=CASE,
    kind="quiet",
    adjustments="a call was offered",
    review=REVIEW,
    contact="team",
)
HELD = (Reason("read-first", "somebody reads it first"),)


def deed(by: str = "anna", act: str = "propose", why: str | None = "threats") -> Deed:
    return Deed(at=NOW, by=by, act=act, why=why)


def letter(number: int = 1, of: str | None = None) -> Letter:
    return make_letter(
        CASE, kind=letter_kind(number, of), held=HELD, acknowledges=False
    )


def in_force(store: Store) -> int:
    record_case(store)
    number = store.restrictions.propose(PROPOSAL, deed())
    store.restrictions.approve(number, deed("bert"), letter())
    return number


def state(store: Store, number: int = 1, now: datetime = NOW) -> RestrictionState:
    found = store.restrictions.get(number, now)
    assert found is not None
    return found.state


def test_a_proposal_changes_nothing_yet(store: Store) -> None:
    record_case(store)

    number = store.restrictions.propose(PROPOSAL, deed())

    assert RestrictionState.PROPOSED is state(store, number)
    assert store.recall(make_inquiry(2)).restrictions == ()


def test_what_is_approved_is_recalled_with_the_next_mail(store: Store) -> None:
    in_force(store)

    assert (Restricted("quiet", "team"),) == store.recall(make_inquiry(2)).restrictions


def test_it_is_not_recalled_for_anybody_else(store: Store) -> None:
    in_force(store)

    other = make_inquiry(2, identity_keys=("addr:otto@example.org",))

    assert store.recall(other).restrictions == ()


def test_it_lapses_by_itself_when_its_review_day_is_over(store: Store) -> None:
    number = in_force(store)
    just_before = REVIEW.lapses_at - timedelta(microseconds=1)

    assert RestrictionState.IN_FORCE is state(store, number, just_before)
    assert RestrictionState.LAPSED is state(store, number, REVIEW.lapses_at)
    assert store.recall(make_inquiry(2, now=just_before)).restrictions
    assert store.recall(make_inquiry(2, now=REVIEW.lapses_at)).restrictions == ()


def test_a_proposal_that_nobody_decided_about_lapses_too(store: Store) -> None:
    record_case(store)
    number = store.restrictions.propose(PROPOSAL, deed())

    assert RestrictionState.LAPSED is state(store, number, REVIEW.lapses_at)


@pytest.mark.parametrize("by", ["anna", "Anna", " ANNA "])
def test_who_proposed_it_cannot_approve_it(by: str, store: Store) -> None:
    record_case(store)
    number = store.restrictions.propose(PROPOSAL, deed("anna"))

    with pytest.raises(SamePersonError):
        store.restrictions.approve(number, deed(by), letter())

    assert RestrictionState.PROPOSED is state(store, number)
    assert not [each for each in store.outbox.listed() if each.kind == letter_kind(1)]


def test_the_letter_waits_in_the_case_and_acknowledges_nothing(store: Store) -> None:
    in_force(store)

    (waits,) = [each for each in store.outbox.listed() if each.kind == letter_kind(1)]

    assert (
        waits.reference,
        waits.state,
        waits.waits,
        waits.acknowledge_by,
    ) == (CASE, State.HELD, True, None)


def act_on(store: Store, act: RestrictionAct, at: datetime) -> None:
    restrictions, doing = store.restrictions, replace(deed("bert"), at=at)
    match act:
        case RestrictionAct.APPROVE:
            restrictions.approve(1, doing, letter())
        case RestrictionAct.REJECT:
            restrictions.reject(1, doing)
        case RestrictionAct.RENEW:
            restrictions.renew(1, doing, LATER, letter(1, "20260901"))
        case RestrictionAct.LIFT:
            restrictions.lift(1, doing, letter(1, "over"))


LEGAL = {
    (RestrictionState.PROPOSED, RestrictionAct.APPROVE): RestrictionState.IN_FORCE,
    (RestrictionState.PROPOSED, RestrictionAct.REJECT): RestrictionState.REJECTED,
    (RestrictionState.IN_FORCE, RestrictionAct.RENEW): RestrictionState.IN_FORCE,
    (RestrictionState.IN_FORCE, RestrictionAct.LIFT): RestrictionState.LIFTED,
}
WAYS: dict[RestrictionState, tuple[RestrictionAct, ...]] = {
    RestrictionState.PROPOSED: (),
    RestrictionState.IN_FORCE: (RestrictionAct.APPROVE,),
    RestrictionState.REJECTED: (RestrictionAct.REJECT,),
    RestrictionState.LIFTED: (RestrictionAct.APPROVE, RestrictionAct.LIFT),
    RestrictionState.LAPSED: (RestrictionAct.APPROVE,),
}


@pytest.mark.parametrize("act", list(RestrictionAct))
@pytest.mark.parametrize("before", list(RestrictionState))
def test_every_act_is_legal_from_one_state_only(
    before: RestrictionState, act: RestrictionAct, store: Store
) -> None:
    record_case(store)
    store.restrictions.propose(PROPOSAL, deed())
    for each in WAYS[before]:
        act_on(store, each, NOW)
    at = REVIEW.lapses_at if before is RestrictionState.LAPSED else NOW
    entries = len(store.audit.entries("person 1"))

    if (before, act) in LEGAL:
        act_on(store, act, at)
    else:
        with pytest.raises(RestrictionMoveError) as refused:
            act_on(store, act, at)
        assert before is refused.value.state

    assert LEGAL.get((before, act), before) is state(store, 1, at)
    added = len(store.audit.entries("person 1")) - entries
    assert ((before, act) in LEGAL) == bool(added)


def test_an_act_on_none_is_a_lookup_error(store: Store) -> None:
    with pytest.raises(LookupError):
        store.restrictions.reject(7, deed())


def test_the_same_is_not_proposed_twice_while_it_is_open(store: Store) -> None:
    in_force(store)

    with pytest.raises(TwiceError):
        store.restrictions.propose(PROPOSAL, deed())


def test_another_kind_may_be_proposed_besides(store: Store) -> None:
    in_force(store)

    number = store.restrictions.propose(replace(PROPOSAL, kind="written"), deed())
    store.restrictions.approve(number, deed("bert"), letter(number))

    recalled = store.recall(make_inquiry(2)).restrictions
    assert [each.kind for each in recalled] == ["quiet", "written"]


def test_after_it_lapsed_it_may_be_proposed_again(store: Store) -> None:
    in_force(store)
    late = replace(deed(), at=REVIEW.lapses_at)

    assert store.restrictions.propose(replace(PROPOSAL, review=LATER), late) == 2


def test_who_proposed_it_cannot_renew_it(store: Store) -> None:
    number = in_force(store)

    with pytest.raises(SamePersonError, match="somebody else must renew it"):
        store.restrictions.renew(number, deed(), LATER, letter(1, "20260901"))

    assert RestrictionState.LAPSED is state(store, number, REVIEW.lapses_at)


def test_a_renewal_holds_until_the_new_date(store: Store) -> None:
    number = in_force(store)

    store.restrictions.renew(number, deed("bert"), LATER, letter(1, "20260901"))

    assert RestrictionState.IN_FORCE is state(store, number, REVIEW.lapses_at)
    assert RestrictionState.LAPSED is state(store, number, LATER.lapses_at)


def test_a_letter_that_did_not_go_out_gives_way_to_the_next(store: Store) -> None:
    number = in_force(store)

    store.restrictions.renew(number, deed("bert"), LATER, letter(1, "20260901"))

    kinds = {each.kind: each.state for each in store.outbox.listed()}
    assert State.DROPPED is kinds["restriction-1"]
    assert State.HELD is kinds["restriction-1-20260901"]


def test_who_was_never_told_of_it_is_not_told_that_it_is_over(store: Store) -> None:
    number = in_force(store)

    assert None is store.restrictions.lift(number, deed(), letter(1, "over"))

    kinds = {each.kind: each.state for each in store.outbox.listed()}
    assert State.DROPPED is kinds["restriction-1"]
    assert "restriction-1-over" not in kinds


def test_a_letter_of_restriction_11_is_none_of_restriction_1(store: Store) -> None:
    record_case(store, letters=(make_letter(CASE, kind="restriction-11", held=HELD),))
    store.restrictions.propose(PROPOSAL, deed())
    store.restrictions.approve(1, deed("bert"), letter())

    store.restrictions.lift(1, deed(), letter(1, "over"))

    kinds = {each.kind: each.state for each in store.outbox.listed()}
    assert State.HELD is kinds["restriction-11"]


def test_reason_and_adjustments_stand_outside_the_chain(store: Store) -> None:
    record_case(store)

    store.restrictions.propose(PROPOSAL, deed(why="threats of 2 April"))

    (entry,) = store.audit.entries("person 1")
    assert {"why", "adjustments"} == set(entry.personal)
    assert "threats" not in str(entry.changes)
    assert not store.audit.verify().broken


def test_it_goes_with_a_person_who_turns_out_to_be_an_elder_one(store: Store) -> None:
    record_case(store, 1, asked={"identity_keys": ("addr:elder@example.org",)})
    record_case(store, 2, asked={"identity_keys": ("addr:younger@example.org",)})
    younger = replace(PROPOSAL, person=2, reference="CMP-2026-00002")
    number = store.restrictions.propose(younger, deed())
    store.restrictions.approve(number, deed("bert"), letter())

    both = ("addr:elder@example.org", "addr:younger@example.org")
    record_case(store, 3, asked={"identity_keys": both})

    elder = make_inquiry(4, identity_keys=("addr:elder@example.org",))
    assert len(store.recall(elder).restrictions) == 1
    assert [number] == [each.id for each in store.restrictions.of_person(1, NOW)]


def test_what_is_due_is_what_lapses_until_then(store: Store) -> None:
    number = in_force(store)
    day_before = REVIEW.lapses_at - timedelta(days=1)

    assert store.restrictions.due(NOW, day_before) == []
    due = store.restrictions.due(NOW, REVIEW.lapses_at)
    assert [number] == [each.id for each in due]
    assert store.restrictions.due(REVIEW.lapses_at, LATER.lapses_at) == []


def test_what_is_over_is_not_listed(store: Store) -> None:
    number = in_force(store)
    store.restrictions.lift(number, deed(), letter(1, "over"))

    assert store.restrictions.listed(NOW) == []


def test_what_is_due_is_found_by_an_index(store: Store) -> None:
    plan = store._engine.rows(
        "EXPLAIN QUERY PLAN SELECT r.*, p.root, c.reference FROM restrictions r"
        " JOIN people p ON p.id = r.person JOIN cases c ON c.id = r.case_id"
        " WHERE r.ended_at IS NULL AND r.lapses_at > '2026' AND r.lapses_at <= '2027'"
    )

    assert any("restrictions_lapsing" in row["detail"] for row in plan)


def test_what_waits_for_a_person_is_proposed_or_lapses_soon(store: Store) -> None:
    number = in_force(store)
    other = store.restrictions.propose(replace(PROPOSAL, kind="written"), deed())

    now_ = store.restrictions.pending(NOW, NOW, 10)
    soon = store.restrictions.pending(NOW, REVIEW.lapses_at, 1)

    assert [other] == [each.number for each in now_.rows]
    assert [number] == [each.number for each in soon.rows]
    assert soon.by == {"proposed": 1, "in force": 1}
