"""What is decided about a message, from values alone.

model           the values: history in, decision out
decide          the decision: left, recorded or answered, and everything that follows
automatic       mail that is clearly a machine's
concerns        mail without the word that expresses dissatisfaction
withhold        a person's mail that gets no automatic reply
by_hand         what a person decided who took a complaint down, or escalates
follow_up       what a message brings to its case, and its receipt
kinship         who seems to belong to the school or family of a case
particulars     what a case takes from the words of a mail
hold            to whom a reply goes, and when it waits for a person
holding         whether a letter tells that an answer takes longer
budgets         how many replies may go out
recounting      due dates counted again when the calendar has changed
gate            the form of their small named rules
judge           roles, topics, flags, the table of routes, what is missing
points          of roles and topics
second_opinion  where mails like this one went, beside what the table says
conditions      whether a line of the table holds, and in words what it lacks
guard           what a redirection needs before anybody is turned away
trace           how a decision came about, for people
sender          who writes, by any spelling; texts that are nearly the same
repeating       how often somebody wrote, for people to see
restricting     what a restriction must say before anybody decides about it
answering       a colleague's own mail: to which case it goes, and what it is there
authentication  what our own mail server found out about a sender
domains         which domains belong together
examples        the examples of rule files, tried
failing         why one came to something else
coverage        what they reach
"""

from triage.decision.by_hand import ByHand, decide_by_hand
from triage.decision.concerns import is_looked_at
from triage.decision.conditions import Facts
from triage.decision.coverage import Coverage, coverage
from triage.decision.decide import clocks, decide, is_ours
from triage.decision.examples import (
    Sample,
    Tried,
    examples_that_fail,
    sample_named,
    samples,
    try_examples,
)
from triage.decision.gate import Seen
from triage.decision.holding import (
    HOLDING_TEMPLATE,
    Holding,
    Unanswered,
    holding,
)
from triage.decision.judge import facts_of
from triage.decision.model import (
    Decision,
    Disposition,
    History,
    KnownCase,
    MatterKind,
    Opinion,
    Ourselves,
    Reason,
    ReplyPlan,
    Restricted,
    Rules,
    Sighting,
    Spent,
    Step,
)
from triage.decision.particulars import particulars
from triage.decision.points import points_of
from triage.decision.recounting import (
    Promises,
    Recounted,
    changes_in_words,
    is_changed,
    recount,
)
from triage.decision.repeating import Excess, excesses, written_within
from triage.decision.restricting import Wanted, refusals, review_refusals
from triage.decision.sender import (
    address_spelling,
    fingerprint,
    identity_keys,
    likeness,
    named_references,
    person_key,
    spelling_in_words,
    who_writes,
)
from triage.decision.trace import Trace, trace

__all__ = [
    "HOLDING_TEMPLATE",
    "ByHand",
    "Coverage",
    "Decision",
    "Disposition",
    "Excess",
    "Facts",
    "History",
    "Holding",
    "KnownCase",
    "MatterKind",
    "Opinion",
    "Ourselves",
    "Promises",
    "Reason",
    "Recounted",
    "ReplyPlan",
    "Restricted",
    "Rules",
    "Sample",
    "Seen",
    "Sighting",
    "Spent",
    "Step",
    "Trace",
    "Tried",
    "Unanswered",
    "Wanted",
    "address_spelling",
    "changes_in_words",
    "clocks",
    "coverage",
    "decide",
    "decide_by_hand",
    "examples_that_fail",
    "excesses",
    "facts_of",
    "fingerprint",
    "holding",
    "identity_keys",
    "is_changed",
    "is_looked_at",
    "is_ours",
    "likeness",
    "named_references",
    "particulars",
    "person_key",
    "points_of",
    "recount",
    "refusals",
    "review_refusals",
    "sample_named",
    "samples",
    "spelling_in_words",
    "trace",
    "try_examples",
    "who_writes",
    "written_within",
]
