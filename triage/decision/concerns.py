"""Mail that does not ask for us and expresses dissatisfaction: recorded, no more.

Only where the rules say so, since other people's mail is read for it; only mail of a
person whom we could answer, though nobody is answered.
"""

from datetime import datetime

from triage.decision.automatic import automatic
from triage.decision.gate import Seen
from triage.decision.model import History, Ourselves, Rules, Sighting
from triage.decision.withhold import withheld

KILOBYTE = 1024
OF_TIME = frozenset({"too-old", "rekeyed"})
"""Reasons that say nothing about who wrote."""


def is_looked_at(
    sighting: Sighting, size: int, ruleset: Rules, ourselves: Ourselves, now: datetime
) -> bool:
    """Whether a message is read at all, by its header block and size in octets."""
    wanted = ruleset.tables.dissatisfied
    if not wanted.record or size > wanted.at_most_kilobytes * KILOBYTE:
        return False
    return _is_a_persons(Seen(sighting, History(), ruleset, ourselves, now))


def is_concern(seen: Seen) -> bool:
    """Whether a message is recorded as a concern."""
    wanted, history = seen.tables.dissatisfied, seen.history
    if not wanted.record or history.is_duplicate or history.was_erased:
        return False
    signals = seen.sighting.evidence.signals
    says_so = not signals.isdisjoint(wanted.any) and signals.isdisjoint(wanted.none)
    return says_so and _is_a_persons(seen)


def _is_a_persons(seen: Seen) -> bool:
    if automatic(seen) is not None or seen.person is None:
        return False
    return all(why.code in OF_TIME for why in withheld(seen))
