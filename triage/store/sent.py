"""Mails that people sent to parties of a case, and what each did to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.decision.answering import Correspondence, Correspondents, Effect
from triage.decision.model import MatterKind
from triage.store.audit import Deed, note_deed
from triage.store.case_states import CaseState, state_of
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.erasing import was_erased
from triage.store.ledger import keep_raw
from triage.store.matters import add_matter, settle_kinds
from triage.store.merging import surviving
from triage.store.model import SentEntry

CAME_BACK = (
    "A colleague's mail to the person came back, so they have not got it: find another"
    " way to reach them. If it was the answer, it is owed still: triage case reopen"
)
COLLEAGUE = "a colleague, by mail"
"""Who does what people do in their mail program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A mail to a party of a case, as it was judged."""

    reference: str
    sha256: str
    raw: bytes
    is_whole: bool
    message_id: str | None
    folder: str
    sent_at: datetime
    address: str | None
    subject: str
    effect: Effect
    why: str
    is_certain: bool = True
    """Whether it is one of us who wrote, and to a party; else it stops no clock."""


class SentMails:
    """What people wrote to the parties of cases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def correspondence(
        self, message_ids: Sequence[str], proven: Sequence[str], named: Sequence[str]
    ) -> Correspondence:
        """Return the cases that a mail names: by messages, by a proof, in its subject.

        `proven` are cases named by Message-IDs of ours, `named` references that
        somebody typed.
        """
        with self._engine.reading():
            by_id = [self._with_message(each) for each in message_ids]
            by_id += [self._with_reference(each) for each in proven]
            typed = [case for each in named for case in self._with_reference(each)]
        return Correspondence(
            tuple(each for each in by_id if each), tuple(dict.fromkeys(typed))
        )

    def names_a_case(self, message_ids: Sequence[str]) -> bool:
        """Tell whether one of these is a person's mail to a party of a case."""
        return bool(colleagues_cases(self._engine, message_ids))

    def first_clock(self) -> datetime | None:
        """Return when the eldest complaint came: no earlier mail answers any."""
        row = self._engine.one("SELECT min(opened_at) AS first FROM cases")
        return moment_or_none(row["first"])

    def _with_message(self, message_id: str) -> tuple[Correspondents, ...]:
        rows = self._engine.rows(
            "SELECT case_id FROM messages WHERE message_id = :message_id"
            " AND case_id IS NOT NULL AND disposition = 'answer'"
            " UNION SELECT case_id FROM sent_mails WHERE message_id = :message_id",
            message_id=message_id,
        )
        found = [
            self._engine.one("SELECT * FROM cases WHERE id = :id", id=row["case_id"])
            for row in rows
        ]
        return tuple(dict.fromkeys(self._correspondents(case) for case in found))

    def _with_reference(self, reference: str) -> tuple[Correspondents, ...]:
        case = self._engine.row(
            "SELECT * FROM cases WHERE reference = :reference", reference=reference
        )
        return () if case is None else (self._correspondents(case),)

    def _correspondents(self, case: Row) -> Correspondents:
        """Return whom we write to about a case, or about the one that goes on."""
        goes_on = surviving(self._engine, case["reference"]) or case
        parties = self._parties(case["id"]) | self._parties(goes_on["id"])
        return Correspondents(goes_on["reference"], parties)

    def _parties(self, case_id: int) -> frozenset[str]:
        rows = self._engine.rows(
            "SELECT address FROM parties WHERE case_id = :case_id"
            " UNION SELECT recipient FROM outbox"
            " WHERE case_id = :case_id AND category = 'reply'",
            case_id=case_id,
        )
        return frozenset(row["address"].lower() for row in rows)

    def note(self, mail: SentMail, now: datetime) -> bool:
        """Write down a mail, and what it does to its case; False: it is known.

        A copy that is known by its bytes or its Message-ID does nothing, unless the
        first one was doubtful and this one is not; one that was erased is not kept
        again.
        """
        with self._engine.writing():
            if was_erased(self._engine, mail.sha256, mail.reference):
                return False
            case = case_named(self._engine, mail.reference)
            known = self._engine.row(
                "SELECT * FROM sent_mails WHERE case_id = :case_id AND"
                " (sha256 = :sha256 OR message_id = :message_id) ORDER BY id LIMIT 1",
                case_id=case["id"],
                sha256=mail.sha256,
                message_id=mail.message_id,
            )
            if known is None:
                self._keep(case, mail, now)
            elif known["effect"] != Effect.DOUBTFUL or mail.effect is Effect.DOUBTFUL:
                return False
            else:
                self._correct(known, mail)
            note_deed(
                self._engine,
                Deed(at=now, by=COLLEAGUE, act="write"),
                mail.reference,
                {"mail": (None, mail.effect)},
            )
            _take_effect(self._engine, case, mail, now)
        return True

    def _keep(self, case: Row, mail: SentMail, now: datetime) -> None:
        if not self._engine.is_scratch:
            keep_raw(self._engine, mail.sha256, mail.raw, is_whole=mail.is_whole)
        self._engine.run(
            "INSERT INTO sent_mails (case_id, sha256, message_id, folder, sent_at,"
            " noted_at, address, subject, effect, why)"
            " VALUES (:case_id, :sha256, :message_id, :folder, :sent_at,"
            " :noted_at, :address, :subject, :effect, :why)",
            case_id=case["id"],
            sha256=mail.sha256,
            message_id=mail.message_id,
            folder=mail.folder,
            sent_at=mail.sent_at,
            noted_at=now,
            address=mail.address,
            subject=mail.subject,
            effect=mail.effect,
            why=mail.why,
        )

    def _correct(self, known: Row, mail: SentMail) -> None:
        self._engine.run(
            "UPDATE sent_mails SET effect = :effect, why = :why WHERE id = :id",
            id=known["id"],
            effect=mail.effect,
            why=mail.why,
        )


