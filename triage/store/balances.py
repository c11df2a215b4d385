"""How the ledger of each mailbox stood when it was last balanced."""

import json
from dataclasses import dataclass
from datetime import datetime

from triage.store.columns import list_of
from triage.store.engine import Engine, moment
from triage.store.model import Inbox
from triage.store.sums import amiss


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The outcome of one comparison of a mailbox with its ledger.

    `on_server` is the sum of `recorded`, `set_aside`, `left_alone`, `lingering`,
    `unaccounted` and what came since the last pass.
    """

    inbox: Inbox
    at: datetime
    unaccounted: int
    """Messages on the server that still had no row a pass later."""
    lingering: int
    """Messages that were filed, and are back."""
    on_server: int = 0
    recorded: int = 0
    set_aside: int = 0
    left_alone: int = 0
    which: tuple[str, ...] = ()
    """The messages without a fate and those that are back, by their numbers."""
    amiss: tuple[str, ...] = ()
    """Sums of the store itself that do not come out, each a sentence."""

    @property
    def is_even(self) -> bool:
        """Whether every message has its fate, and the store's own sums come out."""
        return not (self.unaccounted or self.lingering or self.amiss)


class Balances:
    """The last balance of each mailbox."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, balance: Balance) -> None:
        """Write down a balance; a mailbox that was never used has none.

        Where the mailbox was read before, on another server or in another folder, it is
        read no more: how that stood at last is forgotten.
        """
        self._engine.run(
            "DELETE FROM balances WHERE inbox IN (SELECT id FROM inboxes"
            " WHERE mailbox = :own AND NOT (account = :account AND folder = :folder))",
            account=balance.inbox.account,
            folder=balance.inbox.folder,
        )
        self._engine.run(
            "INSERT INTO balances (inbox, at, unaccounted, lingering, on_server,"
            " recorded, set_aside, left_alone, which, amiss)"
            " SELECT id, :at, :unaccounted, :lingering, :on_server, :recorded,"
            " :set_aside, :left_alone, :which, :amiss FROM inboxes"
            " WHERE account = :account AND folder = :folder"
            " ON CONFLICT (inbox) DO UPDATE SET at = excluded.at,"
            " unaccounted = excluded.unaccounted, lingering = excluded.lingering,"
            " on_server = excluded.on_server, recorded = excluded.recorded,"
            " set_aside = excluded.set_aside, left_alone = excluded.left_alone,"
            " which = excluded.which, amiss = excluded.amiss",
            at=balance.at,
            unaccounted=balance.unaccounted,
            lingering=balance.lingering,
            on_server=balance.on_server,
            recorded=balance.recorded,
            set_aside=balance.set_aside,
            left_alone=balance.left_alone,
            which=json.dumps(balance.which),
            amiss=json.dumps(balance.amiss),
            account=balance.inbox.account,
            folder=balance.inbox.folder,
        )

    def amiss(self, now: datetime) -> tuple[str, ...]:
        """Return the sums of the store itself that do not come out, as sentences."""
        return tuple(amiss(self._engine, now))

    def last(self) -> tuple[Balance, ...]:
        """Return how each mailbox stood that is still configured."""
        rows = self._engine.rows(
            "SELECT b.*, i.account, i.folder FROM balances b"
            " JOIN inboxes i ON i.id = b.inbox"
            " JOIN mailboxes w ON w.id = i.mailbox AND w.is_configured"
            " WHERE i.mailbox = coalesce(:mailbox, i.mailbox) ORDER BY i.id"
        )
        return tuple(
            Balance(
                inbox=Inbox(row["account"], row["folder"]),
                at=moment(row["at"]),
                unaccounted=row["unaccounted"],
                lingering=row["lingering"],
                on_server=row["on_server"],
                recorded=row["recorded"],
                set_aside=row["set_aside"],
                left_alone=row["left_alone"],
                which=list_of(row["which"]),
                amiss=list_of(row["amiss"]),
            )
            for row in rows
        )
