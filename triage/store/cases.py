"""Cases as people look at them, and what a person did about them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from triage.store.case_file import case_file
from triage.store.case_lines import CASES, line_of
from triage.store.case_model import CaseFile
from triage.store.debts import debts
from triage.store.engine import Engine
from triage.store.model import CaseLine, Debt
from triage.store.particulars import Field
from triage.store.rerouting import Rerouted, Rerouting, reroute
from triage.store.search import (
    CaseQuery,
    Found,
    particulars_of_all,
    search,
    words_in_use,
)
from triage.store.track_record import TrackRecord, track_record


class Cases:
    """Every complaint, with its clocks and all that is known about it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(self, *, only_open: bool = False) -> list[CaseLine]:
        """Return the cases, the next due first; `only_open`: an answer is owed."""
        rows = self._engine.rows(
            f"{CASES} WHERE :all OR (c.answered_at IS NULL AND c.closed_at IS NULL)"
            " ORDER BY coalesce(c.respond_by, c.acknowledge_by, '9999'), c.id",
            all=not only_open,
        )
        return [line_of(row) for row in rows]

    def search(self, query: CaseQuery) -> Found:
        """Return the cases that are looked for, up to the query's limit."""
        return search(self._engine, query)

    def particulars(
        self, references: Iterable[str]
    ) -> Mapping[str, Mapping[Field, str]]:
        """Return what many cases record in words, by their references."""
        with self._engine.reading():
            return particulars_of_all(self._engine, references)

    def words_in_use(self, column: str) -> tuple[str, ...]:
        """Return which routes, topics, roles, channels, priorities, owners there are.

        `column` is the name of one of these in a `CaseQuery`.
        """
        return words_in_use(self._engine, column)

    def exists(self, reference: str) -> bool:
        """Tell whether there is a case of this reference."""
        row = self._engine.row(
            "SELECT 1 AS yes FROM cases WHERE reference = :reference",
            reference=reference,
        )
        return row is not None

    def show(self, reference: str) -> CaseFile | None:
        """Return everything about one case."""
        with self._engine.reading():
            return case_file(self._engine, reference)

    def debts(self) -> list[Debt]:
        """Return the complaints that are not acknowledged, the most urgent first."""
        return debts(self._engine)

    def reroute(self, wanted: Rerouting) -> Rerouted:
        """Move an existing case to another route, by a person's decision."""
        return reroute(self._engine, wanted)

    def track_record(
        self, since: datetime, until: datetime | None = None
    ) -> TrackRecord:
        """Count what rules decided since then, and how often people overruled them."""
        return track_record(self._engine, since, until)
