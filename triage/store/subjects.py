"""Everything that is kept about one person, under whatever address they wrote."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from triage.store.audit import Deed, note_deed
from triage.store.case_states import CaseState, state_of
from triage.store.changing import change_case
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.erasing import Erased, erase_cases, erase_person

ADDRESS = "addr:"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectCase:
    """One case of a person."""

    id: int
    reference: str
    state: CaseState
    opened_at: datetime
    legal_hold: str | None
    """Why nothing of it may be erased."""
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectMail:
    """A mail of a person, or one that was written to them."""

    id: int
    """Of its row, among its kind."""
    reference: str | None
    at: datetime
    folder: str | None
    """Where it lies in the mailbox, as far as we know."""
    sha256: str | None
    """Of bytes that are kept (`ledger.raw`)."""
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person, and where each piece about them is kept."""

    people: tuple[int, ...]
    """Rows that are one person, the eldest first; empty: only an address is known."""
    addresses: tuple[str, ...]
    spellings: tuple[str, ...]
    cases: tuple[SubjectCase, ...]
    mails: tuple[SubjectMail, ...]
    letters: tuple[int, ...]
    """Outbox ids of what we wrote to them."""
    answers: tuple[SubjectMail, ...]
    """What people of ours wrote to them."""
    frozen_at: datetime | None
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows by what they are."""

    @property
    def name(self) -> str:
        """The person in the audit log."""
        if self.people:
            return f"person {self.people[0]}"
        return self.cases[0].reference if self.cases else "an address"


class Subjects:
    """Finds, exports and erases what is kept about a person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_case(self, reference: str) -> Subject | None:
        """Return whose case it is; None where there is no such case.

        Somebody who is known by nothing (by telephone, say) has this case alone.
        """
        row = self._engine.row(
            "SELECT c.id, p.root FROM cases c LEFT JOIN people p ON p.id = c.person"
            " WHERE c.reference = :reference",
            reference=reference,
        )
        if row is None:
            return None
        if row["root"] is None:
            return self._subject([], (), alone=row["id"])
        return self._subject([row["root"]], ())

    def of_address(self, address: str, spelling: str) -> Subject | None:
        """Return who writes from an address; None where nothing is kept about it.

        `spelling` is the address as people are known by it (decision.person_key).
        """
        found = self._engine.row(
            "SELECT p.root FROM identities i JOIN people p ON p.id = i.person"
            " WHERE i.spelling = :spelling",
            spelling=f"{ADDRESS}{spelling}",
        )
        roots = [] if found is None else [found["root"]]
        subject = self._subject(roots, (address.casefold(),))
        return subject if subject.people or subject.mails or subject.letters else None

    def _subject(
        self, roots: Sequence[int], addresses: tuple[str, ...], alone: int | None = None
    ) -> Subject:
        with self._engine.reading():
            people = self._rows_in("SELECT id FROM people WHERE root IN ({})", roots)
            ids = tuple(row["id"] for row in people)
            spellings = self._texts(
                "SELECT spelling AS text FROM identities WHERE person IN ({})", ids
            )
            known = self._texts(
                "SELECT DISTINCT address AS text FROM messages WHERE person IN ({})"
                " AND address IS NOT NULL",
                ids,
            )
            every = tuple(dict.fromkeys((*known, *addresses)))
            found = self._rows_in(_CASES, ids)
            if alone is not None:
                found += self._rows_in("SELECT * FROM cases WHERE id IN ({})", [alone])
            cases = tuple(map(_case, found))
            mails = tuple(self._mails(ids, every, tuple(case.id for case in cases)))
            return Subject(
                people=ids,
                addresses=every,
                spellings=spellings,
                cases=cases,
                mails=mails,
                answers=tuple(
                    _mail(row, row["sent_at"])
                    for row in self._rows_in(_ANSWERS, tuple(c.id for c in cases))
                ),
                letters=self._letters(every, tuple(case.id for case in cases)),
                frozen_at=self._frozen_at(ids),
                counts=self._counts(tuple(case.id for case in cases)),
            )

    def _mails(
        self,
        people: tuple[int, ...],
        addresses: tuple[str, ...],
        cases: tuple[int, ...],
    ) -> Iterator[SubjectMail]:
        found: dict[int, Row] = {}
        for condition, values in (
            ("m.person", people),
            ("m.address", addresses),
            ("m.case_id", cases),
        ):
            sql = f"{_MAILS} WHERE {condition} IN ({{}})"
            found |= {row["id"]: row for row in self._rows_in(sql, values)}
        for row in sorted(found.values(), key=lambda row: row["id"]):
            yield _mail(row, row["received_at"] or row["seen_at"])

    def _letters(
        self, addresses: tuple[str, ...], cases: tuple[int, ...]
    ) -> tuple[int, ...]:
        by_address = self._rows_in(
            "SELECT id FROM outbox WHERE recipient IN ({})", addresses
        )
        by_case = self._rows_in(
            "SELECT id FROM outbox WHERE category = 'reply' AND case_id IN ({})", cases
        )
        return tuple(sorted({row["id"] for row in (*by_address, *by_case)}))

    def _frozen_at(self, people: tuple[int, ...]) -> datetime | None:
        rows = self._rows_in(
            "SELECT min(at) AS at FROM frozen_people WHERE person IN ({})", people
        )
        return moment_or_none(rows[0]["at"]) if rows else None

    def _counts(self, cases: tuple[int, ...]) -> dict[str, int]:
        return {
            words: sum(row["n"] for row in self._rows_in(_count_in(table), cases))
            for words, table in _COUNTED.items()
        }

    def record_of(self, case: int) -> dict[str, Any]:
        """Return a case's row and all that belongs to it, for whom it is about."""
        row = self._engine.one("SELECT * FROM cases WHERE id = :id", id=case)
        texts = {
            words: self._rows_in(_all_in(table), [case])
            for words, table in _COUNTED.items()
        }
        of_mails = {
            words: self._rows_in(query, [case]) for words, query in _OF_MAILS.items()
        }
        return {**row, **texts, **of_mails}

    def erase(self, subject: Subject, cases: Sequence[int], deed: Deed) -> Erased:
        """Erase what is kept about a person in some of their cases; all, where all.

        The cases stay, without a word that could tell whose they were: references,
        routes, dates and outcomes. Who the person is goes once no case is left. What
        came, or came under a hold, since the person was looked up stays.
        """
        with self._engine.writing():
            free = [row["id"] for row in self._rows_in(_FREE, cases)]
            done = erase_cases(self._engine, free, deed)
            if not self._rows_in(_LEFT, subject.people):
                done += erase_person(self._engine, subject.people, subject.addresses)
                note_deed(self._engine, deed, subject.name)
        self._engine.empty_log()
        return done

    def note(self, subject: Subject, deed: Deed) -> None:
        """Log that something was done with a person's data, and change nothing."""
        with self._engine.writing():
            note_deed(self._engine, deed, subject.name)

    def hold(self, subject: Subject, deed: Deed) -> None:
        """Let nothing of a person's cases be erased; with no reason: let go."""
        with self._engine.writing():
            for case in subject.cases:
                row = self._engine.one("SELECT * FROM cases WHERE id = :id", id=case.id)
                change_case(self._engine, row, {"legal_hold": deed.why}, deed)

    def freeze(self, subject: Subject, deed: Deed) -> None:
        """Keep a person's data, and work with it no more than the case needs."""
        with self._engine.writing():
            for person in subject.people:
                self._engine.run(
                    "INSERT INTO frozen_people (person, at, made_by)"
                    " VALUES (:person, :at, :by) ON CONFLICT (person) DO NOTHING",
                    person=person,
                    at=deed.at,
                    by=deed.by,
                )
            note_deed(self._engine, deed, subject.name)

    def thaw(self, subject: Subject, deed: Deed) -> None:
        """End such a restriction."""
        with self._engine.writing():
            for person in subject.people:
                self._engine.run(
                    "DELETE FROM frozen_people WHERE person = :person", person=person
                )
            note_deed(self._engine, deed, subject.name)

    def _texts(self, sql: str, values: Sequence[object]) -> tuple[str, ...]:
        return tuple(row["text"] for row in self._rows_in(sql, values))

    def _rows_in(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Run a query with a list of values where it says `{}`."""
        if not values:
            return []
        names = {f"v{number}": value for number, value in enumerate(values)}
        marks = ", ".join(f":{name}" for name in names)
        return self._engine.rows(sql.format(marks), **names)


def _count_in(table: str) -> str:
    return f"SELECT count(*) AS n FROM {table} WHERE case_id IN ({{}})"  # noqa: S608 - our own names


def _all_in(table: str) -> str:
    return f"SELECT * FROM {table} WHERE case_id IN ({{}})"  # noqa: S608 - our own names


_COUNTED = {
    "particulars": "particulars",
    "notes": "notes",
    "matters": "matters",
    "other people of the case": "parties",
    "restrictions": "restrictions",
    "requests": "requests",
    "corrections": "overrulings",
}

_OF_MAILS = {
    "seen in mails": """
SELECT e.* FROM messages m JOIN evidence e ON e.message = m.id
WHERE m.case_id IN ({}) ORDER BY e.message, e.position
""",
    "decisions": """
SELECT d.* FROM messages m JOIN decisions d ON d.message = m.id
WHERE m.case_id IN ({}) ORDER BY d.message
""",
}

_CASES = """
SELECT * FROM cases WHERE person IN ({}) ORDER BY id
"""

_FREE = """
SELECT id FROM cases WHERE id IN ({}) AND legal_hold IS NULL ORDER BY id
"""

_LEFT = """
SELECT id FROM cases WHERE person IN ({}) AND erased_at IS NULL LIMIT 1
"""

_MAILS = """
SELECT m.*, c.reference FROM messages m LEFT JOIN cases c ON c.id = m.case_id
"""


_ANSWERS = """
SELECT s.*, c.reference FROM sent_mails s JOIN cases c ON c.id = s.case_id
WHERE s.case_id IN ({}) ORDER BY s.id
"""


def _mail(row: Row, at: str) -> SubjectMail:
    return SubjectMail(
        id=row["id"],
        reference=row["reference"],
        at=moment(at),
        folder=row["folder"],
        sha256=row["sha256"],
        subject=row["subject"],
    )


def _case(row: Row) -> SubjectCase:
    return SubjectCase(
        id=row["id"],
        reference=row["reference"],
        state=state_of(row),
        opened_at=moment(row["opened_at"]),
        legal_hold=row["legal_hold"],
        erased_at=moment_or_none(row["erased_at"]),
    )
