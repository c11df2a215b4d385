"""What came in, was answered and was closed in a stretch of time.

Each figure counts rows whose time lies from `since` on and before `until`, by an index
of that time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine, Row, moment
from triage.store.listed import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A case that was answered or closed."""

    reference: str
    route: str | None
    owner: str | None
    at: datetime
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """What was taken up in a stretch of time."""

    cases: int
    """Cases recorded, by mail or otherwise …"""
    by_route: Mapping[str, int]
    """… by the route that each has now; '' is none."""
    follow_ups: int
    """Messages of people that joined a case which was there before."""
    automatic: int
    """Messages that were only recorded."""
    duplicates: int
    set_aside: int


class Happened:
    """What happened in a stretch of time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def came_in(self, since: datetime, until: datetime) -> CameIn:
        """Count what was taken up from `since` on and before `until`.

        Cases by `recorded_at`, messages by the moment at which they were recorded.
        """
        between = {"since": since, "until": until}
        by_route = {
            row["route"]: row["number"]
            for row in self._engine.rows(_CASES_RECORDED, **between)
        }
        seen = self._engine.one(_MESSAGES_SEEN, **between)
        return CameIn(cases=sum(by_route.values()), by_route=by_route, **seen)

    def answered(self, since: datetime, until: datetime, most: int) -> Listed[Finished]:
        """List cases whose `answered_at` lies from `since` on and before `until`."""
        return self._finished("answered_at", since, until, most)

    def closed(self, since: datetime, until: datetime, most: int) -> Listed[Finished]:
        """List cases whose `closed_at` lies from `since` on and before `until`.

        Merged ones are among them. By outcome; '' is none.
        """
        return self._finished("closed_at", since, until, most)

    def _finished(
        self, column: str, since: datetime, until: datetime, most: int
    ) -> Listed[Finished]:
        where = (
            f"{column} >= :since AND {column} < :until"
            " AND mailbox = coalesce(:mailbox, mailbox)"
        )
        between = {"since": since, "until": until}
        by = {
            row["outcome"]: row["number"]
            for row in self._engine.rows(
                "SELECT coalesce(outcome, '') AS outcome, count(*) AS number"  # noqa: S608 - our own words
                f" FROM cases WHERE {where} GROUP BY 1 ORDER BY 1",
                **between,
            )
        }
        rows = self._engine.rows(
            f"SELECT reference, route, owner, outcome, {column} AS at FROM cases"  # noqa: S608 - our own words
            f" WHERE {where} ORDER BY {column}, id LIMIT :most",
            most=most,
            **between,
        )
        return Listed(sum(by.values()), tuple(map(_finished, rows)), by)


_CASES_RECORDED = """
SELECT coalesce(route, '') AS route, count(*) AS number FROM cases
WHERE recorded_at >= :since AND recorded_at < :until
    AND mailbox = coalesce(:mailbox, mailbox) GROUP BY 1 ORDER BY 2 DESC, 1
"""

# A case that came by mail was opened by its first message.
_MESSAGES_SEEN = """
SELECT
    count(*) FILTER (WHERE m.fate = 'recorded' AND m.disposition = 'answer'
        AND (c.channel <> 'mail' OR EXISTS (SELECT 1 FROM messages e
            WHERE e.case_id = m.case_id AND e.fate = 'recorded' AND e.id < m.id)))
        AS follow_ups,
    count(*) FILTER (WHERE m.fate = 'recorded' AND m.disposition = 'record')
        AS automatic,
    count(*) FILTER (WHERE m.fate = 'duplicate') AS duplicates,
    count(*) FILTER (WHERE m.fate = 'aside') AS set_aside
FROM messages m LEFT JOIN cases c ON c.id = m.case_id
WHERE m.fate <> 'left' AND m.seen_at >= :since AND m.seen_at < :until
    AND (:mailbox IS NULL OR :mailbox =
        (SELECT i.mailbox FROM inboxes i WHERE i.id = m.inbox))
"""


def _finished(row: Row) -> Finished:
    return Finished(
        reference=row["reference"],
        route=row["route"],
        owner=row["owner"],
        at=moment(row["at"]),
        outcome=row["outcome"],
    )
