"""Letters that tell people that their answer takes longer, and by when it comes."""

import logging
from dataclasses import replace

from triage.deadlines.office import Office
from triage.decision import HOLDING_TEMPLATE, Holding, holding
from triage.errors import MessageError
from triage.intake.letters import frozen, mint
from triage.reply import Letter, compose
from triage.store import LateCase
from triage.store import Letter as FrozenLetter

log = logging.getLogger(__name__)


def hold_off(office: Office) -> int:
    """Write, or propose to write, to whom the answer will be late; return how many."""
    letters, clock = office.store.clocks.holding, office.ruleset.tables.clock
    dropped = letters.drop_outdated(office.now)
    if clock.holding == "off":
        return dropped
    until = office.reach(clock.holding_before_days)
    told = sum(_told(late, office) for late in letters.late(office.now, until))
    return dropped + told


def _told(late: LateCase, office: Office) -> bool:
    """Tell one person; False: not now."""
    case = replace(
        late.case,
        is_steady=office.is_steady,
        is_answer_looked_for=office.is_answer_looked_for,
    )
    plan = holding(case, office.ruleset, office.now)
    if plan is None:
        return False
    if late.to is None:
        words = (
            "The answer will not be in time; a person must tell the writer and set a"
            f" new date, because {late.why_not}"
        )
        return office.store.clocks.holding.leave(late, words, office.now)
    try:
        letter = _letter(late, late.to, plan, office)
    except MessageError as error:
        log.error("%s: no holding letter can be written: %s", late.reference, error)
        words = "The answer will not be in time, and no letter about it can be worded"
        return office.store.clocks.holding.leave(late, words, office.now)
    return office.store.clocks.holding.put(late, letter, plan.respond.at, office.now)


def _letter(late: LateCase, to: str, plan: Holding, office: Office) -> FrozenLetter:
    """Word the letter; its kind names the date that is not kept."""
    rulebook = office.rulebook
    day = office.calendar.date_of(late.case.respond_by)
    kind = f"holding-{day.isoformat()}"
    letter = Letter(
        template=HOLDING_TEMPLATE,
        kind=kind,
        to=to,
        reference=late.reference,
        message_id=mint(late.reference, kind, rulebook),
        received_at=late.since,
        in_reply_to=late.in_reply_to,
        respond=plan.respond,
    )
    composed = compose(letter, rulebook.templates, office.now)
    worded = frozen(composed, HOLDING_TEMPLATE)
    return replace(worded, acknowledges=False, held=plan.held)
