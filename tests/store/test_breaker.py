"""The breaker: opens on a spent budget, tells once, closes by itself after an hour."""

from datetime import timedelta

from tests.store.making import NOW, make_inquiry, make_letter, record_case
from triage.decision.model import Reason
from triage.store import Category, Letter, State, Store

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def make_alert(number: int = 1) -> Letter:
    return make_letter(
        kind="alert",
        category=Category.NOTICE,
        to="team@ours.example",
        message_id=f"<alert.{number}@ours.example>",
    )


def test_it_is_closed_at_first(store: Store) -> None:
    assert not store.breaker.is_open(NOW)


def test_it_opens_and_queues_one_alert(store: Store) -> None:
    first = store.breaker.trip(NOW, 60, make_alert(1))
    second = store.breaker.trip(NOW + MOMENT, 60, make_alert(2))

    assert (first, second) == (True, False)
    assert [line.message_id for line in store.outbox.listed(State.QUEUED)] == [
        "<alert.1@ours.example>"
    ]


def test_the_history_of_a_message_says_that_it_is_open(store: Store) -> None:
    store.breaker.trip(NOW, 60)

    assert store.recall(make_inquiry()).breaker_is_open


def test_it_closes_by_itself_an_hour_later(store: Store) -> None:
    store.breaker.trip(NOW, 60)

    assert store.breaker.is_open(NOW + HOUR - MOMENT)
    assert not store.breaker.is_open(NOW + HOUR)


def test_it_stays_open_while_people_release_more_than_the_budget(
    store: Store,
) -> None:
    held = (Reason("budget", "the hour's budget is spent"),)
    for uid in (1, 2):
        letter = make_letter(f"CMP-2026-{uid:05d}", held=held)
        record_case(store, uid, letters=(letter,))
    store.breaker.trip(NOW, 2)
    for letter_id in (1, 2):
        store.outbox.resend(letter_id, NOW + HOUR - MOMENT)

    assert store.breaker.is_open(NOW + HOUR)
    assert not store.breaker.is_open(NOW + HOUR * 2 - MOMENT)


def test_it_opens_again_after_it_closed(store: Store) -> None:
    store.breaker.trip(NOW, 60, make_alert(1))

    assert store.breaker.trip(NOW + HOUR, 60, make_alert(2))
    assert store.breaker.is_open(NOW + HOUR)


def test_a_person_may_close_it(store: Store) -> None:
    store.breaker.trip(NOW, 60)

    store.breaker.close(NOW + MOMENT)

    assert not store.breaker.is_open(NOW + MOMENT)


def test_an_attempt_that_is_undone_did_not_open_it(store: Store) -> None:
    with store.batch():
        try:
            with store.attempt():
                store.breaker.trip(NOW, 60, make_alert())
                raise RuntimeError("poison")  # noqa: TRY301 - stands for any failure
        except RuntimeError:
            pass

    assert not store.breaker.is_open(NOW)
    assert store.outbox.listed() == []


def test_it_does_not_outlast_a_clock_that_is_set_back(store: Store) -> None:
    a_year_ahead = NOW + timedelta(days=365)
    record_case(store, asked={"now": a_year_ahead})
    store.breaker.trip(a_year_ahead, 1)

    assert store.breaker.is_open(a_year_ahead)
    assert not store.breaker.is_open(NOW)


def test_a_step_of_the_clock_does_not_close_it(store: Store) -> None:
    store.breaker.trip(NOW, 60)

    assert store.breaker.is_open(NOW - timedelta(days=1))
