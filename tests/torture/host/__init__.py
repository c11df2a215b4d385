"""The host fails: disk, store, files, secrets, processes, clock, an upgrade.

trying.py     one fault on a whole installation, and what is looked at afterwards
disk.py       full, failing, read-only; a log on a full disk
damage.py     the store locked, damaged, taken away, older, newer, another
clocks.py     the clock jumps, the time zone changes
secrets.py    passwords and keys missing, empty, readable by others
files.py      rule files and templates missing, broken, swapped beside the daemon
processes.py  two daemons; signals at any moment
upgrade.py    stores of earlier versions, with letters in every state
"""

from tests.torture.host import (
    clocks,
    damage,
    disk,
    files,
    processes,
    secrets,
    upgrade,
)

ROWS = (
    *disk.ROWS,
    *damage.ROWS,
    *files.ROWS,
    *secrets.ROWS,
    *processes.ROWS,
    *clocks.ROWS,
    *upgrade.ROWS,
)
