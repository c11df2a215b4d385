"""What follows when a person decides: takes a complaint down, or escalates a case."""

from dataclasses import dataclass
from datetime import datetime

from triage.decision.decide import WATCHED, clocks
from triage.decision.hold import BY_MODE, BY_MODE_WORDS
from triage.decision.model import Decision, Disposition, Reason, ReplyPlan, Rules
from triage.ruleset.modes import mode_of
from triage.ruleset.schema import Route

NO_ADDRESS = Reason("no-address", "no e-mail address: write or call")
BOUNCED = Reason("bounced", "mail to this person came back: write or call")
WAITS = Reason(BY_MODE, BY_MODE_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What a person decided, and how the complainant can be reached."""

    route: Route
    clock_from: datetime
    kind: str
    """Of the letter, unique within its case."""
    address: str | None
    has_bounced: bool = False
    role: str = "unknown"
    missing: tuple[str, ...] = ()


def decide_by_hand(asked: ByHand, ruleset: Rules) -> Decision:
    """Return everything that is to be done; clocks and modes are those of any mail."""
    route = asked.route
    acknowledge, respond = clocks(route, asked.clock_from, ruleset)
    reply = None
    if route.template is not None and asked.address is not None:
        reply = ReplyPlan(route.template, asked.address, asked.kind)
    mode = mode_of(route, ruleset.tables)
    kept_back = tuple(_kept_back(asked, mode == "watch"))
    return Decision(
        Disposition.ANSWER,
        "a person decided",
        ruleset.hash,
        role=asked.role,
        route=route.id,
        missing=asked.missing if route.asks_missing else (),
        reply=reply,
        withheld=kept_back,
        held=(WAITS,) if mode == "hold" and not kept_back else (),
        escalates=route.escalates,
        acknowledge=acknowledge,
        respond=respond,
        folder=route.folder,
        priority=route.priority,
        tell=tuple((contact, route.title) for contact in route.tell),
    )


def _kept_back(asked: ByHand, is_watched: bool) -> list[Reason]:
    reasons = {
        WATCHED: is_watched,
        NO_ADDRESS: asked.address is None,
        BOUNCED: asked.has_bounced,
    }
    return [reason for reason, holds in reasons.items() if holds]
