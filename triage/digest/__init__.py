"""JOB the working morning → a mail to the team with all that is due and all that was.

    digest = digest_of(store, ruleset, around, Look(now))

The same value feeds `triage due`; its figures are counts of the store's rows, each as
its function in triage.store.overview says.

model      the digest of one moment
period     which day has a digest, and the time that it tells of
health     whether the program itself is well
gathering  the store, looked at, to a digest
wording    a digest to tables in words, for the mail and the terminal
job        one mail a day
"""

from triage.digest.gathering import MOST_ROWS, Look, digest_of, overdue_now
from triage.digest.health import Health, Refusal, Surroundings, health_of, refusal_of
from triage.digest.job import TEMPLATE, Made, MorningDigest
from triage.digest.model import Digest
from triage.digest.wording import headlines, how_long, needs_of, tables_of

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
    "headlines",
    "health_of",
    "how_long",
    "needs_of",
    "overdue_now",
    "refusal_of",
    "tables_of",
]
