"""Counts over many cases, and the clocks of each stage; no sender is in them.

A span is half open: from its first instant up to, not including, its second. What is
about how cases went on counts cases by when they came; only what is about their end
counts them by when they were closed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from triage.store.engine import Engine, Row, moment, moment_or_none, utc_text
from triage.store.particulars import Field

Span = tuple[datetime, datetime]

_PAGE = 5_000


class Property(StrEnum):
    """What cases are counted by; each is a column of theirs."""

    ROUTE = "route"
    TOPIC = "topic"
    CHANNEL = "channel"
    ROLE = "role"


class Ending(StrEnum):
    """What closed cases are counted by; each is a column of theirs."""

    OUTCOME = "outcome"
    ROOT_CAUSE = "root_cause"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClocks:
    """The clocks of one stage of a case, running or over."""

    clock_from: datetime
    acknowledge_by: datetime | None = None
    """None also where an earlier stage's acknowledgement holds on …"""
    respond_by: datetime | None = None
    is_extended: bool = False
    """A later date was set for the answer; respond_by is that date."""
    acknowledged_at: datetime | None = None
    """… so that it is counted once."""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    """When the case was closed, reopened or escalated."""
    is_directors: bool = False
    """It is at senior level: the last step."""


@dataclass(frozen=True, slots=True)
class Came:
    """How many cases came in a span, and what became of some of them since."""

    cases: int
    merged: int
    escalated: int
    went_on: int
    """Whose writer went on after the answer."""
    near_identical: int
    """That say nearly the same as an earlier one."""


@dataclass(frozen=True, slots=True)
class RequestClock:
    """When a request about personal data was due and done."""

    kind: str
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Restricted:
    """How many restrictions of a kind were decided about in a span."""

    kind: str
    proposed: int
    approved: int
    rejected: int
    lifted: int
    in_force: int
    """At the span's end."""


class Figures:
    """What a report is made of. Every query goes by an index on a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def came(self, span: Span) -> Came:
        """Count the cases that came."""
        return Came(**self._engine.one(_CAME, **_bounds(span)))

    def open_at_end(self, span: Span) -> int:
        """Count the cases that had come before the span's end and were open then."""
        return int(self._engine.one(_OPEN, until=span[1])["cases"])

    def first_and_last(self, span: Span) -> Span | None:
        """Return when the first and the last case of a span came or was closed."""
        row = self._engine.one(_FIRST_AND_LAST, **_bounds(span))
        if row["first"] is None:
            return None
        return moment(row["first"]), moment(row["last"])

    def flow(self, spans: tuple[Span, ...]) -> list[tuple[int, int]]:
        """Return how many cases came and how many were closed in each span."""
        texts = [[utc_text(since), utc_text(until)] for since, until in spans]
        rows = self._engine.rows(_FLOW, spans=json.dumps(texts))
        return [(row["came"], row["closed"]) for row in rows]

    def counted(self, by: Property, span: Span) -> dict[str | None, int]:
        """Count the cases that came by a property, the most frequent first."""
        sql = f"{_COUNTED[by]} ORDER BY count(*) DESC, id"
        return _counts(self._engine.rows(sql, **_bounds(span)))

    def endings(self, by: Ending, span: Span) -> dict[str | None, int]:
        """Count the cases that were closed, merged ones aside."""
        sql = f"{_ENDED[by]} ORDER BY count(*) DESC, id"
        return _counts(self._engine.rows(sql, **_bounds(span)))

    def flags(self, span: Span) -> dict[str, int]:
        """Count the cases that came by their flags; one may have several."""
        return {
            row["id"]: row["cases"]
            for row in self._engine.rows(_FLAGS, **_bounds(span))
        }

    def texts(self, field: Field, span: Span) -> dict[str, int]:
        """Count the cases that came by what a field of their particulars says."""
        rows = self._engine.rows(_TEXTS, field=field, **_bounds(span))
        return {row["text"]: row["cases"] for row in rows}

    def people(self, span: Span) -> Mapping[int, int]:
        """Return how many people opened so many cases, by that number of cases."""
        rows = self._engine.rows(_PEOPLE, **_bounds(span))
        return {row["cases"]: row["people"] for row in rows}

    def requests(self, span: Span) -> list[RequestClock]:
        """Return the clocks of the requests about personal data that came."""
        return [
            RequestClock(
                row["kind"], moment(row["due_at"]), moment_or_none(row["done_at"])
            )
            for row in self._engine.rows(_REQUESTS, **_bounds(span))
        ]

    def restrictions(self, span: Span) -> list[Restricted]:
        """Count what was decided about writers, kinds without anything left out."""
        counted = (
            Restricted(**row)
            for row in self._engine.rows(_RESTRICTIONS, **_bounds(span))
        )
        return [
            each
            for each in counted
            if any((each.proposed, each.approved, each.rejected, each.lifted))
            or each.in_force
        ]

    def count_stages(self, span: Span) -> int:
        """Count the stages whose clocks began in a span."""
        return int(self._engine.one(_COUNT_STAGES, **_bounds(span))["stages"])

    def stages(self, span: Span) -> Iterator[StageClocks]:
        """Yield the stages whose clocks began in a span, page by page."""
        for sql in (_PRESENT_STAGES, _PAST_STAGES):
            after, last = utc_text(span[0]), 0
            while rows := self._engine.rows(
                sql, after=after, last=last, until=span[1], page=_PAGE
            ):
                yield from map(_stage, rows)
                after, last = rows[-1]["clock_from"], rows[-1]["id"]


