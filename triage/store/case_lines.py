"""A case as one line of a list."""

from triage.store.case_states import state_of
from triage.store.columns import list_of
from triage.store.engine import Row, moment, moment_or_none
from triage.store.model import CaseLine

CASES = """
SELECT c.*, (SELECT count(*) FROM messages m
    WHERE m.case_id = c.id AND m.fate = 'recorded') AS messages
FROM cases c
"""


def line_of(row: Row) -> CaseLine:
    """Return a row of `CASES` as a line."""
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
