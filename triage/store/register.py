"""What people do to a case; every act is in the audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from triage.decision.model import Decision, MatterKind
from triage.store.admitting import admit, other_writers
from triage.store.audit import Deed
from triage.store.by_hand import CaseByHand, open_by_hand
from triage.store.case_states import CaseAct, FinalStepError, refuse_illegal
from triage.store.changing import (
    case_named,
    change_case,
    change_particulars,
    end_stage,
)
from triage.store.engine import Engine, moment, moment_or_none
from triage.store.joining import last_step
from triage.store.letters import Origin, queue
from triage.store.matters import settle_kinds
from triage.store.merging import link, merge, unlink
from triage.store.model import Letter
from triage.store.notes import add_note
from triage.store.particulars import Field

NOT_STATED = "not-stated"
"""The outcome of a case that was closed in the mail program, until somebody says it."""


class Register:
    """Acts on cases. Each raises LookupError where there is no such case.

    And CaseMoveError where the case is in no state for the act.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, case: CaseByHand, deed: Deed) -> None:
        """Open the case of a complaint that did not come by mail."""
        with self._engine.writing():
            open_by_hand(self._engine, case, deed)

    def acknowledge(self, reference: str, deed: Deed) -> bool:
        """Note that a person acknowledged; False: it was acknowledged before."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            if case["acknowledged_at"] is not None:
                return False
            return change_case(self._engine, case, {"acknowledged_at": deed.at}, deed)

    def answer(self, reference: str, deed: Deed, at: datetime | None = None) -> None:
        """Note that a person answered, at `at` or now; an answer also acknowledges."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            refuse_illegal(case, CaseAct.ANSWER)
            answered_at = at or deed.at
            changes = {
                "answered_at": answered_at,
                "acknowledged_at": case["acknowledged_at"] or answered_at,
            }
            change_case(self._engine, case, changes, deed)
            settle_kinds(self._engine, case, (MatterKind.ANSWER,), deed)

    def extend(self, reference: str, deed: Deed, until: datetime) -> None:
        """Set a later date for the answer."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            refuse_illegal(case, CaseAct.EXTEND)
            changes = {"respond_by": until, "extended_until": until}
            change_case(self._engine, case, changes, deed)

    def close(
        self, reference: str, deed: Deed, outcome: str, root_cause: str | None = None
    ) -> None:
        """Close a case, or say with what one ended that was closed without a word."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            is_unsaid = case["outcome"] == NOT_STATED
            if not is_unsaid:
                refuse_illegal(case, CaseAct.CLOSE)
            changes = {
                "closed_at": moment_or_none(case["closed_at"]) or deed.at,
                "outcome": outcome,
                "root_cause": root_cause or case["root_cause"],
            }
            change_case(self._engine, case, changes, deed)
            asked = (MatterKind.ANSWER, MatterKind.OUTCOME)
            settle_kinds(self._engine, case, asked, deed)

    def reopen(
        self, reference: str, deed: Deed, acknowledge_by: datetime, respond_by: datetime
    ) -> None:
        """Begin a new stage of a case, with clocks that count from the deed.

        A promise that nobody kept yet stands: a case that was closed without an answer
        keeps its dates. Who was acknowledged before stays so. A case that was merged
        goes on by itself.
        """
        with self._engine.writing():
            case = case_named(self._engine, reference)
            refuse_illegal(case, CaseAct.REOPEN)
            fresh: dict[str, object] = {}
            if case["answered_at"] is not None or case["respond_by"] is None:
                end_stage(self._engine, case, deed.at, "reopened")
                fresh = {
                    "clock_from": deed.at,
                    "acknowledge_by": acknowledge_by,
                    "respond_by": respond_by,
                    "extended_until": None,
                }
            change_case(self._engine, case, dict.fromkeys(_OVER) | fresh, deed)

    def escalate(
        self,
        reference: str,
        deed: Deed,
        decision: Decision,
        letters: Sequence[Letter] = (),
    ) -> None:
        """Put a case before somebody senior, with clocks of its own, only once.

        Raises FinalStepError where it was escalated before.
        """
        with self._engine.writing():
            case = case_named(self._engine, reference)
            if case["escalated_at"] is not None:
                raise FinalStepError(reference, moment(case["escalated_at"]))
            refuse_illegal(case, CaseAct.ESCALATE)
            end_stage(self._engine, case, deed.at, "escalated")
            changes = last_step(case, decision, deed.at, clock_from=deed.at)
            change_case(self._engine, case, changes, deed)
            origin = Origin(case["id"], None, case["person"])
            for letter in letters:
                queue(self._engine, letter, deed.at, origin)

    def record(self, reference: str, deed: Deed, texts: Mapping[Field, str]) -> None:
        """Write particulars; an empty text takes a field away."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            change_particulars(self._engine, case, texts, deed)

    def note(self, reference: str, deed: Deed, text: str) -> None:
        """Add a note; it is never changed."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            add_note(self._engine, case, deed, text)

    def assign(self, reference: str, deed: Deed, owner: str | None) -> None:
        """Say who sees to a case; None: nobody in particular."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            change_case(self._engine, case, {"owner": owner}, deed)

    def merge(self, reference: str, into: str, deed: Deed) -> None:
        """Have another case go on instead; raises MergeError in words for people."""
        with self._engine.writing():
            merge(self._engine, reference, into, deed)

    def link(self, reference: str, other: str, deed: Deed) -> bool:
        """Note that two cases have to do with each other; False: it was noted."""
        with self._engine.writing():
            return link(self._engine, reference, other, deed)

    def unlink(self, reference: str, other: str, deed: Deed) -> bool:
        """Take a link back; False: there was none."""
        with self._engine.writing():
            return unlink(self._engine, reference, other, deed)

    def other_writers(self, reference: str) -> tuple[str, ...]:
        """Return who wrote into a case, or named it, and is no party to it."""
        return other_writers(self._engine, case_named(self._engine, reference))

    def admit(self, reference: str, deed: Deed, address: str) -> tuple[str, ...]:
        """Let somebody write to a case as a party; return what they supplied."""
        with self._engine.writing():
            return admit(self._engine, reference, address, deed)


# What a stage that is over leaves behind no trace of but in `stages`.
_OVER = (
    "answered_at",
    "closed_at",
    "outcome",
    "root_cause",
    "merged_into",
    "went_on_at",
)
