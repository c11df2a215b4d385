"""JOB what falls due → reminder, overdue alert, holding letter; what is quiet → closed.

What is due stands in the store and is swept; nothing remembers a timer. A sweep reads
only what is due within its windows, and may be repeated: what was done is written down
by days and dates, so that a week without the daemon, or a clock that jumps, neither
brings a storm nor leaves anything out.

job        one sweep
office     what every part of it works with
steadiness whether the program was there all the time
quiet      what is closed by itself
moving     due dates that move with the calendar
foreseeing which of them would, under rules that are not in force yet
holding    letters that tell people that their answer takes longer
reminding  mails to the team, and to those before whom a last step is
wording    what these mails say
"""

from triage.deadlines.foreseeing import Shift, Shifts, foresee
from triage.deadlines.job import Deadlines, Sweep
from triage.deadlines.wording import Told

__all__ = ["Deadlines", "Shift", "Shifts", "Sweep", "Told", "foresee"]
