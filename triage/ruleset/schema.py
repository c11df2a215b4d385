"""The shape of the rule files: what ops may write, with a sentence for each key.

All files of a rule folder are read in the order of their names and taken together, so a
table may stand in whichever file it reads best. The models are the ruleset's data too:
frozen, valid from birth, and a JSON Schema comes from them.
"""

from datetime import date, datetime, time
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Where = Literal[
    "subject", "text", "signature", "quoted", "forwarded", "sender", "attachment"
]
Phrases = tuple[str, ...]
Mode = Literal["watch", "hold", "live"]


def together_entries(written: Any) -> Any:
    """Return lists of lists of phrases: where one entry is written, a list of it."""
    match written:
        case [[str(), *_], *_]:
            return [written]
        case _:
            return written


class Entry(BaseModel):
    """What every table has in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WordList(Entry):
    """Words that stand for each other; a phrase names them as {id}."""

    id: Id
    words: Phrases = Field(min_length=1)


class Signal(Entry):
    """One named observation about what was written."""

    id: Id
    title: str
    phrases: Phrases = ()
    together: Annotated[
        tuple[tuple[Phrases, ...], ...],
        BeforeValidator(
            together_entries,
            json_schema_input_type=tuple[tuple[Phrases, ...], ...]
            | tuple[Phrases, ...],
        ),
    ] = ()
    """Each entry is a list of lists: one phrase of every list in one sentence.

    One entry may be written without the outer brackets.
    """
    weak: Phrases = ()
    """Hints of which two different ones are needed."""
    unless: Phrases = ()
    """Phrases that cancel a hit in the same sentence."""
    where: tuple[Where, ...] = Field(default=("subject", "text"), alias="in")
    regex: tuple[str, ...] = ()
    """RE2 on the text as written; the expert's way out."""
    directory: bool = False
    """Found when the sender's address is in the centre directory."""
    at_least_words: int | None = Field(default=None, ge=1)
    """Found when the fields have as many words."""
    examples: Phrases = ()
    counterexamples: Phrases = ()


class Role(Entry):
    """Who writes: the role with the most points that reaches `at_least`."""

    id: Id
    title: str
    points: dict[Id, int]
    at_least: int = 1


class Topic(Entry):
    """What it is about: a topic is touched when its points reach `at_least`."""

    id: Id
    title: str
    points: dict[Id, int]
    at_least: int = 1


class Flag(Entry):
    """What puts a message before a person whatever its route."""

    id: Id
    title: str
    any: tuple[Id, ...] = ()
    none: tuple[Id, ...] = ()
    history: Literal["repeat-sender", "insistent"] | None = None
    never_redirect: bool = False
    """A redirecting route becomes the guard's route, and the reply is a neutral one."""
    hold_redirect: bool = False
    """A redirection waits for a person's approval."""
    tell: tuple[Id, ...] = ()
    """Contacts of the config who are told at once."""
    template: str | None = None
    """The neutral words that are sent in place of the route's own template."""
    priority: Literal["normal", "high", "urgent"] = "normal"
    """Raises the route's priority, never lowers it."""


class Missing(Entry):
    """Something that a complaint must contain, and how its presence is seen."""

    id: Id
    title: str
    present: tuple[tuple[Id, ...], ...] = Field(min_length=1)
    """Groups of signals; present when every group has a hit."""
    asked_when_topic: tuple[Id, ...] = ()
    """Asked for only where one of these topics is touched; empty: always."""
    asked_when_any: tuple[Id, ...] = ()
    """… or one of these signals is there."""
    not_asked_when_any: tuple[Id, ...] = ()


class Route(Entry):
    """Where a message goes, and what is sent and done there."""

    id: Id
    title: str
    template: str | None = None
    folder: str
    priority: Literal["normal", "high", "urgent"] = "normal"
    mode: Mode = "live"
    """How far an answer goes by itself; `[modes]` may allow less."""
    redirects: bool = False
    contrary: tuple[Id, ...] = ()
    """Signals that forbid this redirection, besides those of the guard."""
    asks_missing: bool = False
    responds: bool = True
    """Whether the clock of the full answer runs."""
    escalates: bool = False
    """The last step of a known case: it is acknowledged once more, as an escalation."""
    tell: tuple[Id, ...] = ()


