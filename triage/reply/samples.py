"""Letters with which every template is tried before it may be used."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from triage.reply.model import (
    Duty,
    Letter,
    Notice,
    Organisation,
    Restriction,
    Table,
)
from triage.reply.variables import MOST_ROWS
from triage.workdays import Due

NOW = datetime(2026, 4, 2, 15, 30, tzinfo=UTC)
REFERENCE = "REF-2026-000123"

_ARRIVED = datetime(2026, 4, 2, 9, 12, tzinfo=UTC)
_COUNTED_FROM = date(2026, 4, 2)


def _due(last_day: date, days: int) -> Due:
    at = datetime(last_day.year, last_day.month, last_day.day, 16, tzinfo=UTC)
    return Due(at=at, days=days, counted_from=_COUNTED_FROM, left_out=(), words="")


_ACKNOWLEDGE = _due(date(2026, 4, 8), 2)
_RESPOND = _due(date(2026, 4, 20), 10)


def sample_letters(
    template: str, organisation: Organisation, missing: Iterable[str]
) -> Iterator[tuple[str, Letter]]:
    """Yield letters that have and lack everything a letter can, each with its title."""
    items = tuple(missing)
    yield "with nothing missing", _letter(template, organisation)
    yield "with no dates and no series", _bare_letter(template, organisation)
    complete = replace(_letter(template, organisation), is_complete=True)
    yield "with all that was missing", complete
    if items:
        yield "with everything missing", _letter(template, organisation, items)
    for item in items:
        yield f"with `{item}` missing", _letter(template, organisation, (item,))


def _letter(
    template: str, organisation: Organisation, missing: tuple[str, ...] = ()
) -> Letter:
    return Letter(
        template=template,
        kind="sample",
        to="person@example.org",
        reference=REFERENCE,
        message_id=f"<sample.1@{organisation.message_id_domain}>",
        received_at=_ARRIVED,
        in_reply_to="<question@example.org>",
        references=("<thread@example.org>",),
        missing=missing,
        acknowledge=_ACKNOWLEDGE,
        respond=_RESPOND,
        series="Spring 2026",
        restriction=Restriction("What was decided.", "Why.", _RESPOND.at.date()),
    )


def _bare_letter(template: str, organisation: Organisation) -> Letter:
    return Letter(
        template=template,
        kind="sample",
        to="person@example.org",
        reference=REFERENCE,
        message_id=f"<sample.2@{organisation.message_id_domain}>",
        received_at=_ARRIVED,
    )


def _duties(letter: int | None) -> tuple[Duty, ...]:
    """More of them than a reminder lists."""
    at = _ACKNOWLEDGE.at
    late = Duty(REFERENCE, "The title of the route", at, is_late=True, letter=letter)
    last = replace(late, owner="Ann Archer", is_last=True)
    return (late, last, *(replace(late, is_late=False) for _ in range(MOST_ROWS)))


_TABLES = (
    Table(
        title="Overdue",
        count=25,
        headings=("Case", "Due", "Owner", "Next step"),
        rows=((REFERENCE, "Wed 8 April", "Ann", f"triage case show {REFERENCE}"),) * 2,
        note="and 23 more: triage case list",
        is_pressing=True,
    ),
    Table("Due today", 0, (), (), "Nothing is due today."),
    Table("The program", None, ("Part", "How it is"), (("Mailbox", "read"),)),
)


def sample_notices(
    template: str, organisation: Organisation, *, needs_reference: bool
) -> Iterator[tuple[str, Notice]]:
    """Yield notices that have and lack everything a notice can, each with its title."""
    yield (
        "with everything that a notice can say",
        Notice(
            template=template,
            kind="sample",
            to=organisation.from_address,
            message_id=f"<sample.3@{organisation.message_id_domain}>",
            why=("Somebody may be at risk.", "A second reason."),
            reference=REFERENCE,
            route="The title of the route",
            folder="Folder",
            priority="urgent",
            received_at=_ARRIVED,
            acknowledge=_ACKNOWLEDGE,
            respond=_RESPOND,
            waiting=_duties(letter=12),
            owed=_duties(letter=None),
            answers=_duties(letter=None),
            requests=_duties(letter=None),
            tables=_TABLES,
        ),
    )
    yield (
        "with nothing but a reason",
        Notice(
            template=template,
            kind="sample",
            to=organisation.from_address,
            message_id=f"<sample.4@{organisation.message_id_domain}>",
            why=("Sixty replies went out within an hour.",),
            reference=REFERENCE if needs_reference else None,
        ),
    )
