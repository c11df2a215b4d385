"""Whole mails with what they must come to."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from triage.ruleset.schema.entry import Entry, Id, Phrases

_FIRST_YEAR, _LAST_YEAR = 1971, 8999


def _can_be_counted_from(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment


# TOML's own dates may lack an offset, which the format `date-time` asks for.
Moment = Annotated[
    datetime,
    AfterValidator(_can_be_counted_from),
    WithJsonSchema({"type": "string"}),
]


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
    at: Moment | None = None
    """When it arrives, in the board's time zone unless it names another.

    Without it, at noon on a day on which no series runs, or one does.
    """
    series_running: bool = False
    """Whether it arrives while a series runs, whichever that is."""
    known_case: bool = False
    """Whether it answers a letter of ours, and so belongs to a case that we know."""
    earlier: int = Field(default=0, ge=0, le=100)
    """How many mails the same person sent in the hour before."""
    expect: Expect
    """What it must come to."""

    @model_validator(mode="after")
    def _comes_once(self) -> Self:
        if self.at is not None and self.series_running:
            raise ValueError("has a time of its own: give `at` or `series_running`")
        return self
