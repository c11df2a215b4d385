"""Judging labelled mails by the shipped rules, and counting what went wrong.

A labelled corpus is a folder of .eml files with a labels.jsonl beside them: a line for
each mail with its `role`, the `route` that fits best, every route that will do
(`route_ok`), what is `missing` (null: not asked about) and the `flags`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from triage import shipped
from triage.decision import Decision, History, Ourselves, Sighting, decide
from triage.message import parse
from triage.ruleset import Ruleset, compile_ruleset, find_evidence

UNDATED = datetime(2026, 7, 1, 9, tzinfo=UTC)
SERIOUS = frozenset({"threatening", "safeguarding"})
BY_HISTORY = frozenset({"repeat-sender", "insistent"})


def shipped_ruleset() -> Ruleset:
    files = sorted(shipped.rules().iterdir())
    return compile_ruleset(
        {
            path.name: path.read_text("utf-8")
            for path in files
            if path.suffix in {".toml", ".csv"}
        }
    )


@dataclass(frozen=True)
class Label:
    """What a person says about one mail."""

    file: str
    role: str
    routes: frozenset[str]
    missing: frozenset[str] | None
    flags: frozenset[str]


@dataclass(frozen=True)
class Judged:
    """One mail: what a person says, and what the rules say."""

    label: Label
    decision: Decision
    redirects: frozenset[str]

    @property
    def is_right(self) -> bool:
        return self.decision.route in self.label.routes

    @property
    def is_turned_away_wrongly(self) -> bool:
        """Told to go elsewhere although no redirecting route fits."""
        is_redirected = self.decision.route in self.redirects
        return is_redirected and self.label.routes.isdisjoint(self.redirects)

    @property
    def overlooked(self) -> frozenset[str]:
        """Serious flags that were not raised."""
        return (self.label.flags - set(self.decision.flags)) & SERIOUS

    @property
    def raised_for_nothing(self) -> frozenset[str]:
        return (frozenset(self.decision.flags) - self.label.flags) & SERIOUS

    @property
    def has_right_flags(self) -> bool:
        return set(self.decision.flags) - BY_HISTORY == self.label.flags - BY_HISTORY

    @property
    def has_right_role(self) -> bool:
        return self.decision.role == self.label.role

    @property
    def has_right_missing(self) -> bool | None:
        """None where the question does not arise."""
        if self.label.missing is None or self.decision.route != "formal-complaint":
            return None
        return frozenset(self.decision.missing) == self.label.missing


def labels_of(folder: Path) -> Iterator[Label]:
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Label(
            file=Path(row["file"]).name,
            role=row["role"],
            routes=frozenset({row["route"], *row["route_ok"]}),
            missing=None if row["missing"] is None else frozenset(row["missing"]),
            flags=frozenset(row["flags"]),
        )


def judged(folder: Path, ruleset: Ruleset) -> tuple[Judged, ...]:
    """Judge every mail of a corpus as `triage explain` does: by itself, at its date."""
    redirects = frozenset(r.id for r in ruleset.tables.route if r.redirects)
    return tuple(
        Judged(label, judge_one(folder / label.file, ruleset), redirects)
        for label in labels_of(folder)
    )


def judge_one(file: Path, ruleset: Ruleset) -> Decision:
    message = parse(file.read_bytes())
    at = message.dated or UNDATED
    sighting = Sighting(message, find_evidence(ruleset, message), at)
    return decide(sighting, History(), ruleset, Ourselves(), at)


def share(judged_mails: tuple[Judged, ...], name: str) -> float:
    """The share of mails with a property, of those where the question arises."""
    answers = [a for mail in judged_mails if (a := getattr(mail, name)) is not None]
    return sum(map(bool, answers)) / len(answers)


def named(judged_mails: tuple[Judged, ...], name: str) -> list[str]:
    """The mails with a property, each with the route that it was given."""
    return [
        f"{mail.label.file}: {mail.decision.route}"
        for mail in judged_mails
        if getattr(mail, name)
    ]
