"""Cases as people look at them, and the duties to acknowledge that are open."""

from datetime import timedelta
from typing import Any

import pytest

from tests.store.making import NOW, make_letter, make_record, record_case
from tests.store.sending import accept, claim, lose, refuse
from triage.decision.model import Disposition, Reason
from triage.store import Debt, Deed, State, Store
from triage.workdays import Due

REFERENCE = "CMP-2026-00001"


def due_in(days: int) -> Due:
    at = NOW + timedelta(days=days)
    return Due(at=at, days=days, counted_from=NOW.date(), left_out=(), words="")


def debt_of(store: Store) -> Debt | None:
    return next(iter(store.cases.debts()), None)


def test_cases_are_listed_by_what_falls_due_next(store: Store) -> None:
    for uid, days in ((1, 9), (2, 3), (3, 6)):
        record_case(store, uid, decided={"respond": due_in(days)})
    record_case(store, 4)

    order = [case.reference[-1] for case in store.cases.listed()]
    assert order == ["2", "3", "1", "4"]


def test_answered_cases_can_be_left_out(store: Store) -> None:
    for uid in (1, 2):
        record_case(store, uid)
    store.register.answer(REFERENCE, Deed(at=NOW, by="Ann", act="answer"))

    assert [case.reference for case in store.cases.listed(only_open=True)] == [
        "CMP-2026-00002"
    ]
    assert len(store.cases.listed()) == 2


def test_a_case_that_does_not_exist_is_none(store: Store) -> None:
    assert store.cases.show("CMP-2026-00404") is None


def test_a_case_shows_its_letters_with_their_way(store: Store) -> None:
    record_case(store)
    accept(store, claim(store))

    case = store.cases.show(REFERENCE)
    assert case is not None
    (letter,) = case.letters
    ways = [(move.before, move.after) for move in letter.moves]
    assert ways == [
        (None, State.QUEUED),
        (State.QUEUED, State.SENDING),
        (State.SENDING, State.FINISHING),
        (State.FINISHING, State.SENT),
    ]
    assert b"Thank you.\r\n" in letter.data


def test_a_letter_on_its_way_is_no_debt(store: Store) -> None:
    record_case(store)

    assert debt_of(store) is None
    letter = claim(store)
    assert debt_of(store) is None
    accept(store, letter)
    assert debt_of(store) is None


def test_a_sent_reply_acknowledges_the_case(store: Store) -> None:
    record_case(store)

    accept(store, claim(store), at=NOW + timedelta(minutes=2))

    (case,) = store.cases.listed()
    assert case.acknowledged_at == NOW + timedelta(minutes=2)


def test_a_withheld_reply_is_debt_with_its_reason(store: Store) -> None:
    withheld = (Reason("no-return-path", "there is no Return-Path"),)
    record_case(
        store, letters=(), decided={"withheld": withheld, "acknowledge": due_in(2)}
    )

    assert debt_of(store) == Debt(
        reference=REFERENCE,
        route="formal-complaint",
        priority="normal",
        opened_at=NOW,
        acknowledge_by=due_in(2).at,
        why=("there is no Return-Path",),
        in_short=("there is no Return-Path",),
        owner=None,
        letter=None,
    )


def test_a_case_without_any_reply_is_debt(store: Store) -> None:
    record_case(store, letters=())

    debt = debt_of(store)
    assert debt is not None
    assert debt.why == ("no reply was composed",)


def test_a_held_reply_is_debt_that_names_the_letter(store: Store) -> None:
    record_case(store, letters=(make_letter(held=(Reason("m", "the route waits"),)),))

    debt = debt_of(store)
    assert debt is not None
    assert debt.why == ("held: the route waits",)
    assert debt.letter == 1


def test_a_refused_reply_is_debt(store: Store) -> None:
    record_case(store)

    refuse(store, claim(store))

    debt = debt_of(store)
    assert debt is not None
    assert debt.why == ("refused: 550 no",)
    assert debt.letter == 1


def test_an_uncertain_reply_is_debt_that_nobody_can_resend_yet(store: Store) -> None:
    record_case(store)

    lose(store, claim(store))

    debt = debt_of(store)
    assert debt is not None
    assert debt.why == ("uncertain: the connection was lost",)
    assert debt.letter is None


