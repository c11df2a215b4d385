"""The host fails: disk, store, secrets, clock, an upgrade.

trying.py     one fault on a whole installation, and what is looked at afterwards
disk.py       full, failing, read-only; a log on a full disk
damage.py     the store locked, damaged, taken away, older, newer, another
clocks.py     the clock jumps, the time zone changes
secrets.py    passwords and keys missing, empty, readable by others
upgrade.py    stores of earlier versions, with letters in every state
"""

from tests.torture.host import clocks, damage, disk, secrets, upgrade

ROWS = (*disk.ROWS, *damage.ROWS, *secrets.ROWS, *clocks.ROWS, *upgrade.ROWS)
