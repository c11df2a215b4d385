"""The calendar by which the due dates of the open cases stand, and those dates."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from triage.decision.model import MatterKind
from triage.decision.recounting import Promises, Recounted
from triage.store.audit import DAEMON, Deed
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine, moment, moment_or_none
from triage.store.matters import add_matter
from triage.workdays import Calendar

YEARS = range(-1, 3)
"""Whose public holidays are kept, from the present one."""


class Calendars:
    """Remembers a calendar, so that its changes can be told."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self) -> Calendar | None:
        """Return the calendar that was noted last."""
        row = self._engine.row(
            "SELECT calendar FROM calendars WHERE mailbox = coalesce(:mailbox, mailbox)"
        )
        return None if row is None else _calendar(json.loads(row["calendar"]))

    def note(self, calendar: Calendar, now: datetime) -> None:
        """Remember a calendar, with its public holidays as they are known now."""
        self._engine.run(
            "INSERT INTO calendars (mailbox, at, calendar)"
            " VALUES (:own, :now, :calendar)"
            " ON CONFLICT (mailbox) DO UPDATE SET at = excluded.at,"
            " calendar = excluded.calendar",
            now=now,
            calendar=json.dumps(_written(calendar, now.year), sort_keys=True),
        )

    def promises(self) -> list[tuple[str, Promises]]:
        """Return the dates of every open case that still run, by its reference."""
        rows = self._engine.rows(
            "SELECT * FROM cases WHERE answered_at IS NULL AND closed_at IS NULL"
            " AND acknowledge_by IS NOT NULL"
            " AND (acknowledged_at IS NULL OR respond_by IS NOT NULL)"
            " AND mailbox = coalesce(:mailbox, mailbox) ORDER BY id"
        )
        return [
            (
                row["reference"],
                Promises(
                    route=row["route"],
                    clock_from=moment(row["clock_from"] or row["opened_at"]),
                    acknowledge_by=moment(row["acknowledge_by"]),
                    respond_by=moment_or_none(row["respond_by"]),
                    extended_until=moment_or_none(row["extended_until"]),
                    is_acknowledged=row["acknowledged_at"] is not None,
                ),
            )
            for row in rows
        ]

    def move(self, reference: str, recounted: Recounted, now: datetime) -> bool:
        """Write the dates of a case as they were counted again; False: as before."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            if recounted.broken is not None:
                kind, words = MatterKind.DUE_DATE, recounted.broken
                add_matter(self._engine, case, kind, words, now)
            changes = {
                "acknowledge_by": recounted.acknowledge_by,
                "respond_by": recounted.respond_by,
            }
            deed = Deed(at=now, by=DAEMON, act="calendar", why=recounted.why)
            return change_case(self._engine, case, changes, deed)


def _written(calendar: Calendar, year: int) -> dict[str, Any]:
    years = (year + offset for offset in YEARS)
    return {
        "timezone": calendar.timezone.key,
        "closing_time": calendar.closing_time.isoformat(),
        "opening_time": calendar.opening_time.isoformat(),
        "country": calendar.country,
        "subdivision": calendar.subdivision,
        "closing_days": _days_written(calendar.closing_days),
        "public": {
            str(each): _days_written(calendar.public_holidays(each)) for each in years
        },
    }


def _calendar(written: Mapping[str, Any]) -> Calendar:
    return Calendar(
        timezone=ZoneInfo(written["timezone"]),
        closing_time=time.fromisoformat(written["closing_time"]),
        country=written["country"],
        subdivision=written["subdivision"],
        closing_days=_days(written["closing_days"]),
        opening_time=time.fromisoformat(written["opening_time"]),
        public={int(year): _days(days) for year, days in written["public"].items()},
    )


def _days_written(days: Mapping[date, str]) -> dict[str, str]:
    return {day.isoformat(): name for day, name in days.items()}


def _days(written: Mapping[str, str]) -> dict[date, str]:
    return {date.fromisoformat(day): name for day, name in written.items()}
