"""Taking every word out of cases, so that only what can be counted is left.

What stays of a case: reference, route, role, dates, flags, outcome. What goes: mails,
letters, evidence, names, addresses, notes, and the personal texts of the audit log,
whose chain holds all the same.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from triage.store.audit import Deed
from triage.store.changing import change_case
from triage.store.columns import decision_of, decision_text
from triage.store.engine import Engine, Row
from triage.store.moving import Change, move_letter
from triage.store.states import MOVES, Act

GONE = "erased"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased."""

    cases: int = 0
    mails: int = 0
    letters: int = 0

    def __add__(self, other: Self) -> "Erased":
        return Erased(
            self.cases + other.cases,
            self.mails + other.mails,
            self.letters + other.letters,
        )


def erase_cases(engine: Engine, cases: Sequence[int], deed: Deed) -> Erased:
    """Take every word out of some cases; what was erased before stays so."""
    # Else freed pages of the file keep what stood there.
    engine.run("PRAGMA secure_delete = ON")
    done = Erased()
    for case in cases:
        row = engine.one("SELECT * FROM cases WHERE id = :id", id=case)
        mails = engine.rows("SELECT * FROM messages WHERE case_id = :id", id=case)
        sent = _erase_sent(engine, case)
        letters = engine.rows("SELECT * FROM outbox WHERE case_id = :id", id=case)
        for mail in mails:
            _erase_mail(engine, mail)
        for letter in letters:
            _erase_letter(engine, letter, deed)
        _erase_texts(engine, row)
        # The words of this deed are nobody's but ours: they may stay.
        change_case(engine, row, {"erased_at": deed.at, "claims": None}, deed)
        done += Erased(1, len(mails), len(letters) + sent)
    return done


def erase_person(
    engine: Engine, people: Sequence[int], addresses: Sequence[str]
) -> Erased:
    """Forget how a person is known, and mails of theirs that have no case."""
    mails = letters = 0
    for address in addresses:
        engine.run("DELETE FROM bounced WHERE address = :address", address=address)
        engine.run("DELETE FROM parties WHERE address = :address", address=address)
        for mail in engine.rows(
            "SELECT * FROM messages WHERE address = :address", address=address
        ):
            _erase_mail(engine, mail)
            mails += 1
    for person in people:
        engine.run("DELETE FROM identities WHERE person = :person", person=person)
        engine.run(
            "UPDATE links SET kept_by = NULL, merged_by = NULL"
            " WHERE kept = :person OR merged = :person",
            person=person,
        )
        engine.run(
            "UPDATE restrictions SET reason = NULL, adjustments = NULL"
            " WHERE person = :person",
            person=person,
        )
        engine.run("DELETE FROM frozen_people WHERE person = :person", person=person)
        engine.run(
            "UPDATE links SET kept_by = NULL, merged_by = NULL"
            " WHERE kept = :person OR merged = :person",
            person=person,
        )
        engine.run(
            "UPDATE restrictions SET reason = NULL, adjustments = NULL"
            " WHERE person = :person",
            person=person,
        )
        _erase_audit_texts(engine, f"person {person}")
    return Erased(mails=mails, letters=letters)


def was_erased(engine: Engine, sha256: str) -> bool:
    """Say whether a mail with these bytes was erased: it is not taken up again."""
    found = engine.row(
        "SELECT 1 AS yes FROM erased_mails WHERE digest = :digest",
        digest=_digest(engine, sha256),
    )
    return found is not None


def _digest(engine: Engine, sha256: str) -> str:
    salt = bytes(engine.one("SELECT salt FROM identity")["salt"])
    return hashlib.sha256(salt + sha256.encode()).hexdigest()


def _erase_mail(engine: Engine, mail: Row) -> None:
    """Leave of a mail where it lay and when it came, and of its copies as well."""
    sha256 = mail["sha256"]
    decision = engine.row(
        "SELECT decision FROM decisions WHERE message = :id", id=mail["id"]
    )
    if decision is not None:
        kept = replace(
            decision_of(decision["decision"]),
            reply=None,
            meanwhile=None,
            second_opinion=None,
        )
        engine.run(
            "UPDATE decisions SET decision = :kept WHERE message = :id",
            kept=decision_text(kept),
            id=mail["id"],
        )
    engine.run("DELETE FROM evidence WHERE message = :id", id=mail["id"])
    engine.run(
        "UPDATE messages SET sha256 = NULL, address = NULL, message_id = NULL,"
        " subject = NULL, dated = NULL, fingerprint = NULL"
        " WHERE id = :id OR (:sha256 IS NOT NULL AND sha256 = :sha256)",
        id=mail["id"],
        sha256=sha256,
    )
    if sha256 is not None:
        engine.run(
            "INSERT INTO erased_mails (digest) VALUES (:digest)"
            " ON CONFLICT (digest) DO NOTHING",
            digest=_digest(engine, sha256),
        )
        _forget_bytes(engine, sha256)


def _erase_sent(engine: Engine, case: int) -> int:
    """Forget what people of ours wrote in a case; return how many mails."""
    sent = engine.rows(
        "DELETE FROM sent_mails WHERE case_id = :id RETURNING sha256", id=case
    )
    for mail in sent:
        _forget_bytes(engine, mail["sha256"])
    return len(sent)


def _forget_bytes(engine: Engine, sha256: str) -> None:
    """Drop a raw mail, unless another case has the same one."""
    engine.run(
        "DELETE FROM raws WHERE sha256 = :sha256"
        " AND NOT EXISTS (SELECT 1 FROM sent_mails s WHERE s.sha256 = :sha256)",
        sha256=sha256,
    )


def _erase_letter(engine: Engine, letter: Row, deed: Deed) -> None:
    """Leave of a letter that it was sent, and when; an unsent one is dropped."""
    if letter["state"] in MOVES[Act.DROP]:
        change = Change(deed.at, "the case was erased")
        move_letter(engine, letter["id"], Act.DROP, change)
    engine.run("DELETE FROM edits WHERE letter = :id", id=letter["id"])
    engine.run(
        "UPDATE outbox SET recipient = :gone, domain = NULL, data = x'',"
        " unwanted = CASE WHEN state = 'sending' THEN :gone ELSE unwanted END"
        " WHERE id = :id",
        gone=GONE,
        id=letter["id"],
    )


def _erase_texts(engine: Engine, case: Row) -> None:
    for table in ("particulars", "notes", "parties"):
        engine.run(f"DELETE FROM {table} WHERE case_id = :id", id=case["id"])  # noqa: S608 - our own names
    engine.run(
        "UPDATE matters SET words = :gone WHERE case_id = :id",
        gone=GONE,
        id=case["id"],
    )
    engine.run(
        "UPDATE overrulings SET why = :gone WHERE case_id = :id",
        gone=GONE,
        id=case["id"],
    )
    _erase_audit_texts(engine, case["reference"])


def _erase_audit_texts(engine: Engine, about: str) -> None:
    engine.run(
        "DELETE FROM audit_texts WHERE audit IN"
        " (SELECT id FROM audit WHERE about = :about)",
        about=about,
    )
