"""What mail to a known case brings, and what a case takes from the words of mails."""

from typing import Literal

from pydantic import Field

from triage.ruleset.schema.entry import Entry, Id


class FollowUps(Entry):
    """What becomes of a message to a case that we know."""

    receipt: str | None = None
    """The short letter that says it arrived; without it, none is sent."""
    every_days: int = Field(default=7, ge=1)
    """A case gets one receipt within so many days; that nothing is missing any more
    is told all the same, once."""
    same_candidate: tuple[Id, ...] = ()
    """Signals whose words name a candidate: the same words, the same school or
    family."""


class Particular(Entry):
    """A field of a case that is filled with the words of signals."""

    id: Literal["centre", "candidate", "qualification", "syllabus"]
    """The field."""
    signals: tuple[Id, ...] = Field(min_length=1)
    """The first words of each of these signals go into it."""
