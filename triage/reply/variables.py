"""The closed set of variables that a template may name.

Nothing here comes from a sender, and nothing that a sender chose is reachable from it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from triage.reply.model import Duty, Letter, Notice, Organisation, Restriction
from triage.reply.words import date_in_words, day_in_words
from triage.workdays import Due

Variables = Mapping[str, object]
MOST_ROWS = 20
"""Of each list of a reminder; a mail of ours may not be long."""

ORGANISATION_VARIABLES = frozenset({"organisation", "contacts", "links"})
LETTER_VARIABLES = ORGANISATION_VARIABLES | {
    "reference",
    "subject",
    "received_on",
    "acknowledge_by",
    "respond_by",
    "respond_days",
    "missing",
    "is_complete",
    "series",
    "restriction",
    "restriction_why",
    "restricted_until",
}
NOTICE_VARIABLES = ORGANISATION_VARIABLES | {
    "reference",
    "subject",
    "received_on",
    "acknowledge_by",
    "respond_by",
    "why",
    "route",
    "folder",
    "priority",
    "waiting",
    "more_waiting",
    "owed",
    "more_owed",
    "answers",
    "more_answers",
    "requests",
    "more_requests",
    "tables",
}


def organisation_variables(organisation: Organisation) -> dict[str, Mapping[str, str]]:
    """Return what is the same in every letter."""
    return {
        "organisation": {
            "name": organisation.name,
            "short_name": organisation.short_name,
            "team": organisation.team,
            "phone": organisation.phone,
            "address": organisation.from_address,
        },
        "contacts": organisation.contacts,
        "links": organisation.links,
    }


def letter_variables(
    letter: Letter, subject: str, organisation: Organisation
) -> dict[str, object]:
    """Return what differs between letters; None is what this one does not have."""
    return {
        "reference": letter.reference,
        "subject": subject,
        "received_on": _day(letter.received_at, organisation),
        "acknowledge_by": _last_day(letter.acknowledge, organisation),
        "respond_by": _last_day(letter.respond, organisation)
        or _day(letter.answer_by, organisation),
        "respond_days": letter.respond.days if letter.respond else None,
        "missing": letter.missing,
        "is_complete": letter.is_complete,
        "series": letter.series,
        **_restriction(letter.restriction),
    }


def _restriction(told: Restriction | None) -> dict[str, object]:
    return {
        "restriction": told.says if told else None,
        "restriction_why": told.why if told else None,
        "restricted_until": day_in_words(told.until) if told and told.until else None,
    }


def notice_variables(
    notice: Notice, subject: str, organisation: Organisation
) -> dict[str, object]:
    """Return what differs between notices; None is what this one does not have."""
    return {
        "reference": notice.reference,
        "subject": subject,
        "received_on": _day(notice.received_at, organisation),
        "acknowledge_by": _last_day(notice.acknowledge, organisation),
        "respond_by": _last_day(notice.respond, organisation),
        "why": notice.why,
        "route": notice.route,
        "folder": notice.folder,
        "priority": notice.priority,
        "waiting": _rows(notice.waiting, organisation),
        "more_waiting": max(0, len(notice.waiting) - MOST_ROWS),
        "owed": _rows(notice.owed, organisation),
        "more_owed": max(0, len(notice.owed) - MOST_ROWS),
        "answers": _rows(notice.answers, organisation),
        "more_answers": max(0, len(notice.answers) - MOST_ROWS),
        "requests": _rows(notice.requests, organisation),
        "more_requests": max(0, len(notice.requests) - MOST_ROWS),
        "tables": [asdict(table) for table in notice.tables],
    }


def _rows(
    duties: tuple[Duty, ...], organisation: Organisation
) -> list[dict[str, object]]:
    """Return the first duties as a template lists them."""
    return [
        {
            "reference": duty.reference,
            "route": duty.route,
            "by": date_in_words(duty.at, organisation.timezone),
            "is_late": duty.is_late,
            "letter": duty.letter,
            "owner": duty.owner,
            "is_last": duty.is_last,
        }
        for duty in duties[:MOST_ROWS]
    ]


def _day(moment: datetime | None, organisation: Organisation) -> str | None:
    return date_in_words(moment, organisation.timezone) if moment else None


def _last_day(due: Due | None, organisation: Organisation) -> str | None:
    return date_in_words(due.at, organisation.timezone) if due else None
