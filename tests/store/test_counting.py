"""What was added since the last look, each row counted once."""

from datetime import timedelta

from tests.store.making import NOW, place, record_case
from tests.store.sending import UNTIL, accept, claim, lose
from triage.store import SetAside, Store

SOON = NOW + timedelta(seconds=90)


def test_what_was_there_before_is_not_counted(store: Store) -> None:
    record_case(store, 1)
    mark = store.counting.mark()

    passed, _ = store.counting.since(mark)

    assert passed.messages == {}
    assert passed.letters == {}


def test_mails_are_counted_by_fate_and_route(store: Store) -> None:
    mark = store.counting.mark()
    record_case(store, 1)
    record_case(store, 2, decided={"route": "review"})
    store.ledger.leave(place(3).inbox, 1, (3, 4), "not ours", NOW)
    store.ledger.set_aside(
        SetAside(place=place(5), received_at=NOW, reason="no", due=NOW, now=NOW)
    )

    passed, _ = store.counting.since(mark)

    assert passed.messages == {
        ("recorded", "formal-complaint"): 1,
        ("recorded", "review"): 1,
        ("left", ""): 2,
        ("aside", ""): 1,
    }


def test_nothing_is_counted_twice(store: Store) -> None:
    mark = store.counting.mark()
    record_case(store, 1)
    first, mark = store.counting.since(mark)
    record_case(store, 2)

    second, _ = store.counting.since(mark)

    assert sum(first.messages.values()) == sum(second.messages.values()) == 1
    assert first.letters == second.letters == {"queued": 1}


def test_a_reply_that_was_accepted_tells_how_long_it_took(store: Store) -> None:
    mark = store.counting.mark()
    record_case(store, 1)
    accept(store, claim(store), SOON)

    passed, _ = store.counting.since(mark)

    assert passed.waits == (90.0,)
    assert passed.letters == {"queued": 1, "sending": 1, "finishing": 1, "sent": 1}


def test_what_doubt_held_up_is_no_measure(store: Store) -> None:
    mark = store.counting.mark()
    record_case(store, 1)
    letter = claim(store)
    lose(store, letter)
    store.outbox.accept(letter, SOON, "250 late")

    passed, _ = store.counting.since(mark)

    assert passed.letters["sent"] == 1
    assert passed.waits == ()


def test_the_letter_that_waits_longest_is_told(store: Store) -> None:
    before = store.counting.oldest_due(NOW)
    record_case(store, 1)
    record_case(store, 2)

    waiting = store.counting.oldest_due(SOON)
    store.outbox.claim(NOW, UNTIL)
    store.outbox.claim(NOW, UNTIL)

    assert (before, waiting) == (None, NOW)
    assert store.counting.oldest_due(SOON) is None
