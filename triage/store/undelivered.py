"""A letter of ours that came back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triage.decision.model import MatterKind
from triage.store.audit import DAEMON, Deed
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine
from triage.store.holding import note_came_back
from triage.store.matters import add_matter
from triage.store.moving import Change, move_letter
from triage.store.sent import note_mail_came_back
from triage.store.states import Act, State

REPORTED_WITHIN = timedelta(days=5)
"""How long servers try before they give up (RFC 5321 §4.5.4.1)."""
PERHAPS_CAME_BACK = (
    "A report says that mail to an address which we wrote to did not arrive. It does"
    " not show that the mail was ours, so nothing was changed: read it, and if our"
    " letter came back, find another way to reach the person"
)


def note_undelivered(engine: Engine, message_id: str, now: datetime) -> None:
    """Note a letter and its address as bounced; the duty to acknowledge opens again.

    A colleague's own mail that came back is put before a person.

    The recipient is the one that we wrote to, never what the report says. A report on a
    letter whose fate was uncertain proves that the server had taken it.
    """
    letter = engine.row(
        "SELECT id, state, attempt, recipient, case_id, acknowledges FROM outbox"
        " WHERE message_id = :message_id",
        message_id=message_id,
    )
    if letter is None:
        note_mail_came_back(engine, message_id, now)
        return
    if letter["state"] in {State.UNCERTAIN, State.HELD} and letter["attempt"]:
        move_letter(
            engine, letter["id"], Act.WITNESS, Change(now, "a report on it came back")
        )
    engine.run(
        "UPDATE outbox SET bounced_at = :now WHERE id = :id", id=letter["id"], now=now
    )
    note_bounced(engine, letter["recipient"], now, "a letter came back")
    note_came_back(engine, letter["id"], now)
    if letter["acknowledges"]:
        case = engine.row(
            "SELECT * FROM cases WHERE id = :case_id AND answered_at IS NULL",
            case_id=letter["case_id"],
        )
        if case is not None:
            deed = Deed(at=now, by=DAEMON, act="acknowledgement came back")
            change_case(engine, case, {"acknowledged_at": None}, deed)


def reported_case(
    engine: Engine, addresses: Sequence[str], now: datetime
) -> str | None:
    """Return the case of the latest reply that a server took for one of them."""
    latest: dict[str, str] = {}
    for address in addresses:
        row = engine.row(
            "SELECT o.charged_at, c.reference FROM outbox o"
            " JOIN cases c ON c.id = o.case_id"
            " WHERE o.recipient = :address AND o.charged_at >= :since"
            " AND o.attempt > 0 AND o.state IN ('sent', 'uncertain', 'held')"
            " AND o.bounced_at IS NULL"
            " ORDER BY o.charged_at DESC LIMIT 1",
            address=address,
            since=now - REPORTED_WITHIN,
        )
        if row is not None:
            latest[row["charged_at"]] = row["reference"]
    return latest[max(latest)] if latest else None


def note_perhaps_undelivered(engine: Engine, reference: str, now: datetime) -> None:
    """Put before a person that a letter may have come back.

    Anybody can write such a report, so neither the letter nor the address is touched.
    """
    case = case_named(engine, reference)
    add_matter(engine, case, MatterKind.CAME_BACK, PERHAPS_CAME_BACK, now)


def note_bounced(engine: Engine, address: str, now: datetime, why: str) -> None:
    """Remember that mail does not reach an address: no automatic reply goes there."""
    engine.run(
        "INSERT INTO bounced (address, at, why) VALUES (:address, :now, :why)"
        " ON CONFLICT (address) DO UPDATE SET at = excluded.at, why = excluded.why",
        address=address,
        now=now,
        why=why,
    )
