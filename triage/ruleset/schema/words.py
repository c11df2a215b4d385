"""Lists and signals: what is seen in words."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from triage.ruleset.schema.entry import Entry, Id, Phrases, Where


def together_entries(written: Any) -> Any:
    """Return lists of lists of phrases: where one entry is written, a list of it."""
    match written:
        case [[str(), *_], *_]:
            return [written]
        case _:
            return written


class WordList(Entry):
    """Words that stand for each other; a phrase names them as {id}."""

    id: Id
    """The name by which phrases ask for the list, as {name}."""
    words: Phrases = Field(min_length=1)
    """Words or phrases; one of them is enough. They may name other lists."""


class Signal(Entry):
    """One named observation about what was written."""

    id: Id
    """The name by which topics, roles, flags and lines ask for it."""
    title: str
    """What was seen, in a sentence that officers read."""
    phrases: Phrases = ()
    """The words that show it; one phrase is enough."""
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
    """The parts of the mail that are looked at."""
    regex: tuple[str, ...] = ()
    """RE2 on the text as written; the expert's way out."""
    directory: bool = False
    """Found when the sender's address is in the centre directory."""
    at_least_words: int | None = Field(default=None, ge=1)
    """Found when the fields have as many words."""
    examples: Phrases = ()
    """Texts in which it must be seen; `triage rules test` tries them."""
    counterexamples: Phrases = ()
    """Texts in which it must not be seen."""
