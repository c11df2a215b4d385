"""Runs the jobs until it is told to stop.

running    the jobs on their schedule, and what becomes of their failures
parts      what it runs
patience   how long a server is left alone after failures
signals    stop and reload, heeded by a thread
"""

from triage.daemon.parts import (
    Alarm,
    MailboxJobs,
    Parts,
    Supervisor,
    Timed,
)
from triage.daemon.patience import Patience
from triage.daemon.running import CLOCK_SECONDS, Daemon

__all__ = [
    "CLOCK_SECONDS",
    "Alarm",
    "Daemon",
    "MailboxJobs",
    "Parts",
    "Patience",
    "Supervisor",
    "Timed",
]
