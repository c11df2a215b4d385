"""Taking every word out of cases, so that only what can be counted is left.

What stays of a case: reference, route, role, dates, flags, outcome. What goes: mails,
letters, evidence, names, addresses, notes, and the personal texts of the audit log,
whose chain holds all the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
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
        sent = _erase_sent(engine, row)
        letters = engine.rows("SELECT * FROM outbox WHERE case_id = :id", id=case)
        for mail in mails:
            _erase_mail(engine, mail)
        for letter in letters:
            _erase_letter(engine, letter, deed)
        _erase_texts(engine, row, deed)
        changes = {
            "erased_at": deed.at,
            "claims": None,
            # Nobody is left to whom anything could be owed.
            "closed_at": row["closed_at"] or deed.at,
        }
        # The words of this deed are nobody's but ours: they may stay.
        change_case(engine, row, changes, deed)
        done += Erased(1, len(mails), len(letters) + sent)
    return done


def erase_person(
    engine: Engine, people: Sequence[int], addresses: Sequence[str]
) -> Erased:
    """Forget how a person is known, and what they wrote outside their own cases.

    What stands in another person's case on legal hold stays.
    """
    mails = 0
    for address in addresses:
        for mail in engine.rows(
            "SELECT m.* FROM messages m LEFT JOIN cases c ON c.id = m.case_id"
            " WHERE m.address = :address AND c.legal_hold IS NULL",
            address=address,
        ):
            _erase_mail(engine, mail)
            mails += 1
    _forget(engine, people, addresses)
    return Erased(mails=mails)


def _forget(engine: Engine, people: Sequence[int], addresses: Sequence[str]) -> None:
    """Forget how a person is known, also in cases of others."""
    for address in addresses:
        engine.run("DELETE FROM bounced WHERE address = :address", address=address)
        # That somebody was let into a case is logged with their address.
        engine.run(_ERASE_LET_IN, address=address)
        engine.run(_ERASE_PARTY, address=address)
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
        _erase_audit_texts(engine, f"person {person}")


_ERASE_LET_IN = """
DELETE FROM audit_texts WHERE text = :address AND audit IN
    (SELECT a.id FROM parties t JOIN cases c ON c.id = t.case_id
    JOIN audit a ON a.about = c.reference
    WHERE t.address = :address AND c.legal_hold IS NULL)
"""
_ERASE_PARTY = """
DELETE FROM parties WHERE address = :address
    AND (SELECT legal_hold FROM cases c WHERE c.id = case_id) IS NULL
