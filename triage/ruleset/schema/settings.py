"""Settings: intake, automatic mail, the calendar, senders."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from triage.ruleset.schema.entry import Entry, Id, Phrases

# TOML's times of day lack the offset that the format `time` asks for.
TimeOfDay = Annotated[time, WithJsonSchema({"type": "string"})]


class Intake(Entry):
    """What is picked up."""

    subject_words: Phrases = Field(min_length=1)
    """Phrases of which one in the subject makes a message ours."""
    forward_words: int = 25
    """Fewer own words than this: the forwarded block counts as the writer's text."""
    max_age_hours: int = 48
    """Older at first sight: no automatic reply."""


class Automatic(Entry):
    """Lists that the gate against automatic mail reads (RFC 3834, RFC 5230 §4.6)."""

    list_fields: Phrases = ()
    """Fields that mailing lists and newsletters carry."""
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
    """Values of Precedence that mean bulk mail."""
    suppress: Phrases = ()
    """Values of X-Auto-Response-Suppress that ask for no automatic reply."""
    system_senders: Phrases = ()
    """Local parts; * stands for anything."""
    subject_prefixes: Phrases = ()
    """Subjects that only withhold a reply: they prove nothing (RFC 3834 §3.1.5)."""
    max_received: int = 30
    """As many Received fields mean that a message goes round in a loop."""
    folder: str | None = None
    """Where automatic mail is filed; without it, it stays where it is."""


class Answers(Entry):
    """What counts as the answer to a complaint, when a person writes it."""

    least_words: int = Field(default=25, ge=1)
    """Fewer own words than this are no answer: the person is only acknowledged."""
    holding: tuple[Id, ...] = ()
    """Signals of a holding letter: the person is kept informed, the answer is owed."""
    doubtful: tuple[Id, ...] = ()
    """Signals of a mail that may be no answer yet: a person is asked."""
    closed_folder: str | None = None
    """Where officers move a mail, in their mail program, to close its case."""


class ClosingDay(Entry):
    """A day on which the board is closed, besides weekends and public holidays."""

    day: date
    """The day."""
    title: str
    """Why it is closed; officers read it beside a due date."""


class Series(Entry):
    """An exam series, first and last day included."""

    id: Id
    """The name of the series."""
    title: str
    """How letters call it."""
    first: date
    """Its first day."""
    last: date
    """Its last day."""


class CalendarTable(Entry):
    """Working days and the days that answers may take."""

    timezone: str
    """The zone in which days begin and end, as Europe/London."""
    country: str
    """The country whose public holidays are no working days, as GB."""
    subdivision: str | None = None
    """The part of the country, where holidays differ."""
    closing_time: TimeOfDay
    """What comes later counts from the next working day."""
    acknowledge_days: int
    """Working days within which a complaint is acknowledged."""
    respond_days: int
    """Working days after that within which it is answered."""
    opening_time: TimeOfDay = time(9)
    """From when on, on working days, the team is reminded of what falls due."""
    closing_days: tuple[ClosingDay, ...] = ()
    """Days off besides weekends and public holidays."""


class DigestTable(Entry):
    """The mail that tells the team every morning what is due and what happened."""

    at: TimeOfDay = time(7, 30)
    """When it is written."""
    days: Literal["working", "all"] = "working"
    """Whether it comes on working days only, or every day."""
    contact: Id = "team"
    """Who gets it: a name of the configuration's [contacts]."""
    ahead_days: int = Field(default=1, ge=0, le=30)
    """Working days after today whose due dates stand in it."""
    first_flags: tuple[Id, ...] = ()
    """Flags whose cases stand before others; without it, urgent ones, then high."""


class Window(Entry):
    """More than `messages` from one person within `hours` makes a repeat sender."""

    messages: int
    """So many messages are still usual."""
    hours: int
    """The time that is looked at."""


class Budgets(Entry):
    """Automatic replies that may go out; beyond them replies are held."""

    sender_per_day: int
    """To one person in 24 hours."""
    domain_per_hour: int
    """To one domain in an hour; public ones are not counted."""
    all_per_hour: int
    """To everybody in an hour; then the breaker opens."""


class Senders(Entry):
    """Who counts as one person, and how much is too much."""

    windows: tuple[Window, ...]
    """More messages than one of these make a repeat sender."""
    plus_addresses: bool = True
    """Whether anna+exams@… is anna@…."""
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
        "k12.*.us",
        "ltd.uk",
        "me.uk",
        "mil.*",
        "ne.*",
        "net.*",
        "nhs.uk",
        "onmicrosoft.com",
        "or.*",
        "org.*",
        "plc.uk",
        "police.uk",
        "sc.*",
        "sch.*",
        "*.sch.uk",
        "school.*",
        "uk.com",
        "uk.net",
        "us.com",
        "eu.com",
    )
    """Names under which unrelated organisations register; a last * is any country."""
    same_centre: tuple[Id, ...] = ()
    """Signals whose words are a centre's number: same number, same name, one person."""
    similar: float = 0.8
    """Share of three-word shingles from which two texts are near-identical."""
    centre_directory: str | None = None
    """A CSV file beside the rule files with the schools that we know."""
    budgets: Budgets
    """How many automatic replies go out."""
