"""What was sent to somebody already, against the budgets."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from triage.decision.model import Spent
from triage.store.engine import Engine
from triage.store.letters import BEYOND, charged_since

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def spent_on(
    engine: Engine,
    people: Iterable[int],
    address: str | None,
    domain: str | None,
    now: datetime,
) -> Spent:
    """Count replies that went out or were queued: to a person, a domain, everybody.

    `people` are the person's rows, by their roots.
    """
    day, hour = now - DAY, now - HOUR
    to_sender = {
        row["id"]
        for person in people
        for row in engine.rows(
            "SELECT o.id FROM people p JOIN outbox o ON o.person = p.id"
            " WHERE p.root = :person AND o.charged_at > :day"
            " AND o.charged_at < :beyond",
            person=person,
            day=day,
            beyond=day + BEYOND,
        )
    }
    to_sender.update(
        row["id"]
        for row in engine.rows(
            "SELECT id FROM outbox WHERE recipient = :address"
            " AND charged_at > :day AND charged_at < :beyond",
            address=address,
            day=day,
            beyond=day + BEYOND,
        )
    )
    to_domain = engine.row(
        "SELECT count(*) AS letters FROM outbox"
        " WHERE domain = :domain AND charged_at > :hour AND charged_at < :beyond",
        domain=domain,
        hour=hour,
        beyond=hour + BEYOND,
    )
    return Spent(
        to_sender_in_day=len(to_sender),
        to_domain_in_hour=0 if to_domain is None else int(to_domain["letters"]),
        in_hour=charged_since(engine, hour),
    )
