"""One person as people look at them: who they are to us, what they wrote, what we did.

Everything is looked up by the person's root; nothing here decides anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.ruleset.evidence import Hit
from triage.store.audit import Deed
from triage.store.case_states import CaseState, state_of
from triage.store.columns import decision_of, list_of
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.letter_lines import replies_of_person
from triage.store.model import OutboxLine
from triage.store.parting import join, part

MOST_MAILS = 1000
"""Of one person, the latest are looked at."""


@dataclass(frozen=True, slots=True)
class SenderAddress:
    """An address that a person wrote from."""

    address: str
    mails: int
    first_at: datetime
    last_at: datetime
    bounced_at: datetime | None
    """When a letter of ours to it came back."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Why a spelling is taken for this person's."""

    spelling: str
    by: str | None
    """The spelling of the same mail that we knew; None: it was the first one."""
    at: datetime | None
    """When the mail came that ties them; None: that was not kept."""
    address: str | None
    """Where that mail came from."""
    reference: str | None
    subject: str | None


@dataclass(frozen=True, slots=True)
class SenderCase:
    """A case that a person opened."""

    reference: str
    route: str | None
    state: CaseState
    opened_at: datetime
    answered_at: datetime | None
    """When it was first answered, in this stage or an earlier one."""
    went_on_at: datetime | None
    flags: tuple[str, ...]
    near_identical_to: str | None
    outcome: str | None
    mails: int
    after_answer: tuple[datetime, ...]
    """When this person wrote in it after it was answered."""


@dataclass(frozen=True, slots=True)
class SenderMail:
    """A mail of a person, with the flags that it raised and what was seen in it."""

    received_at: datetime
    address: str | None
    reference: str | None
    flags: tuple[str, ...]
    hits: tuple[Hit, ...]
    """Only where it raised a flag."""


@dataclass(frozen=True, slots=True)
class SenderFile:
    """Everything about one person."""

    person: int
    since: datetime
    addresses: tuple[SenderAddress, ...]
    ties: tuple[Tie, ...]
    cases: tuple[SenderCase, ...]
    mails: tuple[SenderMail, ...]
    """The latest first, `MOST_MAILS` at most."""
    letters: tuple[OutboxLine, ...]


@dataclass(frozen=True, slots=True)
class SenderLine:
    """A person in a list."""

    person: int
    addresses: tuple[str, ...]
    mails: int
    cases: int
    flagged: int
    """Of those cases, how many are flagged."""
    flags: tuple[str, ...]
    last_at: datetime
    restricted: bool
    """Whether a restriction is in force."""


