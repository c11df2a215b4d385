"""To whom a reply goes, and when it is composed but waits for a person."""

from collections.abc import Callable
from dataclasses import dataclass

from triage.decision.budgets import (
    all_had_enough,
    domain_had_enough,
    person_had_enough,
)
from triage.decision.domains import is_usable, same_organisation
from triage.decision.gate import Seen
from triage.decision.model import Reason
from triage.decision.sender import person_key
from triage.ruleset.modes import mode_of
from triage.ruleset.schema import Flag, Route

BY_MODE = "by-route"
FLAGGED_REDIRECTION = "flagged-redirection"


@dataclass(frozen=True, slots=True)
class Planned:
    """A reply that is called for, and what it is part of."""

    seen: Seen
    route: Route
    flags: tuple[Flag, ...]


def recipient(seen: Seen) -> str:
    """The one address that a reply goes to: the person's, or a Reply-To of their own.

    '' where nobody can be told; the reply is withheld then.
    """
    if seen.person is None:
        return ""
    wanted = seen.message.reply_to
    if len(wanted) == 1 and _is_their_own(seen, wanted[0].address):
        return wanted[0].address
    return seen.person.address


def held(planned: Planned) -> tuple[Reason, ...]:
    """Every reason for which a person looks at a reply before it goes out."""
    return tuple(
        Reason(code, sentence) for code, sentence, holds in HELD if holds(planned)
    )


def may_acknowledge_meanwhile(reasons: tuple[Reason, ...]) -> bool:
    """Whether nothing but the redirection itself, or the mode, keeps it waiting."""
    codes = {reason.code for reason in reasons}
    return FLAGGED_REDIRECTION in codes and codes <= {FLAGGED_REDIRECTION, BY_MODE}


def meanwhile_held(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """What also keeps an acknowledgement waiting that goes out in the meantime."""
    return tuple(reason for reason in reasons if reason.code != FLAGGED_REDIRECTION)


def _reply_to_elsewhere(planned: Planned) -> bool:
    seen = planned.seen
    return any(not _is_their_own(seen, one.address) for one in seen.message.reply_to)


def _is_their_own(seen: Seen, address: str) -> bool:
    """Whether a Reply-To is the person's own, or at least their organisation's.

    A domain that anybody can have an address at is no organisation.
    """
    if seen.person is None or not is_usable(address):
        return False
    senders = seen.tables.senders
    if person_key(address, senders) == person_key(seen.person.address, senders):
        return True
    domain = seen.person.domain
    return (
        domain not in senders.public_domains
        and same_organisation(
            address.rpartition("@")[2], domain, senders.public_suffixes
        )
        and not seen.is_ours(address)
        and not seen.is_system(address)
    )


def _sender_budget(planned: Planned) -> bool:
    seen = planned.seen
    return person_had_enough(seen.history.spent, seen.tables.senders)


def _domain_budget(planned: Planned) -> bool:
    seen = planned.seen
    domain = recipient(seen).rpartition("@")[2]
    return domain_had_enough(seen.history.spent, domain, seen.tables.senders)


def _budget_of_all(planned: Planned) -> bool:
    seen = planned.seen
    return all_had_enough(seen.history.spent, seen.tables.senders)


def _breaker(planned: Planned) -> bool:
    return planned.seen.history.breaker_is_open


def _flagged_redirection(planned: Planned) -> bool:
    return planned.route.redirects and any(flag.hold_redirect for flag in planned.flags)


def _redirected_by_one(planned: Planned) -> bool:
    """Another mailbox that it was written to may be the one that should answer it."""
    message = planned.seen.message
    named = (*message.to, *message.cc, *message.resent)
    is_to_several = any(planned.seen.is_siblings(each.address) for each in named)
    return planned.route.redirects and is_to_several


def _restricted(planned: Planned) -> bool:
    """Whether a kind holds replies; one that the rules have no longer does too."""
    kinds = planned.seen.tables.restrictions.kinds
    return any(
        each.kind not in kinds or kinds[each.kind].holds_replies
        for each in planned.seen.history.restrictions
    )


def _by_mode(planned: Planned) -> bool:
    return mode_of(planned.route, planned.seen.tables) == "hold"


HELD: tuple[tuple[str, str, Callable[[Planned], bool]], ...] = (
    (BY_MODE, "replies of this route wait for approval", _by_mode),
    (
        FLAGGED_REDIRECTION,
        "it would turn away a flagged writer",
        _flagged_redirection,
    ),
    (
        "redirected-by-one",
        "another mailbox of ours got it too, and this one would turn it away",
        _redirected_by_one,
    ),
    (
        "restricted",
        "a restriction is in force for this person: a person answers them",
        _restricted,
    ),
    ("reply-to", "its Reply-To names somebody else", _reply_to_elsewhere),
    ("sender-budget", "this person got enough replies today", _sender_budget),
    ("domain-budget", "this domain got enough replies this hour", _domain_budget),
    ("budget-of-all", "enough replies went out this hour", _budget_of_all),
    ("breaker", "the breaker is open: no reply goes out", _breaker),
)
