"""What people decided about a writer, after unacceptable behaviour.

One person proposes, another approves; it ends by itself on its review date. It changes
nothing about what is recorded and clocked. Reason and adjustments are personal text and
stand in their row only; the log has digests of them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from triage.store.audit import Deed, note_deed
from triage.store.changing import case_named
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.letters import Origin, queue
from triage.store.listed import Listed, listed
from triage.store.model import Letter
from triage.store.moving import Change, move_letter
from triage.store.restriction_states import (
    RESTRICTION_MOVES,
    RestrictionAct,
    RestrictionMoveError,
    RestrictionState,
    SamePersonError,
    TwiceError,
    restriction_state,
)
from triage.store.states import Act, State


@dataclass(frozen=True, slots=True)
class Review:
    """When a restriction must have been reviewed."""

    on: date
    """The last day on which it is in force."""
    lapses_at: datetime
    """When that day is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A restriction that somebody proposes; the deed says who, its `why` the reason."""

    person: int
    reference: str
    """The case in which the person is told of it."""
    kind: str
    adjustments: str
    """What was considered instead, or besides, so that the person can be heard."""
    review: Review
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A restriction as people look at it."""

    id: int
    person: int
    """By the number that all of the person's spellings share now."""
    reference: str
    kind: str
    contact: str | None
    state: RestrictionState
    reason: str | None
    """None: it was erased."""
    adjustments: str | None
    proposed_at: datetime
    proposed_by: str
    review: Review
    approved_at: datetime | None
    approved_by: str | None
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A restriction that somebody must decide about; without a word about why."""

    number: int
    reference: str
    kind: str
    state: RestrictionState
    review_on: date


class Restrictions:
    """Proposed, in force, over. Each act raises LookupError where there is none.

    And RestrictionMoveError where it is in no state for the act.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def propose(self, proposal: Proposal, deed: Deed) -> int:
        """Write a proposal down and return its number; raises TwiceError."""
        with self._engine.writing():
            case = case_named(self._engine, proposal.reference)
            for each in self.of_person(proposal.person, deed.at):
                if each.kind == proposal.kind and each.state in _OPEN:
                    raise TwiceError(each.id, each.state)
            row = self._engine.one(
                _PROPOSE,
                person=proposal.person,
                case_id=case["id"],
                kind=proposal.kind,
                contact=proposal.contact,
                reason=deed.why,
                adjustments=proposal.adjustments,
                at=deed.at,
                by=deed.by,
                review_on=proposal.review.on.isoformat(),
                lapses_at=proposal.review.lapses_at,
            )
            number = int(row["id"])
            note_deed(
                self._engine,
                deed,
                person_named(proposal.person),
                {
                    "restriction": (None, f"{number} {proposal.kind}"),
                    "review_on": (None, proposal.review.on.isoformat()),
                },
                {"adjustments": (None, proposal.adjustments)},
            )
        return number

    def approve(self, number: int, deed: Deed, letter: Letter) -> int:
        """Put a restriction in force, and the letter that tells the person on hold.

        Returns the letter's number. Raises SamePersonError.
        """
        with self._engine.writing():
            row = self._ready(number, RestrictionAct.APPROVE, deed.at)
            _refuse_proposer(row, RestrictionAct.APPROVE, deed)
            self._engine.run(
                "UPDATE restrictions SET approved_at = :at, approved_by = :by"
                " WHERE id = :id",
                id=number,
                at=deed.at,
                by=deed.by,
            )
            self._note(row, RestrictionAct.APPROVE, deed)
            return self._tell(row, letter, deed.at)

    def reject(self, number: int, deed: Deed) -> None:
        """Decide against a proposal."""
        with self._engine.writing():
            self._end(number, RestrictionAct.REJECT, deed)

    def lift(self, number: int, deed: Deed, letter: Letter) -> int | None:
        """End a restriction before its review date; return the letter's number.

        None: the person was never told of it, so nobody tells them that it is over.
        """
        with self._engine.writing():
            row = self._end(number, RestrictionAct.LIFT, deed)
            self._call_back(row, "the restriction was lifted", deed)
            if all(each["state"] == State.DROPPED for each in self._letters(row)):
                return None
            return self._tell(row, letter, deed.at)

    def renew(self, number: int, deed: Deed, review: Review, letter: Letter) -> int:
        """Keep a restriction in force after it was reviewed, until another date.

        Returns the letter's number. Raises SamePersonError.
        """
        with self._engine.writing():
            row = self._ready(number, RestrictionAct.RENEW, deed.at)
            _refuse_proposer(row, RestrictionAct.RENEW, deed)
            self._engine.run(
                "UPDATE restrictions SET review_on = :review_on,"
                " lapses_at = :lapses_at WHERE id = :id",
                id=number,
                review_on=review.on.isoformat(),
                lapses_at=review.lapses_at,
            )
            changes = {
                f"{_named(row)}, review_on": (row["review_on"], review.on.isoformat())
            }
            note_deed(self._engine, deed, person_named(row["root"]), changes)
            self._call_back(row, "the restriction was renewed", deed)
            return self._tell(row, letter, deed.at)

    def get(self, number: int, now: datetime) -> Restriction | None:
        """Return one restriction as it is now."""
        row = self._engine.row(f"{_RESTRICTIONS} WHERE r.id = :id", id=number)
        return None if row is None else _restriction(row, now)

    def of_person(self, root: int, now: datetime) -> list[Restriction]:
        """Return all restrictions of a person, past ones too; the eldest first."""
        rows = self._engine.rows(
            f"{_RESTRICTIONS} WHERE p.root = :root ORDER BY r.id", root=root
        )
        return [_restriction(row, now) for row in rows]

    def listed(self, now: datetime) -> list[Restriction]:
        """Return what is proposed or in force, the next to be reviewed first."""
        return self._until(now, None)

    def due(self, now: datetime, until: datetime) -> list[Restriction]:
        """Return what lapses up to a moment unless somebody decides; soonest first."""
        return self._until(now, until)

    def pending(self, now: datetime, until: datetime, most: int) -> Listed[Pending]:
        """List what waits for approval, and what lapses up to a moment; by state."""
        found = [
            Pending(
                number=each.id,
                reference=each.reference,
                kind=each.kind,
                state=each.state,
                review_on=each.review.on,
            )
            for each in self.listed(now)
            if each.state is RestrictionState.PROPOSED or each.review.lapses_at <= until
        ]
        return listed(found, most, Counter(str(each.state) for each in found))

    def _until(self, now: datetime, until: datetime | None) -> list[Restriction]:
        rows = self._engine.rows(
            f"{_RESTRICTIONS} WHERE r.ended_at IS NULL AND r.lapses_at > :now"
            " AND r.lapses_at <= :until ORDER BY r.lapses_at, r.id",
            now=now,
            until=_NEVER if until is None else until,
        )
        return [_restriction(row, now) for row in rows]

    def _ready(self, number: int, act: RestrictionAct, now: datetime) -> Row:
        """Return the row of a restriction that can make a move."""
        row = self._engine.one(f"{_RESTRICTIONS} WHERE r.id = :id", id=number)
        state = restriction_state(row, now)
        if state not in RESTRICTION_MOVES[act]:
            raise RestrictionMoveError(number, act, state)
        return row

    def _end(self, number: int, act: RestrictionAct, deed: Deed) -> Row:
        row = self._ready(number, act, deed.at)
        self._engine.run(
            "UPDATE restrictions SET ended_at = :at, ended_by = :by,"
            " ended_how = :how WHERE id = :id",
            id=number,
            at=deed.at,
            by=deed.by,
            how=RESTRICTION_MOVES[act][restriction_state(row, deed.at)],
        )
        self._note(row, act, deed)
        return row

    def _tell(self, row: Row, letter: Letter, now: datetime) -> int:
        domain = letter.to.rpartition("@")[2]
        queue(
            self._engine, letter, now, Origin(row["case_id"], None, row["root"], domain)
        )
        queued = self._engine.one(
            "SELECT id FROM outbox WHERE case_id = :case_id AND kind = :kind",
            case_id=row["case_id"],
            kind=letter.kind,
        )
        return int(queued["id"])

    def _letters(self, row: Row) -> list[Row]:
        """Return what tells the person of a restriction, whatever became of it."""
        return self._engine.rows(
            "SELECT id, state, attempt FROM outbox WHERE case_id = :case_id"
            " AND (kind = :kind OR kind LIKE :kinds)",
            case_id=row["case_id"],
            kind=letter_kind(row["id"]),
            kinds=f"{letter_kind(row['id'])}-%",
        )

    def _call_back(self, row: Row, why: str, deed: Deed) -> None:
        """Drop what would tell the person, from now on, what is no longer so."""
        for letter in self._letters(row):
            is_waiting = letter["state"] == State.HELD and not letter["attempt"]
            if is_waiting or letter["state"] == State.QUEUED:
                move_letter(self._engine, letter["id"], Act.DROP, Change(deed.at, why))

    def _note(self, row: Row, act: RestrictionAct, deed: Deed) -> None:
        before = restriction_state(row, deed.at)
        after = RESTRICTION_MOVES[act][before]
        changes = {_named(row): (str(before), str(after))}
        note_deed(self._engine, deed, person_named(row["root"]), changes)


