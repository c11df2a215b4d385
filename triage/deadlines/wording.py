"""What people of ours are told about duties: one mail with all of them."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from triage.intake import Rulebook
from triage.intake.letters import TEAM, frozen_notice, mint_for_us, plain_line
from triage.reply import Duty as Row
from triage.reply import Notice
from triage.store import Duty, DutyKind, Letter, Stage

LONGEST_OWNER = 40
LONGEST_NAME = 16
NO_ONE_CASE = "DUE"
"""Stands in the Message-ID where a case's reference would."""


class Told(StrEnum):
    """What a mail about duties says of them; the name of its template."""

    DUE = "notice-due"
    OVERDUE = "notice-overdue"


def notice_of(
    told: Told, duties: Sequence[Duty], contact: str, rulebook: Rulebook, now: datetime
) -> Letter | None:
    """Word one mail to a contact about duties; None where there is no such contact.

    Raises MessageError.
    """
    to = rulebook.organisation.contacts.get(contact)
    if to is None:
        return None
    kind = f"{told.removeprefix('notice-')}-{_named(contact)}{now:%Y%m%d%H%M%S}"
    groups = _grouped(duties)
    waiting, owed, answers, requests = (
        tuple(_row(duty, rulebook) for duty in group) for group in groups
    )
    notice = Notice(
        template=told,
        kind=kind,
        to=to,
        message_id=mint_for_us(NO_ONE_CASE, kind, rulebook),
        why=(_why(told, {duty.reference for duty in duties}),),
        folder=rulebook.ruleset.tables.modes.approved_folder,
        waiting=waiting,
        owed=owed,
        answers=answers,
        requests=requests,
    )
    return frozen_notice(notice, rulebook, now)


def _named(contact: str) -> str:
    """A contact as part of a Message-ID, if it is short; the team needs none."""
    if contact == TEAM:
        return ""
    if len(contact) <= LONGEST_NAME:
        return f"{contact}-"
    digest = hashlib.sha256(contact.encode()).hexdigest()
    return f"{digest[:LONGEST_NAME]}-"


def _grouped(
    duties: Iterable[Duty],
) -> tuple[list[Duty], list[Duty], list[Duty], list[Duty]]:
    """Tell apart letters that wait, and what a person has to write."""
    waiting: list[Duty] = []
    owed: list[Duty] = []
    answers: list[Duty] = []
    requests: list[Duty] = []
    for duty in duties:
        match duty.kind:
            case _ if duty.letter is not None:
                waiting.append(duty)
            case DutyKind.ACKNOWLEDGE:
                owed.append(duty)
            case DutyKind.REQUEST:
                requests.append(duty)
            case DutyKind.RESPOND | DutyKind.HOLD:
                answers.append(duty)
    return waiting, owed, answers, requests


def _row(duty: Duty, rulebook: Rulebook) -> Row:
    route = rulebook.ruleset.routes.get(duty.route or "")
    return Row(
        reference=duty.reference,
        route=route.title if route else duty.route or "no route",
        at=duty.due,
        is_late=duty.is_late,
        letter=duty.letter,
        owner=plain_line(duty.owner)[:LONGEST_OWNER] if duty.owner else None,
        is_last=duty.stage is Stage.LAST,
    )


def _why(told: Told, cases: set[str]) -> str:
    many = len(cases)
    match told:
        case Told.DUE:
            number = "One complaint is" if many == 1 else f"{many} complaints are"
            return f"{number} due soon"
        case Told.OVERDUE:
            number = "One person waits" if many == 1 else f"{many} people wait"
            return f"{number} longer than the policy allows"
