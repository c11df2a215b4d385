"""Cases in which nothing is to be done are closed after long quiet."""

from collections.abc import Callable
from datetime import timedelta

from triage.deadlines.office import Office
from triage.store import Quiet

AT_ONCE = 200
"""In one sweep and of each kind: closing keeps other writers waiting."""


def close_quiet(office: Office) -> int:
    """Close what is quiet; return how many cases."""
    clock, quiet_cases = office.ruleset.tables.clock, office.store.clocks.quiet
    redirecting = [each.id for each in office.ruleset.tables.route if each.redirects]
    return sum(
        (
            _close(
                office, "answered", clock.close_answered_after, quiet_cases.answered
            ),
            _close(
                office,
                "redirected",
                clock.close_redirected_after,
                lambda quiet: quiet_cases.owed_nothing(quiet, redirecting, among=True),
            ),
            _close(
                office,
                "recorded",
                clock.close_recorded_after,
                lambda quiet: quiet_cases.owed_nothing(quiet, redirecting, among=False),
            ),
        )
    )


def _close(
    office: Office, outcome: str, days: int, found: Callable[[Quiet], list[str]]
) -> int:
    """Close what has been quiet for so many days; 0: never."""
    if not days:
        return 0
    with office.store.batch():
        references = found(Quiet(office.now - timedelta(days=days), AT_ONCE))
        office.store.clocks.quiet.close(references, outcome, office.now)
    return len(references)
