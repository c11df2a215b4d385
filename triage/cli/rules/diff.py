"""`triage rules diff` shows who would get something else, and whether that blocks."""

import json
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile, tee
from pathlib import Path
from typing import Any

import click

from triage.cli.archives import mails_to_judge
from triage.cli.listing import columns, moment
from triage.cli.options import HERE, json_option
from triage.cli.progress import shown
from triage.cli.rules.dates import date_lines, date_objects
from triage.cli.terminal import printable
from triage.deadlines import Shifts
from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.replay import (
    BLOCKING,
    Change,
    Changes,
    Kind,
    Mails,
    Side,
    compare,
    replay,
)
from triage.ruleset.modes import MODES, with_modes
from triage.ruleset.schema import Mode
from triage.wiring import Desk, desk, now

HASH = re.compile(r"[0-9a-f]{4,64}")
HEADINGS = ("mails", "what", "from → to", "")
MOST_SHOWN = 5
"""Mails of one kind of change that are shown without --all."""
BLOCKS, FINE = 1, 0
TITLES = {
    Kind.TURNED_AWAY: "would be turned away",
    Kind.UNACKNOWLEDGED: "no longer acknowledged",
    Kind.ROUTE: "another route",
    Kind.LETTER: "another letter",
    Kind.DETAILS: "the same letter",
    Kind.MODE: "only the mode",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is compared, and what somebody answers for."""

    words: tuple[str, ...]
    of_store: bool
    mode: Mode | None
    accepted: tuple[str, ...]
    why: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What differs, and for which mails somebody answers."""

    old: str
    new: str
    """Hashes."""
    changes: Changes
    accepted: frozenset[str]
    """Names of mails that would block."""
    of_store: bool
    shifts: Shifts
    """Due dates of open cases that would move."""

    @property
    def open_ones(self) -> tuple[Change, ...]:
        """What blocks and nobody answers for."""
        blocking = self.changes.blocking
        return tuple(each for each in blocking if each.name not in self.accepted)


@click.command(short_help="Show who would get something else, and what of it blocks.")
@click.argument("words", nargs=-1, metavar="[OLD] [NEW] [ARCHIVE...]")
@click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="TRIAGE_CONFIG",
    help="The installation; config.toml where there is one.",
)
@click.option(
    "--store", "of_store", is_flag=True, help="Compare on what was received (default)."
)
@click.option(
    "--mode",
    type=click.Choice(MODES),
    help="Judge NEW as if [modes] at_most were this: what would live have sent?",
)
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="NAME",
    help="Answer for what NEW does to this mail; with --why.",
)
@click.option("--why", metavar="REASON", help="Why that is right.")
@click.option("--all", "everything", is_flag=True, help="Show every mail.")
@json_option
def diff(config: Path | None, everything: bool, as_json: bool, **asked: Any) -> int:
    """Judge mails by two sets of rules, and show who would get something else.

    OLD and NEW are folders of rule files, or hashes of kept editions (triage rules
    history). Without OLD, what is in force is compared; without NEW, it is compared
    with the folder of the configuration. The mails are those of the ARCHIVE, or what
    the installation has received.

    Due dates of open cases that would move, because a holiday or a closing day comes or
    goes, are listed too.

    A mail that would newly be turned away, or no longer be acknowledged, blocks, unless
    somebody answers for it by name.

    \b
    Exit status: 0 nothing blocks, 1 something blocks, 2 cannot run.
    """
    question = Asked(**asked)
    if question.accepted and not (question.why or "").strip():
        raise ConfigError(Problem("--accept needs a reason", hint='add: --why "…"'))
    with desk(config or _config_here()) as here:
        old, new, names = _chosen(here, question)
        of_store = question.of_store or not names
        with mails_to_judge(here, names, of_store=of_store) as mails:
            changes = _compared(old, new, mails)
        accepted = _accepted(changes, question, here.accepted(new.ruleset.hash))
        shifts = here.shifts(old, new, now())
    hashes = old.ruleset.hash, new.ruleset.hash
    answer = Answer(*hashes, changes, accepted, of_store, shifts)
    if as_json:
        for row in _objects(answer):
            click.echo(json.dumps(row, ensure_ascii=False))
    else:
        most = sys.maxsize if everything else MOST_SHOWN
        click.echo("\n".join(_in_words(answer, question, most)))
    return BLOCKS if answer.open_ones else FINE


def _config_here() -> Path | None:
    return HERE if HERE.is_file() else None


def _chosen(here: Desk, question: Asked) -> tuple[Rulebook, Rulebook, tuple[str, ...]]:
    """Tell rules from archives, and compile the rules."""
    named = tuple(takewhile(_names_rules, question.words[:2]))
    match named:
        case (first, second):
            old, new = _rules(here, first), _rules(here, second)
        case (only,):
            old, new = here.in_force(), _rules(here, only)
        case _:
            old, new = here.in_force(), here.by_folder()
    if question.mode is not None:
        new = replace(new, ruleset=with_modes(new.ruleset, question.mode))
    return old, new, question.words[len(named) :]


