"""How often rules decided, and how often people overruled them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.store.engine import Engine
from triage.workdays import LATEST


@dataclass(frozen=True, slots=True)
class Times:
    """What one route, rule or signal did."""

    decided: int
    """Messages of people that it decided, or that it was seen in."""
    overruled: int
    """Of these, whose route a person changed."""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Records by id, and what people made of wrong decisions."""

    routes: Mapping[str, Times]
    rules: Mapping[str, Times]
    signals: Mapping[str, Times]
    corrections: Mapping[tuple[str, str], int]
    """How often, by (route before, route after)."""


def track_record(
    engine: Engine, since: datetime, until: datetime | None = None
) -> TrackRecord:
    """Count what was decided about messages that came since then, before `until`."""
    span = {"since": since, "until": until or LATEST}
    with engine.reading():
        return TrackRecord(
            routes=_records(engine, _ROUTES, span),
            rules=_records(engine, _RULES, span),
            signals=_records(engine, _SIGNALS, span),
            corrections={
                (row["before"], row["after"]): row["times"]
                for row in engine.rows(_CORRECTIONS, **span)
            },
        )


def _records(
    engine: Engine, sql: str, span: Mapping[str, datetime]
) -> dict[str, Times]:
    return {
        row["id"]: Times(row["decided"], row["overruled"])
        for row in engine.rows(sql, **span)
    }


_ROUTES = """
SELECT d.route AS id, count(*) AS decided, count(o.message) AS overruled
FROM decisions d
JOIN messages m ON m.id = d.message
LEFT JOIN (SELECT DISTINCT message FROM overrulings) o ON o.message = m.id
WHERE d.route IS NOT NULL AND m.received_at >= :since AND m.received_at < :until
GROUP BY d.route
"""

_RULES = """
SELECT d.rule AS id, count(*) AS decided, count(o.message) AS overruled
FROM decisions d
JOIN messages m ON m.id = d.message
LEFT JOIN (SELECT DISTINCT message FROM overrulings) o ON o.message = m.id
WHERE d.rule IS NOT NULL AND m.received_at >= :since AND m.received_at < :until
GROUP BY d.rule
"""

_SIGNALS = """
SELECT seen.signal AS id, count(*) AS decided, count(o.message) AS overruled
FROM (
    SELECT DISTINCT e.message, e.signal FROM evidence e WHERE e.standing = 'hits'
) seen
JOIN messages m ON m.id = seen.message
JOIN decisions d ON d.message = m.id
LEFT JOIN (SELECT DISTINCT message FROM overrulings) o ON o.message = m.id
WHERE d.route IS NOT NULL AND m.received_at >= :since AND m.received_at < :until
GROUP BY seen.signal
"""

_CORRECTIONS = """
SELECT o.before, o.after, count(*) AS times
FROM overrulings o JOIN messages m ON m.id = o.message
WHERE o.before IS NOT NULL AND m.received_at >= :since AND m.received_at < :until
GROUP BY o.before, o.after ORDER BY times DESC, o.before, o.after
"""
