"""Whether the program itself is well; the digest and `triage status` say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.intake.job import HEARTBEAT
from triage.oauth.expiry import Expiry
from triage.store import Activation, Balance, Blocking, Left, Store, Trial

SILENT_AFTER = timedelta(minutes=15)
"""A mailbox that was not read for so long, and ten times as long as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why what stands in the folders is not in force."""

    trial: Trial
    blocking: tuple[Blocking, ...]
    """Messages that nobody answers for yet."""

    @property
    def is_answered_for(self) -> bool:
        """Only messages stood in the way, and a person answers for each by now."""
        return bool(self.trial.blocking) and not self.blocking


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the store does not know."""

    standing: str | None
    """Hash of what stands in the folders; None: it cannot be read."""
    poll_seconds: int
    """How often the mailbox is read."""
    configured: tuple[str, ...] | None = None
    """The names of all mailboxes; None: others need not be told of."""
    expiries: tuple[Expiry, ...] = ()
    """What is known to come to its end, and no login works without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the program is; nothing of a sender's is in it."""

    in_force: Activation | None
    """The rules and letters, since when and by whom; None: it never ran."""
    standing: str | None
    refused: Refusal | None
    mailbox_read_at: datetime | None
    is_mailbox_silent: bool
    """It was not read for much longer than it should be."""
    balances: tuple[Balance, ...]
    """How the ledger of each mailbox stood; empty: it was never balanced."""
    outbox: Mapping[str, int]
    """Letters by state; those sent and dropped are left out."""
    breaker_is_open: bool
    audit_head: str
    """The audit log's latest hash: kept elsewhere, it proves the log later."""
    left: tuple[Left, ...]
    """What waits in mailboxes that are not configured any more."""
    expiries: tuple[Expiry, ...]
    """What no login works without and comes to its end, the first first."""


def health_of(store: Store, around: Surroundings, now: datetime) -> Health:
    """Look at what must be well for mail to be answered."""
    in_force = store.editions.in_force()
    read_at = store.heartbeat.last(HEARTBEAT)
    longest = max(SILENT_AFTER, timedelta(seconds=10 * around.poll_seconds))
    return Health(
        in_force=in_force,
        standing=around.standing,
        refused=refusal_of(store, in_force, around.standing),
        mailbox_read_at=read_at,
        is_mailbox_silent=read_at is None or now - read_at > longest,
        balances=store.balances.last(),
        outbox=store.outbox.counted(),
        breaker_is_open=store.breaker.is_open(now),
        audit_head=store.audit.head(),
        left=(
            () if around.configured is None else store.mailboxes.left(around.configured)
        ),
        expiries=around.expiries,
    )


def refusal_of(
    store: Store, in_force: Activation | None, stands: str | None
) -> Refusal | None:
    """Return the last refusal, unless the folders hold something else by now."""
    trial = store.editions.last_trial()
    if trial is None or not trial.is_refused or trial.hash != stands:
        return None
    if in_force is not None and in_force.hash == stands:
        return None
    accepted = store.editions.accepted(trial.hash) if trial.hash else ()
    answered_for = {each.sha256 for each in accepted}
    blocking = () if None in answered_for else trial.blocking
    return Refusal(
        trial=trial,
        blocking=tuple(each for each in blocking if each.sha256 not in answered_for),
    )
