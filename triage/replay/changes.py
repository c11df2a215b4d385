"""What another set of rules would do otherwise, mail by mail, and what of it blocks.

To be turned away newly, or no longer to be acknowledged, is what nobody may bring about
unawares. Modes are looked at last: a route that is only watched, or whose replies wait,
is an act of the people who set it, and says nothing about the rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from triage.decision import Decision, Disposition
from triage.decision.decide import WATCHED
from triage.decision.hold import BY_MODE, FLAGGED_REDIRECTION
from triage.replay.playing import Outcome
from triage.replay.reasons import reasons_for

BY_MODES = {WATCHED.code: "watched", BY_MODE: "held for approval"}
"""Reasons that stand for a mode, not for a message, in short."""


class Kind(StrEnum):
    """What a change does to the person who wrote; the gravest first."""

    TURNED_AWAY = "turned-away"
    """A redirection where there was none, another one, or one that nobody looks at."""
    UNACKNOWLEDGED = "unacknowledged"
    """There was a reply; now there would be none."""
    ROUTE = "route"
    LETTER = "letter"
    """The same route, but other words, or they wait for a person, or do not."""
    DETAILS = "details"
    """The same letter; role, flags, what is missing, deadlines or filing differ."""
    MODE = "mode"
    """Only how far replies go by themselves differs."""


BLOCKING = frozenset({Kind.TURNED_AWAY, Kind.UNACKNOWLEDGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one set of rules makes of a mail."""

    route: str
    """Or what becomes of a mail that has none, in words."""
    rule: str | None
    letters: str
    """What would be written, and whether it would be sent."""
    to: str
    """The address that it goes to: for a person's eyes only."""
    role: str
    flags: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One mail that would get something else."""

    kind: Kind
    name: str
    sha256: str
    reference: str | None
    received_at: datetime
    old: Side
    new: Side
    why: tuple[str, ...]
    """What made the difference: signals with their words, lines of the table."""

    @property
    def blocks(self) -> bool:
        return self.kind in BLOCKING

    @property
    def from_to(self) -> str:
        """The change in a few words, alike for mails that change alike."""
        old, new = self.old, self.new
        match self.kind:
            case Kind.LETTER | Kind.MODE:
                return f"{old.letters} → {new.letters}"
            case Kind.DETAILS:
                return "; ".join(self.details()) or new.route
            case Kind.UNACKNOWLEDGED if old.route == new.route:
                return f"{old.letters} → {new.letters}"
            case Kind.TURNED_AWAY if old.route == new.route:
                return f"{old.letters} → {new.letters}"
            case _:
                return f"{old.route} → {new.route}"

    def details(self) -> Iterator[str]:
        """Name what differs besides route and letter."""
        old, new = self.old, self.new
        if old.role != new.role:
            yield f"role {old.role} → {new.role}"
        yield from (f"flag {f} raised now" for f in new.flags if f not in old.flags)
        yield from (f"flag {f} not raised now" for f in old.flags if f not in new.flags)
        yield from (f"asks for {m} too" for m in new.missing if m not in old.missing)
        yield from (
            f"no longer asks for {m}" for m in old.missing if m not in new.missing
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """All that two sets of rules do differently with the same mails."""

    mails: int
    """Mails that were compared."""
    all: tuple[Change, ...]
    kept: int = 0
    """Mails that the table would send elsewhere now: only the second opinion keeps
    them on their route, which it did not before."""

    @property
    def blocking(self) -> tuple[Change, ...]:
        return tuple(change for change in self.all if change.blocks)

    def grouped(self) -> list[tuple[Kind, str, list[Change]]]:
        """Put alike changes together by kind and from → to, the gravest first."""
        groups: dict[tuple[Kind, str], list[Change]] = defaultdict(list)
        for change in self.all:
            groups[change.kind, change.from_to].append(change)
        order = list(Kind)
        return sorted(
            ((kind, from_to, group) for (kind, from_to), group in groups.items()),
            key=lambda row: (order.index(row[0]), -len(row[2]), row[1]),
        )


def compare(old: Iterable[Outcome], new: Iterable[Outcome]) -> Changes:
    """Compare what two sets of rules make of the same mails, in the same order.

    Raises ValueError where the mails are not the same.
    """
    mails = kept = 0
    changes = []
    for before, after in zip(old, new, strict=True):
        if before.name != after.name:
            raise ValueError("outcomes of other mails, or in another order")
        mails += 1
        if change := change_of(before, after):
            changes.append(change)
        kept += _is_kept(before, after)
    return Changes(mails, tuple(changes), kept)


def _is_kept(old: Outcome, new: Outcome) -> bool:
    stayed = _route(old) == _route(new)
    return stayed and _by_opinion(new) and not _by_opinion(old)


def _by_opinion(outcome: Outcome) -> bool:
    """Whether the second opinion was believed rather than the table."""
    opinion = outcome.decision.second_opinion if outcome.decision else None
    return opinion is not None and opinion.decided is not None


def change_of(old: Outcome, new: Outcome) -> Change | None:
    """Say what changes for one mail; None where it gets the same."""
    kind = _kind(old, new)
    if kind is None:
        return None
    return Change(
        kind=kind,
        name=old.name,
        sha256=old.sha256 or new.sha256,
        reference=old.reference or new.reference,
        received_at=old.received_at,
        old=_side(old),
        new=_side(new),
        why=tuple(reasons_for(old, new)),
    )


def _kind(old: Outcome, new: Outcome) -> Kind | None:
    """The gravest of the changes, modes aside; a mode where there is no other."""
    for kind, differs in (
        (Kind.TURNED_AWAY, _is_turned_away),
        (Kind.UNACKNOWLEDGED, _is_unacknowledged),
    ):
        if differs(old, new):
            return kind
    letters = _template if _is_watched(old) or _is_watched(new) else _letters
    for kind, what in (
        (Kind.ROUTE, _route),
        (Kind.LETTER, letters),
        (Kind.DETAILS, _details),
        (Kind.MODE, _letters_with_modes),
    ):
        if what(old) != what(new):
            return kind
    return None


def _is_turned_away(old: Outcome, new: Outcome) -> bool:
    if not new.redirects or new.decision is None:
        return False
    if not old.redirects or _route(old) != _route(new):
        return True
    goes_out = not new.decision.withheld and not _waits_as_flagged(new)
    return goes_out and _waits_as_flagged(old)


def _waits_as_flagged(outcome: Outcome) -> bool:
    return outcome.decision is not None and any(
        why.code == FLAGGED_REDIRECTION for why in outcome.decision.held
    )


def _is_unacknowledged(old: Outcome, new: Outcome) -> bool:
    return _has_reply(old) and not _has_reply(new)


def _has_reply(outcome: Outcome) -> bool:
    """Whether a reply is called for that nothing but a mode keeps back.

    A receipt acknowledges nothing: people may do without.
    """
    decision = outcome.decision
    if decision is None or decision.disposition is not Disposition.ANSWER:
        return False
    reply = decision.reply
    return reply is not None and reply.acknowledges and not _withheld(decision)


def _withheld(decision: Decision) -> tuple[str, ...]:
    return tuple(why.words for why in decision.withheld if why.code not in BY_MODES)


def _route(outcome: Outcome) -> str:
    decision = outcome.decision
    if decision is None:
        return "set aside"
    match decision.disposition:
        case Disposition.LEAVE:
            return "left alone"
        case Disposition.RECORD:
            return "recorded, no reply"
        case Disposition.ANSWER:
            return decision.route or "-"


def _is_watched(outcome: Outcome) -> bool:
    decision = outcome.decision
    return decision is not None and WATCHED in decision.withheld


def _template(outcome: Outcome) -> object:
    """The letter alone: of a watched one nobody decides what else it would wait for."""
    decision = outcome.decision
    if decision is None or decision.reply is None:
        return None
    return decision.reply.template, _withheld(decision)


def _letters(outcome: Outcome) -> str:
    """What is written, in words, as if every route were live."""
    return _written(outcome, frozenset(BY_MODES))


def _letters_with_modes(outcome: Outcome) -> str:
    return _written(outcome, frozenset())


def _written(outcome: Outcome, but: frozenset[str]) -> str:
    decision = outcome.decision
    if decision is None or decision.reply is None:
        return "no reply"
    letter = decision.reply.template
    if decision.meanwhile is not None:
        letter = f"{decision.meanwhile.template}, then {letter}"
    reasons = [why for why in decision.withheld or decision.held if why.code not in but]
    if not reasons:
        return f"{letter}: sent"
    if all(why.code in BY_MODES for why in reasons):
        return f"{letter}: {', '.join(BY_MODES[why.code] for why in reasons)}"
    fate = "withheld" if decision.withheld else "held"
    return f"{letter}: {fate}, {'; '.join(why.words for why in reasons)}"


def _details(outcome: Outcome) -> object:
    """All else that people or the daemon go by."""
    decision = outcome.decision
    if decision is None or decision.disposition is Disposition.LEAVE:
        return None
    return (
        decision.role,
        decision.flags,
        decision.missing,
        decision.reply and decision.reply.to,
        decision.folder,
        decision.priority,
        decision.tell,
        decision.acknowledge and decision.acknowledge.at,
        decision.respond and decision.respond.at,
    )


def _side(outcome: Outcome) -> Side:
    decision = outcome.decision
    return Side(
        route=_route(outcome),
        rule=decision.rule if decision else None,
        letters=_letters_with_modes(outcome),
        to=decision.reply.to if decision and decision.reply else "",
        role=decision.role if decision else "unknown",
        flags=decision.flags if decision else (),
        missing=decision.missing if decision else (),
    )
