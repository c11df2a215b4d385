"""What the store knows of one message, fetched before anything is decided."""

from datetime import datetime

from triage.decision.model import History
from triage.decision.sender import likeness
from triage.store.breaker import is_open
from triage.store.engine import Engine, moment
from triage.store.erasing import was_erased
from triage.store.known_cases import cases_of
from triage.store.model import Inquiry
from triage.store.people import roots_of
from triage.store.restricted import restrictions_on
from triage.store.sent import colleagues_cases
from triage.store.spending import Payee, spent_on
from triage.store.undelivered import reported_case

COMPARED_TEXTS = 100
"""Of one person, the latest; a flood from one sender must not make each mail slower."""


def recall(engine: Engine, inquiry: Inquiry) -> History:
    """Return the history of one message."""
    people = roots_of(engine, inquiry.identity_keys)
    case, claimed = cases_of(engine, inquiry)
    return History(
        earlier=_earlier(engine, people, inquiry.now - inquiry.window),
        case=case,
        claims=None if claimed is None else claimed.reference,
        claimed=claimed,
        answers_colleague=bool(colleagues_cases(engine, inquiry.references)),
        reported=reported_case(engine, inquiry.reported_to, inquiry.now),
        near_identical_to=_near_identical_to(engine, people, inquiry),
        answered_cases=_answered_cases(engine, people),
        has_bounced=_has_bounced(engine, inquiry),
        spent=spent_on(engine, _payee(people, inquiry), inquiry.now),
        breaker_is_open=is_open(engine, inquiry.now),
        is_rekeyed=_is_old_stock(engine, inquiry),
        is_duplicate=is_known_elsewhere(engine, inquiry) is not None,
        restrictions=restrictions_on(engine, people, inquiry.now),
        was_erased=was_erased(engine, inquiry.sha256),
    )


def _payee(people: list[int], inquiry: Inquiry) -> Payee:
    return Payee(
        address=inquiry.address,
        domain=inquiry.domain,
        reply_to=inquiry.reply_to[:1],
        people=people,
        spell=inquiry.spell,
    )


def _earlier(
    engine: Engine, people: list[int], since: datetime
) -> tuple[datetime, ...]:
    found = [
        moment(row["received_at"])
        for person in people
        for row in engine.rows(
            "SELECT m.received_at FROM people p JOIN messages m ON m.person = p.id"
            " WHERE p.root = :person AND m.received_at >= :since"
            " AND m.fate = 'recorded' AND m.disposition = 'answer'",
            person=person,
            since=since,
        )
    ]
    return tuple(sorted(found))


def _near_identical_to(
    engine: Engine, people: list[int], inquiry: Inquiry
) -> str | None:
    """Return the case of this person with the text most like this one."""
    if not inquiry.fingerprint:
        return None
    best: tuple[float, str] | None = None
    for person in people:
        for row in engine.rows(
            "SELECT m.fingerprint, c.reference FROM people p"
            " JOIN messages m ON m.person = p.id JOIN cases c ON c.id = m.case_id"
            " WHERE p.root = :person AND m.fate = 'recorded'"
            " AND m.fingerprint IS NOT NULL ORDER BY m.received_at DESC LIMIT :latest",
            person=person,
            latest=COMPARED_TEXTS,
        ):
            like = likeness(inquiry.fingerprint, row["fingerprint"])
            if like >= inquiry.alike_from and (best is None or like > best[0]):
                best = (like, row["reference"])
    return None if best is None else best[1]


def _answered_cases(engine: Engine, people: list[int]) -> tuple[str, ...]:
    return tuple(
        row["reference"]
        for person in people
        for row in engine.rows(
            "SELECT c.reference FROM people p JOIN cases c ON c.person = p.id"
            " WHERE p.root = :person AND c.answered_at IS NOT NULL ORDER BY c.id",
            person=person,
        )
    )


def _has_bounced(engine: Engine, inquiry: Inquiry) -> bool:
    return any(
        engine.row(
            "SELECT 1 AS yes FROM bounced WHERE address = :address", address=address
        )
        for address in (inquiry.address, *inquiry.reply_to)
    )


def _is_old_stock(engine: Engine, inquiry: Inquiry) -> bool:
    """Say whether the message lay there when UIDVALIDITY changed, unknown to us."""
    place = inquiry.place
    row = engine.row(
        "SELECT uidvalidity, old_stock_upto FROM inboxes"
        " WHERE account = :account AND folder = :folder",
        account=place.inbox.account,
        folder=place.inbox.folder,
    )
    if row is None:
        return False
    is_new_key = bool(row["uidvalidity"] != place.uidvalidity)
    return is_new_key or place.uid <= int(row["old_stock_upto"])


def is_known_elsewhere(engine: Engine, inquiry: Inquiry) -> int | None:
    """Return the message row of the same mail from another place.

    What only servers wrote on top of is the same mail once it has its reply: a copy
    that somebody sent before the writer did, and that got none, may not silence them.
    """
    row = engine.row(
        _THE_SAME,
        sha256=inquiry.sha256,
        core=inquiry.core,
        account=inquiry.place.inbox.account,
        folder=inquiry.place.inbox.folder,
        uidvalidity=inquiry.place.uidvalidity,
        uid=inquiry.place.uid,
    )
    return None if row is None else int(row["id"])


_THE_SAME = """
SELECT m.id FROM messages m JOIN inboxes i ON i.id = m.inbox
WHERE m.fate = 'recorded'
    AND (m.sha256 = :sha256 OR (m.core = :core AND EXISTS (
        SELECT 1 FROM outbox o WHERE o.message = m.id
        AND o.category = 'reply' AND o.state NOT IN ('refused', 'dropped'))))
    AND NOT (i.account = :account AND i.folder = :folder
        AND m.uidvalidity = :uidvalidity AND m.uid = :uid AND m.retired_at IS NULL)
ORDER BY m.id LIMIT 1
"""
