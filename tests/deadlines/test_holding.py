"""Who must wait longer is told, once for each date, and then the date moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.deadlines.conftest import Office
from tests.store.making import make_letter
from triage.decision.model import Reason
from triage.store import (
    Deed,
    MatterKind,
    OutboxItem,
    Proposal,
    Review,
    State,
    letter_kind,
)
from triage.store.holding import LATE, OUTDATED

RESPOND_BY = datetime(2026, 3, 18, 17, tzinfo=UTC)
MONDAY = datetime(2026, 3, 16, 9, tzinfo=UTC)
"""Two working days before, at opening time."""
NEW_DATE = datetime(2026, 4, 1, 16, tzinfo=UTC)
"""Ten working days later; it is summer by then."""
REFERENCE = "CMP-2026-00001"
WAITS = (Reason("read-first", "somebody reads it first"),)


def deed(act: str) -> Deed:
    return Deed(at=MONDAY, by="ann", act=act)


@pytest.fixture
def late(office: Office) -> Office:
    """An acknowledged case whose answer is due in two working days."""
    office.with_clock(holding="send")
    office.acknowledged()
    office.settle(MONDAY)
    return office


def holding_letters(office: Office) -> list[OutboxItem]:
    found = office.store.cases.show(REFERENCE)
    assert found is not None
    return [item for item in found.letters if item.line.template == "holding"]


def state_of(office: Office) -> State:
    (letter,) = holding_letters(office)
    return letter.line.state


def matters(office: Office) -> list[tuple[MatterKind, str]]:
    return [(each.kind, each.words) for each in office.store.matters.open_matters()]


def test_a_holding_letter_gives_the_new_date(late: Office) -> None:
    done = late.run()

    (letter,) = holding_letters(late)
    assert done["holding letters"] == 1
    assert letter.line.kind == "holding-2026-03-18"
    assert letter.line.to == "jane@example.org"
    text = letter.data.decode()
    assert "by Wednesday 1 April 2026" in text
    assert "You wrote to us on Monday 2 March 2026" in text
    assert letter.line.state is State.QUEUED


def test_the_date_moves_once_the_letter_went_out(late: Office) -> None:
    late.run()
    before = late.case(REFERENCE)
    late.send(MONDAY + timedelta(minutes=1))
    after = late.case(REFERENCE)

    assert (before.respond_by, before.extended_until) == (RESPOND_BY, None)
    assert (after.respond_by, after.extended_until) == (NEW_DATE, NEW_DATE)
    entry = late.store.audit.entries(REFERENCE)[-1]
    assert (entry.by, entry.act) == ("triage", "extend")


def test_nobody_is_told_twice_of_one_date(late: Office) -> None:
    late.run()
    late.now += timedelta(hours=1)
    late.run()

    assert len(holding_letters(late)) == 1


def test_a_proposed_letter_moves_nothing_until_somebody_approves_it(
    late: Office,
) -> None:
    late.with_clock(holding="propose")
    late.run()
    late.send(MONDAY)
    waiting = late.case(REFERENCE).respond_by
    (letter,) = holding_letters(late)
    late.store.approvals.approve(letter.line.id, MONDAY, "ann")
    late.send(MONDAY)

    assert letter.line.waits
    assert (waiting, late.case(REFERENCE).respond_by) == (RESPOND_BY, NEW_DATE)


def test_a_rejected_letter_is_not_proposed_again(late: Office) -> None:
    late.with_clock(holding="propose")
    late.run()
    (letter,) = holding_letters(late)
    late.store.approvals.reject(letter.line.id, MONDAY, "ann", "I answer today")
    late.now += timedelta(days=1)
    late.run()

    assert state_of(late) is State.DROPPED
    assert late.case(REFERENCE).respond_by == RESPOND_BY


def test_it_waits_for_the_mail_that_began_the_case_so_moving_that_approves_it(
    late: Office,
) -> None:
    late.with_clock(holding="propose")
    late.run()

    (letter,) = holding_letters(late)
    row = late.store._engine.one(
        "SELECT m.uid FROM outbox o JOIN messages m ON m.id = o.message"
        " WHERE o.id = :id",
        id=letter.line.id,
    )
    assert row["uid"] == 1


def test_the_reminder_of_the_same_morning_names_the_letter_that_waits(
    late: Office,
) -> None:
    late.with_clock(holding="propose")
    late.run()

    assert "letter 2, to go out by Wednesday 18 March 2026" in late.texts()[-1]


MOVES_ON: dict[str, Callable[[Office], object]] = {
    "answered": lambda office: office.store.register.answer(REFERENCE, deed("answer")),
    "closed": lambda office: office.store.register.close(
        REFERENCE, deed("close"), "withdrawn"
    ),
    "extended by a person": lambda office: office.store.register.extend(
        REFERENCE, deed("extend"), NEW_DATE
    ),
}


@pytest.mark.parametrize("move", MOVES_ON.values(), ids=MOVES_ON)
@pytest.mark.parametrize("holding", ["send", "propose"])
def test_a_letter_that_has_not_gone_out_is_dropped_when_the_case_moves_on(
    late: Office, holding: str, move: Callable[[Office], object]
) -> None:
    late.with_clock(holding=holding)
    late.run()
    move(late)

    assert state_of(late) is State.DROPPED


def test_a_letter_in_hands_is_dropped_before_its_dot(late: Office) -> None:
    late.run()
    until = late.claim(MONDAY)
    MOVES_ON["answered"](late)
    late.refuses_dot(until)

    assert state_of(late) is State.DROPPED


def test_a_letter_that_went_out_before_the_answer_stays_so(late: Office) -> None:
    late.run()
    late.send(MONDAY)
    MOVES_ON["answered"](late)

    assert state_of(late) is State.SENT


def test_another_one_for_the_new_date_waits_for_a_person(late: Office) -> None:
    late.run()
    late.send(MONDAY)
    late.settle(datetime(2026, 3, 30, 9, tzinfo=UTC))
    late.run()

    first, second = holding_letters(late)
    assert (first.line.state, second.line.kind) == (State.SENT, "holding-2026-04-01")
    assert second.line.waits
    assert second.line.reason == (
        "as many holding letters as may go out by themselves did"
    )


def test_a_letter_waits_while_nobody_looks_for_answers(late: Office) -> None:
    late.sees_answers = False
    late.run()

    (letter,) = holding_letters(late)
    assert letter.line.waits
    assert letter.line.reason == (
        "sent mail was not looked through lately: somebody may have answered"
    )


def test_who_never_got_a_letter_of_ours_is_told_by_a_person(office: Office) -> None:
    office.with_clock(holding="send")
    office.receive(responds=True, waits=False)
    office.store.register.acknowledge(REFERENCE, deed("acknowledge"))
    office.now = MONDAY
    office.run()
    office.run()

    assert matters(office) == [
        (
            MatterKind.HOLDING,
            "The answer will not be in time; a person must tell the writer and set a"
            " new date, because no letter of ours has reached the person",
        )
    ]


def test_who_is_not_acknowledged_yet_gets_no_holding_letter(office: Office) -> None:
    office.with_clock(holding="send")
    office.receive(responds=True)
    office.now = MONDAY
    office.run()

    assert (holding_letters(office), matters(office)) == ([], [])


def test_who_is_out_of_reach_is_told_by_a_person(late: Office) -> None:
    (letter,) = late.store.outbox.listed(State.SENT)
    late.bounce(letter.message_id)
    late.store.register.acknowledge(REFERENCE, deed("acknowledge"))
    late.run()

    ((kind, words),) = matters(late)
    assert (kind, holding_letters(late)) == (MatterKind.HOLDING, [])
    assert "mail to the person came back" in words


def test_who_is_restricted_is_told_by_a_person(late: Office) -> None:
    review = Review(MONDAY.date(), MONDAY + timedelta(days=90))
    proposal = Proposal(
        person=1,
        reference=REFERENCE,
        kind="letters-only",
        adjustments="a call was offered",
        review=review,
    )
    number = late.store.restrictions.propose(proposal, deed("propose"))
    by_another = Deed(at=MONDAY, by="bert", act="approve")
    letter = make_letter(
        REFERENCE, kind=letter_kind(number), held=WAITS, acknowledges=False
    )
    late.store.restrictions.approve(number, by_another, letter)

    late.run()

    ((kind, words),) = matters(late)
    assert (kind, holding_letters(late)) == (MatterKind.HOLDING, [])
    assert "a restriction is in force for the person" in words


def test_a_holding_letter_that_came_back_is_a_matter(late: Office) -> None:
    late.run()
    late.send(MONDAY)
    (letter,) = holding_letters(late)
    late.bounce(letter.line.message_id)

    assert [words for _, words in matters(late)] == [
        "The holding letter came back: the person does not know of the new date"
    ]


def test_a_letter_that_waited_until_its_own_date_is_dropped(late: Office) -> None:
    late.with_clock(holding="propose")
    late.run()
    late.now = NEW_DATE + timedelta(hours=17)
    late.run()

    assert state_of(late) is State.DROPPED
    assert [kind for kind, _ in matters(late)] == [MatterKind.HOLDING]


def test_the_hour_budget_counts_within_one_sweep_and_the_rest_waits(
    office: Office,
) -> None:
    office.with_clock(holding="send")
    budgets = office.rulebook.ruleset.tables.senders.budgets
    for uid in range(1, 5):
        office.acknowledged(uid)
    senders = {"budgets": budgets.model_copy(update={"all_per_hour": 3})}
    office.with_tables(senders=senders)
    office.settle(MONDAY)

    first = office.run()
    office.now += timedelta(hours=1, minutes=5)
    later = office.run()

    assert (first["holding letters"], later["holding letters"]) == (3, 1)


def test_after_a_week_without_the_daemon_no_letter_goes_out_by_itself(
    office: Office,
) -> None:
    office.with_clock(holding="send")
    for uid in range(1, 4):
        office.acknowledged(uid)
    office.settle(MONDAY - timedelta(days=7))
    office.now = MONDAY

    office.run()

    states = [line.state for line in office.store.outbox.listed(State.HELD)]
    assert states == [State.HELD] * 3


PLANS = {
    "late": (LATE, "cases_unanswered (respond_by<?)"),
    "outdated": (OUTDATED, "outbox_state (state=?)"),
}


@pytest.mark.parametrize(("query", "index"), PLANS.values(), ids=PLANS)
def test_they_are_found_by_index(office: Office, query: str, index: str) -> None:
    plan = office.store._engine.rows(
        f"EXPLAIN QUERY PLAN {query}", until=MONDAY, now=MONDAY
    )

    steps = [step["detail"] for step in plan]
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN")]
