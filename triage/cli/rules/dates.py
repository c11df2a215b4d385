"""Which due dates of open cases would move, as `triage rules diff` tells it."""

from collections.abc import Iterator
from typing import Any

from triage.cli.listing import columns, day
from triage.cli.terminal import printable
from triage.deadlines import Shifts

HEADINGS = ("case", "due", "from → to", "because")


def date_lines(shifts: Shifts, most: int) -> Iterator[str]:
    """Yield what a person reads; nothing where no date moves."""
    words = shifts.in_words()
    if words is None:
        return
    yield from ("", words)
    if shifts.shifts:
        rows = [
            (
                each.reference,
                each.what,
                f"{day(each.before)} → {day(each.after)}",
                printable(each.why),
            )
            for each in shifts.shifts[:most]
        ]
        yield columns(HEADINGS, rows)
    if len(shifts.shifts) > most:
        yield f"  … and {len(shifts.shifts) - most} more: --all"
    for reference, broken in shifts.broken:
        yield printable(f"{reference}: {broken}")


def date_objects(shifts: Shifts) -> dict[str, Any]:
    """Return what a script reads."""
    return {
        "later": shifts.later,
        "earlier": shifts.earlier,
        "moves": [
            {
                "case": each.reference,
                "due": each.what,
                "before": each.before.isoformat(),
                "after": each.after.isoformat(),
                "why": each.why,
            }
            for each in shifts.shifts
        ],
        "days_off": [
            {"case": reference, "why": broken} for reference, broken in shifts.broken
        ],
    }
