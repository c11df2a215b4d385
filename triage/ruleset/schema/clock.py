"""The clock: when people are reminded, holding letters, and what closes by itself."""

from typing import Annotated, Literal

from pydantic import Field

from triage.ruleset.schema.entry import Entry

DaysBefore = Annotated[int, Field(ge=0, le=100)]
"""Working days before a date; 0 is that day itself."""
Days = Annotated[int, Field(ge=1, le=400)]
Holding = Literal["off", "propose", "send"]


class Clock(Entry):
    """What happens by itself when time passes; every key has a default."""

    acknowledge_reminders: tuple[DaysBefore, ...] = (1, 0)
    """Working days before an acknowledgement is due on which the team is reminded."""
    respond_reminders: tuple[DaysBefore, ...] = (5, 2, 0)
    """Working days before an answer is due on which the team is reminded."""
    holding: Holding = "propose"
    """Holding letters: none, put before a person, or sent by themselves."""
    holding_before_days: DaysBefore = 2
    """Working days before the answer is due, from which on there is such a letter."""
    holding_days: Days = 10
    """Working days by which a holding letter moves the date of the answer."""
    holding_at_most: Annotated[int, Field(ge=0, le=20)] = 1
    """Holding letters of a case that go out by themselves; later ones wait."""
    close_redirected_after: Annotated[int, Field(ge=0, le=4000)] = 30
    """Quiet days after which a case that was sent elsewhere is closed; 0: never."""
    close_recorded_after: Annotated[int, Field(ge=0, le=4000)] = 30
    """Quiet days after which a case that is owed no answer is closed; 0: never."""
    close_answered_after: Annotated[int, Field(ge=0, le=4000)] = 30
    """Quiet days after which a case that was answered is closed; 0: never."""
