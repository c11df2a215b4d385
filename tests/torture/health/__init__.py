"""What somebody must hear of, and how often.

tower.py    a daemon whose alarm times are seconds, and everybody whom it can tell
faults.py   what goes wrong, and how it ends
rows.py     the rows
"""

from tests.torture.health.rows import (
    be_well,
    flap,
    get_stuck,
    kill,
    lose_channel,
    lose_mailbox,
    lose_store,
    lose_submission,
    make_uneven,
)
from tests.torture.row import Row

ROWS = (
    Row(
        name="health-calm",
        fault="nothing, in an hour; the clock steps, the machine sleeps",
        run=be_well,
    ),
    Row(
        name="health-mailbox",
        fault="the mailbox's server is away, silent, or refuses the login",
        run=lose_mailbox,
    ),
    Row(
        name="health-outbox",
        fault="the submission server is away or silent, alone or with the mailbox",
        run=lose_submission,
        is_short=False,
    ),
    Row(
        name="health-store",
        fault="the store cannot be written: no file grows, another has the lock",
        run=lose_store,
        is_short=False,
    ),
    Row(
        name="health-ledger",
        fault="rows of the store contradict each other; a mail is moved back",
        run=make_uneven,
        is_short=False,
    ),
    Row(
        name="health-stuck",
        fault="a job begins and does not end",
        run=get_stuck,
        is_short=False,
    ),
    Row(
        name="health-killed",
        fault="the daemon is killed, for good or in an alarm",
        run=kill,
        is_short=False,
    ),
    Row(
        name="health-channel",
        fault="a channel fails, or there is none",
        run=lose_channel,
        is_short=False,
    ),
    Row(
        name="health-flapping",
        fault="a server is away and back thirty times",
        run=flap,
    ),
)