class Senders:
    """The people who wrote."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, spelling: str) -> int | None:
        """Return the root of the person whom a spelling belongs to."""
        row = self._engine.row(
            "SELECT p.root FROM identities i JOIN people p ON p.id = i.person"
            " WHERE i.spelling = :spelling",
            spelling=spelling,
        )
        return None if row is None else int(row["root"])

    def of_case(self, reference: str) -> int | None:
        """Return the root of the person who opened a case; None: nobody is known.

        Raises LookupError where there is no such case.
        """
        row = self._engine.one(
            "SELECT p.root FROM cases c LEFT JOIN people p ON p.id = c.person"
            " WHERE c.reference = :reference",
            reference=reference,
        )
        return None if row["root"] is None else int(row["root"])

    def show(self, root: int) -> SenderFile | None:
        """Return everything about a person; None where there is none of this number."""
        with self._engine.reading():
            person = self._engine.row(
                "SELECT min(since) AS since FROM people WHERE root = :root", root=root
            )
            if person is None or person["since"] is None:
                return None
            return SenderFile(
                person=root,
                since=moment(person["since"]),
                addresses=self._addresses(root),
                ties=self._ties(root),
                cases=self._cases(root),
                mails=self._mails(root),
                letters=replies_of_person(self._engine, root),
            )

    def part(
        self, root: int, spellings: Sequence[str], addresses: Sequence[str], deed: Deed
    ) -> int:
        """Make spellings of a person another person, for good; return that one's root.

        `addresses` are all that the spellings stand for: what was written from them
        goes along. Raises NothingLeftError.
        """
        return part(self._engine, root, spellings, addresses, deed)

    def join(self, one: int, other: int, deed: Deed) -> int:
        """Take two people for one, whatever was decided before; return the root."""
        return join(self._engine, one, other, deed)

    def _addresses(self, root: int) -> tuple[SenderAddress, ...]:
        rows = self._engine.rows(_ADDRESSES, root=root)
        return tuple(
            SenderAddress(
                address=row["address"],
                mails=row["mails"],
                first_at=moment(row["first_at"]),
                last_at=moment(row["last_at"]),
                bounced_at=moment_or_none(row["bounced_at"]),
            )
            for row in rows
        )

    def _ties(self, root: int) -> tuple[Tie, ...]:
        return tuple(
            Tie(
                spelling=row["spelling"],
                by=row["tied_by"],
                at=moment_or_none(row["received_at"]),
                address=row["address"],
                reference=row["reference"],
                subject=row["subject"],
            )
            for row in self._engine.rows(_TIES, root=root)
        )

    def _cases(self, root: int) -> tuple[SenderCase, ...]:
        rows = self._engine.rows(_CASES, root=root)
        after: dict[int, list[datetime]] = {}
        for row in self._engine.rows(_AFTER_ANSWER, root=root):
            after.setdefault(row["case_id"], []).append(moment(row["received_at"]))
        return tuple(
            SenderCase(
                reference=row["reference"],
                route=row["route"],
                state=state_of(row),
                opened_at=moment(row["opened_at"]),
                answered_at=moment_or_none(row["first_answer"]),
                went_on_at=moment_or_none(row["went_on_at"]),
                flags=list_of(row["flags"]),
                near_identical_to=row["near_identical_to"],
                outcome=row["outcome"],
                mails=row["mails"],
                after_answer=tuple(after.get(row["id"], ())),
            )
            for row in rows
        )

    def _mails(self, root: int) -> tuple[SenderMail, ...]:
        rows = self._engine.rows(_MAILS, root=root, most=MOST_MAILS)
        return tuple(self._mail(row) for row in rows)

    def _mail(self, row: Row) -> SenderMail:
        decision = row["decision"]
        flags = () if decision is None else decision_of(decision).flags
        hits = self._hits(row["id"]) if flags else ()
        return SenderMail(
            received_at=moment(row["received_at"]),
            address=row["address"],
            reference=row["reference"],
            flags=flags,
            hits=hits,
        )

    def _hits(self, message: int) -> tuple[Hit, ...]:
        rows = self._engine.rows(
            "SELECT signal, found_in, words, sentence FROM evidence"
            " WHERE message = :message AND standing = 'hits' ORDER BY position",
            message=message,
        )
        return tuple(
            Hit(row["signal"], row["found_in"], row["words"], row["sentence"])
            for row in rows
        )

    def listed(
        self, since: datetime, now: datetime, most: int, *, by_flags: bool = False
    ) -> list[SenderLine]:
        """Return who wrote most since then, or whose cases are flagged most."""
        order = "flagged DESC, mails DESC" if by_flags else "mails DESC, flagged DESC"
        with self._engine.reading():
            rows = self._engine.rows(
                f"{_LISTED} ORDER BY {order}, p.root LIMIT :most",
                since=since,
                most=most,
            )
            return [self._line(row, since, now) for row in rows]

    def _line(self, row: Row, since: datetime, now: datetime) -> SenderLine:
        root = row["root"]
        addresses = self._engine.rows(_LATEST_ADDRESSES, root=root)
        flags = self._engine.rows(_FLAGS_SINCE, root=root, since=since)
        restricted = self._engine.row(_IS_RESTRICTED, root=root, now=now)
        return SenderLine(
            person=root,
            addresses=tuple(each["address"] for each in addresses),
            mails=row["mails"],
            cases=row["cases"],
            flagged=row["flagged"],
            flags=tuple(
                sorted({name for each in flags for name in list_of(each["flags"])})
            ),
            last_at=moment(row["last_at"]),
            restricted=restricted is not None,
        )


# Only what a person wrote: no automatic mail, no copies.
_OF_PERSON = """
FROM people p JOIN messages m ON m.person = p.id
WHERE p.root = :root AND m.fate = 'recorded' AND m.disposition = 'answer'
"""

_ADDRESSES = f"""
SELECT m.address, count(*) AS mails, min(m.received_at) AS first_at,
    max(m.received_at) AS last_at,
    (SELECT b.at FROM bounced b WHERE b.address = m.address) AS bounced_at
{_OF_PERSON} AND m.address IS NOT NULL
GROUP BY m.address ORDER BY first_at, m.address
"""  # noqa: S608 - our own words

_LATEST_ADDRESSES = f"""
SELECT m.address {_OF_PERSON} AND m.address IS NOT NULL
GROUP BY m.address ORDER BY max(m.received_at) DESC
"""

_TIES = """
SELECT i.spelling, i.tied_by, m.received_at, m.address, m.subject, c.reference,
    m.id AS message
