"""What somebody must do by a day: read by index, however many cases there are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from triage.store.engine import Engine, Row, moment


class DutyKind(StrEnum):
    """What is to be done."""

    ACKNOWLEDGE = "acknowledge"
    """Somebody must be acknowledged: no letter is on its way, or it is late by now."""
    RESPOND = "respond"
    """Somebody must be answered."""
    HOLD = "hold"
    """Any other letter waits for approval."""
    REQUEST = "request"
    """Somebody asked about their personal data: the law's clock."""


class Stage(StrEnum):
    """How far a complaint has gone."""

    FIRST = "first"
    LAST = "last"
    """Before somebody senior; the answer is final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that is owed in a case, and by when."""

    kind: DutyKind
    reference: str
    route: str | None
    owner: str | None
    due: datetime
    stage: Stage
    is_late: bool
    letter: int | None = None
    """The outbox id of the letter that waits for approval."""
    is_on_its_way: bool = False
    """A letter was to go out in time, and has not yet."""


class Duties:
    """What is owed, the most urgent first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, now: datetime, until: datetime) -> list[Duty]:
        """Return every duty that is overdue `now` or due up to `until`."""
        with self._engine.reading():
            rows = [
                row
                for query in (_ACKNOWLEDGE, _RESPOND, _HOLD, _REQUEST)
                for row in self._engine.rows(query, now=now, until=until)
            ]
        duties = [_duty(row, now) for row in rows]
        return sorted(duties, key=lambda duty: (duty.due, duty.reference, duty.kind))


def _duty(row: Row, now: datetime) -> Duty:
    due = moment(row["due"])
    return Duty(
        kind=DutyKind(row["kind"]),
        reference=row["reference"],
        route=row["route"],
        owner=row["owner"],
        due=due,
        stage=Stage.FIRST if row["escalated_at"] is None else Stage.LAST,
        is_late=due < now,
        letter=row["letter"],
        is_on_its_way=bool(row.get("is_on_its_way")),
    )


ON_ITS_WAY = """EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.id AND o.acknowledges
        AND (o.state IN ('queued', 'finishing')
            OR o.state = 'sending' AND o.unwanted IS NULL))"""
"""Of a case `c`: an acknowledgement is; as triage.store.debts tells it too.

One that a dispatcher has in hands, unless a person decided against it in time.
"""

_ACKNOWLEDGE = f"""
SELECT 'acknowledge' AS kind, c.reference, c.route, c.owner, c.escalated_at,
    c.acknowledge_by AS due,
    (SELECT min(o.id) FROM outbox o WHERE o.case_id = c.id AND o.acknowledges
        AND o.state = 'held' AND o.attempt = 0) AS letter,
    {ON_ITS_WAY} AS is_on_its_way
FROM cases c
WHERE c.acknowledged_at IS NULL AND c.closed_at IS NULL AND c.acknowledge_by <= :until
    AND (c.acknowledge_by < :now OR NOT {ON_ITS_WAY})
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
"""  # noqa: S608 - our own text

_RESPOND = """
SELECT 'respond' AS kind, c.reference, c.route, c.owner, c.escalated_at,
    c.respond_by AS due, NULL AS letter
FROM cases c
WHERE c.answered_at IS NULL AND c.closed_at IS NULL AND c.respond_by <= :until
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
"""

# It says something about the answer, or stands for it: due with the answer. An
# acknowledgement matters no more where a person wrote one, but for a redirection that
# waits beside an acknowledgement that went out.
_HOLD = """
SELECT 'hold' AS kind, c.reference, c.route, c.owner, c.escalated_at,
    coalesce(c.respond_by, c.acknowledge_by) AS due, o.id AS letter
FROM outbox o JOIN cases c ON c.id = o.case_id
WHERE o.state = 'held' AND o.attempt = 0
    AND c.closed_at IS NULL AND c.answered_at IS NULL
    AND (NOT o.acknowledges OR c.acknowledged_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM outbox s WHERE s.case_id = c.id AND s.acknowledges
            AND s.state = 'sent' AND s.created_at >= coalesce(c.escalated_at, '')))
    AND coalesce(c.respond_by, c.acknowledge_by) <= :until
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
"""

_REQUEST = """
SELECT 'request' AS kind, c.reference, c.route, c.owner, c.escalated_at,
    r.due_at AS due, NULL AS letter
FROM requests r JOIN cases c ON c.id = r.case_id
WHERE r.done_at IS NULL AND r.due_at <= :until
    AND c.mailbox = coalesce(:mailbox, c.mailbox)
"""
