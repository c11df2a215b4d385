"""Personal data: what people may ask for by law, and how long cases are kept."""

from typing import Self

from pydantic import Field, model_validator

from triage.ruleset.schema.entry import Entry, Id


class DataRequest(Entry):
    """What a person asks for by law; it runs on a calendar clock of its own."""

    id: Id
    """The name under which it is listed."""
    title: str
    """What it is, in a sentence that officers read."""
    any: tuple[Id, ...] = Field(min_length=1)
    """Signals of which one makes a message such a request."""
    months: int = Field(default=0, ge=0, le=12)
    """The time to answer, in calendar months from the day of receipt …"""
    days: int = Field(default=0, ge=0, le=366)
    """… or in calendar days."""
    tell: tuple[Id, ...] = ()
    """Contacts of the config who are told at once."""

    @model_validator(mode="after")
    def _has_one_clock(self) -> Self:
        if bool(self.months) == bool(self.days):
            raise ValueError("give either `months` or `days`")
        return self


class Retention(Entry):
    """How long closed cases are kept with their words."""

    months: int = Field(default=36, ge=0, le=1200)
    """Calendar months after closing; 0: for ever. Outcomes may say otherwise."""
