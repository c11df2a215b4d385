"""Archives of mails, and the few rules of the journeys to judge them by."""

import mailbox
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.intake.conftest import rulebook
from tests.intake.mails import delivered
from triage.intake import Rulebook
from triage.replay import (
    Archive,
    MailsOfArchive,
    Outcome,
    in_order_of_arrival,
    replay,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def arrived(minutes: int, *mail: str, **fields: str) -> bytes:
    """A mail of ours that a server took in so many minutes after noon."""
    at = format_datetime(NOON + timedelta(minutes=minutes))
    received = f"Received: from a.example by b.example; {at}\r\n".encode()
    return received + delivered(*mail, **fields)


def with_field(raw: bytes, name: str, value: str) -> bytes:
    """Give a field of a mail another value."""
    pattern = rb"(?m)^%b: .*?(\r?)$" % name.encode()
    return re.sub(pattern, rb"%b: %b\1" % (name.encode(), value.encode()), raw)


def write_folder(folder: Path, mails: Iterable[bytes]) -> Path:
    folder.mkdir()
    for number, raw in enumerate(mails):
        (folder / f"{number:04}.eml").write_bytes(raw)
    return folder


def write_mbox(path: Path, mails: Iterable[bytes]) -> Path:
    box = mailbox.mbox(path)
    for raw in mails:
        box.add(raw)
    box.close()
    return path


def write_maildir(path: Path, mails: Iterable[bytes]) -> Path:
    box = mailbox.Maildir(path)
    for raw in mails:
        box.add(raw)
    box.close()
    return path


def outcomes_of(rulebook: Rulebook, *names: Path) -> list[Outcome]:
    with Archive(map(str, names)) as archive:
        mails = MailsOfArchive(in_order_of_arrival(archive.entries()))
        return list(replay(rulebook, mails))


__all__ = ["rulebook"]