def letter_kind(number: int, of: str | None = None) -> str:
    """Name a letter that tells a person of a restriction, within its case."""
    return f"restriction-{number}" if of is None else f"restriction-{number}-{of}"


def person_named(root: int) -> str:
    """Name a person in the audit log."""
    return f"person {root}"


def _named(row: Row) -> str:
    return f"{row['id']} {row['kind']}"


def _refuse_proposer(row: Row, act: RestrictionAct, deed: Deed) -> None:
    """Nobody restricts a person alone, at first or for longer."""
    if _same(row["proposed_by"], deed.by):
        raise SamePersonError(row["id"], act, row["proposed_by"])


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


_OPEN = frozenset({RestrictionState.PROPOSED, RestrictionState.IN_FORCE})
_NEVER = "9999"

_PROPOSE = """
INSERT INTO restrictions (person, case_id, kind, contact, reason, adjustments,
    proposed_at, proposed_by, review_on, lapses_at)
VALUES (:person, :case_id, :kind, :contact, :reason, :adjustments, :at, :by,
    :review_on, :lapses_at)
RETURNING id
"""

_RESTRICTIONS = """
SELECT r.*, p.root, c.reference FROM restrictions r
JOIN people p ON p.id = r.person JOIN cases c ON c.id = r.case_id
"""


def _restriction(row: Row, now: datetime) -> Restriction:
    return Restriction(
        id=row["id"],
        person=row["root"],
        reference=row["reference"],
        kind=row["kind"],
        contact=row["contact"],
        state=restriction_state(row, now),
        reason=row["reason"],
        adjustments=row["adjustments"],
        proposed_at=moment(row["proposed_at"]),
        proposed_by=row["proposed_by"],
        review=Review(date.fromisoformat(row["review_on"]), moment(row["lapses_at"])),
        approved_at=moment_or_none(row["approved_at"]),
        approved_by=row["approved_by"],
        ended_at=moment_or_none(row["ended_at"]),
        ended_by=row["ended_by"],
    )
