"""An IMAP server that says what a test tells it to, slowly and wrongly if need be."""

import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CAPABILITIES = b"IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS NAMESPACE"


@dataclass(frozen=True, slots=True)
class Say:
    """Octets to send, TAG for the command's tag, with a pause between each two."""

    octets: bytes
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection, with RST where `rudely`."""

    rudely: bool = False


@dataclass(frozen=True, slots=True)
class Stall:
    """Say nothing more until the server is closed."""


@dataclass(frozen=True, slots=True)
class BeginTls:
    """Take up TLS on this connection."""


Step = Say | HangUp | Stall | BeginTls
Answer = Sequence[Step]
Reply = Answer | Callable[[bytes], Answer]
"""What is answered to a command, or how that follows from its line."""


@dataclass(frozen=True, slots=True)
class InTurn:
    """Replies to one command, each given once, on any connection; the last stays."""

    replies: Sequence[Reply]


def say(*lines: bytes) -> Answer:
    """Return an answer of whole lines."""
    return [Say(b"".join(line + b"\r\n" for line in lines))]


OK = b"TAG OK done"

USUAL: Mapping[str, Reply] = {
    "greeting": say(b"* OK [CAPABILITY " + CAPABILITIES + b"] ready"),
    "CAPABILITY": say(b"* CAPABILITY " + CAPABILITIES, OK),
    "AUTHENTICATE": say(b"+ "),
    "credentials": say(b"TAG OK [CAPABILITY " + CAPABILITIES + b"] welcome"),
    "NAMESPACE": say(b'* NAMESPACE (("" "/")) NIL NIL', OK),
    "LIST": say(b'* LIST (\\HasNoChildren) "/" "Complaints"', OK),
    "EXAMINE": say(
        b"* 2 EXISTS",
        b"* OK [UIDVALIDITY 7] x",
        b"* OK [UIDNEXT 3] x",
        b"TAG OK [READ-ONLY] done",
    ),
    "SELECT": say(
        b"* 2 EXISTS",
        b"* OK [UIDVALIDITY 7] x",
        b"* OK [UIDNEXT 3] x",
        b"TAG OK [READ-WRITE] done",
    ),
    "UID SEARCH": say(b"* SEARCH 1 2", OK),
    "IDLE": say(b"+ idling"),
    "DONE": say(OK),
    "LOGOUT": say(b"* BYE", OK),
}
"""By command; others are answered OK."""


Script = Mapping[str, Reply | InTurn]


class ScriptedServer:
    """Answers by a script, the same on every connection.

    `received` holds what clients sent, line by line.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
    ) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self.tls, self.tls_at_once = tls, tls_at_once
        self.closing = threading.Event()
        self.script = {**USUAL, **(script or {})}
        self._turns: Counter[str] = Counter()
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        for each in (self._listener, *self._sockets):
            _shut(each)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def answer(self, command: str, line: bytes) -> Answer:
        """Return what the script has for a command now."""
        reply = self.script.get(command, say(OK))
        if isinstance(reply, InTurn):
            turn = min(self._turns[command], len(reply.replies) - 1)
            self._turns[command] += 1
            reply = reply.replies[turn]
        return reply(line) if callable(reply) else reply

    def talk_with(self, client: socket.socket) -> "Talk":
        """Return what goes on with one client."""
        return Talk(self, client)

    def sent(self, *beginnings: bytes) -> list[bytes]:
        """Return the commands that begin so, without their tags and line ends."""
        commands = [line.partition(b" ")[2].strip() for line in self.received]
        return [each for each in commands if each.startswith(beginnings)]

    def commands(self) -> list[str]:
        """Return the commands received, without tags and arguments."""
        return [command_of(line) for line in self.received]

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(client)
            talk = self.talk_with(client)
            thread = threading.Thread(target=talk.go_on, daemon=True)
            self._threads.append(thread)
            thread.start()


class Talk:
    """One connection."""

    def __init__(self, server: ScriptedServer, client: socket.socket) -> None:
        self._server = server
        self._socket = client
        self._tag = b"*"
        self._unread = b""

    def go_on(self) -> None:
        with suppress(OSError), ExitStack() as stack:
            stack.callback(self._close)
            if self._server.tls_at_once:
                self._take(BeginTls())
            self._answer("greeting", b"")
            key = ""
            while line := self._read_line():
                self._server.received.append(line)
                if key == "AUTHENTICATE":
                    key = "credentials"
                elif line.strip() == b"DONE":
                    key = "DONE"
                else:
                    self._tag = line.split()[0]
                    key = command_of(line)
                self._answer(key, line)

    def _close(self) -> None:
        self._socket.close()

    def _read_line(self) -> bytes:
        while b"\n" not in self._unread:
            octets = self._socket.recv(4_096)
            if not octets:
                return b""
            self._unread += octets
        line, _, self._unread = self._unread.partition(b"\n")
        return line + b"\n"

    def answer(self, command: str, line: bytes) -> Answer:
        """Return what is said to a command."""
        return self._server.answer(command, line)

    def say_now(self, octets: bytes) -> None:
        """Say something that nobody asked for; for another thread."""
        with suppress(OSError):
            self._socket.sendall(octets)

    def hang_up(self) -> None:
        """End the connection; for another thread."""
        _shut(self._socket)

    def _answer(self, command: str, line: bytes) -> None:
        for step in self.answer(command, line):
            self._take(step)

    def _take(self, step: Step) -> None:
        match step:
            case Say(octets, pause):
                self._say(octets.replace(b"TAG", self._tag), pause)
            case Stall():
                self._server.closing.wait(60)
            case HangUp(rudely):
                if rudely:
                    linger = struct.pack("ii", 1, 0)
                    self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self._socket.close()
                raise ConnectionAbortedError
            case BeginTls():
                assert self._server.tls is not None
                self._socket = self._server.tls.wrap_socket(
                    self._socket, server_side=True
                )

    def _say(self, octets: bytes, pause: float) -> None:
        if not pause:
            self._socket.sendall(octets)
            return
        for octet in octets:
            self._socket.sendall(bytes([octet]))
            if self._server.closing.wait(pause):
                return


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        # Not SSLSocket.shutdown, which drops the TLS state under a waiting reader.
        socket.socket.shutdown(each, socket.SHUT_RDWR)


def command_of(line: bytes) -> str:
    """Return a command without its tag and arguments."""
    words = line.decode("ascii", "replace").upper().split()
    if len(words) > 2 and words[1] == "UID":
        return f"UID {words[2]}"
    return words[1] if len(words) > 1 else "".join(words)
