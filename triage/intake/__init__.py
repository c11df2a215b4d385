"""JOB mailbox → decision → store → filed.

rulebook     what a message is judged by and answered with; replaced as a whole
take_up      one message: recall → decide → compose → a Record for the store
letters      a decision's reply and notices, worded
restricting  letters about a restriction
job          the pass over a mailbox: peek, fetch, read, record, file
"""

from triage.intake.job import Intake, Pass
from triage.intake.rulebook import Rulebook

__all__ = ["Intake", "Pass", "Rulebook"]
