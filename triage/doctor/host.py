"""The machine: its disk and its clock."""

from datetime import datetime, timedelta

from triage.doctor.finding import Finding, failed, ok, warning
from triage.reply.words import how_long

MEGABYTE = 1024 * 1024
PLENTY = 10
"""So many times what counts as full."""
FEW_INODES = 1000
DRIFT = timedelta(minutes=2)
"""Servers of mail are seldom further apart."""


def judge_disk(free_octets: int, free_inodes: int | None, least: int) -> Finding:
    """Say how much room the store has; `least`: megabytes that count as full.

    `free_inodes` None: the file system does not count them.
    """
    free = free_octets // MEGABYTE
    text = f"{free:,} MB free on the store's disk"
    to_do = "make room: without it nothing can be recorded, and nothing is answered"
    if free < least:
        full = f"{text}: less than {least:,} counts as full (free_megabytes)"
        return failed("host.disk", full, to_do)
    if free_inodes is not None and free_inodes < FEW_INODES:
        return failed("host.disk", f"{text}, but room for {free_inodes} files", to_do)
    if free < least * PLENTY:
        return warning("host.disk", text, to_do)
    return ok("host.disk", text)


def judge_clock(is_kept: bool | None) -> Finding:
    """Say whether something keeps the machine's clock in step; None: cannot be told."""
    if is_kept:
        return ok("host.clock", "the machine's clock is kept in step")
    return warning(
        "host.clock",
        "nothing keeps the machine's clock in step"
        if is_kept is False
        else "whether the machine's clock is kept in step cannot be told",
        "have a time service run (systemd-timesyncd, chrony): due dates and the age of"
        " mails go by the clock",
    )


def judge_drift(newest: datetime, now: datetime) -> Finding:
    """Compare with when the server says that the newest mail arrived.

    A mail that arrives in the future shows a clock that is behind; one that is ahead
    does not show this way.
    """
    ahead = newest - now
    if ahead <= DRIFT:
        return ok("imap.clock", "no mail is from the future")
    return failed(
        "imap.clock",
        f"the newest mail arrives in {how_long(ahead.total_seconds())}, says the mail"
        " server",
        "compare both machines' clocks with `date -u`, and have a time service set"
        " them: due dates and the age of mails go by the clock",
    )
