"""What the sweeps of due dates keep."""

from triage.store.calendars import Calendars
from triage.store.engine import Engine
from triage.store.holding import HoldingLetters
from triage.store.quiet import QuietCases
from triage.store.reminders import Reminders


class Clocks:
    """Reminders, holding letters, the calendar of the dates, and what is quiet."""

    def __init__(self, engine: Engine) -> None:
        self.reminders = Reminders(engine)
        self.holding = HoldingLetters(engine)
        self.calendars = Calendars(engine)
        self.quiet = QuietCases(engine)
