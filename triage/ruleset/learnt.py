"""A real mail as an `[[example]]` to add to the rule files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.message.model import Address, Attachment, Message
from triage.ruleset.evidence import Evidence
from triage.ruleset.masking import ADDRESS, masked, names_in, words_seen
from triage.ruleset.matching import find_evidence
from triage.ruleset.ruleset import Ruleset

_FIELDS = ("signature", "quoted", "forwarded")


@dataclass(frozen=True, slots=True)
class Learnt:
    """A masked mail, the table to add, and what masking took away."""

    message: Message
    toml: str
    lost: tuple[str, ...]
    """Signals that the real mail has and the masked one has not."""
    gained: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a mail should have come to, and how the example is called."""

    id: str
    title: str
    route: str
    at: datetime
    """When the mail came, in the board's time zone."""


def learn(
    message: Message, evidence: Evidence, lesson: Lesson, ruleset: Ruleset
) -> Learnt:
    """Mask a mail and write it as an example of the route where it belongs."""
    names, kept = names_in(message), words_seen(evidence)
    seen_in = {hit.where for hit in evidence.hits}
    parts: dict[str, Any] = {
        field: masked(getattr(message, field), names, kept)
        for field in ("subject", "text", *_FIELDS)
        if field in {"subject", "text"} or field in seen_in
    }
    example = Message(
        sha256="",
        size=0,
        from_=(Address(ADDRESS),),
        attachments=(Attachment("nn", "", 0),) if message.attachments else (),
        **{name: part.strip() for name, part in parts.items()},
    )
    before = evidence.signals
    after = find_evidence(ruleset, example).signals
    return Learnt(
        message=example,
        toml="\n".join(_table(example, lesson)) + "\n",
        lost=tuple(sorted(before - after)),
        gained=tuple(sorted(after - before)),
    )


def _table(example: Message, lesson: Lesson) -> Iterator[str]:
    yield "[[example]]"
    yield f"id = {_basic(lesson.id)}"
    yield f"title = {_basic(lesson.title)}"
    yield f"at = {lesson.at.replace(tzinfo=None, microsecond=0).isoformat()}"
    yield f"from = {_basic(example.from_[0].address)}"
    yield f"subject = {_basic(example.subject)}"
    yield f"text = {_multiline(example.text)}"
    for field in _FIELDS:
        if value := getattr(example, field):
            yield f"{field} = {_multiline(value)}"
    if example.attachments:
        yield f"attachments = [{_basic(example.attachments[0].name)}]"
    yield f"expect = {{ route = {_basic(lesson.route)} }}"


def _basic(text: str) -> str:
    return f'"{_escaped(" ".join(text.split()))}"'


def _multiline(text: str) -> str:
    lines = "\n".join(map(_escaped, text.splitlines()))
    return f'"""\n{lines}\n"""'


def _escaped(text: str) -> str:
    """Escape what a basic string cannot hold (TOML 1.0, String)."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(
        each if each.isprintable() else f"\\U{ord(each):08X}" for each in plain
    )