def _bounds(span: Span) -> dict[str, datetime]:
    return {"since": span[0], "until": span[1]}


def _counts(rows: list[Row]) -> dict[str | None, int]:
    return {row["id"]: row["cases"] for row in rows}


def _stage(row: Row) -> StageClocks:
    is_afresh = not row["was_acknowledged"]
    return StageClocks(
        clock_from=moment(row["clock_from"]),
        acknowledge_by=moment_or_none(row["acknowledge_by"]) if is_afresh else None,
        respond_by=moment_or_none(row["respond_by"]),
        is_extended=row["extended_until"] is not None,
        acknowledged_at=moment_or_none(row["acknowledged_at"]) if is_afresh else None,
        answered_at=moment_or_none(row["answered_at"]),
        ended_at=moment_or_none(row["ended_at"]),
        is_directors=bool(row["is_directors"]),
    )


_CAME = """
SELECT count(*) AS cases,
    count(merged_into) AS merged,
    count(escalated_at) AS escalated,
    count(went_on_at) AS went_on,
    count(near_identical_to) AS near_identical
FROM cases WHERE opened_at >= :since AND opened_at < :until
    AND mailbox = coalesce(:mailbox, mailbox)
"""

_OPEN = """
SELECT (SELECT count(*) FROM cases WHERE opened_at < :until AND closed_at IS NULL
        AND mailbox = coalesce(:mailbox, mailbox))
    + (SELECT count(*) FROM cases WHERE opened_at < :until AND closed_at >= :until
        AND mailbox = coalesce(:mailbox, mailbox))
    AS cases
"""

_FIRST_AND_LAST = """
SELECT min(first) AS first, max(last) AS last FROM (
    SELECT min(opened_at) AS first, max(opened_at) AS last FROM cases
    WHERE opened_at >= :since AND opened_at < :until
        AND mailbox = coalesce(:mailbox, mailbox)
    UNION ALL
    SELECT min(closed_at), max(closed_at) FROM cases
    WHERE closed_at >= :since AND closed_at < :until
        AND mailbox = coalesce(:mailbox, mailbox)
)
"""

_FLOW = """
SELECT
    (SELECT count(*) FROM cases
        WHERE opened_at >= s.value ->> 0 AND opened_at < s.value ->> 1
        AND mailbox = coalesce(:mailbox, mailbox)) AS came,
    (SELECT count(*) FROM cases
        WHERE closed_at >= s.value ->> 0 AND closed_at < s.value ->> 1
        AND mailbox = coalesce(:mailbox, mailbox)) AS closed
FROM json_each(:spans) s ORDER BY s.key
"""

_COUNTED = {
    by: f"""
SELECT {by} AS id, count(*) AS cases FROM cases
WHERE opened_at >= :since AND opened_at < :until
    AND mailbox = coalesce(:mailbox, mailbox) GROUP BY {by}
"""  # noqa: S608 - a column's name, of a closed set
    for by in Property
}

