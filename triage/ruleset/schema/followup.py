"""What mail to a known case brings, and what a case takes from the words of mails."""

from typing import Literal, Self

from pydantic import Field, model_validator

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


class Dissatisfied(Entry):
    """Mail without the subject's word that expresses dissatisfaction."""

    record: bool = False
    """Whether it is recorded: other people's mail is read for that."""
    route: Id | None = None
    """The route under which it is recorded; nothing is sent or moved."""
    any: tuple[Id, ...] = ()
    """Signals of which one expresses dissatisfaction."""
    none: tuple[Id, ...] = ()
    """Signals that take it back."""
    at_most_kilobytes: int = Field(default=256, ge=1)
    """Larger mail is not looked at."""

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.record and (self.route is None or not self.any):
            raise ValueError("records nothing: name the `route` and signals in `any`")
        return self
