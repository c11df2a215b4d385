"""Cases as people look at them, and what a person did about them."""

from datetime import datetime

from triage.ruleset.evidence import Evidence, Hit
from triage.store.case_states import state_of
from triage.store.columns import decision_of, list_of
from triage.store.engine import Engine, Row, moment, moment_or_none
from triage.store.letter_lines import letters_of_case
from triage.store.model import (
    CaseFile,
    CaseLine,
    Debt,
    Inbox,
    MessageEntry,
    Overruling,
    Place,
)
from triage.store.rerouting import Rerouted, Rerouting, reroute
from triage.store.sent import sent_to
from triage.store.states import State
from triage.store.track_record import TrackRecord, track_record


class Cases:
    """Every complaint, with its clocks and all that is known about it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(self, *, only_open: bool = False) -> list[CaseLine]:
        """Return the cases, the next due first; `only_open`: an answer is owed."""
        rows = self._engine.rows(
            f"{_CASES} WHERE :all OR (c.answered_at IS NULL AND c.closed_at IS NULL)"
            " ORDER BY coalesce(c.respond_by, c.acknowledge_by, '9999'), c.id",
            all=not only_open,
        )
        return [_line(row) for row in rows]

    def show(self, reference: str) -> CaseFile | None:
        """Return everything about one case."""
        with self._engine.reading():
            row = self._engine.row(
                f"{_CASES} WHERE c.reference = :reference", reference=reference
            )
            return None if row is None else self._file(row)

    def _file(self, row: Row) -> CaseFile:
        parties = self._engine.rows(
            "SELECT address FROM parties WHERE case_id = :id ORDER BY since, address",
            id=row["id"],
        )
        messages = self._engine.rows(
            f"{_MESSAGES} WHERE m.case_id = :id ORDER BY m.received_at, m.id",
            id=row["id"],
        )
        return CaseFile(
            line=_line(row),
            claims=row["claims"],
            near_identical_to=row["near_identical_to"],
            parties=tuple(party["address"] for party in parties),
            messages=tuple(self._entry(message) for message in messages),
            letters=letters_of_case(self._engine, row["id"]),
            why_unacknowledged=_why_owed(row, self._acknowledgements(row)),
            overrulings=self._overrulings(row["id"]),
            sent=sent_to(self._engine, row["id"]),
        )

    def _overrulings(self, case_id: int) -> tuple[Overruling, ...]:
        rows = self._engine.rows(
            "SELECT * FROM overrulings WHERE case_id = :case_id ORDER BY id",
            case_id=case_id,
        )
        return tuple(
            Overruling(
                at=moment(row["at"]),
                by=row["made_by"],
                before=row["before"],
                after=row["after"],
                why=row["why"],
            )
            for row in rows
        )

    def _entry(self, row: Row) -> MessageEntry:
        decision = row["decision"]
        return MessageEntry(
            place=Place(
                Inbox(row["account"], row["inbox_folder"]),
                row["uidvalidity"],
                row["uid"],
            ),
            sha256=row["sha256"],
            size=row["size"],
            is_whole=bool(row["is_whole"]),
            received_at=moment(row["received_at"]),
            recorded_at=moment(row["seen_at"]),
            is_duplicate=row["fate"] == "duplicate",
            address=row["address"],
            subject=row["subject"],
            message_id=row["message_id"],
            folder=row["folder"],
            filed_at=moment_or_none(row["filed_at"]),
            decision=None if decision is None else decision_of(decision),
            evidence=self._evidence(row["id"]),
        )

    def _evidence(self, message: int) -> Evidence:
        rows = self._engine.rows(
            "SELECT * FROM evidence WHERE message = :message ORDER BY position",
            message=message,
        )
        found: dict[str, list[Hit]] = {"hits": [], "cancelled": [], "hints": []}
        for row in rows:
            found[row["standing"]].append(
                Hit(row["signal"], row["found_in"], row["words"], row["sentence"])
            )
        hits, cancelled, hints = map(tuple, found.values())
        return Evidence(hits, cancelled, hints)

    def debts(self) -> list[Debt]:
        """Return the complaints that are not acknowledged, the most urgent first.

        A letter that is on its way is no debt; one that is held, refused, uncertain,
        dropped or came back is.
        """
        with self._engine.reading():
            rows = self._engine.rows(
                f"{_CASES} WHERE c.acknowledged_at IS NULL AND c.closed_at IS NULL"
                " ORDER BY coalesce(c.acknowledge_by, '9999'), c.id"
            )
            owed = [(row, self._acknowledgements(row)) for row in rows]
        return [
            _debt(row, letters, why)
            for row, letters in owed
            if (why := _why_owed(row, letters))
        ]

    def _acknowledgements(self, row: Row) -> list[Row]:
        return self._engine.rows(_ACKNOWLEDGEMENTS, id=row["id"])

    def reroute(self, wanted: Rerouting) -> Rerouted:
        """Move an existing case to another route, by a person's decision."""
        return reroute(self._engine, wanted)

    def track_record(self, since: datetime) -> TrackRecord:
        """Count what rules decided since then, and how often people overruled them."""
        return track_record(self._engine, since)


