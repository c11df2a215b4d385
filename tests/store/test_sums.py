"""The store's own sums: what cannot be, and what only looks like it."""

from datetime import datetime, timedelta

import pytest

from tests.store.making import NOW, record_case
from triage.store import Deed, Store, Vigil
from triage.store.moving import Claim
from triage.store.outbox import Claimed

LATER = NOW + timedelta(hours=1)
REFERENCE = "CMP-2026-00001"


def alter(store: Store, sql: str) -> None:
    store._engine.run("PRAGMA foreign_keys = OFF")
    store._engine.run(sql)


def claimed(store: Store, at: datetime = NOW) -> Claimed:
    letter = store.outbox.claim(
        at, Claim(owner="test", deadline=at + timedelta(minutes=15))
    )
    assert letter is not None
    return letter


def send(store: Store) -> None:
    letter = claimed(store)
    store.outbox.finish(letter, NOW, Claim(owner="test", deadline=LATER))
    store.outbox.accept(letter, NOW, "250 ok")


def test_a_store_in_use_comes_out(store: Store) -> None:
    for uid in (1, 2, 3, 4):
        record_case(store, uid)
    send(store)
    claimed(store)
    record_case(store, 5, letters=())

    assert store.balances.amiss(NOW) == ()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "DELETE FROM messages WHERE case_id = 1",
            f"the mail that opened {REFERENCE} is not in the store",
        ),
        ("DELETE FROM decisions", f"a mail of {REFERENCE} has no decision"),
        (
            "UPDATE cases SET acknowledged_at = NULL",
            f"the letter of {REFERENCE} was sent, but the case is not acknowledged",
        ),
        (
            "UPDATE outbox SET state = 'queued', next_at = NULL",
            "letter 1 is queued for no time, so it is never sent",
        ),
        (
            "UPDATE outbox SET state = 'finishing', owner = NULL",
            "letter 1 is in nobody's hands: triage outbox show 1",
        ),
    ],
)
def test_what_does_not_come_out_is_named(store: Store, sql: str, words: str) -> None:
    record_case(store)
    send(store)

    alter(store, sql)

    assert store.balances.amiss(NOW) == (words,)


def test_a_claim_that_nobody_takes_back_is_amiss(store: Store) -> None:
    record_case(store)
    claimed(store)

    at_its_end = store.balances.amiss(NOW + timedelta(minutes=16))
    later = store.balances.amiss(NOW + timedelta(minutes=26))

    assert (at_its_end, len(later)) == ((), 1)


def test_a_letter_that_came_back_is_owed_and_not_amiss(store: Store) -> None:
    record_case(store)
    send(store)

    alter(store, "UPDATE outbox SET bounced_at = '2026-04-02T10:00:00.000000Z'")
    alter(store, "UPDATE cases SET acknowledged_at = NULL")

    assert store.balances.amiss(NOW) == ()


def test_an_escalation_renews_the_duty(store: Store) -> None:
    record_case(store)
    send(store)

    alter(
        store,
        "UPDATE cases SET acknowledged_at = NULL,"
        " escalated_at = '2026-04-03T10:00:00.000000Z'",
    )

    assert store.balances.amiss(NOW) == ()


def test_a_case_without_a_mail_is_a_persons_own(store: Store) -> None:
    record_case(store)
    deed = Deed(at=NOW, by="jane", act="close")
    store.register.close(REFERENCE, deed, "upheld")

    alter(store, "DELETE FROM messages")

    assert store.balances.amiss(NOW) == ()


def test_what_waits_is_counted(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid)
    claimed(store)
    record_case(store, 9, asked={"now": LATER})

    waiting = store.outbox.waiting(NOW)

    assert (waiting.due, waiting.on_their_way) == (2, 4)


def test_one_sign_of_life_takes_the_place_of_another(store: Store) -> None:
    first, second = (Vigil(at=at, outlook="{}", book="{}") for at in (NOW, LATER))
    before = store.vigils.last()
    store.vigils.keep(first)

    store.vigils.keep(second)

    assert (before, store.vigils.last()) == (None, second)
