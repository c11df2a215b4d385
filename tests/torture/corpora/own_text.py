"""The writer's own text against what two other projects say that it is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.message.test_corpora import (
    DISCOURSE,
    files,
    talon_html,
    talon_replies,
    written,
)
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from triage.message import Message, parse
from triage.message.flatten import flatten
from triage.message.split import Split, split


@dataclass(frozen=True, slots=True)
class Compared:
    """Lines of one text: what others say is the writer's own, and what we say."""

    name: str
    wanted: Counter[str]
    found: Counter[str]
    """Own text alone."""
    kept: Counter[str]
    """Own text and signature, which others do not always tell apart."""
    anywhere: Counter[str]
    """… and what is taken for forwarded or quoted."""


def own_text(_: Ground) -> Outcome:
    """Compare line by line; nothing that others call own may be in no part at all."""
    compared = list(_compared())
    wanted = sum(each.wanted.total() for each in compared)
    lost = sum((each.wanted - each.kept).total() for each in compared)
    found = sum(each.found.total() for each in compared)
    extra = sum((each.found - each.wanted).total() for each in compared)
    alike = sum(
        not (each.found - each.wanted) and not (each.wanted - each.kept)
        for each in compared
    )
    lost_for_good = [each for each in compared if each.wanted - each.anywhere]
    return Outcome(
        cases=len(compared),
        findings=tuple(
            Finding("own text", each.name, f"{each.wanted - each.anywhere}")
            for each in lost_for_good
        ),
        note=f"{alike} texts alike; own lines kept {wanted - lost} of {wanted}"
        f" ({100 * (wanted - lost) / wanted:.1f} %), of the lines kept"
        f" {100 * (found - extra) / found:.1f} % own",
    )


def _compared() -> Iterator[Compared]:
    for file in files(DISCOURSE / "emails"):
        text = file.read_text("utf-8", "replace").replace("\r\n", "\n")
        twin = (DISCOURSE / "trimmed" / file.name).read_text("utf-8", "replace")
        yield _of(file.name, twin, split(text, "Re: Complaint"))
    for file in talon_replies():
        beside = file.with_name(f"{file.stem}_reply_text")
        message = parse(file.read_bytes())
        wanted = beside.read_text() if beside.exists() else "Hello"
        yield _of(file.name, wanted, message)
    for file in talon_html():
        text, _ = flatten(file.read_text("utf-8", "replace"))
        yield _of(file.name, "Hi. I am fine.\nThanks,\nAlex", split(text, "Re: Test"))


def _of(name: str, wanted: str, parts: Split | Message) -> Compared:
    kept = f"{parts.text}\n{parts.signature}"
    return Compared(
        name=name,
        wanted=written(wanted),
        found=written(parts.text),
        kept=written(kept),
        anywhere=written(f"{kept}\n{parts.forwarded}\n{parts.quoted}"),
    )
