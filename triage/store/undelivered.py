"""A letter of ours that came back."""

from datetime import datetime

from triage.store.audit import DAEMON, Deed
from triage.store.changing import change_case
from triage.store.engine import Engine
from triage.store.holding import note_came_back
from triage.store.moving import Change, move_letter
from triage.store.sent import note_mail_came_back
from triage.store.states import Act, State


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


def note_bounced(engine: Engine, address: str, now: datetime, why: str) -> None:
    """Remember that mail does not reach an address: no automatic reply goes there."""
    engine.run(
        "INSERT INTO bounced (address, at, why) VALUES (:address, :now, :why)"
        " ON CONFLICT (address) DO UPDATE SET at = excluded.at, why = excluded.why",
        address=address,
        now=now,
        why=why,
    )
