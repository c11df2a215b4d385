"""The store's own sums: what must come out, whatever happened."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from triage.store.audit import DAEMON
from triage.store.engine import Engine

MOST_NAMED = 10
"""Of each kind of mistake; more would be told by more than a sentence."""
CLAIM_IS_OVER = timedelta(minutes=10)
"""A claim is taken back seconds after its end."""


def amiss(engine: Engine, now: datetime) -> Iterator[str]:
    """Yield what does not come out in the mailbox in view, or anywhere.

    Each is a sentence with a case or a letter.
    """
    for sql, words in _QUESTIONS:
        over = now - CLAIM_IS_OVER
        for row in engine.rows(f"{sql} LIMIT {MOST_NAMED}", over=over, us=DAEMON):
            yield words.format(row["name"])


_QUESTIONS = (
    (
        "SELECT id AS name FROM outbox WHERE state IN ('sending', 'finishing')"
        " AND (owner IS NULL OR deadline IS NULL OR deadline < :over)"
        " AND mailbox = coalesce(:mailbox, mailbox)",
        "letter {0} is in nobody's hands: triage outbox show {0}",
    ),
    (
        "SELECT id AS name FROM outbox WHERE state = 'queued' AND next_at IS NULL"
        " AND mailbox = coalesce(:mailbox, mailbox)",
        "letter {} is queued for no time, so it is never sent",
    ),
    # A case that is open and unacknowledged has a letter on its way or is told as a
    # debt; one whose last letter went out must not be among them.
    (
        "SELECT c.reference AS name FROM cases c JOIN outbox o ON o.case_id = c.id"
        " WHERE c.acknowledged_at IS NULL AND c.closed_at IS NULL AND o.acknowledges"
        " AND o.state = 'sent' AND o.bounced_at IS NULL"
        " AND (c.escalated_at IS NULL OR c.escalated_at <= o.created_at)"
        " AND NOT EXISTS (SELECT 1 FROM outbox later WHERE later.case_id = c.id"
        " AND later.acknowledges AND later.id > o.id)"
        " AND c.mailbox = coalesce(:mailbox, c.mailbox)",
        "the letter of {} was sent, but the case is not acknowledged",
    ),
    (
        "SELECT c.reference AS name FROM cases c"
        " WHERE c.closed_at IS NULL"
        " AND EXISTS (SELECT 1 FROM audit a WHERE a.about = c.reference"
        " AND a.actor = :us AND a.act = 'open')"
        " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.case_id = c.id)"
        " AND c.mailbox = coalesce(:mailbox, c.mailbox)",
        "the mail that opened {} is not in the store",
    ),
    (
        "SELECT c.reference AS name FROM cases c JOIN messages m ON m.case_id = c.id"
        " WHERE c.closed_at IS NULL AND m.fate = 'recorded'"
        " AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.message = m.id)"
        " AND c.mailbox = coalesce(:mailbox, c.mailbox)",
        "a mail of {} has no decision",
    ),
)
