"""Whether the dates that people enter reach far enough ahead."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from triage.doctor.finding import Finding, failed, note, ok, warning

AHEAD = timedelta(days=90)


def judge_calendar(
    closing_days: Sequence[date], series: Sequence[date], today: date
) -> Iterator[Finding]:
    """Judge closing days, and the last days of exam series, by the coming months."""
    yield _reaches(
        "calendar.closing-days", "closing day", closing_days, today, "closing_days"
    )
    yield _reaches("calendar.series", "series", series, today, "series")


def _reaches(
    check: str, what: str, days: Sequence[date], today: date, table: str
) -> Finding:
    if not days:
        return note(check, f"the rules name no {what}")
    last = max(days)
    to_do = f"enter the coming ones ({table}) in the rule files: due dates go by them"
    if last < today:
        return failed(
            check, f"the last {what} that the rules know was over on {last}", to_do
        )
    if last < today + AHEAD:
        return warning(
            check, f"the last {what} that the rules know ends on {last}", to_do
        )
    return ok(check, f"the rules know each {what} until {last}")
