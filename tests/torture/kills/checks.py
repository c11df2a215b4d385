"""What is looked at after a kill, beside the oracle: from outside, with own SQL.

The strongest question is whether the end is the same as without a kill. Only letters
may differ: one that was killed around its dot may be held for a person.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.smtp.scripted import Received
from tests.torture.finding import Finding
from tests.torture.kills.site import Site, rows_of

ENDS = frozenset({"sent", "held", "refused", "dropped"})

_SECOND = re.compile(r"-[0-9]{14}\b")
_PUT_FORWARD = re.compile(r"(\([0-9]+, )?(.*)(CMP-[0-9]{4}-)0[1-9][0-9]{3}\b")
"""What came after a restoration. Each leaves out a thousand numbers, and takes mail up
anew that was taken up after the backup: under another UID, since it is moved back."""
_ASKED = {
    "mails": """
SELECT m.uid, m.fate, m.folder, m.filed_at IS NOT NULL AS is_filed, c.reference
FROM messages m LEFT JOIN cases c ON c.id = m.case_id
WHERE m.message_id IS NULL OR m.message_id NOT IN (SELECT message_id FROM outbox)
""",
    "cases": """
SELECT reference, route, role, flags, missing, answered_at IS NOT NULL AS is_answered,
    closed_at IS NOT NULL AS is_closed, erased_at IS NOT NULL AS is_erased FROM cases
""",
    "replies": """
SELECT c.reference, o.kind, o.recipient FROM outbox o JOIN cases c ON c.id = o.case_id
WHERE o.category = 'reply'
""",
    "notices": """
SELECT c.reference, o.kind, o.recipient FROM outbox o
LEFT JOIN cases c ON c.id = o.case_id WHERE o.category = 'notice'
""",
    "sent by people": """
SELECT c.reference, s.sha256, s.effect FROM sent_mails s
JOIN cases c ON c.id = s.case_id
""",
    "reminders": "SELECT case_id, what, due, days_before FROM reminded",
    "alerts": "SELECT * FROM alerts",
    "editions that came into force": "SELECT edition FROM activations",
}


@dataclass(frozen=True)
class Picture:
    """What an installation looks like in the end, without times and chance.

    Copies of our letters, which a mailbox may keep as a witness, are left out.
    """

    parts: dict[str, Counter[str]]

    @classmethod
    def of(cls, site: Site) -> "Picture":
        parts = {
            name: Counter(_plain(row) for row in rows_of(site.store, question))
            for name, question in _ASKED.items()
        }
        for folder, mails in site.folders().items():
            hashes = (hashlib.sha256(each).hexdigest()[:12] for each in mails)
            of_others = {hash_of(each.octets) for each in site.delivered}
            kept = Counter(each for each in hashes if each in of_others)
            if kept:
                parts[f"folder {folder}"] = kept
        return cls(parts)

    def differences(self, other: "Picture") -> Iterator[str]:
        """Say what `other` has less or more, part by part."""
        for name in sorted(self.parts.keys() | other.parts.keys()):
            ours = self.parts.get(name, Counter[str]())
            theirs = other.parts.get(name, Counter[str]())
            if lost := ours - theirs:
                yield f"{name}: lost {dict(lost)}"
            if more := theirs - ours:
                yield f"{name}: more {dict(more)}"


def _plain(row: sqlite3.Row) -> str:
    """Return a row without the second of a notice, and how often it was restored."""
    return _PUT_FORWARD.sub(r"(*, \2\3*", _SECOND.sub("", str(tuple(row))))


def hash_of(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()[:12]


def letters(
    site: Site,
    accepted: tuple[Received, ...],
    *,
    has_witness: bool,
    is_older: bool,
    about: str,
) -> Iterator[Finding]:
    """Compare letters of the store with those that the server took.

    A store that is older than they are (`is_older`) need not know of them.
    """
    copies = Counter(each.message_id for each in accepted)
    for message_id, number in copies.items():
        if number > 1:
            yield Finding("once", about, f"{message_id} was taken {number} times")
    states = states_of(site)
    for message_id, state in states.items():
        if state not in ENDS:
            yield Finding("settled", about, f"{message_id} is {state}")
        if state == "sent" and message_id not in copies:
            yield Finding("honest", about, f"{message_id} is sent, and nobody took it")
    for message_id in copies:
        state = states.get(message_id, "unknown")
        fits = {"sent"} if has_witness else {"sent", "held"}
        if state not in fits and not is_older:
            yield Finding("honest", about, f"{message_id} was taken and is {state}")


def states_of(site: Site) -> dict[str, str]:
    """Return each letter's state, by its Message-ID."""
    found = rows_of(site.store, "SELECT message_id, state FROM outbox")
    return {row["message_id"]: row["state"] for row in found}


def no_more_acknowledgements(site: Site, about: str) -> Iterator[Finding]:
    """At most one letter of a kind in each case, whatever the table allows."""
    for row in rows_of(
        site.store,
        "SELECT case_id, kind, count(*) AS n FROM outbox WHERE case_id IS NOT NULL"
        " GROUP BY case_id, kind HAVING n > 1",
    ):
        yield Finding("once", about, f"{row['n']} letters {row['kind']} in one case")


def no_false_alarm(site: Site, about: str) -> Iterator[Finding]:
    """A store that was killed or lost its power is never taken for an older copy."""
    if rows_of(site.store, "SELECT id FROM restorations"):
        yield Finding("once", about, "the store was taken for an older copy")


def soundness(site: Site, about: str) -> Iterator[Finding]:
    """The file is whole."""
    found = [row[0] for row in rows_of(site.store, "PRAGMA integrity_check")]
    if found != ["ok"]:
        yield Finding("fate", about, f"the store is damaged: {found[0]}")
    if rows_of(site.store, "PRAGMA foreign_key_check"):
        yield Finding("fate", about, "rows refer to rows that are not there")
