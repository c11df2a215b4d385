"""What people do to a case; every act is in the audit log."""

from datetime import datetime

from triage.store.audit import Deed
from triage.store.case_states import CaseAct, refuse_illegal
from triage.store.changing import case_named, change_case
from triage.store.engine import Engine


class Register:
    """Acts on cases. Each raises LookupError where there is no such case.

    And CaseMoveError where the case is in no state for the act.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    def close(
        self, reference: str, deed: Deed, outcome: str, root_cause: str | None = None
    ) -> None:
        """Close a case."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            refuse_illegal(case, CaseAct.CLOSE)
            changes = {
                "closed_at": deed.at,
                "outcome": outcome,
                "root_cause": root_cause or case["root_cause"],
            }
            change_case(self._engine, case, changes, deed)

    def extend(self, reference: str, deed: Deed, until: datetime) -> None:
        """Set a later date for the answer."""
        with self._engine.writing():
            case = case_named(self._engine, reference)
            refuse_illegal(case, CaseAct.EXTEND)
            changes = {"respond_by": until, "extended_until": until}
            change_case(self._engine, case, changes, deed)