def _names_rules(word: str) -> bool:
    path = Path(word)
    if path.exists():
        return path.is_dir() and any(path.glob("*.toml"))
    return HASH.fullmatch(word) is not None


def _rules(here: Desk, word: str) -> Rulebook:
    path = Path(word)
    return here.by_folder(path) if path.is_dir() else here.by_hash(word)


def _compared(old: Rulebook, new: Rulebook, mails: Mails) -> Changes:
    """Judge every mail by both, one after the other: it is parsed once."""
    one, other = tee(shown(mails, len(mails), "mails"))
    return compare(replay(old, one), replay(new, other))


def _accepted(
    changes: Changes, question: Asked, kept: Collection[str | None]
) -> frozenset[str]:
    """Whom somebody answers for: named here, or kept in the store for these rules."""
    names = {name for each in changes.blocking for name in _names_of(each)}
    if unknown := [name for name in question.accepted if name not in names]:
        raise ConfigError(
            *(f"{name} does not block; there is nothing to accept" for name in unknown)
        )
    return frozenset(
        each.name
        for each in changes.blocking
        if None in kept
        or each.sha256 in kept
        or not _names_of(each).isdisjoint(question.accepted)
    )


def _names_of(change: Change) -> set[str]:
    return {change.name, change.sha256[:12]} - {""}


def _objects(answer: Answer) -> Iterator[dict[str, Any]]:
    """Each change, and at last a summary; no address is in it."""
    for change in answer.changes.all:
        yield {
            "kind": change.kind.value,
            "blocks": change.blocks,
            "accepted": change.name in answer.accepted,
            "name": change.name,
            "sha256": change.sha256,
            "received_at": change.received_at.isoformat(),
            "old": _object(change.old),
            "new": _object(change.new),
            "why": list(change.why),
        }
    yield {
        "old": answer.old,
        "new": answer.new,
        "mails": answer.changes.mails,
        "changed": len(answer.changes.all),
        "kept": answer.changes.kept,
        "blocking": len(answer.open_ones),
        "dates": date_objects(answer.shifts),
    }


def _object(side: Side) -> dict[str, Any]:
    return {
        "route": side.route,
        "rule": side.rule,
        "letters": side.letters,
        "role": side.role,
        "flags": list(side.flags),
        "missing": list(side.missing),
    }


def _in_words(answer: Answer, question: Asked, most: int) -> Iterator[str]:
    changes = answer.changes
    as_if = f", as if in mode {question.mode}" if question.mode else ""
    yield (
        f"{changes.mails} mails judged by {answer.old} (old) and {answer.new} (new"
        f"{as_if}): {len(changes.all)} would get something else"
    )
    if changes.kept:
        yield (
            f"{changes.kept} others keep their route only by the second opinion: the "
            "table would send them elsewhere now (`final = true` lets a line decide)"
        )
    yield from date_lines(answer.shifts, most)
    if not changes.all:
        return
    yield ""
    groups = changes.grouped()
    yield columns(HEADINGS, [_row(*group) for group in groups])
    for kind, from_to, group in groups:
        yield from ("", f"{TITLES[kind]}: {from_to}")
        yield from _listed(group, answer, question, most)
    yield from _verdict(answer, question)


def _row(kind: Kind, from_to: str, group: list[Change]) -> tuple[str, str, str, str]:
    blocks = "blocks" if kind in BLOCKING else ""
    return str(len(group)), TITLES[kind], from_to, blocks


def _listed(
    group: Sequence[Change], answer: Answer, question: Asked, most: int
) -> Iterator[str]:
    for change in group[:most]:
        accepted = "  (accepted)" if change.name in answer.accepted else ""
        yield f"  {printable(change.name)}  {moment(change.received_at)}{accepted}"
        yield f"    old  {_said(change.old)}"
        to = f" to {change.new.to}" if question.mode and change.new.to else ""
        yield f"    new  {_said(change.new)}{to}"
        details = () if change.kind is Kind.DETAILS else change.details()
        for number, line in enumerate((*details, *change.why)):
            yield f"    {'' if number else 'why':5}{line}"
    if len(group) > most:
        yield f"  … and {len(group) - most} more: --all"


def _said(side: Side) -> str:
    line = f" (line {side.rule})" if side.rule else ""
    return f"{side.route}{line}; {side.letters}"


def _verdict(answer: Answer, question: Asked) -> Iterator[str]:
    blocking = len(answer.changes.blocking)
    if not blocking:
        return
    yield ""
    if not answer.open_ones:
        why = f": {question.why}" if question.why else ""
        yield f"somebody answers for what blocks ({blocking} mails){why}"
        return
    example = printable(answer.open_ones[0].name)
    yield f"{len(answer.open_ones)} mails block. Where that is right, answer for each:"
    if answer.of_store:
        yield f'    triage rules accept {example} --why "…"'
    else:
        yield f'    … --accept {example} --why "…"'
