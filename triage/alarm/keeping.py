"""The store as the alarm uses it: never for long, and never waiting for others."""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from triage.alarm.signs import Glimpse
from triage.errors import TriageError
from triage.store import Balance, Left, Store, Vigil

BUSY_SECONDS = 2.0
MEGABYTE = 1_000_000
BLIND = Glimpse(due=0, on_their_way=0, uneven=None, is_read=False)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Looks into a store and keeps there what was seen; opened anew for each look."""

    path: Path
    free_megabytes: int
    mailboxes: tuple[str, ...] = ()
    """Those whose letters are counted apart."""
    configured: tuple[str, ...] | None = None
    """All that are served; None: that is not looked at."""

    def look(self, vigil: Vigil) -> Glimpse:
        """Write down a vigil and see how letters and ledger stand; raises nothing."""
        try:
            store = Store.open(self.path, exclusive=False, busy_seconds=BUSY_SECONDS)
        except TriageError as error:
            return replace(BLIND, unwritable=str(error))
        with store:
            return self._look(store, vigil)

    def _look(self, store: Store, vigil: Vigil) -> Glimpse:
        try:
            unwritable = self._keep(store, vigil)
            seen = self._seen(store, vigil.at)
        except TriageError as error:
            return replace(BLIND, unwritable=str(error))
        return replace(seen, unwritable=unwritable)

    def _keep(self, store: Store, vigil: Vigil) -> str | None:
        try:
            store.vigils.keep(vigil)
        except TriageError as error:
            return str(error)
        return shortage(self.path, self.free_megabytes)

    def _seen(self, store: Store, now: datetime) -> Glimpse:
        with store.looking():
            balances, configured = store.balances.last(), self.configured
            served = (
                [store]
                if configured is None
                else [store.within(name) for name in configured]
            )
            waiting = [each.outbox.waiting(now) for each in served]
            of_each = {
                name: store.within(name).outbox.waiting(now) for name in self.mailboxes
            }
            left = () if configured is None else store.mailboxes.left(configured)
        return Glimpse(
            due=sum(each.due for each in waiting),
            on_their_way=sum(each.on_their_way for each in waiting),
            uneven=_uneven(balances),
            of_each={
                name: (each.due, each.on_their_way) for name, each in of_each.items()
            },
            left={each.name: _waiting(each) for each in left},
        )


def _waiting(left: Left) -> str:
    return (
        f"it is not configured any more; open cases: {left.open_cases}, letters:"
        f" {left.letters}"
    )


def shortage(path: Path, least: int) -> str | None:
    """Say that less is free on a store's disk than an installation wants, in MB."""
    free = shutil.disk_usage(path.parent).free // MEGABYTE
    return f"only {free} MB are free on its disk" if free < least else None


def _uneven(balances: tuple[Balance, ...]) -> str | None:
    """Say in counts how the ledger does not balance; which, `triage status` says."""
    counts = (
        (sum(each.unaccounted for each in balances), "not accounted for"),
        (sum(each.lingering for each in balances), "filed and back"),
        (sum(len(each.amiss) for each in balances), "wrong in the store's own sums"),
    )
    said = ", ".join(f"{number} {words}" for number, words in counts if number)
    return said or None