_ENDED = {
    by: f"""
SELECT {by} AS id, count(*) AS cases FROM cases
WHERE closed_at >= :since AND closed_at < :until AND merged_into IS NULL
    AND mailbox = coalesce(:mailbox, mailbox) GROUP BY {by}
"""  # noqa: S608 - a column's name, of a closed set
    for by in Ending
}

_FLAGS = """
SELECT f.value AS id, count(*) AS cases FROM cases c, json_each(c.flags) f
WHERE c.opened_at >= :since AND c.opened_at < :until
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
GROUP BY f.value ORDER BY count(*) DESC, f.value
"""

_TEXTS = """
SELECT p.text, count(*) AS cases FROM cases c
JOIN particulars p ON p.case_id = c.id AND p.field = :field
WHERE c.opened_at >= :since AND c.opened_at < :until
    AND c.mailbox = coalesce(:mailbox, c.mailbox) GROUP BY p.text
"""

_PEOPLE = """
SELECT cases, count(*) AS people FROM (
    SELECT count(*) AS cases FROM cases c JOIN people p ON p.id = c.person
    WHERE c.opened_at >= :since AND c.opened_at < :until
        AND c.mailbox = coalesce(:mailbox, c.mailbox) GROUP BY p.root
) GROUP BY cases ORDER BY cases
"""

_REQUESTS = """
SELECT kind, due_at, done_at FROM requests
WHERE received_at >= :since AND received_at < :until
    AND case_id IN (SELECT id FROM cases WHERE mailbox = coalesce(:mailbox, mailbox))
ORDER BY kind, id
"""

_RESTRICTIONS = """
SELECT kind,
    sum(proposed_at >= :since AND proposed_at < :until) AS proposed,
    sum(coalesce(approved_at >= :since AND approved_at < :until, 0)) AS approved,
    sum(coalesce(ended_how = 'rejected'
        AND ended_at >= :since AND ended_at < :until, 0)) AS rejected,
    sum(coalesce(ended_how = 'lifted'
        AND ended_at >= :since AND ended_at < :until, 0)) AS lifted,
    sum(coalesce(approved_at < :until AND lapses_at > :until
        AND (ended_at IS NULL OR ended_at >= :until), 0)) AS in_force
FROM restrictions
WHERE case_id IN (SELECT id FROM cases WHERE mailbox = coalesce(:mailbox, mailbox))
GROUP BY kind ORDER BY kind
"""

_COUNT_STAGES = """
SELECT (SELECT count(*) FROM cases WHERE clock_from >= :since AND clock_from < :until
        AND mailbox = coalesce(:mailbox, mailbox))
    + (SELECT count(*) FROM stages s JOIN cases c ON c.id = s.case_id
        WHERE s.clock_from >= :since AND s.clock_from < :until
        AND c.mailbox = coalesce(:mailbox, c.mailbox))
    AS stages
"""

_PRESENT_STAGES = """
SELECT id, clock_from, acknowledge_by, respond_by, extended_until, acknowledged_at,
    answered_at, closed_at AS ended_at, escalated_at IS NOT NULL AS is_directors,
    EXISTS (SELECT 1 FROM stages e WHERE e.case_id = cases.id
        AND e.acknowledged_at = cases.acknowledged_at) AS was_acknowledged
FROM cases
WHERE (clock_from, id) > (:after, :last) AND clock_from < :until
    AND mailbox = coalesce(:mailbox, mailbox)
ORDER BY clock_from, id LIMIT :page
"""

# What ended with the escalation itself was before other people.
_PAST_STAGES = """
SELECT s.id, s.clock_from, s.acknowledge_by, s.respond_by, s.extended_until,
    s.acknowledged_at, s.answered_at, s.ended_at,
    coalesce(s.ended_at > c.escalated_at, 0) AS is_directors,
    EXISTS (SELECT 1 FROM stages e WHERE e.case_id = s.case_id AND e.id < s.id
        AND e.acknowledged_at = s.acknowledged_at) AS was_acknowledged
FROM stages s JOIN cases c ON c.id = s.case_id
WHERE (s.clock_from, s.id) > (:after, :last) AND s.clock_from < :until
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
ORDER BY s.clock_from, s.id LIMIT :page
"""
