"""How an installation is, what is due there, and what a person must do now."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.config import Config
from triage.digest import (
    Digest,
    Health,
    Look,
    Surroundings,
    digest_of,
    health_of,
    needs_of,
    number_of,
    overdue_now,
)
from triage.errors import ConfigError
from triage.ruleset import Policy
from triage.ruleset.modes import mode_of
from triage.store import ALL, Debt, DutyKind, Listed, Store, Unread
from triage.wiring.editions import policy_of
from triage.wiring.folders import RuleFolders

DUE_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How an installation is; nothing of a sender's is in it."""

    health: Health
    modes: dict[str, int]
    """Routes by how far their replies go by themselves."""
    open_cases: int
    """Neither answered nor closed."""
    overdue: int
    """Acknowledgements and answers."""
    unacknowledged: Listed[Debt]
    """The most urgent first."""
    to_approve: int
    """Replies that wait for a person's approval."""
    doubtful: int
    """Letters that may not have arrived."""
    in_vain: int
    """Mails in the folders for approval that decide nothing."""
    set_aside: int
    unsettled: int
    """Matters that a person must look at."""
    needs: tuple[str, ...]
    """What a person must do now, each a sentence; empty: all is well."""


def status_of(config: Config, store: Store, now: datetime) -> Status:
    """Look at everything that a person may have to act on."""
    around = surroundings_of(config)
    with store.looking():
        return _status(config, store, around, now)


def _status(
    config: Config, store: Store, around: Surroundings, now: datetime
) -> Status:
    view, health = store.overview, health_of(store, around, now)
    debts, asides = view.unacknowledged(ALL), view.set_aside(ALL)
    overdue = overdue_now(store, now)
    return Status(
        health=health,
        modes=_modes(config, store, health),
        open_cases=view.open_cases(),
        overdue=overdue.count,
        unacknowledged=debts,
        to_approve=view.to_approve(0).count,
        doubtful=view.doubtful(0).count,
        in_vain=len(store.handed_in.left_alone()),
        set_aside=asides.count,
        unsettled=view.unsettled(0).count,
        needs=(
            *needs_of(health, now),
            *_about_debts(debts, now),
            *_about_answers(overdue.by.get(DutyKind.RESPOND, 0)),
            *_about_asides(asides, now),
        ),
    )


def digest_now(
    config: Config, store: Store, now: datetime, days: int, most: int
) -> tuple[Digest, Policy]:
    """Return the digest as it is now, and the rules in force that it goes by.

    It looks ahead as far as the morning mail, or `days` working days where that is
    more. Raises ConfigError.
    """
    around = surroundings_of(config)
    policy = policy_of(config, store)
    ahead = max(days, policy.tables.digest.ahead_days)
    with store.looking():
        digest = digest_of(store, policy, around, Look(now, ahead, most))
    return digest, policy


def surroundings_of(config: Config) -> Surroundings:
    """Look at what stands in the folders, and how often the mailbox is to be read."""
    try:
        standing = RuleFolders(config).read().hash
    except ConfigError:
        standing = None
    return Surroundings(standing=standing, poll_seconds=config.mailbox.poll_seconds)


def _about_debts(debts: Listed[Debt], now: datetime) -> Iterator[str]:
    dues = [d.acknowledge_by for d in debts.rows if d.acknowledge_by is not None]
    overdue = sum(due < now for due in dues)
    soon = sum(now <= due <= now + DUE_SOON for due in dues)
    if overdue:
        cases = number_of(overdue, "case")
        yield f"{cases} should have been acknowledged: {_DEBT_LIST}"
    if soon:
        cases = number_of(soon, "case")
        yield f"{cases} must be acknowledged within a day: {_DEBT_LIST}"


_DEBT_LIST = "triage case list --debt"


def _about_answers(overdue: int) -> Iterator[str]:
    if overdue:
        yield f"{number_of(overdue, 'case')} should have been answered: triage due"


def _about_asides(asides: Listed[Unread], now: datetime) -> Iterator[str]:
    pressing = sum(aside.due <= now + DUE_SOON for aside in asides.rows)
    if pressing:
        mails = number_of(pressing, "mail")
        yield f"{mails} set aside must be read by a person: triage case list --other"


def _modes(config: Config, store: Store, health: Health) -> dict[str, int]:
    if health.in_force is None:
        return {}
    try:
        tables = policy_of(config, store).tables
    except ConfigError:
        return {}
    return dict(Counter(mode_of(route, tables) for route in tables.route))
