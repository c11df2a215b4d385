"""Every letter that left is one of the outbox's, once, to the one who wrote."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from functools import cached_property

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.register import Register
from tests.halfyear.log import MACHINES, Departed, Log
from tests.torture.oracle.mail import text_of

CHECK = "letters"
OURS = re.compile(r"<([a-z][a-z0-9-]*)\.([A-Z0-9-]+)\.[0-9a-f]{32}@examboard\.example>")
REFERENCE = re.compile(r"CMP-\d{4}-\d{5,}")
MAY_HAVE_LEFT = frozenset({"sent", "uncertain", "held", "dropped"})


@dataclass(frozen=True)
class Read:
    """A letter that left, as its reader sees it."""

    departed: Departed

    @cached_property
    def head(self) -> Message:
        return BytesHeaderParser().parsebytes(self.departed.octets)

    @property
    def at(self) -> datetime:
        return self.departed.at

    @property
    def message_id(self) -> str:
        return str(self.head["Message-ID"]).strip()

    @property
    def kind(self) -> str:
        found = OURS.fullmatch(self.message_id)
        return found[1] if found else ""

    @property
    def reference(self) -> str:
        found = OURS.fullmatch(self.message_id)
        return found[2] if found else ""

    @property
    def answers(self) -> str | None:
        value = self.head["In-Reply-To"]
        return None if value is None else str(value).strip()

    @cached_property
    def text(self) -> str:
        return text_of(self.departed.octets)

    @cached_property
    def references_named(self) -> frozenset[str]:
        return frozenset(REFERENCE.findall(self.text))


def read_all(log: Log) -> list[Read]:
    return [Read(each) for each in log.departed]


def letters(log: Log, register: Register) -> Iterator[Finding]:
    """Compare what the server took with the outbox, and with who wrote what."""
    read = read_all(log)
    for message_id, times in Counter(each.message_id for each in read).items():
        if times > 1:
            yield Finding(CHECK, message_id, f"it left {times} times")
    by_id = {each.message_id: each for each in read}
    for message_id, row in register.letters.items():
        if row["state"] == "sent" and message_id not in by_id:
            yield Finding(CHECK, message_id, "it is sent, but no server took it")
    writers = {each.mail.message_id: each.mail for each in log.arrived}
    for each in read:
        yield from _unlike_the_outbox(each, register)
        answered = writers.get(each.answers or "")
        if answered is not None and answered.kind in MACHINES:
            yield Finding(CHECK, each.message_id, "it answers a machine")
        if answered is not None and _recipient(each) != answered.sender:
            yield Finding(CHECK, each.message_id, "it went to somebody else")


def _unlike_the_outbox(letter: Read, register: Register) -> Iterator[Finding]:
    row = register.letters.get(letter.message_id)
    if row is None:
        yield Finding(CHECK, letter.message_id, "it left, and is not in the outbox")
        return
    if row["data"] != letter.departed.octets:
        yield Finding(CHECK, letter.message_id, "it left with other bytes")
    allowed = {"sent"} if letter.departed.was_told else MAY_HAVE_LEFT
    if row["state"] not in allowed:
        yield Finding(CHECK, letter.message_id, f"it left, and is {row['state']}")


def _recipient(letter: Read) -> str:
    if letter.departed.to != parseaddr(str(letter.head["To"]))[1]:
        return "two recipients"
    return letter.departed.to
