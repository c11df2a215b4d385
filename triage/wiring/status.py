"""How an installation is, and what a person must do now."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.config import Config
from triage.edition import Edition
from triage.errors import ConfigError
from triage.intake.job import HEARTBEAT
from triage.ruleset.modes import mode_of
from triage.store import Activation, Blocking, Debt, State, Store, Trial
from triage.wiring.folders import RuleFolders
from triage.wiring.rulebook import rulebook_without_keys

DUE_SOON = timedelta(hours=24)
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
class Status:
    """How an installation is; nothing of a sender's is in it."""

    in_force: Activation | None
    standing: str | None
    """Hash of what stands in the folders; None: it cannot be read."""
    refused: Refusal | None
    modes: dict[str, int]
    """Routes by how far their replies go by themselves."""
    mailbox_read_at: datetime | None
    open_cases: int
    debts: tuple[Debt, ...]
    """The most urgent first."""
    outbox: dict[str, int]
    """Letters by state; those sent and dropped are left out."""
    to_approve: int
    """Held ones that wait for a person's approval."""
    in_vain: int
    """Mails in the folders for approval that decide nothing."""
    set_aside: int
    breaker_is_open: bool
    needs: tuple[str, ...]
    """What a person must do now, each a sentence; empty: all is well."""


def status_of(config: Config, store: Store, now: datetime) -> Status:
    """Look at everything that a person may have to act on."""
    standing = _standing(config)
    in_force = store.editions.in_force()
    refused = _refused(store, in_force, standing)
    debts = tuple(store.cases.debts())
    asides = store.ledger.asides()
    read_at = store.heartbeat.last(HEARTBEAT)
    breaker_is_open = store.breaker.is_open(now)
    needs = [
        *_about_rules(refused),
        *_about_mailbox(read_at, config, now),
        *_about_debts(debts, now),
        *_about_asides([aside.due for aside in asides], now),
    ]
    if breaker_is_open:
        needs.append("replies are held, too many went out: triage outbox list")
    return Status(
        in_force=in_force,
        standing=standing.hash if standing else None,
        refused=refused,
        modes=_modes(config, store, in_force),
        mailbox_read_at=read_at,
        open_cases=len(store.cases.listed(only_open=True)),
        debts=debts,
        outbox=store.outbox.counted(),
        to_approve=sum(line.waits for line in store.outbox.listed(State.HELD)),
        in_vain=len(store.handed_in.left_alone()),
        set_aside=len(asides),
        breaker_is_open=breaker_is_open,
        needs=tuple(needs),
    )


def _standing(config: Config) -> Edition | None:
    try:
        return RuleFolders(config).read()
    except ConfigError:
        return None


def _refused(
    store: Store, in_force: Activation | None, standing: Edition | None
) -> Refusal | None:
    """Return the last refusal, unless the folders hold something else by now."""
    trial = store.editions.last_trial()
    stands = standing.hash if standing else None
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


def _about_rules(refused: Refusal | None) -> Iterator[str]:
    if refused is not None and not refused.is_answered_for:
        yield "changed rules or templates are refused: see below"


def _about_mailbox(
    read_at: datetime | None, config: Config, now: datetime
) -> Iterator[str]:
    longest = max(SILENT_AFTER, timedelta(seconds=10 * config.mailbox.poll_seconds))
    if read_at is None:
        yield "the mailbox was never read: is the daemon running?"
    elif now - read_at > longest:
        silent = _how_long(now - read_at)
        yield f"the mailbox was not read for {silent}: is the daemon running?"


def _how_long(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    if minutes < 2 * 60:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 2 * 24 else f"{hours // 24} days"


def _about_debts(debts: tuple[Debt, ...], now: datetime) -> Iterator[str]:
    dues = [debt.acknowledge_by for debt in debts if debt.acknowledge_by is not None]
    overdue = sum(due < now for due in dues)
    soon = sum(now <= due <= now + DUE_SOON for due in dues)
    if overdue:
        yield f"{_cases(overdue)} should have been acknowledged: {_DEBT_LIST}"
    if soon:
        yield f"{_cases(soon)} must be acknowledged within a day: {_DEBT_LIST}"


_DEBT_LIST = "triage case list --debt"


def _about_asides(dues: list[datetime], now: datetime) -> Iterator[str]:
    pressing = sum(due <= now + DUE_SOON for due in dues)
    if pressing:
        yield f"{pressing} set aside must be read by a person: triage case list --other"


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _modes(config: Config, store: Store, in_force: Activation | None) -> dict[str, int]:
    if in_force is None:
        return {}
    try:
        kept = store.editions.get(in_force.hash)
        tables = rulebook_without_keys(config, kept.edition).ruleset.tables
    except ConfigError:
        return {}
    return dict(Counter(mode_of(route, tables) for route in tables.route))
