"""How the ledger of each mailbox stood when it was last balanced."""

from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, moment
from triage.store.model import Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The outcome of one comparison of a mailbox with its ledger."""

    inbox: Inbox
    at: datetime
    unaccounted: int
    """Messages on the server that still had no row a pass later."""
    lingering: int
    """Messages that were filed, and are back."""

    @property
    def is_even(self) -> bool:
        """Whether every message has its fate."""
        return not (self.unaccounted or self.lingering)


class Balances:
    """The last balance of each mailbox."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, balance: Balance) -> None:
        """Write down a balance; a mailbox that was never used has none."""
        self._engine.run(
            "INSERT INTO balances (inbox, at, unaccounted, lingering)"
            " SELECT id, :at, :unaccounted, :lingering FROM inboxes"
            " WHERE account = :account AND folder = :folder"
            " ON CONFLICT (inbox) DO UPDATE SET at = excluded.at,"
            " unaccounted = excluded.unaccounted, lingering = excluded.lingering",
            at=balance.at,
            unaccounted=balance.unaccounted,
            lingering=balance.lingering,
            account=balance.inbox.account,
            folder=balance.inbox.folder,
        )

    def last(self) -> tuple[Balance, ...]:
        """Return how each mailbox stood."""
        rows = self._engine.rows(
            "SELECT b.*, i.account, i.folder FROM balances b"
            " JOIN inboxes i ON i.id = b.inbox ORDER BY i.id"
        )
        return tuple(
            Balance(
                inbox=Inbox(row["account"], row["folder"]),
                at=moment(row["at"]),
                unaccounted=row["unaccounted"],
                lingering=row["lingering"],
            )
            for row in rows
        )
