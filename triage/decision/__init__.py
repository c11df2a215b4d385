"""What is decided about a message, from values alone.

model           the values: history in, decision out
decide          the decision: left, recorded or answered, and everything that follows
automatic       mail that is clearly a machine's
withhold        a person's mail that gets no automatic reply
hold            to whom a reply goes, and when it waits for a person
gate            the form of their small named rules
judge           roles, topics, flags, the table of routes and its guard, what is missing
conditions      whether a line of the table holds, and in words what it lacks
sender          who writes, by any spelling; texts that are nearly the same
authentication  what our own mail server found out about a sender
domains         which domains belong together
"""

from triage.decision.decide import clocks, decide, is_ours
from triage.decision.judge import present_items
from triage.decision.model import (
    Decision,
    Disposition,
    History,
    KnownCase,
    Ourselves,
    Reason,
    ReplyPlan,
    Rules,
    Sighting,
    Spent,
    Step,
)
from triage.decision.sender import (
    fingerprint,
    identity_keys,
    likeness,
    named_references,
    who_writes,
)

__all__ = [
    "Decision",
    "Disposition",
    "History",
    "KnownCase",
    "Ourselves",
    "Reason",
    "ReplyPlan",
    "Rules",
    "Sighting",
    "Spent",
    "Step",
    "clocks",
    "decide",
    "fingerprint",
    "identity_keys",
    "is_ours",
    "likeness",
    "named_references",
    "present_items",
    "who_writes",
]