"""


def forget_without_cases(engine: Engine, known: Mapping[int, Sequence[str]]) -> None:
    """Forget people of whom no case is left, nor a mail.

    `known` are their roots, with the addresses that they had (`addresses_of`).
    """
    for root, addresses in known.items():
        if engine.row(_STILL_KNOWN, root=root) is None:
            rows = engine.rows("SELECT id FROM people WHERE root = :root", root=root)
            _forget(engine, [row["id"] for row in rows], addresses)


def addresses_of(engine: Engine, cases: Sequence[int]) -> dict[int, list[str]]:
    """Return whose cases these are, by their roots, with the addresses they used."""
    found: dict[int, list[str]] = {}
    for case in cases:
        row = engine.row(_ROOT_OF, id=case)
        if row is not None and row["root"] not in found:
            rows = engine.rows(_ADDRESSES, root=row["root"])
            found[row["root"]] = [each["address"] for each in rows]
    return found


_ROOT_OF = """
SELECT p.root FROM cases c JOIN people p ON p.id = c.person WHERE c.id = :id
"""
_ADDRESSES = """
SELECT DISTINCT m.address FROM people p JOIN messages m ON m.person = p.id
WHERE p.root = :root AND m.address IS NOT NULL
UNION SELECT t.address FROM people p JOIN cases c ON c.person = p.id
JOIN parties t ON t.case_id = c.id
WHERE p.root = :root AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.case_id = c.id)
"""
_STILL_KNOWN = """
SELECT 1 AS yes FROM people p JOIN cases c ON c.person = p.id
WHERE p.root = :root AND c.erased_at IS NULL
UNION ALL SELECT 1 FROM people p JOIN messages m ON m.person = p.id
WHERE p.root = :root AND m.address IS NOT NULL
"""


def was_erased(engine: Engine, sha256: str, case: str = "") -> bool:
    """Say whether a mail with these bytes was erased: it is not taken up again.

    `case` names the one that a colleague's mail was sent in.
    """
    found = engine.row(
        "SELECT 1 AS yes FROM erased_mails WHERE digest = :digest",
        digest=_digest(engine, case + sha256),
    )
    return found is not None


def _remember_erased(engine: Engine, sha256: str, case: str = "") -> None:
    engine.run(
        "INSERT INTO erased_mails (digest) VALUES (:digest)"
        " ON CONFLICT (digest) DO NOTHING",
        digest=_digest(engine, case + sha256),
    )


def _digest(engine: Engine, text: str) -> str:
    salt = bytes(engine.one("SELECT salt FROM identity")["salt"])
    return hashlib.sha256(salt + text.encode()).hexdigest()


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
        "UPDATE messages SET sha256 = NULL, core = NULL, address = NULL,"
        " message_id = NULL, subject = NULL, dated = NULL, fingerprint = NULL"
        " WHERE id = :id OR (:sha256 IS NOT NULL AND sha256 = :sha256)",
        id=mail["id"],
        sha256=sha256,
    )
    if sha256 is not None:
        _remember_erased(engine, sha256)
        _forget_bytes(engine, sha256)


def _erase_sent(engine: Engine, case: Row) -> int:
    """Forget what people of ours wrote in a case; return how many mails."""
    sent = engine.rows(
        "DELETE FROM sent_mails WHERE case_id = :id RETURNING sha256", id=case["id"]
    )
    for mail in sent:
        _remember_erased(engine, mail["sha256"], case["reference"])
        _forget_bytes(engine, mail["sha256"])
    return len(sent)


def _forget_bytes(engine: Engine, sha256: str) -> None:
    """Drop a raw mail, unless another case has the same one."""
    engine.run(
        "DELETE FROM raws WHERE sha256 = :sha256"
        " AND NOT EXISTS (SELECT 1 FROM sent_mails s WHERE s.sha256 = :sha256)"
        " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.sha256 = :sha256)",
        sha256=sha256,
    )


def _erase_letter(engine: Engine, letter: Row, deed: Deed) -> None:
    """Leave of a letter that it was sent, and when; an unsent one is dropped."""
    if letter["state"] in MOVES[Act.DROP]:
        change = Change(deed.at, "the case was erased")
        move_letter(engine, letter["id"], Act.DROP, change)
    engine.run("DELETE FROM edits WHERE letter = :id", id=letter["id"])
    # A server that refuses a letter often says to whom.
    engine.run(
        "UPDATE moves SET why = :gone WHERE letter = :id", gone=GONE, id=letter["id"]
    )
    engine.run(
        "UPDATE outbox SET recipient = :gone, domain = NULL, data = x'',"
        " reason = CASE WHEN reason IS NOT NULL THEN :gone END,"
        " unwanted = CASE WHEN state = 'sending' THEN :gone ELSE unwanted END"
        " WHERE id = :id",
        gone=GONE,
        id=letter["id"],
    )


def _erase_texts(engine: Engine, case: Row, deed: Deed) -> None:
    for table in ("particulars", "notes", "parties"):
        engine.run(f"DELETE FROM {table} WHERE case_id = :id", id=case["id"])  # noqa: S608 - our own names
    engine.run(
        "UPDATE matters SET words = :gone, settled_at = coalesce(settled_at, :at),"
        " settled_by = coalesce(settled_by, :by) WHERE case_id = :id",
        gone=GONE,
        at=deed.at,
        by=deed.by,
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