_CASES = """
SELECT c.*, (SELECT count(*) FROM messages m
    WHERE m.case_id = c.id AND m.fate = 'recorded') AS messages
FROM cases c
"""

_MESSAGES = """
SELECT m.*, i.account, i.folder AS inbox_folder, r.size, r.is_whole, d.decision
FROM messages m
JOIN inboxes i ON i.id = m.inbox
JOIN raws r ON r.sha256 = m.sha256
LEFT JOIN decisions d ON d.message = m.id
"""

# No dot is written for what is unwanted, whenever its dispatcher comes back.
_ACKNOWLEDGEMENTS = """
SELECT id, attempt, bounced_at,
    CASE WHEN state = 'sending' AND unwanted IS NOT NULL
        THEN 'dropped' ELSE state END AS state,
    CASE WHEN state = 'sending' AND unwanted IS NOT NULL
        THEN unwanted ELSE reason END AS reason
FROM outbox WHERE case_id = :id AND acknowledges ORDER BY id
"""

_ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING, State.FINISHING})
_CAN_GO = frozenset({State.HELD, State.REFUSED})


def _line(row: Row) -> CaseLine:
    return CaseLine(
        reference=row["reference"],
        route=row["route"],
        role=row["role"],
        priority=row["priority"],
        flags=list_of(row["flags"]),
        missing=list_of(row["missing"]),
        opened_at=moment(row["opened_at"]),
        acknowledge_by=moment_or_none(row["acknowledge_by"]),
        respond_by=moment_or_none(row["respond_by"]),
        acknowledged_at=moment_or_none(row["acknowledged_at"]),
        answered_at=moment_or_none(row["answered_at"]),
        is_escalated=row["escalated_at"] is not None,
        messages=row["messages"],
        state=state_of(row),
        channel=row["channel"],
        topic=row["topic"],
        owner=row["owner"],
        clock_from=moment(row["clock_from"]),
        extended_until=moment_or_none(row["extended_until"]),
        closed_at=moment_or_none(row["closed_at"]),
        outcome=row["outcome"],
        root_cause=row["root_cause"],
        merged_into=row["merged_into"],
        went_on_at=moment_or_none(row["went_on_at"]),
    )


def _debt(row: Row, letters: list[Row], why: tuple[str, ...]) -> Debt:
    can_go = next((one for one in letters if one["state"] in _CAN_GO), None)
    return Debt(
        reference=row["reference"],
        route=row["route"],
        priority=row["priority"],
        opened_at=moment(row["opened_at"]),
        acknowledge_by=moment_or_none(row["acknowledge_by"]),
        why=why,
        letter=None if can_go is None else can_go["id"],
        is_for_approval=can_go is not None
        and can_go["state"] == State.HELD
        and not can_go["attempt"],
    )


def _why_owed(row: Row, letters: list[Row]) -> tuple[str, ...]:
    """Return why a case is unacknowledged; empty when it is not, or a letter is out."""
    if row["acknowledged_at"] is not None or row["closed_at"] is not None:
        return ()
    if any(letter["state"] in _ON_ITS_WAY for letter in letters):
        return ()
    why = tuple(
        "it came back"
        if letter["bounced_at"]
        else f"{letter['state']}: {letter['reason']}"
        for letter in letters
    )
    return why + list_of(row["withheld"]) or ("no reply was composed",)
