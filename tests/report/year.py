"""A plausible year of cases, always the same, for tests and for looking at.

Rows go straight into the tables: what is counted is there, and nothing else.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TypeVar

from triage.ruleset import Ruleset
from triage.store import Store
from triage.workdays import due

T = TypeVar("T")

WEIGHTS_OF_MONTHS = (5, 5, 6, 6, 10, 12, 6, 16, 10, 8, 7, 4)
CHANNELS = (("mail", 88), ("telephone", 6), ("letter", 4), ("visit", 2))
CENTRES = tuple(f"Centre XY{number:03}" for number in range(1, 121))
SYLLABUSES = tuple(f"{number:04}" for number in range(401, 460))
RISING = CENTRES[6]
"""It has three times its usual share in the later of two years."""


class Draws:
    """Numbers that look like chance and are the same every time."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._numbers = count()

    def part(self) -> float:
        """Return a number from 0 up to 1."""
        octets = hashlib.blake2b(
            self._seed + next(self._numbers).to_bytes(8, "big"), digest_size=6
        ).digest()
        return int.from_bytes(octets, "big") / 2**48

    def one(self, weighted: Sequence[tuple[T, float]]) -> T:
        """Return one of several, by their weights."""
        left = self.part() * sum(weight for _, weight in weighted)
        for each, weight in weighted:
            left -= weight
            if left < 0:
                return each
        return weighted[-1][0]

    def of(self, several: Sequence[T], skew: float = 1.0) -> T:
        """Return one of several; with a skew above 1, rather an early one."""
        return several[int(self.part() ** skew * len(several))]

    def happens(self, chance: float) -> bool:
        return self.part() < chance


@dataclass(frozen=True)
class Making:
    """What a year is made of."""

    year: int
    cases: int
    now: datetime
    first_id: int = 1
    has_rise: bool = False


def fill(store: Store, ruleset: Ruleset, making: Making) -> None:
    """Put a year of cases into a store."""
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for number, case in enumerate(_cases(ruleset, making), making.first_id):
        _lay_out(tables, number, case)
    people = {row["person"] for row in tables["cases"]}
    tables["people"] = [{"id": n, "root": n, "since": making.now} for n in people]
    engine = store._engine
    with engine.writing():
        engine.run(
            "INSERT INTO inboxes (id, account, folder, uidvalidity)"
            " VALUES (1, 'a', 'INBOX', 1) ON CONFLICT DO NOTHING"
        )
        for table, rows in tables.items():
            if rows:
                _insert(store, table, rows)


TABLES = (
    "people",
    "cases",
    "stages",
    "particulars",
    "messages",
    "decisions",
    "overrulings",
)


def _insert(store: Store, table: str, rows: list[dict[str, object]]) -> None:
    names = tuple(rows[0])
    marks = ", ".join("?" for _ in names)
    store._engine.run_each(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - a test's own
        (tuple(row[name] for name in names) for row in rows),
    )


@dataclass
class Case:
    """A case as the tables will have it."""

    columns: dict[str, object]
    stage: dict[str, object] | None
    texts: dict[str, str]
    rule: str
    overruled_from: str | None


def _lay_out(
    tables: dict[str, list[dict[str, object]]], number: int, case: Case
) -> None:
    columns = case.columns
    tables["cases"].append(
        {"id": number, "reference": f"CMP-0000-{number:06}"} | columns
    )
    if case.stage:
        tables["stages"].append({"case_id": number} | case.stage)
    for name, text in case.texts.items():
        tables["particulars"].append({"case_id": number, "field": name, "text": text})
    tables["messages"].append(
        {
            "id": number,
            "inbox": 1,
            "uidvalidity": 1,
            "uid": number,
            "fate": "recorded",
            "reason": "",
            "seen_at": columns["opened_at"],
            "received_at": columns["opened_at"],
            "case_id": number,
        }
    )
    tables["decisions"].append(
        {
            "message": number,
            "at": columns["opened_at"],
            "ruleset": "",
            "role": columns["role"],
            "route": case.overruled_from or columns["route"],
            "rule": case.rule,
            "decision": "{}",
        }
    )
    if case.overruled_from:
        tables["overrulings"].append(
            {
                "case_id": number,
                "message": number,
                "at": columns["opened_at"],
                "made_by": "sam",
                "before": case.overruled_from,
                "after": columns["route"],
                "why": "",
            }
        )


