"""Restrictions: what people may decide about a writer, after unacceptable behaviour."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from triage.ruleset.schema.entry import Entry, Id

Sentence = Annotated[str, Field(pattern=r"^[^\r\n]*\S[^\r\n]*$")]


class RestrictionKind(Entry):
    """One thing that may be decided about how somebody can reach us."""

    title: Sentence
    """What it is, in a sentence that officers read."""
    says: Sentence
    """What it means for the person, in a sentence of the letter to them."""
    why: Sentence
    """Why such things are decided, in a neutral sentence of the letter to them."""
    holds_replies: bool = True
    """Whether automatic replies to the person wait until somebody looked at them."""
    needs_contact: bool = False
    """Whether one of the installation's contacts must be named who answers them."""


class Restrictions(Entry):
    """What may be decided about a writer, and for how long at most."""

    longest_months: int = Field(default=6, ge=1, le=24)
    """After so many months it must have been reviewed, or it lapses."""
    review_days: int = Field(default=14, ge=0)
    """Days before the review date from which on the team is reminded of it."""
    approver: str | None = None
    """A contact who is told that a restriction waits for approval."""
    template: str = "restriction"
    """The letter to the person."""
    kinds: Mapping[Id, RestrictionKind] = Field(default_factory=dict)
    """By their names; without any, nothing can be proposed."""
