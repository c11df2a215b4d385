"""The second opinion learnt anew from labelled mails, and how well it would do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triage.config import Config, read_folder
from triage.decision import samples
from triage.errors import ConfigError, Problem
from triage.message import Message, parse
from triage.ruleset import (
    Labelled,
    Ruleset,
    compile_ruleset,
    features_in,
    learn_likeness,
    written,
)
from triage.ruleset.checks import UNKNOWN_ROLE
from triage.ruleset.likeness import BEGINNING, ROUTE, Likeness
from triage.tomlsource import did_you_mean
from triage.wiring.folders import replace_file
from triage.wiring.rulebook import RULE_ENDINGS, in_folder

LABELS = "labels.jsonl"
USUAL_FILE = "second-opinion.csv"
EMPTY = written(Likeness((), {}))
NO_DAY = datetime(2000, 1, 4, 12, tzinfo=UTC)
"""Stands for the day of a mail without a date: no series runs."""


@dataclass(frozen=True)
class Folder:
    """Labelled mails that one person or group wrote."""

    name: str
    mails: Sequence[Labelled]
    right: Sequence[frozenset[str]]
    """The routes that are right for each of them."""


@dataclass(frozen=True)
class Learnt:
    """A second opinion, where it was written, and of how many mails."""

    path: Path
    mails: int
    rows: int


def learn_second_opinion(
    config: Config, folders: Sequence[Folder], ruleset: Ruleset
) -> Learnt:
    """Learn from all folders and the rule files' examples, and write the file.

    Raises ConfigError where it cannot be written.
    """
    mails = [*_examples(ruleset), *(each for one in folders for each in one.mails)]
    likeness = learn_likeness(mails)
    asked = ruleset.tables.second_opinion
    path = config.rules.folder / (asked.file if asked else USUAL_FILE)
    try:
        replace_file(path, written(likeness))
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    return Learnt(path, len(mails), len(likeness.rows))


def ruleset_to_learn_by(config: Config) -> Ruleset:
    """Compile the rule files with an empty second opinion; raises ConfigError."""
    folder = config.rules.folder
    files = read_folder(folder, RULE_ENDINGS)
    try:
        ruleset = compile_ruleset(
            {USUAL_FILE: EMPTY} | dict(map(_emptied, files.items()))
        )
    except ConfigError as error:
        raise ConfigError(*(in_folder(p, folder) for p in error.problems)) from None
    return ruleset


def _emptied(file: tuple[str, str]) -> tuple[str, str]:
    """Empty an opinion: it may know routes that are gone, and is made anew anyway."""
    name, text = file
    return name, EMPTY if text.startswith(BEGINNING) else text


def share_right(folders: Sequence[Folder], left_out: Folder) -> float:
    """Return how often an opinion learnt from the other folders is right on one."""
    others = [each for one in folders if one is not left_out for each in one.mails]
    likeness = learn_likeness(others)
    asked = [
        (mail, right)
        for mail, right in zip(left_out.mails, left_out.right, strict=True)
        if mail.route
    ]
    if not likeness.columns:
        return 0.0
    hits = sum(_likeliest(likeness, mail) in right for mail, right in asked)
    return hits / len(asked) if asked else 0.0


def _likeliest(likeness: Likeness, mail: Labelled) -> str:
    tally = likeness.tally(mail.features)
    shares = likeness.shares(tally, ROUTE, series_running=mail.series_running)
    return next(iter(shares), "")


def read_labelled(path: Path, ruleset: Ruleset) -> Folder:
    """Read a folder of mails whose labels stand in `labels.jsonl`.

    A line is an object with `file`, or with the `text` itself, and what people say of
    it: `route` (and `route_ok`, others that are right too), `role`, `flags`; what is
    not said is not learnt from it. Raises ConfigError with every line that is wrong.
    """
    problems: list[Problem] = []
    mails: list[Labelled] = []
    right: list[frozenset[str]] = []
    for line, label in _labels(path / LABELS, problems):
        try:
            message = _message(path, label)
        except OSError as error:
            why = f"{label['file']} cannot be read: {error.strerror}"
            problems.append(Problem(why, str(path / LABELS), line))
            continue
        problems += _wrong_label(label, ruleset, str(path / LABELS), line)
        mails.append(_labelled(label, message, ruleset))
        right.append(_right(label))
    if problems:
        raise ConfigError(*problems)
    return Folder(path.name, mails, right)


def _wrong_label(
    label: Mapping[str, Any], ruleset: Ruleset, file: str, line: int
) -> Iterator[Problem]:
    """Names that the rules do not know; a misspelt one would be learnt."""
    for kind, known, names in (
        ("route", ruleset.routes.keys(), _right(label)),
        ("role", {*ruleset.roles, UNKNOWN_ROLE}, [label.get("role")]),
        ("flag", ruleset.flags.keys(), label.get("flags") or ()),
    ):
        for name in names:
            if name is not None and name not in known:
                hint = did_you_mean(str(name), known)
                yield Problem(f"there is no {kind} `{name}`", file, line, hint=hint)


def _right(label: Mapping[str, Any]) -> frozenset[str]:
    routes = [label.get("route"), *(label.get("route_ok") or ())]
    return frozenset(route for route in routes if route is not None)


def _message(path: Path, label: Mapping[str, Any]) -> Message:
    if "text" in label:
        return Message(sha256="", size=0, text=str(label["text"]))
    return parse((path / str(label["file"])).read_bytes())


def _labelled(label: Mapping[str, Any], message: Message, ruleset: Ruleset) -> Labelled:
    day = ruleset.calendar.date_of(message.dated or NO_DAY)
    flags = label.get("flags")
    sender = message.sender
    return Labelled(
        features=features_in(ruleset, message),
        writer=sender.address if sender else str(label),
        route=label.get("route"),
        role=label.get("role"),
        flags=None if flags is None else frozenset(flags),
        series_running=ruleset.series_at(day) is not None,
    )


def _labels(
    file: Path, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(Problem(f"cannot be read: {why}", str(file)))
        return
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = json.loads(line)
        except ValueError:
            label = None
        if _is_label(label):
            yield number, label
        else:
            why = (
                'a JSON object with "file" or "text" is needed, and lists of names '
                "as route_ok and flags"
            )
            problems.append(Problem(why, str(file), number))


def _is_label(label: object) -> bool:
    if not isinstance(label, dict) or not label.keys() & {"file", "text"}:
        return False
    names = [label.get("route"), label.get("role")]
    for key in ("route_ok", "flags"):
        listed = label.get(key)
        if not isinstance(listed, list | None):
            return False
        names += listed or ()
    return all(isinstance(name, str | None) for name in names)


def _examples(ruleset: Ruleset) -> Iterator[Labelled]:
    """The whole mails of the rule files that name a route and belong to no case."""
    for sample in samples(ruleset):
        if sample.is_whole and sample.expect.route and sample.history.case is None:
            day = ruleset.calendar.date_of(sample.at)
            flags = sample.expect.flags
            yield Labelled(
                features_in(ruleset, sample.message),
                sample.name,
                sample.expect.route,
                sample.expect.role,
                None if flags is None else frozenset(flags),
                ruleset.series_at(day) is not None,
            )
