"""What a restriction must say before anybody may decide about it."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from triage.errors import Problem
from triage.ruleset.schema import Restrictions
from triage.tomlsource import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A restriction as somebody wants it."""

    kind: str
    reason: str
    adjustments: str
    review_on: date
    contact: str | None = None


def refusals(
    wanted: Wanted, table: Restrictions, contacts: Collection[str], today: date
) -> Iterator[Problem]:
    """Yield everything that is wrong with a proposal."""
    kind = table.kinds.get(wanted.kind)
    if kind is None:
        known = f"there are: {', '.join(table.kinds)}" if table.kinds else _NO_KINDS
        hint = did_you_mean(wanted.kind, table.kinds) or known
        yield Problem(f"there is no kind of restriction `{wanted.kind}`", hint=hint)
    for name, text, what in (
        ("reason", wanted.reason, "what the person did, and when"),
        ("adjustments", wanted.adjustments, "what was considered for this person"),
    ):
        if not text.strip():
            yield Problem(f"--{name} needs some words: {what}")
    yield from _contact_refusals(wanted, table, contacts)
    yield from review_refusals(wanted.review_on, table, today)


_NO_KINDS = "the rules have none: write [restrictions.kinds.NAME] tables"


def _contact_refusals(
    wanted: Wanted, table: Restrictions, contacts: Collection[str]
) -> Iterator[Problem]:
    if wanted.contact is not None and wanted.contact not in contacts:
        hint = did_you_mean(wanted.contact, contacts)
        told = f"[contacts] of the configuration has no `{wanted.contact}`"
        yield Problem(told, hint=hint or f"there are: {', '.join(sorted(contacts))}")
    kind = table.kinds.get(wanted.kind)
    if kind is not None and kind.needs_contact and wanted.contact is None:
        yield Problem(
            f"`{wanted.kind}` needs --contact: who answers this person",
            hint=f"one of: {', '.join(sorted(contacts))}",
        )


def review_refusals(
    review_on: date, table: Restrictions, today: date
) -> Iterator[Problem]:
    """Yield what is wrong with a review date."""
    latest = months_after(today, table.longest_months)
    if review_on <= today:
        yield Problem(f"the review date {review_on} must be later than today")
    elif review_on > latest:
        yield Problem(
            f"the review date {review_on} is too late",
            hint=f"within {table.longest_months} months: {latest} at the latest",
        )


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
