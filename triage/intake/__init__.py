"""JOB mailbox → decision → store → filed.

rulebook     what a message is judged by and answered with; replaced as a whole
take_up      one message: recall → decide → compose → a Record for the store
colleagues   a colleague's own mail to a party of a case
letters      a decision's reply and notices, worded
restricting  letters about a restriction
job          the pass over a mailbox: peek, fetch, read, record, file
"""

from triage.intake.colleagues import Found, tie_of, weighed_mail
from triage.intake.job import HEARTBEAT, Intake, Pass
from triage.intake.rulebook import Rulebook

__all__ = [
    "HEARTBEAT",
    "Found",
    "Intake",
    "Pass",
    "Rulebook",
    "tie_of",
    "weighed_mail",
]
