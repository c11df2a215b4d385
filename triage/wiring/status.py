"""How an installation is, what is due there, and what a person must do now."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from triage.config import Config
from triage.digest import (
    Digest,
    Health,
    Look,
    Surroundings,
    digest_of,
    first_flags,
    health_of,
    needs_of,
    number_of,
    overdue_now,
)
from triage.errors import ConfigError
from triage.ruleset import Policy
from triage.ruleset.modes import mode_of
from triage.store import ALL, Debt, DutyKind, Listed, Restoration, Store, Unread
from triage.wiring.editions import policy_of
from triage.wiring.folders import RuleFolders
from triage.wiring.liveness import InWords, Liveness, liveness_of, needs_of_daemon
from triage.wiring.logins import expiries_of

DUE_SOON = timedelta(hours=24)
RESTORED_FOR = timedelta(days=30)
"""So long it is told that an older store was put back."""


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
    daemon: Liveness
    unassigned: int
    """Open cases with a flag that comes first, which belong to nobody."""
    restored: Restoration | None
    """That an older store was put back, for as long as that is told."""
    needs: tuple[str, ...]
    """What a person must do now, each a sentence; empty: all is well."""


def status_of(config: Config, store: Store, now: datetime, in_words: InWords) -> Status:
    """Look at everything that a person may have to act on; `in_words` writes times."""
    around = surroundings_of(config)
    with store.looking():
        return _status(config, store, around, now, in_words)


def _status(
    config: Config,
    store: Store,
    around: Surroundings,
    now: datetime,
    in_words: InWords,
) -> Status:
    view, health = store.overview, health_of(store, around, now)
    debts, asides = view.unacknowledged(ALL), view.set_aside(ALL)
    overdue = overdue_now(store, now)
    daemon, unsettled = liveness_of(config, store, now), view.unsettled(0).count
    policy = _policy_or_none(config, store, health)
    unassigned = _unassigned(store, policy)
    return Status(
        health=health,
        modes=_modes(policy),
        open_cases=view.open_cases(),
        overdue=overdue.count,
        unacknowledged=debts,
        to_approve=view.to_approve(0).count,
        doubtful=view.doubtful(0).count,
        in_vain=len(store.handed_in.left_alone()),
        set_aside=asides.count,
        unsettled=unsettled,
        daemon=daemon,
        unassigned=unassigned,
        restored=_restored(store, now),
        needs=(
            *needs_of_daemon(daemon, now, in_words),
            *needs_of(health, now),
            *_about_flags(unassigned),
            *_about_matters(unsettled),
            *_about_debts(debts, now),
            *_about_answers(overdue.by.get(DutyKind.RESPOND, 0)),
            *_about_asides(asides, now),
        ),
    )


def status_of_all(
    configs: Sequence[Config], store: Store, now: datetime, in_words: InWords
) -> Status:
    """Look at several mailboxes together: counts of all, and what each one needs.

    The edition is that of the first, unless another one's was refused.
    """
    if len(configs) == 1:
        return status_of(configs[0], store, now, in_words)
    names = [config.mailbox.name for config in configs]
    found = [
        status_of(config, store.within(name), now, in_words)
        for name, config in zip(names, configs, strict=True)
    ]
    whole = status_of(configs[0], store, now, in_words)
    refused = next((one for one in found if one.health.refused is not None), found[0])
    health = replace(
        whole.health,
        in_force=refused.health.in_force,
        refused=refused.health.refused,
        standing=refused.health.standing,
        expiries=tuple(
            replace(each, name=f"{name}.{each.name}", what=f"{each.what} of `{name}`")
            for name, one in zip(names, found, strict=True)
            for each in one.health.expiries
        ),
    )
    needs = [
        f"{name}: {need}"
        for name, one in zip(names, found, strict=True)
        for need in one.needs
    ]
    return replace(whole, health=health, needs=tuple(needs))


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
    """Look at what is to be known of the world outside the store."""
    try:
        standing = RuleFolders(config).read().hash
    except ConfigError:
        standing = None
    return Surroundings(
        standing=standing,
        poll_seconds=config.mailbox.poll_seconds,
        expiries=expiries_of(config),
    )


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


def _about_flags(unassigned: int) -> Iterator[str]:
    if unassigned:
        cases = number_of(unassigned, "urgent case")
        yield f"{cases} with a flag and without an owner: triage due"


def _about_matters(unsettled: int) -> Iterator[str]:
    if unsettled:
        yield f"{number_of(unsettled, 'matter')} must be looked at: triage due"


def _policy_or_none(config: Config, store: Store, health: Health) -> Policy | None:
    if health.in_force is None:
        return None
    try:
        return policy_of(config, store)
    except ConfigError:
        return None


def _restored(store: Store, now: datetime) -> Restoration | None:
    last = store.restorations.last()
    return last if last is not None and now - last.at <= RESTORED_FOR else None


def _unassigned(store: Store, policy: Policy | None) -> int:
    """Count open cases that nobody has, with a flag of those that come first."""
    first = () if policy is None else first_flags(policy)
    flagged = store.overview.flagged(first, ALL).rows
    return sum(
        case.owner is None and bool({*case.flags} & {*first}) for case in flagged
    )


def _modes(policy: Policy | None) -> dict[str, int]:
    if policy is None:
        return {}
    tables = policy.tables
    return dict(Counter(mode_of(route, tables) for route in tables.route))
