"""Routes, the lines of the decision table, and the guard."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from triage.ruleset.schema.entry import Entry, Id, Mode, Priority

Share = Annotated[float, Field(ge=0, le=1)]
"""Of all that was thought likely."""


class Route(Entry):
    """Where a message goes, and what is sent and done there."""

    id: Id
    """The name by which lines lead to it."""
    title: str
    """What becomes of the message, in a sentence that officers read."""
    template: str | None = None
    """The letter that is sent; without it, none is."""
    folder: str
    """The folder of the mailbox where the message is filed."""
    priority: Priority = "normal"
    """How urgent it is."""
    mode: Mode = "live"
    """How far an answer goes by itself; `[modes]` may allow less."""
    redirects: bool = False
    """Whether the writer is sent elsewhere; the guard must agree."""
    contrary: tuple[Id, ...] = ()
    """Signals that forbid this redirection, besides those of the guard."""
    asks_missing: bool = False
    """Whether the letter asks for what the complaint lacks."""
    responds: bool = True
    """Whether the clock of the full answer runs."""
    respond_days: Annotated[int, Field(ge=0, le=400)] | None = None
    """Working days for the full answer; without it, those of the calendar."""
    escalates: bool = False
    """The last step of a known case: it is acknowledged once more, as an escalation."""
    tell: tuple[Id, ...] = ()
    """Contacts of the config who are told at once."""


class Conditions(Entry):
    """Every key that is given must hold; an absent key asks nothing."""

    role: tuple[str, ...] = ()
    """The writer's role is one of these."""
    topic: tuple[Id, ...] = ()
    """The main topic (most points) is one of these."""
    touches: tuple[Id, ...] = ()
    """Every one of these topics is touched."""
    touches_none: tuple[Id, ...] = ()
    """None of these topics is touched."""
    all: tuple[Id, ...] = ()
    """Every one of these signals is seen."""
    any: tuple[Id, ...] = ()
    """One of these signals is seen."""
    none: tuple[Id, ...] = ()
    """None of these signals is seen."""
    flags: tuple[Id, ...] = ()
    """Every one of these flags is raised."""
    known_case: bool | None = None
    """Whether the message belongs to a case that we know."""
    series_running: bool | None = None
    """Whether an exam series runs on the day of receipt."""

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
    """The name of the line."""
    title: str
    """Why a message goes there, in a sentence that officers read."""
    route: Id
    """Where a message goes for which the line holds."""
    final: bool = False
    """Whether the line decides whatever the second opinion says."""
    unless: tuple[Conditions, ...] = ()
    """The line does not hold where one of these does."""


class Guard(Entry):
    """What every redirecting route needs before somebody is turned away."""

    meanwhile: str | None = None
    """Template that acknowledges at once while a flagged redirection waits."""
    otherwise: Id
    """The route that is taken where the guard does not agree, or no line holds."""
    margin: int = 1
    """Points by which the main topic must lead the next one that is worked on."""
    points: int = 1
    """Points that the main topic must have."""
    contrary: tuple[Id, ...] = ()
    """Signals that forbid every redirection."""


class SecondOpinion(Entry):
    """Where mails like this one went, by a file that `triage rules learn` made."""

    file: str
    """The CSV file beside the rule files."""
    role: Share = 0.7
    """From this share on, its role is believed before the points of signals."""
    overrule: Share = 0.5
    """From this share on, a route that people work on is taken instead of the
    table's."""
    redirect: Share = 0.9
    """From this share on, a redirection is taken where the table has none, or a route
    that owes no answer, or tells nobody, instead of one that does."""
    exchange: Share = 0.6
    """From this share on, a redirection is taken instead of the table's."""
    flags: Mapping[Id, Share] = Field(default_factory=dict)
    """Flags that are raised from a share on, besides those that signals raise."""
    keep: Share = 0.5
    """Below this share, a redirection of the table does not stand."""


class Modes(Entry):
    """How far answers go by themselves, whatever the routes say."""

    at_most: Mode = "live"
    """The ceiling: watch decides and records only, hold keeps every reply for a
    person's approval, live sends."""
    approved_folder: str | None = None
    """Where officers move a mail, in their mail program, to approve its reply."""
    rejected_folder: str | None = None
    """Where they move it to decide that its reply is not sent."""