def _cases(ruleset: Ruleset, making: Making) -> Iterator[Case]:
    draws = Draws(f"year {making.year}")
    routes = [
        (route, 12 if route.id == "formal-complaint" else 7 - n % 5)
        for n, route in enumerate(ruleset.tables.route)
        if not route.escalates and route.id != "follow-up"
    ]
    topics = [topic.id for topic in ruleset.tables.topic]
    roles = [role.id for role in ruleset.tables.role]
    rules = [rule.id for rule in ruleset.tables.rule]
    outcomes = [each.id for each in ruleset.tables.outcome]
    causes = [each.id for each in ruleset.tables.root_cause]
    flags = [flag.id for flag in ruleset.tables.flag]
    for arrived in sorted(_arrival(draws, making) for _ in range(making.cases)):
        route = draws.one(routes)
        calendar = ruleset.calendar
        acknowledge_by = _due(arrived, 2, ruleset)
        respond_by = _due(acknowledge_by, 10, ruleset) if route.responds else None
        acknowledged = arrived + _time_to_acknowledge(draws)
        is_extended = respond_by is not None and draws.happens(0.08)
        if is_extended and respond_by:
            respond_by = calendar.closes(
                calendar.next_working_day(respond_by.date() + timedelta(days=13))
            )
        answered = (
            arrived + timedelta(days=2 + 22 * draws.part() ** 1.6, hours=draws.part())
            if respond_by and draws.happens(0.97)
            else None
        )
        closed = (answered or acknowledged) + timedelta(days=6 + 10 * draws.part())
        is_over = closed < making.now and (answered is not None or not route.responds)
        escalated = None
        stage = None
        columns: dict[str, object] = {
            "person": making.first_id + int(draws.part() ** 1.5 * making.cases),
            "opened_at": arrived,
            "recorded_at": arrived,
            "route": route.id,
            "role": draws.of(roles, 1.4),
            "priority": "normal",
            "flags": json.dumps([draws.of(flags)] if draws.happens(0.07) else []),
            "missing": "[]",
            "withheld": "[]",
            "acknowledge_by": acknowledge_by,
            "respond_by": respond_by,
            "acknowledged_at": acknowledged if acknowledged < making.now else None,
            "answered_at": answered if answered and answered < making.now else None,
            "escalated_at": None,
            "channel": draws.one(CHANNELS),
            "topic": draws.of(topics, 1.5),
            "clock_from": arrived,
            "extended_until": respond_by if is_extended else None,
            "closed_at": closed if is_over else None,
            "outcome": draws.of(outcomes, 1.2) if is_over else None,
            "root_cause": (
                draws.of(causes, 1.3) if is_over and draws.happens(0.7) else None
            ),
            "went_on_at": None,
        }
        if (
            answered
            and answered + timedelta(days=30) < making.now
            and draws.happens(0.05)
        ):
            escalated = answered + timedelta(days=4)
            stage = {
                "ended_at": escalated,
                "ended_by": "escalated",
                **{
                    name: columns[name]
                    for name in (
                        "route",
                        "clock_from",
                        "acknowledge_by",
                        "respond_by",
                        "extended_until",
                        "acknowledged_at",
                        "answered_at",
                    )
                },
            }
            again = _due(escalated, 2, ruleset)
            columns |= {
                "clock_from": escalated,
                "acknowledge_by": again,
                "respond_by": _due(again, 10, ruleset),
                "extended_until": None,
                "acknowledged_at": escalated + _time_to_acknowledge(draws),
                "answered_at": escalated + timedelta(days=5 + 14 * draws.part()),
                "escalated_at": escalated,
                "closed_at": None,
                "outcome": None,
                "went_on_at": escalated,
            }
        overruled = draws.of(routes)[0].id if draws.happens(0.03) else None
        yield Case(
            columns,
            stage,
            _texts(draws, making),
            draws.of(rules, 2),
            overruled if overruled != route.id else None,
        )


def _texts(draws: Draws, making: Making) -> dict[str, str]:
    texts = {}
    if draws.happens(0.6):
        rises = making.has_rise and draws.happens(0.06)
        texts["centre"] = RISING if rises else draws.of(CENTRES, 1.5)
    if draws.happens(0.5):
        texts["syllabus"] = draws.of(SYLLABUSES, 1.8)
    return texts


def _arrival(draws: Draws, making: Making) -> datetime:
    month = draws.one([(n, w) for n, w in enumerate(WEIGHTS_OF_MONTHS, 1)])
    day = date(making.year, month, 1 + int(28 * draws.part()))
    if day.weekday() > 4 and draws.happens(0.6):
        day += timedelta(days=2 if day.day < 26 else -2)
    minute = int(60 * (7 + 15 * draws.part() ** 1.2))
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=UTC)


def _time_to_acknowledge(draws: Draws) -> timedelta:
    if draws.happens(0.8):
        return timedelta(minutes=1 + 8 * draws.part())
    return timedelta(hours=1 + 110 * draws.part() ** 2)


def _due(arrived: datetime, days: int, ruleset: Ruleset) -> datetime:
    return due(arrived, days, ruleset.calendar).at
