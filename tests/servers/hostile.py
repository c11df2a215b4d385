"""A small real mailbox whose server does one thing wrong, when a test says so.

What goes wrong is a `Trap`: the step of the conversation at which it springs, and what
is said there instead. `HostileServer.steps` counts steps, so that a run without a trap
shows where traps can be set.
"""

import socket
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from typing_extensions import override

from tests.servers.account import Account, Mail
from tests.servers.conversing import ALL_CAPABILITIES, Change, Conversation
from tests.servers.scripted import Answer, BeginTls, Say, ScriptedServer, Talk

_FETCHES = (
    (b"BODYSTRUCTURE", "structure"),
    (b"RFC822.SIZE", "header"),
    (b"BODY.PEEK[]", "body"),
    (b"BODY.PEEK[", "section"),
)
_NAMING = ("EXAMINE", "SELECT", "STATUS", "CREATE", "SUBSCRIBE", "LIST")
_COUNTED = ("UID SEARCH", "UID MOVE", "UID COPY", "UID STORE", "UID EXPUNGE")


class Step(NamedTuple):
    """A kind of command, and the folder that it is about."""

    command: str
    folder: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What a trap may look at, and change, when it springs."""

    step: Step
    line: bytes
    account: Account
    talk: Conversation
    perform: Callable[[], bytes]
    """Carries the command out and returns what would rightly be said."""


@dataclass(slots=True)
class Trap:
    """Something goes wrong the n-th time that a step is taken, and so many times on.

    `spring` returns what is said, or None where it cannot go wrong here.
    """

    step: Step
    spring: Callable[[Moment], Answer | None]
    occurrence: int = 1
    times: int = 1
    undo: Callable[[Account], None] | None = None
    """Makes good what it did, some time later."""
    sprung: int = field(default=0, init=False)
    _seen: int = field(default=0, init=False)

    def answer(self, moment: Moment) -> Answer | None:
        """Return what is said, or None where it does not spring."""
        if moment.step != self.step or self.sprung == self.times:
            return None
        self._seen += 1
        if self._seen < self.occurrence:
            return None
        said = self.spring(moment)
        if said is not None:
            self.sprung += 1
        return said

    @property
    def was_reached(self) -> bool:
        """Whether the step was taken, even if nothing could go wrong there."""
        return self._seen >= self.occurrence

    @property
    def is_to_mend(self) -> bool:
        """Whether something is wrong that stays wrong until it is mended."""
        return self.undo is not None and bool(self.sprung)

    def mend(self, account: Account) -> None:
        """Put right what it did, and let it do nothing more."""
        if self.undo is not None:
            self.undo(account)
        self.undo, self.times = None, self.sprung


class HostileServer(ScriptedServer):
    """Serves one account; `trap` is what goes wrong next."""

    def __init__(
        self,
        account: Account,
        *,
        capabilities: str = ALL_CAPABILITIES,
        move_answer: bytes | None = None,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
    ) -> None:
        super().__init__(tls=tls, tls_at_once=tls_at_once)
        self.account = account
        self.capabilities, self.move_answer = capabilities, move_answer
        self.changes: list[Change] = []
        self.steps: Counter[Step] = Counter()
        self.trap: Trap | None = None
        self._talks: list[_Conversing] = []

    @override
    def talk_with(self, client: socket.socket) -> Talk:
        talk = _Conversing(self, client)
        self._talks.append(talk)
        return talk

    def deliver(self, *mails: Mail) -> None:
        """Put mails into the inbox, and tell those who wait for it."""
        for mail in mails:
            self.account.deliver(mail)
        for talk in self._talks:
            talk.tell_of_news()

    def hang_up(self) -> None:
        """End every connection, as a server does that is started anew."""
        for talk in self._talks:
            talk.hang_up()
        self._talks.clear()


class _Conversing(Talk):
    """One connection."""

    def __init__(self, server: HostileServer, client: socket.socket) -> None:
        super().__init__(server, client)
        self._hostile = server
        self._conversation = Conversation(
            server.account,
            server.changes,
            server.capabilities,
            server.move_answer,
        )
        self._is_idle = False

    @override
    def answer(self, command: str, line: bytes) -> Answer:
        talk, server = self._conversation, self._hostile
        step = _step_of(command, line, talk)
        server.steps[step] += 1

        @cache
        def perform() -> bytes:
            """Carry it out once, however often somebody wants to know the answer."""
            return (
                talk.greeting() if command == "greeting" else talk.answer(command, line)
            )

        self._is_idle = command == "IDLE"
        moment = Moment(step, line, server.account, talk, perform)
        said = server.trap.answer(moment) if server.trap is not None else None
        if said is not None:
            return said
        if command == "STARTTLS" and server.tls is not None:
            return [Say(b"TAG OK begin\r\n"), BeginTls()]
        return [Say(perform())]

    def tell_of_news(self) -> None:
        if self._is_idle and self._conversation.folder == "INBOX":
            with self._hostile.account.lock:
                self.say_now(self._conversation.exists())


def _step_of(command: str, line: bytes, talk: Conversation) -> Step:
    """Tell what is done, and to which folder."""
    if command == "UID FETCH":
        kind = next((name for words, name in _FETCHES if words in line), "flags")
        return Step(f"FETCH {kind}", talk.folder or "")
    if command == "UID SEARCH" and b"HEADER" in line:
        return Step("UID SEARCH HEADER", talk.folder or "")
    if command in _COUNTED:
        return Step(command, talk.folder or "")
    if command in _NAMING:
        return Step(command, _named(line))
    return Step(command, "")


def _named(line: bytes) -> str:
    """Return the folder that a command names last, or first in STATUS."""
    text = line.decode("ascii", "replace")
    names = [name for name in text.split('"')[1::2] if name]
    if not names:
        return text.split()[-1]
    return names[0] if " STATUS " in text else names[-1]
