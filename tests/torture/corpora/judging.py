"""How the shipped rules see a mail of a collection."""

from datetime import UTC, datetime
from functools import cache

from tests.rules.scoring import shipped_ruleset
from triage.decision import Decision, History, Ourselves, Sighting, decide
from triage.decision.automatic import automatic
from triage.decision.gate import Seen
from triage.decision.withhold import withheld
from triage.message import Message
from triage.ruleset import Evidence, Ruleset, find_evidence

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)

ruleset = cache(shipped_ruleset)
# Our addresses stand in none of these mails; not to know them checks the rest.
NOBODY = Ourselves()


def seen(message: Message) -> Seen:
    return Seen(Sighting(message, Evidence(), NOW), History(), ruleset(), NOBODY, NOW)


def is_automatic(message: Message) -> bool:
    return automatic(seen(message)) is not None


def is_answered(message: Message) -> bool:
    one = seen(message)
    return automatic(one) is None and not withheld(one)


def decided(message: Message) -> Decision:
    """The whole way of a mail that has the word in its subject, or is said to."""
    rules: Ruleset = ruleset()
    sighting = Sighting(message, find_evidence(rules, message), NOW)
    return decide(sighting, History(), rules, NOBODY, NOW)
