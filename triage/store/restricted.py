"""What was decided about a writer and is in force."""

from datetime import datetime

from triage.decision.model import Restricted
from triage.store.engine import Engine


def restrictions_on(
    engine: Engine, people: list[int], now: datetime
) -> tuple[Restricted, ...]:
    """Return what is in force for people, as `restriction_states` tells it."""
    return tuple(
        Restricted(row["kind"], row["contact"])
        for person in people
        for row in engine.rows(
            "SELECT r.kind, r.contact FROM people p"
            " JOIN restrictions r ON r.person = p.id WHERE p.root = :person"
            " AND r.approved_at IS NOT NULL AND r.ended_at IS NULL"
            " AND r.lapses_at > :now ORDER BY r.id",
            person=person,
            now=now,
        )
    )