class Conditions(Entry):
    """Every key that is given must hold; an absent key asks nothing."""

    role: tuple[str, ...] = ()
    topic: tuple[Id, ...] = ()
    """The main topic (most points) is one of these."""
    touches: tuple[Id, ...] = ()
    """Every one of these topics is touched."""
    touches_none: tuple[Id, ...] = ()
    all: tuple[Id, ...] = ()
    any: tuple[Id, ...] = ()
    none: tuple[Id, ...] = ()
    flags: tuple[Id, ...] = ()
    known_case: bool | None = None
    """Whether the message belongs to a case that we know."""
    series_running: bool | None = None

    @cached_property
    def asked(self) -> tuple[tuple[str, Any], ...]:
        """The keys that are given with what they want; what is cheap to tell first."""
        keys = sorted(Conditions.model_fields, key=lambda key: key not in _OF_STATE)
        given = ((key, getattr(self, key)) for key in keys)
        return tuple((key, wanted) for key, wanted in given if wanted not in (None, ()))


_OF_STATE = ("known_case", "series_running")


class Rule(Conditions):
    """One line of the decision table; the first that holds decides."""

    id: Id
    title: str
    route: Id
    unless: tuple[Conditions, ...] = ()
    """The line does not hold where one of these does."""


class Guard(Entry):
    """What every redirecting route needs before somebody is turned away."""

    meanwhile: str | None = None
    """Template that acknowledges at once while a flagged redirection waits."""

    otherwise: Id
    margin: int = 1
    """Points by which the main topic must lead the next one that is worked on."""
    points: int = 1
    """Points that the main topic must have."""
    contrary: tuple[Id, ...] = ()


class Modes(Entry):
    """How far answers go by themselves, whatever the routes say."""

    at_most: Mode = "live"
    """The ceiling: watch decides and records only, hold keeps every reply for a
    person's approval, live sends."""


class Intake(Entry):
    """What is picked up."""

    subject_words: Phrases = Field(min_length=1)
    forward_words: int = 25
    """Fewer own words than this: the forwarded block counts as the writer's text."""
    max_age_hours: int = 48
    """Older at first sight: no automatic reply."""


class Automatic(Entry):
    """Lists that the gate against automatic mail reads (RFC 3834, RFC 5230 §4.6)."""

    list_fields: Phrases = ()
    vendor_fields: Phrases = ()
    """Fields of automatic mail: `Name`, or `Name: how its value begins`."""
    doubtful_fields: Phrases = (
        "X-Loop",
        "X-Ack: no",
        "Feedback-ID",
        "X-MS-Exchange-Inbox-Rules-Loop",
        "X-RT-Loop-Prevention",
    )
    """Fields that forwarded mail of people carries too: they only withhold a reply."""
    spam_fields: Phrases = (
        "X-Spam: yes",
        "X-Spam-Flag: yes",
        "X-Spam-Status: yes",
        "X-Virus-Status: infected",
        "X-Amavis-Alert",
    )
    """Marks of a spam or virus filter; they withhold a reply."""
    precedence: Phrases = ()
    suppress: Phrases = ()
    system_senders: Phrases = ()
    """Local parts; * stands for anything."""
    subject_prefixes: Phrases = ()
    """Subjects that only withhold a reply: they prove nothing (RFC 3834 §3.1.5)."""
    max_received: int = 30
    folder: str | None = None
    """Where automatic mail is filed; without it, it stays where it is."""


class ClosingDay(Entry):
    """A day on which the board is closed, besides weekends and public holidays."""

    day: date
    title: str


class Series(Entry):
    """An exam series, first and last day included."""

    id: Id
    title: str
    first: date
    last: date


class CalendarTable(Entry):
    """Working days and the days that answers may take."""

    timezone: str
    country: str
    subdivision: str | None = None
    closing_time: time
    acknowledge_days: int
    respond_days: int
    closing_days: tuple[ClosingDay, ...] = ()


class Window(Entry):
    """More than `messages` from one person within `hours` makes a repeat sender."""

    messages: int
    hours: int


