"""Messages come back as they were received, in the order of their arrival."""

from datetime import timedelta

from tests.store.making import NOW, make_record, place, record_case
from triage.store import SetAside, Store

HOUR = timedelta(hours=1)


def test_messages_come_in_the_order_of_their_arrival(store: Store) -> None:
    for uid, hours in ((1, 3), (2, 1), (3, 2)):
        record_case(store, uid, received_at=NOW + hours * HOUR)

    found = list(store.received())

    assert [each.raw for each in found] == [b"message 2", b"message 3", b"message 1"]
    assert [each.reference for each in found] == [
        "CMP-2026-00002",
        "CMP-2026-00003",
        "CMP-2026-00001",
    ]
    assert found[0].received_at == NOW + HOUR


def test_the_latest_are_taken_of_many(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid, received_at=NOW + uid * HOUR)

    found = [each.raw for each in store.received(limit=2)]

    assert found == [b"message 2", b"message 3"]


def test_nothing_older_than_asked_for_is_taken(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid, received_at=NOW + uid * HOUR)

    found = [each.raw for each in store.received(since=NOW + 2 * HOUR)]

    assert found == [b"message 2", b"message 3"]


def test_copies_and_what_was_set_aside_are_left_out(store: Store) -> None:
    record_case(store, 1)
    store.record(make_record(2, raw=b"message 1", reference=None))
    aside = SetAside(
        place=place(3), received_at=NOW, reason="broken", due=NOW, now=NOW, raw=b"x"
    )
    store.ledger.set_aside(aside)
    store.ledger.leave(place(4).inbox, 1, [4], "not ours", NOW)

    assert [each.raw for each in store.received()] == [b"message 1"]


def test_a_message_may_come_while_others_are_read(store: Store) -> None:
    record_case(store, 1)
    record_case(store, 2, received_at=NOW + HOUR)
    reading = store.received()
    first = next(reading)

    record_case(store, 3, received_at=NOW + 2 * HOUR)

    assert [first.raw, *(each.raw for each in reading)] == [b"message 1", b"message 2"]
