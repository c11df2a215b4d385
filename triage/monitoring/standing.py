"""What the store and the folders show, as counts; nothing of a sender's is in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from triage.store import Passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """How a mailbox stood when it was last balanced."""

    at: datetime
    unaccounted: int
    """Mails in the mailbox without a fate."""
    lingering: int
    """Mails that were filed and are back."""
    amiss: int
    """Sums of the store itself that do not come out."""
    there: Mapping[str, int]
    """Mails in the mailbox by their fate: recorded, aside, left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxStanding:
    """How a mailbox stands; the same facts as `triage status`."""

    edition: str | None
    """Hash of the rules and letters in force; None: it never ran."""
    in_force_since: datetime | None
    changes_are_refused: bool
    """What stands in the folders did not pass."""
    mailbox_read_at: datetime | None
    ledger: Ledger | None
    """None: it was never balanced."""
    letters: Mapping[str, int]
    """Those that are not at their end, by state."""
    oldest_due_at: datetime | None
    """Since when the letter waits that may be sent now; None: there is none."""
    to_approve: int
    doubtful: int
    in_vain: int
    breaker_is_open: bool
    modes: Mapping[str, int]
    open_cases: int
    overdue: int
    unacknowledged: int
    set_aside: int
    unsettled: int
    unassigned: int
    needs: int
    """How many things a person must do now."""
    routes: tuple[str, ...] = ()
    """That the rules can take."""
    expires: Mapping[str, datetime] = field(default_factory=dict)
    """When certificates and tokens end, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an installation stands."""

    at: datetime
    mailboxes: Mapping[str, MailboxStanding]
    """By their names; that of the only one is empty."""
    store_bytes: int
    free_bytes: int
    needs: tuple[str, ...]
    """What a person must do now, each a sentence."""
    needs_of_all: int
    """How many of them are of no mailbox."""
    expires: Mapping[str, datetime] = field(default_factory=dict)
    """When that ends which is of no mailbox, as the login of the alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found; the store's part of it may not be had."""

    standing: Standing | None = None
    passed: Mapping[str, Passed] = field(default_factory=dict)
    """What came and went since the look before, by mailbox."""
    failure: str | None = None
    """Why nothing was found."""
