"""JOB every morning → a mail to the team with all that is due and all that was.

    digest = digest_of(store, policy, around, Look(now))

The same value feeds `triage due`; its figures are counts of the store's rows, each as
its function in triage.store.overview, happened or duties says.

model      the digest of one moment
period     which day has a digest, and the time that it tells of
health     whether the program itself is well
gathering  the store, looked at, to a digest
needs      how the program is, in words
headlines  a digest in a few sentences …
tables     … and in tables, for the mail and the terminal
rows       the rows of the tables
job        one mail a day
"""

from triage.digest.gathering import MOST_ROWS, Look, digest_of, first_flags, overdue_now
from triage.digest.headlines import headlines_of
from triage.digest.health import Health, Refusal, Surroundings, health_of
from triage.digest.job import TEMPLATE, Made, MorningDigest
from triage.digest.model import Digest
from triage.digest.needs import ledger_in_words, needs_of, needs_of_left, number_of
from triage.digest.tables import tables_of

__all__ = [
    "MOST_ROWS",
    "TEMPLATE",
    "Digest",
    "Health",
    "Look",
    "Made",
    "MorningDigest",
    "Refusal",
    "Surroundings",
    "digest_of",
    "first_flags",
    "headlines_of",
    "health_of",
    "ledger_in_words",
    "needs_of",
    "needs_of_left",
    "number_of",
    "overdue_now",
    "tables_of",
]
