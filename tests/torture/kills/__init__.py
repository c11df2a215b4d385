"""Killed at any system call, in everything that triage does, and started again.

injecting.py, shim.c   where a process is killed: before or after its Nth call of a kind
program.py, office.py  the program that is killed: the jobs of triage on real servers
deeds.py, flows.py     what it does then, and how it comes to that moment
mortal.py, site.py     the program and the installation, as their parent has them
sweep.py               kill, start again, judge
checks.py              what is looked at, beside the oracle
tokens.py              ROW a refresh token is used, and the new one is kept
power.py               the power goes off: what was not synced is lost
sabotage.py, guards.py guards taken out: the sweep must find it
"""

from tests.torture.kills.rows import ROWS

__all__ = ["ROWS"]
