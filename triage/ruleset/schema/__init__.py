"""The shape of the rule files: what ops may write, with a sentence for each key.

All files of a rule folder are read in the order of their names and taken together, so a
table may stand in whichever file it reads best. The models are the ruleset's data too:
frozen, valid from birth, and a JSON Schema comes from them.

entry     what all tables have in common
words     lists and signals
weighing  roles, topics, flags, what is missing
deciding  routes, the lines of the table, the guard
closing   with what cases end
personal  requests about personal data, how long cases are kept
examples  whole mails with what they must come to
followup  mail to a known case, and what a case takes from the words of mails
settings  intake, automatic mail, calendar, senders
clock     reminders, holding letters, what closes by itself
restricting  what people may decide about a writer
files     all tables of all files, and their JSON Schema
"""

from triage.ruleset.schema.clock import Clock
from triage.ruleset.schema.closing import CaseOutcome, RootCause
from triage.ruleset.schema.deciding import (
    Conditions,
    Guard,
    Modes,
    Route,
    Rule,
    SecondOpinion,
)
from triage.ruleset.schema.entry import Entry, Id, Mode, Phrases, Priority, Where
from triage.ruleset.schema.examples import Example, Expect
from triage.ruleset.schema.files import SCHEMA_FILE, RuleFiles, json_schema
from triage.ruleset.schema.followup import Dissatisfied, FollowUps, Particular
from triage.ruleset.schema.personal import DataRequest, Retention
from triage.ruleset.schema.restricting import RestrictionKind, Restrictions
from triage.ruleset.schema.settings import (
    Answers,
    Automatic,
    Budgets,
    CalendarTable,
    ClosingDay,
    DigestTable,
    Intake,
    Senders,
    Series,
    Window,
)
from triage.ruleset.schema.weighing import Flag, Missing, Role, Topic
from triage.ruleset.schema.words import Signal, WordList, together_entries

__all__ = [
    "SCHEMA_FILE",
    "Answers",
    "Automatic",
    "Budgets",
    "CalendarTable",
    "CaseOutcome",
    "Clock",
    "ClosingDay",
    "Conditions",
    "DataRequest",
    "DigestTable",
    "Dissatisfied",
    "Entry",
    "Example",
    "Expect",
    "Flag",
    "FollowUps",
    "Guard",
    "Id",
    "Intake",
    "Missing",
    "Mode",
    "Modes",
    "Particular",
    "Phrases",
    "Priority",
    "RestrictionKind",
    "Restrictions",
    "Retention",
    "Role",
    "RootCause",
    "Route",
    "Rule",
    "RuleFiles",
    "SecondOpinion",
    "Senders",
    "Series",
    "Signal",
    "Topic",
    "Where",
    "Window",
    "WordList",
    "json_schema",
    "together_entries",
]