def test_a_dropped_reply_stays_debt_until_somebody_answers(store: Store) -> None:
    record_case(store)
    store.outbox.drop(1, NOW)
    assert debt_of(store) is not None

    store.register.answer(REFERENCE, Deed(at=NOW, by="Ann", act="answer"))

    assert debt_of(store) is None


def test_a_notice_to_our_people_does_not_acknowledge(store: Store) -> None:
    notice = make_letter(category="notice", kind="tell team")
    record_case(store, letters=(notice,))

    accept(store, claim(store))

    assert debt_of(store) is not None


def test_debts_come_by_urgency(store: Store) -> None:
    for uid, days in ((1, 5), (2, 2)):
        record_case(store, uid, letters=(), decided={"acknowledge": due_in(days)})

    assert [debt.reference[-1] for debt in store.cases.debts()] == ["2", "1"]


def test_a_letter_sent_before_an_escalation_does_not_acknowledge_it(
    store: Store,
) -> None:
    record_case(store)
    letter = claim(store)
    later = NOW + timedelta(minutes=1)
    store.record(
        make_record(
            2, decided={"case": REFERENCE}, asked={"now": later}, escalates=True
        )
    )

    accept(store, letter, at=later)

    (case,) = store.cases.listed()
    assert case.acknowledged_at is None


def bounce(store: Store, message_id: str, **decided: Any) -> None:
    decided = {"disposition": Disposition.RECORD, "case": REFERENCE} | decided
    store.record(
        make_record(
            50,
            decided=decided,
            asked={"address": "mailer-daemon@x.org", "identity_keys": ()},
            undelivered=message_id,
        )
    )


def test_a_reply_that_came_back_is_debt_again(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    accept(store, letter)

    bounce(store, letter.message_id)

    debt = debt_of(store)
    assert debt is not None
    assert debt.why == ("it came back",)


def test_the_address_that_we_wrote_to_is_the_one_that_bounced(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    accept(store, letter)

    bounce(store, letter.message_id)

    rows = store._engine.rows("SELECT address FROM bounced")
    assert rows == [{"address": "jane@example.org"}]


def test_a_report_on_a_letter_that_is_not_ours_changes_nothing(store: Store) -> None:
    record_case(store)
    accept(store, claim(store))

    bounce(store, "<unknown@ours.example>")

    assert debt_of(store) is None
    assert store._engine.rows("SELECT address FROM bounced") == []


def test_an_answered_case_is_no_debt_though_a_letter_came_back(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    accept(store, letter)
    store.register.answer(REFERENCE, Deed(at=NOW, by="Ann", act="answer"))

    bounce(store, letter.message_id)

    assert debt_of(store) is None


def test_a_report_on_an_uncertain_letter_proves_that_it_went_out(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    lose(store, letter)

    bounce(store, letter.message_id)

    (line,) = store.outbox.listed()
    assert line.state is State.SENT


def test_a_report_on_a_letter_without_a_witness_proves_that_it_went_out(
    store: Store,
) -> None:
    record_case(store)
    letter = claim(store)
    lose(store, letter)
    store.outbox.unwitnessed(letter.id, NOW, "no copy of it was found")

    bounce(store, letter.message_id)

    (line,) = store.outbox.listed()
    assert line.state is State.SENT


def test_a_report_on_a_letter_that_was_never_tried_proves_nothing(
    store: Store,
) -> None:
    record_case(store, letters=(make_letter(held=(Reason("m", "waits"),)),))

    bounce(store, make_letter().message_id)

    (line,) = store.outbox.listed()
    assert line.state is State.HELD


@pytest.mark.parametrize("at_hour", [0, 1])
def test_an_answer_acknowledges_unless_that_was_done_before(
    store: Store, at_hour: int
) -> None:
    record_case(store)
    if at_hour == 0:
        accept(store, claim(store), at=NOW)

    store.register.answer(
        REFERENCE, Deed(at=NOW + timedelta(hours=1), by="Ann", act="answer")
    )

    (case,) = store.cases.listed()
    assert case.acknowledged_at == NOW + timedelta(hours=at_hour)
    assert case.answered_at == NOW + timedelta(hours=1)
