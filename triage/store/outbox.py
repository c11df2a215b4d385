"""The outbox: letters with frozen bytes on their way, moved by dispatch and by people.

A letter is claimed by a conditional UPDATE and each claim has a number. Whoever comes
back with an older number lost the letter in the meantime and gets an IllegalMoveError;
above all, `finish` refuses, so that no dot is written for a letter that another one
has, or that a person decided against meanwhile.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.errors import TransientError
from triage.store.audit import DAEMON, Deed
from triage.store.canaries import Canaries
from triage.store.changing import change_case
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.holding import note_told
from triage.store.letter_lines import letter_item, letter_lines
from triage.store.letters import Origin, queue
from triage.store.mark import count, write_mark
from triage.store.model import Letter, OutboxItem, OutboxLine
from triage.store.moving import Change, Claim, is_withdrawn, move_letter
from triage.store.states import Act, IllegalMoveError, State
from triage.store.undelivered import note_bounced, reported_case

LONGEST_WAIT = timedelta(hours=2)
"""Nothing is put off or claimed longer: a later date is a wrong clock's."""
AFTER_NO_MARK = timedelta(minutes=1)
"""A letter waits so long where the mark beside the store could not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A letter in a dispatcher's hands."""

    id: int
    attempt: int
    """The number of the claim."""
    reference: str | None
    kind: str
    to: str
    message_id: str
    data: bytes
    tries: int
    """How often the server put off this very letter before."""
    trying_since: datetime | None
    """… and since when."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A letter that may have been accepted."""

    id: int
    message_id: str
    since: datetime