def _take_effect(engine: Engine, case: Row, mail: SentMail, now: datetime) -> None:
    """Stop the clocks that a mail stops, in the stage in which it was sent."""
    if mail.sent_at < moment(case["clock_from"]):
        return
    is_answer = mail.effect is Effect.ANSWERED
    match state_of(case):
        case CaseState.OPEN:
            _in_an_open_case(engine, case, mail, now)
        case CaseState.ANSWERED | CaseState.CLOSED if is_answer:
            _answered_again(engine, case, mail, now)
        case CaseState.ANSWERED | CaseState.CLOSED | CaseState.MERGED:
            return


def _answered_again(engine: Engine, case: Row, mail: SentMail, now: datetime) -> None:
    """End what went on after the answer."""
    went_on_at = moment_or_none(case["went_on_at"])
    if went_on_at is None or mail.sent_at < went_on_at:
        return
    deed = Deed(at=now, by=COLLEAGUE, act="answer again")
    change_case(engine, case, {"went_on_at": None}, deed)
    settle_kinds(engine, case, (MatterKind.ANSWER, MatterKind.WENT_ON), deed)


def _in_an_open_case(engine: Engine, case: Row, mail: SentMail, now: datetime) -> None:
    changes: dict[str, object] = {}
    if mail.is_certain:
        changes["acknowledged_at"] = case["acknowledged_at"] or mail.sent_at
    if mail.effect is Effect.ANSWERED:
        changes["answered_at"] = mail.sent_at
    acts = {Effect.ANSWERED: "answer", Effect.INFORMED: "keep informed"}
    act = acts.get(mail.effect, "acknowledge")
    deed = Deed(at=now, by=COLLEAGUE, act=act)
    change_case(engine, case, changes, deed)
    if mail.effect is Effect.ANSWERED:
        settle_kinds(engine, case, (MatterKind.ANSWER,), deed)
    if mail.effect in _ASKED_ABOUT and case["respond_by"] is not None:
        words = f"Was this the answer? A colleague wrote to the person: {mail.why}"
        add_matter(engine, case, MatterKind.ANSWER, words, now)


_ASKED_ABOUT = frozenset({Effect.DOUBTFUL, Effect.ACKNOWLEDGED})


def colleagues_cases(engine: Engine, message_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the references of cases to whose parties people sent these."""
    found = [
        row["reference"]
        for each in message_ids
        for row in engine.rows(
            "SELECT c.reference FROM sent_mails s JOIN cases c ON c.id = s.case_id"
            " WHERE s.message_id = :message_id ORDER BY c.id",
            message_id=each,
        )
    ]
    return tuple(dict.fromkeys(found))


def note_mail_came_back(engine: Engine, message_id: str, now: datetime) -> None:
    """Put before a person that a colleague's mail did not reach the person."""
    for reference in colleagues_cases(engine, (message_id,)):
        case = case_named(engine, reference)
        add_matter(engine, case, MatterKind.CAME_BACK, CAME_BACK, now)


def sent_to(engine: Engine, case_id: int) -> tuple[SentEntry, ...]:
    """Return the mails of a case that people sent, in the order of time."""
    rows = engine.rows(
        "SELECT s.*, r.size, r.is_whole FROM sent_mails s"
        " JOIN raws r ON r.sha256 = s.sha256"
        " WHERE s.case_id = :case_id ORDER BY s.sent_at, s.id",
        case_id=case_id,
    )
    return tuple(
        SentEntry(
            sha256=row["sha256"],
            size=row["size"],
            is_whole=bool(row["is_whole"]),
            folder=row["folder"],
            sent_at=moment(row["sent_at"]),
            noted_at=moment(row["noted_at"]),
            address=row["address"],
            subject=row["subject"],
            message_id=row["message_id"],
            effect=Effect(row["effect"]),
            why=row["why"],
        )
        for row in rows
    )
