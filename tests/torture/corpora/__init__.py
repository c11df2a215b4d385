"""Real mails that others collected: what is read, recognised, tied, and lost.

The mails lie beside the project and are read from there. A label counts only where its
evidence is not a header that the program reads itself.
"""

from tests.torture.corpora.bounces import bounces, failed_addresses, tied
from tests.torture.corpora.own_text import own_text
from tests.torture.corpora.people import machines, people
from tests.torture.corpora.reading import reading
from tests.torture.row import Row

ROWS = (
    Row(
        name="corpora-read",
        fault="every file of ten collections is read, matched and decided",
        run=reading,
        is_short=False,
    ),
    Row(
        name="corpora-bounces",
        fault="bounces of some 70 mail systems",
        run=bounces,
        is_short=False,
    ),
    Row(
        name="corpora-tied",
        fault="the same, returning a letter of ours: is it found?",
        run=tied,
        is_short=False,
    ),
    Row(
        name="corpora-addresses",
        fault="the same, without an id: do their words name whom they failed to reach?",
        run=failed_addresses,
        is_short=False,
    ),
    Row(
        name="corpora-machines",
        fault="out-of-office replies, read receipts, feedback reports",
        run=machines,
        is_short=False,
    ),
    Row(
        name="corpora-people",
        fault="ordinary mail of people, and what only looks like a bounce",
        run=people,
        is_short=False,
    ),
    Row(
        name="corpora-own-text",
        fault="what the writer wrote, told from what they quote and sign",
        run=own_text,
        is_short=False,
    ),
)

__all__ = ["ROWS"]
