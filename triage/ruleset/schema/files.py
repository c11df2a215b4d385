"""All tables of all rule files together, and their JSON Schema."""

from typing import Any

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import override

from triage.ruleset.schema.clock import Clock
from triage.ruleset.schema.closing import (
    USUAL_OUTCOMES,
    USUAL_ROOT_CAUSES,
    CaseOutcome,
    RootCause,
)
from triage.ruleset.schema.deciding import Guard, Modes, Route, Rule, SecondOpinion
from triage.ruleset.schema.entry import Entry
from triage.ruleset.schema.examples import Example
from triage.ruleset.schema.followup import Dissatisfied, FollowUps, Particular
from triage.ruleset.schema.personal import DataRequest, Retention
from triage.ruleset.schema.restricting import Restrictions
from triage.ruleset.schema.settings import (
    Answers,
    Automatic,
    CalendarTable,
    DigestTable,
    Intake,
    Senders,
    Series,
)
from triage.ruleset.schema.weighing import Flag, Missing, Role, Topic
from triage.ruleset.schema.words import Signal, WordList

SCHEMA_FILE = "rules.schema.json"
"""Its name beside the rule files, which name it in their first line."""


class RuleFiles(Entry):
    """The tables of a rule file; each may stand in whichever file it reads best."""

    intake: Intake
    """Which messages are picked up, and until when."""
    automatic: Automatic
    """How mail that nobody wrote by hand is known."""
    calendar: CalendarTable
    """Working days, and the days that answers may take."""
    clock: Clock = Clock()
    """When people are reminded, and what happens by itself when time passes."""
    digest: DigestTable = DigestTable()
    """What the team is told every morning."""
    senders: Senders
    """Who counts as one person, and how often one may write."""
    guard: Guard
    """What every redirection needs, and where a message goes otherwise."""
    answers: Answers = Answers()
    """What counts as the answer to a complaint."""
    modes: Modes = Modes()
    """How far answers go by themselves."""
    restrictions: Restrictions = Restrictions()
    """What people may decide about a writer after unacceptable behaviour."""
    dissatisfied: Dissatisfied = Dissatisfied()
    """What is recorded of people who complain without saying so."""
    follow_up: FollowUps = FollowUps()
    """Receipts, and who seems to belong to the people of a case."""
    second_opinion: SecondOpinion | None = None
    """Where mails like this one went, beside what the table says."""
    list: tuple[WordList, ...] = ()
    """Words that stand for each other."""
    signal: tuple[Signal, ...]
    """What can be seen in a mail."""
    role: tuple[Role, ...]
    """Who writes."""
    topic: tuple[Topic, ...]
    """What it is about."""
    flag: tuple[Flag, ...]
    """What puts a message before a person."""
    missing: tuple[Missing, ...]
    """What a complaint must contain."""
    particular: tuple[Particular, ...] = ()
    """Fields of a case that are filled with the words of signals."""
    route: tuple[Route, ...]
    """Where messages go."""
    rule: tuple[Rule, ...]
    """The decision table, line by line; the first line that holds decides."""
    series: tuple[Series, ...] = ()
    """Exam series."""
    outcome: tuple[CaseOutcome, ...] = Field(default=USUAL_OUTCOMES, min_length=1)
    """What may come of a complaint."""
    root_cause: tuple[RootCause, ...] = Field(default=USUAL_ROOT_CAUSES, min_length=1)
    """Why it may have come to a complaint."""
    request: tuple[DataRequest, ...] = ()
    """What people may ask for by law."""
    retention: Retention = Retention()
    """How long closed cases are kept."""
    example: tuple[Example, ...] = ()
    """Whole mails with what they must come to."""


class _WithoutTitles(GenerateJsonSchema):
    """Leaves out titles that only repeat the keys in capitals."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the rule files, for editors (taplo, tombi, VS Code).

    One file holds only some of the tables, so none is required here.
    """
    schema = RuleFiles.model_json_schema(schema_generator=_WithoutTitles)
    schema.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