class Budgets(Entry):
    """Automatic replies that may go out; beyond them replies are held."""

    sender_per_day: int
    domain_per_hour: int
    all_per_hour: int


class Senders(Entry):
    """Who counts as one person, and how much is too much."""

    windows: tuple[Window, ...]
    plus_addresses: bool = True
    dotless_domains: tuple[tuple[str, ...], ...] = ()
    """Groups of domains that are one, where dots in the local part do not count."""
    public_domains: Phrases = ()
    """Domains that many unrelated people use (free mail)."""
    public_suffixes: Phrases = (
        "ac.*",
        "co.*",
        "com.*",
        "ed.*",
        "edu.*",
        "go.*",
        "gob.*",
        "gov.*",
        "k12.*",
        "ltd.uk",
        "me.uk",
        "mil.*",
        "ne.*",
        "net.*",
        "nhs.uk",
        "or.*",
        "org.*",
        "plc.uk",
        "police.uk",
        "sc.*",
        "sch.*",
        "*.sch.uk",
        "school.*",
    )
    """Names under which unrelated organisations register; a last * is any country."""
    same_centre: tuple[Id, ...] = ()
    """Signals whose words are a centre's number: same number, same name, one person."""
    similar: float = 0.8
    """Share of three-word shingles from which two texts are near-identical."""
    centre_directory: str | None = None
    budgets: Budgets


class Expect(Entry):
    """What an example must come to; keys that are absent ask nothing."""

    disposition: Literal["leave", "record", "answer"] | None = None
    """Left alone, recorded as a machine's, or a person's to be answered."""
    route: Id | None = None
    """The route, after the guard."""
    rule: Id | None = None
    """The line of the decision table that held."""
    role: Id | None = None
    """Who writes; `unknown` where nothing tells."""
    topic: Id | None = None
    """The main topic."""
    missing: tuple[Id, ...] | None = None
    """Exactly what the complaint lacks, in any order."""
    flags: tuple[Id, ...] | None = None
    """Exactly the flags that are raised, in any order."""
    signals: tuple[Id, ...] = ()
    """Signals that must be seen, among others."""
    not_signals: tuple[Id, ...] = ()
    """Signals that must not be seen."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("expects nothing: name a route, a role, flags …")
        return self


class Example(Entry):
    """A whole mail with what it must come to; `triage rules test` runs it."""

    id: Id
    """A short name, by which the example is run and explained."""
    title: str = ""
    """What it shows, in a sentence."""
    subject: str | None = None
    """The subject; without it, the first of the intake's subject words."""
    text: str = ""
    """What the writer wrote, without signature and quoted mail."""
    sender: str = Field(default="somebody@mail.example", alias="from")
    """The sender: an address, or `Name <address>`."""
    signature: str = ""
    """The block below the text."""
    quoted: str = ""
    """Earlier mail that stands quoted below."""
    forwarded: str = ""
    """A mail that is forwarded."""
    attachments: Phrases = ()
    """The names of attached files."""
    at: datetime | None = None
    """When it arrives, in the board's time zone unless it names another.

    Without it, at noon on a day on which no series runs.
    """
    known_case: bool = False
    """Whether it answers a letter of ours, and so belongs to a case that we know."""
    earlier: int = Field(default=0, ge=0, le=100)
    """How many mails the same person sent in the hour before."""
    expect: Expect
    """What it must come to."""


class RuleFiles(Entry):
    """All tables of all files."""

    intake: Intake
    automatic: Automatic
    calendar: CalendarTable
    senders: Senders
    guard: Guard
    modes: Modes = Modes()
    list: tuple[WordList, ...] = ()
    signal: tuple[Signal, ...]
    role: tuple[Role, ...]
    topic: tuple[Topic, ...]
    flag: tuple[Flag, ...]
    missing: tuple[Missing, ...]
    route: tuple[Route, ...]
    rule: tuple[Rule, ...]
    series: tuple[Series, ...] = ()
    example: tuple[Example, ...] = ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the rule files, for editors (taplo, tombi, VS Code).

    One file holds only some of the tables, so none is required here.
    """
    schema = RuleFiles.model_json_schema(by_alias=True)
    schema.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