MOST_ENDED_CLAIMS = 5
"""So often a claim may end without a word; then sending that letter is what ends it."""
_ENDED = "the claim ended before the final dot"


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """How many letters are on their way."""

    due: int
    """Queued, and may be sent now."""
    on_their_way: int
    """Queued, or in a dispatcher's hands."""


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What became of claims whose holder is gone."""

    put_back: int = 0
    uncertain: int = 0
    held: int = 0
    """Their claims ended so often that a person must look."""


class Outbox:
    """Letters of ours and where each of them is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.canaries = Canaries(engine)

    def notify(self, notice: Letter, now: datetime) -> bool:
        """Queue a notice of no case; False: its Message-ID was queued before."""
        with self._engine.writing():
            known = self._engine.row(
                "SELECT id FROM outbox WHERE message_id = :message_id",
                message_id=notice.message_id,
            )
            return known is None and queue(self._engine, notice, now, Origin())

    def claim(self, now: datetime, claim: Claim) -> Claimed | None:
        """Take the letter that has waited longest, or None when nothing is due.

        Raises TransientError where the store or its mark cannot be written; nobody
        has the letter then.
        """
        with self._engine.writing():
            due = self._engine.row(
                "SELECT id FROM outbox WHERE state = 'queued'"
                " AND (next_at <= :now OR next_at > :never_so_late)"
                " AND mailbox = coalesce(:mailbox, mailbox)"
                " ORDER BY next_at, id LIMIT 1",
                now=now,
                never_so_late=now + LONGEST_WAIT,
            )
            if due is None:
                return None
            row = move_letter(
                self._engine,
                due["id"],
                Act.CLAIM,
                Change(now, f"claimed by {claim.owner}", claim=claim),
            )
            case = self._engine.row(
                "SELECT reference FROM cases WHERE id = :case_id",
                case_id=row["case_id"],
            )
            count(self._engine)
        letter = Claimed(
            id=row["id"],
            attempt=row["attempt"] + 1,
            reference=None if case is None else case["reference"],
            kind=row["kind"],
            to=row["recipient"],
            message_id=row["message_id"],
            data=row["data"],
            tries=row["tries"],
            trying_since=moment_or_none(row["trying_since"]),
        )
        self._mark(letter, now)
        return letter

    def _mark(self, letter: Claimed, now: datetime) -> None:
        """Let no letter leave that an older copy of the store would not miss."""
        try:
            write_mark(self._engine)
        except TransientError as error:
            # Else nobody would try it again before the claim runs out.
            with suppress(TransientError):
                self.put_back(letter, now, str(error), now + AFTER_NO_MARK)
            raise

    def finish(self, letter: Claimed, now: datetime, claim: Claim) -> None:
        """Commit, durably, that the final dot is about to be written.

        Returns only after the commit. Raises IllegalMoveError when somebody else has
        the letter or nobody wants it any more, TransientError when the store cannot
        commit; no dot may be written then.
        """
        if self._engine.is_in_transaction:
            raise RuntimeError("`finishing` must be a commit of its own")
        why = "the final dot is about to be written"
        row = self._claimed(letter, Act.FINISH, Change(now, why, claim=claim))
        if is_withdrawn(row, Act.FINISH):
            raise IllegalMoveError(
                letter.id, Act.FINISH, State.DROPPED, row["unwanted"]
            )

    def accept(self, letter: Claimed, now: datetime, said: str) -> None:
        """Note that the server accepted the letter."""
        with self._engine.writing():
            row = self._claimed(letter, Act.ACCEPT, Change(now, said))
            self._acknowledged(row, now)
            note_told(self._engine, letter.id, now)

    def put_back(
        self, letter: Claimed, now: datetime, why: str, next_at: datetime
    ) -> bool:
        """Let it be tried again; the letter itself was not at fault.

        False: nobody wants it any more, and it is dropped.
        """
        row = self._claimed(letter, Act.PUT_BACK, Change(now, why, next_at=next_at))
        return not is_withdrawn(row, Act.PUT_BACK)

    def put_off(
        self, letter: Claimed, now: datetime, why: str, next_at: datetime
    ) -> bool:
        """Let it be tried again, counted: the server put off this very letter.

        False: nobody wants it any more, and it is dropped.
        """
        change = Change(now, why, next_at=next_at, counts_try=True)
        row = self._claimed(letter, Act.PUT_BACK, change)
        return not is_withdrawn(row, Act.PUT_BACK)

    def refuse(
        self, letter: Claimed, now: datetime, why: str, *, address_is_bad: bool
    ) -> bool:
        """Note that the server will never take it.

        False: nobody wants it any more, and it is dropped.
        """
        with self._engine.writing():
            row = self._claimed(letter, Act.REFUSE, Change(now, why))
            if address_is_bad:
                note_bounced(self._engine, letter.to, now, "refused as unknown")
        return not is_withdrawn(row, Act.REFUSE)

    def lose(self, letter: Claimed, now: datetime, why: str) -> None:
        """Note that nobody knows whether the server took it."""
        self._claimed(letter, Act.LOSE, Change(now, why))

    def hold(self, letter: Claimed, now: datetime, why: str) -> bool:
        """Leave a claimed letter to a person.

        False: nobody wants it any more, and it is dropped.
        """
        row = self._claimed(letter, Act.HOLD, Change(now, why))
        return not is_withdrawn(row, Act.HOLD)

    def _claimed(self, letter: Claimed, act: Act, change: Change) -> Row:
        return move_letter(self._engine, letter.id, act, change, letter.attempt)

    def uncertain(self) -> list[Uncertain]:
        """Return the letters that wait for their witness, the eldest first."""
        rows = self._engine.rows(
            "SELECT id, message_id, changed_at FROM outbox WHERE state = 'uncertain'"
            " AND mailbox = coalesce(:mailbox, mailbox)"
            " ORDER BY changed_at, id"
        )
        return [
            Uncertain(row["id"], row["message_id"], moment(row["changed_at"]))
            for row in rows
        ]

    def held_in_doubt(self) -> list[Uncertain]:
        """Return the letters that a person has because no witness was found."""
        rows = self._engine.rows(
            "SELECT o.id, o.message_id, o.changed_at FROM outbox o WHERE state = 'held'"
            " AND o.mailbox = coalesce(:mailbox, o.mailbox)"
            " AND (SELECT m.before FROM moves m WHERE m.letter = o.id"
            " ORDER BY m.id DESC LIMIT 1) = 'uncertain' ORDER BY o.changed_at, o.id"
        )
        return [
            Uncertain(row["id"], row["message_id"], moment(row["changed_at"]))
            for row in rows
        ]

    def witnessed(self, letter: int, now: datetime, why: str) -> None:
        """Note that our own Message-ID was found: the letter went out."""
        with self._engine.writing():
            row = move_letter(self._engine, letter, Act.WITNESS, Change(now, why))
            self._acknowledged(row, now)
            note_told(self._engine, letter, now)

    def unwitnessed(self, letter: int, now: datetime, why: str) -> None:
        """Leave an uncertain letter to a person."""
        move_letter(self._engine, letter, Act.HOLD, Change(now, why))

    def reclaim(self, now: datetime) -> Reclaimed:
        """Take back the claims that ran out."""
        with self._engine.writing():
            stale = self._engine.rows(
                "SELECT id, state FROM outbox"
                " WHERE state IN ('sending', 'finishing')"
                " AND (deadline <= :now OR deadline > :never_so_late)"
                " AND mailbox = coalesce(:mailbox, mailbox)",
                now=now,
                never_so_late=now + LONGEST_WAIT,
            )
            return self._reclaimed(stale, now)

    def recover(self, now: datetime) -> Reclaimed:
        """Take back every claim: for the only daemon, at its start."""
        with self._engine.writing():
            stale = self._engine.rows(
                "SELECT id, state FROM outbox WHERE state IN ('sending', 'finishing')"
                " AND mailbox = coalesce(:mailbox, mailbox)"
            )
            return self._reclaimed(stale, now)

    def _reclaimed(self, stale: Iterable[Row], now: datetime) -> Reclaimed:
        put_back = uncertain = held = 0
        for row in stale:
            if row["state"] != State.SENDING:
                why = "the claim ended after the commit before the final dot"
                move_letter(self._engine, row["id"], Act.LOSE, Change(now, why))
                uncertain += 1
            elif self._ended_claims(row["id"]) + 1 >= MOST_ENDED_CLAIMS:
                why = f"sending it ended unexpectedly {MOST_ENDED_CLAIMS} times"
                found = move_letter(self._engine, row["id"], Act.HOLD, Change(now, why))
                held += not is_withdrawn(found, Act.HOLD)
            else:
                change = Change(now, _ENDED, next_at=now)
                found = move_letter(self._engine, row["id"], Act.PUT_BACK, change)
                put_back += not is_withdrawn(found, Act.PUT_BACK)
        return Reclaimed(put_back, uncertain, held)

    def _ended_claims(self, letter: int) -> int:
        """Count the claims that ended without a word since a person last had it."""
        row = self._engine.one(
            "SELECT count(*) AS ended FROM moves"
            " WHERE letter = :letter AND why = :ended"
            " AND id > (SELECT coalesce(max(id), 0) FROM moves"
            " WHERE letter = :letter AND after = 'held')",
            letter=letter,
            ended=_ENDED,
        )
        return int(row["ended"])

    def _acknowledged(self, row: Row, now: datetime) -> None:
        """Note the duty as done, unless an escalation renewed it meanwhile."""
        if not row["acknowledges"]:
            return
        case = self._engine.row(
            "SELECT * FROM cases WHERE id = :case_id AND acknowledged_at IS NULL"
            " AND (escalated_at IS NULL OR escalated_at <= :created_at)",
            case_id=row["case_id"],
            created_at=row["created_at"],
        )
        if case is not None:
            deed = Deed(at=now, by=DAEMON, act="acknowledge")
            change_case(self._engine, case, {"acknowledged_at": now}, deed)

    def listed(self, *states: State) -> list[OutboxLine]:
        """Return the letters in these states, or all; the eldest first."""
        return letter_lines(self._engine, states)

    def counted(self) -> dict[str, int]:
        """Return how many letters are in each state that is not an end."""
        rows = self._engine.rows(
            "SELECT state, count(*) AS letters FROM outbox"
            # Named one by one, so that the index leaves out all that was ever sent.
            " WHERE state IN ('queued', 'sending', 'finishing', 'refused', 'uncertain',"
            " 'held') AND mailbox = coalesce(:mailbox, mailbox)"
            " GROUP BY state ORDER BY state"
        )
        return {row["state"]: row["letters"] for row in rows}

    def waiting(self, now: datetime) -> OnTheWay:
        """Count the letters that are on their way, and those that are due."""
        row = self._engine.one(
            "SELECT count(*) AS n, coalesce(sum(state = 'queued' AND next_at <= :now),"
            " 0) AS due FROM outbox WHERE state IN ('queued', 'sending', 'finishing')"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            now=now,
        )
        return OnTheWay(due=row["due"], on_their_way=row["n"])

    def show(self, letter: int) -> OutboxItem | None:
        """Return one letter with its bytes and moves."""
        return letter_item(self._engine, letter)

    def reported_case(self, addresses: Sequence[str], now: datetime) -> str | None:
        """Return the case of the latest reply to one of the addresses in a report.

        None where the last five days saw none.
        """
        return reported_case(self._engine, addresses, now)

    def resend(self, letter: int, now: datetime) -> None:
        """Queue a held or refused letter by a person's decision, as it was composed.

        Raises IllegalMoveError.
        """
        change = Change(now, "a person decided to send it", next_at=now)
        move_letter(self._engine, letter, Act.RESEND, change)

    def drop(self, letter: int, now: datetime) -> None:
        """Never send a letter, by a person's decision.

        Raises IllegalMoveError. The duty to acknowledge stays open until somebody
        answered.
        """
        change = Change(now, "a person decided not to send it")
        move_letter(self._engine, letter, Act.DROP, change)
