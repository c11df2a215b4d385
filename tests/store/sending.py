"""What a dispatcher does with a letter, in one word each."""

from datetime import datetime, timedelta

from tests.store.making import NOW
from triage.store import Store
from triage.store.moving import Claim
from triage.store.outbox import Claimed

UNTIL = Claim(owner="test", deadline=NOW + timedelta(minutes=15))


def claim(store: Store, at: datetime = NOW, until: Claim = UNTIL) -> Claimed:
    letter = store.outbox.claim(at, until)
    assert letter is not None
    return letter


def accept(store: Store, letter: Claimed, at: datetime = NOW) -> None:
    store.outbox.finish(letter, at, UNTIL)
    store.outbox.accept(letter, at, "250 queued")


def refuse(store: Store, letter: Claimed, *, address_is_bad: bool = False) -> None:
    store.outbox.refuse(letter, NOW, "550 no", address_is_bad=address_is_bad)


def lose(store: Store, letter: Claimed) -> None:
    store.outbox.finish(letter, NOW, UNTIL)
    store.outbox.lose(letter, NOW, "the connection was lost")