FROM people p JOIN identities i ON i.person = p.id
LEFT JOIN messages m ON m.id = i.message LEFT JOIN cases c ON c.id = m.case_id
WHERE p.root = :root
UNION ALL
SELECT l.merged_by, l.kept_by, m.received_at, m.address, m.subject, c.reference, m.id
FROM people p JOIN links l ON l.merged = p.id
JOIN messages m ON m.id = l.message LEFT JOIN cases c ON c.id = m.case_id
WHERE p.root = :root AND l.merged_by IS NOT NULL
ORDER BY message, 1
"""

_CASES = """
SELECT c.*,
    coalesce((SELECT min(s.answered_at) FROM stages s WHERE s.case_id = c.id),
        c.answered_at) AS first_answer,
    (SELECT count(*) FROM messages m
        WHERE m.case_id = c.id AND m.fate = 'recorded') AS mails
FROM people p JOIN cases c ON c.person = p.id
WHERE p.root = :root ORDER BY c.opened_at, c.id
"""

_AFTER_ANSWER = """
SELECT m.case_id, m.received_at
FROM people p JOIN messages m ON m.person = p.id JOIN cases c ON c.id = m.case_id
WHERE p.root = :root AND m.fate = 'recorded' AND m.disposition = 'answer'
    AND m.received_at > coalesce((SELECT min(s.answered_at) FROM stages s
        WHERE s.case_id = c.id), c.answered_at)
ORDER BY m.received_at, m.id
"""

_MAILS = f"""
SELECT m.id, m.received_at, m.address, m.case_id,
    (SELECT c.reference FROM cases c WHERE c.id = m.case_id) AS reference,
    (SELECT d.decision FROM decisions d WHERE d.message = m.id) AS decision
{_OF_PERSON} ORDER BY m.received_at DESC, m.id DESC LIMIT :most
"""  # noqa: S608 - our own words

_LISTED = """
SELECT p.root, count(*) AS mails, count(DISTINCT m.case_id) AS cases,
    count(DISTINCT CASE WHEN c.flags <> '[]' THEN c.id END) AS flagged,
    max(m.received_at) AS last_at
FROM messages m JOIN people p ON p.id = m.person
LEFT JOIN cases c ON c.id = m.case_id
WHERE m.received_at >= :since AND m.person IS NOT NULL AND m.fate = 'recorded'
    AND m.disposition = 'answer'
GROUP BY p.root
"""

_FLAGS_SINCE = """
SELECT DISTINCT c.flags
FROM people p JOIN messages m ON m.person = p.id JOIN cases c ON c.id = m.case_id
WHERE p.root = :root AND m.received_at >= :since
"""

_IS_RESTRICTED = """
SELECT 1 AS yes FROM people p JOIN restrictions r ON r.person = p.id
WHERE p.root = :root AND r.approved_at IS NOT NULL AND r.ended_at IS NULL
    AND r.lapses_at > :now LIMIT 1
"""
