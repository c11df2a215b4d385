"""Due dates move when a holiday or a closing day comes or goes."""

import logging

from triage.deadlines.office import Office
from triage.decision import changes_in_words, is_changed, recount
from triage.decision.recounting import LONGEST

log = logging.getLogger(__name__)


def move_dates(office: Office) -> int:
    """Count the dates of the open cases again if the calendar is another one.

    Returns how many moved. All in one transaction: a date must not be counted twice.
    """
    calendars, new, now = office.store.clocks.calendars, office.calendar, office.now
    moved = 0
    with office.store.batch():
        old = calendars.last()
        if old is not None and is_changed(old, new, office.today):
            for reference, promises in calendars.promises():
                recounted = recount(promises, old, office.ruleset, now)
                moved += calendars.move(reference, recounted, now)
            around = office.today - LONGEST, office.today + LONGEST
            changes = "; ".join(changes_in_words(old, new, *around))
            log.info("the calendar changed (%s): %d cases move", changes, moved)
        calendars.note(new, now)
    return moved
