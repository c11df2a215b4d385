"""How an installation is, what is due there, and what a person must do now."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    needs_of_left,
    number_of,
    overdue_now,
)
from triage.errors import ConfigError
from triage.oauth.expiry import Expiry, is_soon, warning
from triage.ruleset import Policy
from triage.ruleset.modes import mode_of
from triage.store import ALL, Debt, DutyKind, Left, Listed, Restoration, Store, Unread
from triage.wiring.editions import policy_of
from triage.wiring.examples import left_as_shipped
from triage.wiring.folders import RuleFolders
from triage.wiring.liveness import InWords, Liveness, liveness_of, needs_of_daemon
from triage.wiring.logins import OF_ALARM, expiries_of
from triage.wiring.servers import inbox_of

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
    """What a person must do now about this mailbox, each a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeStatus:
    """How an installation with all its mailboxes is."""

    daemon: Liveness
    mailboxes: Mapping[str, Status]
    """By their names, each with what it needs; that of the only one is empty."""
    expiries: tuple[Expiry, ...]
    """What comes to its end and is of no mailbox."""
    needs_of_all: tuple[str, ...]
    """What a person must do now that is of no mailbox of the configuration."""

    @property
    def needs(self) -> tuple[str, ...]:
        """What a person must do now, by mailbox; empty: all is well."""
        return (
            *self.needs_of_all,
            *(
                f"{name}: {need}" if name else need
                for name, one in self.mailboxes.items()
                for need in one.needs
            ),
        )


def _status(
    config: Config, store: Store, around: tuple[Liveness, Surroundings], now: datetime
) -> Status:
    daemon, surroundings = around
    view, health = store.overview, health_of(store, surroundings, now)
    debts, asides = view.unacknowledged(ALL), view.set_aside(ALL)
    overdue, unsettled = overdue_now(store, now), view.unsettled(0).count
    policy = _policy_or_none(config, store, health)
    unassigned, modes = _unassigned(store, policy), _modes(policy)
    return Status(
        health=health,
        modes=modes,
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
            *needs_of(health, now),
            *_about_examples(config, modes),
            *_about_flags(unassigned),
            *_about_matters(unsettled),
            *_about_debts(debts, now),
            *_about_answers(overdue.by.get(DutyKind.RESPOND, 0)),
            *_about_asides(asides, now),
        ),
    )


def status_of_all(
    configs: Sequence[Config], store: Store, now: datetime, in_words: InWords
) -> WholeStatus:
    """Look at every mailbox, and at what they share."""
    daemon = liveness_of(configs[0], store, now)
    around = [surroundings_of(each) for each in configs]
    with store.looking():
        known = [_known_as(store, each) for each in configs]
        mailboxes = {
            config.mailbox.name if len(configs) > 1 else "": _status(
                config, store.within(name), (daemon, _own(outside)), now
            )
            for name, config, outside in zip(known, configs, around, strict=True)
            if name is not None
        }
        left = _left(configs, store, known)
    is_read = not any(each.health.is_mailbox_silent for each in mailboxes.values())
    expiries = tuple(each for each in around[0].expiries if _is_of_all(each))
    return WholeStatus(
        daemon=daemon,
        mailboxes=mailboxes,
        expiries=expiries,
        needs_of_all=(
            *needs_of_daemon(daemon, now, in_words, is_read=is_read),
            *(warning(each, now) for each in expiries if is_soon(each, now)),
            *_about_unknown(configs, known),
            *needs_of_left(left),
        ),
    )


def _known_as(store: Store, config: Config) -> str | None:
    return store.mailboxes.known_as(config.mailbox.name, inbox_of(config))


def _left(
    configs: Sequence[Config], store: Store, known: Sequence[str | None]
) -> tuple[Left, ...]:
    """Return what waits where nobody serves it; one that was named has siblings."""
    looked_at = {each.mailbox.name for each in configs}
    in_store = set(store.mailboxes.names())
    others = (set(configs[0].names) - looked_at) & in_store
    return store.mailboxes.left({each for each in known if each is not None} | others)


def _about_unknown(
    configs: Sequence[Config], known: Sequence[str | None]
) -> Iterator[str]:
    for config, name in zip(configs, known, strict=True):
        if name is None:
            yield (
                f"the mailbox `{config.mailbox.name}` is not served yet: start the"
                " daemon anew"
            )


def _own(around: Surroundings) -> Surroundings:
    """Leave out what is told once for all mailboxes."""
    expiries = tuple(each for each in around.expiries if not _is_of_all(each))
    return replace(around, expiries=expiries, configured=None)


def _is_of_all(expiry: Expiry) -> bool:
    return expiry.name.startswith(f"{OF_ALARM}.")


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
        configured=config.names,
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


def _about_examples(config: Config, modes: Mapping[str, int]) -> Iterator[str]:
    is_watching_only = not modes.keys() - {"watch"}
    if not is_watching_only and (left := left_as_shipped(config)):
        yield (
            f"letters go by the example that comes with triage: write your own {left}"
        )


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
