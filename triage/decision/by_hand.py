"""What follows when a person decides: takes a complaint down, or escalates a case."""

from collections.abc import Iterator
from dataclasses import dataclass

from triage.decision.decide import WATCHED, clocks
from triage.decision.gate import Seen
from triage.decision.hold import Planned, held, recipient
from triage.decision.model import Decision, Disposition, Reason, ReplyPlan
from triage.ruleset.modes import mode_of
from triage.ruleset.schema import Route

NO_ADDRESS = Reason("no-address", "no e-mail address: write or call")
BOUNCED = Reason("bounced", "mail to this person came back: write or call")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a person decided about a complaint."""

    route: Route
    kind: str
    """Of the letter, unique within its case."""
    role: str = "unknown"
    missing: tuple[str, ...] = ()


def decide_by_hand(asked: ByHand, seen: Seen) -> Decision:
    """Return everything that is to be done, as for any mail.

    `seen` holds an empty message from the person, if mail can go to them.
    """
    route = asked.route
    acknowledge, respond = clocks(route, seen.sighting.received_at, seen.ruleset)
    reply = None
    if route.template is not None and seen.person is not None:
        reply = ReplyPlan(route.template, recipient(seen), asked.kind)
    kept_back = tuple(_kept_back(route, seen))
    return Decision(
        Disposition.ANSWER,
        "a person decided",
        seen.ruleset.hash,
        role=asked.role,
        route=route.id,
        missing=asked.missing if route.asks_missing else (),
        reply=reply,
        withheld=kept_back,
        held=() if kept_back or reply is None else held(Planned(seen, route, ())),
        escalates=route.escalates,
        acknowledge=acknowledge,
        respond=respond,
        folder=route.folder,
        priority=route.priority,
        tell=tuple((contact, route.title) for contact in route.tell),
    )


def _kept_back(route: Route, seen: Seen) -> Iterator[Reason]:
    if mode_of(route, seen.tables) == "watch":
        yield WATCHED
    if seen.person is None:
        yield NO_ADDRESS
    elif seen.history.has_bounced:
        yield BOUNCED
