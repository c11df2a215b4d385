"""An SMTP server that says and does what a script tells it, over a real socket.

It keeps count of what it took responsibility for: the only witness in a test of sending
exactly once.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Talk:
    """One connection, as a script's step sees it."""

    server: "ScriptedServer"
    sock: socket.socket
    unread: bytes = b""
    sender: str = ""
    recipients: list[str] = field(default_factory=list)
    last_said: bytes = b""
    letter: "Received | None" = None
    """The last one whose dot was read."""

    def say(self, reply: bytes) -> None:
        self.last_said = reply
        self.sock.sendall(reply)

    def accept(self, reply: bytes) -> None:
        """Take responsibility for the letter, whoever is still there to hear it."""
        assert self.letter is not None
        self.server.accepted.append(self.letter)
        with contextlib.suppress(OSError):
            self.say(reply)

    def hang_up(self) -> None:
        raise ConnectionAbortedError

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        linger = struct.pack("ii", 1, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise ConnectionAbortedError

    def stall(self) -> None:
        """Say nothing until the server is closed."""
        self.server.closing.wait(30)
        raise ConnectionAbortedError

    def line(self) -> bytes:
        return self.until(b"\r\n")

    def until(self, end: bytes) -> bytes:
        while end not in self.unread:
            received = self.sock.recv(65536)
            if not received:
                raise ConnectionAbortedError
            self.unread += received
        found, _, self.unread = self.unread.partition(end)
        return found


Step = bytes | Callable[[Talk], None]


def accepting(reply: bytes, after: float = 0.0) -> Callable[[Talk], None]:
    """Accept the letter, perhaps late."""

    def step(talk: Talk) -> None:
        time.sleep(after)
        talk.accept(reply)

    return step


def dripping(reply: bytes, pause: float) -> Callable[[Talk], None]:
    """Accept the letter, one octet at a time."""

    def step(talk: Talk) -> None:
        assert talk.letter is not None
        talk.server.accepted.append(talk.letter)
        for octet in reply:
            talk.sock.sendall(bytes([octet]))
            time.sleep(pause)

    return step


@dataclass(frozen=True)
class Received:
    """A letter whose final dot was read, dot-stuffing undone."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes

    @property
    def octets(self) -> bytes:
        return self.data

    @property
    def message_id(self) -> str:
        for line in self.data.split(b"\r\n"):
            if line.lower().startswith(b"message-id:"):
                return line.partition(b":")[2].strip().decode()
        return ""


class ScriptedServer:
    """Listens on loopback until the `with` block ends.

    `script` names a stage and what happens there instead of the usual: greeting, ehlo,
    starttls, auth, mail, rcpt, data, body, dot, rset, quit. A list gives one step for
    each time the stage is reached, the last one for ever. `ehlo-tls` is EHLO inside TLS
    that STARTTLS began, `rcpt-copy` the second recipient of a letter; without steps of
    their own they go as `ehlo` and `rcpt`. One that `is_away` refuses connections until
    it comes back.
    """

    def __init__(
        self,
        script: Mapping[str, Step | Sequence[Step]] | None = None,
        *,
        extensions: Sequence[str] = ("SIZE 1000000", "DSN"),
        context: ssl.SSLContext | None = None,
        is_implicit: bool = False,
        is_away: bool = False,
    ) -> None:
        self.commands: list[str] = []
        self.in_clear: list[str] = []
        """Those of them that anybody on the way could read."""
        self.received: list[Received] = []
        self.accepted: list[Received] = []
        self.connections = 0
        self.met: set[str] = set()
        """Stages at which the script was followed, and not what is usual."""
        self.closing = threading.Event()
        self._script = dict(script or {})
        self._reached: dict[str, int] = {}
        self._extensions = extensions
        self._context = context
        self._is_implicit = is_implicit
        self._is_away = is_away
        self._listener = socket.socket()
        # Bound and not listening: the port is ours and refuses connections.
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        if not self._is_away:
            self.come_back()
        return self

    def come_back(self) -> None:
        self._listener.listen()
        listening = threading.Thread(target=self._listen, daemon=True)
        listening.start()
        self._threads.insert(0, listening)

    def heal(self, context: ssl.SSLContext | None = None) -> None:
        """Do the usual from now on, perhaps with another certificate."""
        self._script = {}
        if context is not None:
            self._context = context

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def settle(self) -> None:
        """Wait until every connection has ended and every late acceptance is done."""
        for thread in self._threads[1:]:
            thread.join(5)

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = Talk(self, sock)
        try:
            if self._is_implicit:
                self._secure(talk)
            self._step(talk, "greeting", b"220 scripted.example ready\r\n")
            while self._answer(talk, talk.line().decode("latin-1")):
                pass
        except OSError:
            pass
        finally:
            talk.sock.close()

    def _secure(self, talk: Talk) -> None:
        assert self._context is not None
        talk.sock = self._context.wrap_socket(talk.sock, server_side=True)
        talk.unread = b""

    def _answer(self, talk: Talk, command: str) -> bool:
        self.commands.append(command)
        if not isinstance(talk.sock, ssl.SSLSocket):
            self.in_clear.append(command)
        verb = command.partition(" ")[0].lower()
        if verb == "mail":
            talk.sender, talk.recipients = _path(command), []
        elif verb == "rcpt":
            talk.recipients.append(_path(command))
        if verb == "data":
            self._take_letter(talk)
        else:
            self._step(talk, self._stage(talk, verb), self._usual(verb))
        if verb == "starttls" and talk.last_said.startswith(b"2"):
            self._secure(talk)
        return verb != "quit"

    def _stage(self, talk: Talk, verb: str) -> str:
        if verb == "ehlo" and isinstance(talk.sock, ssl.SSLSocket):
            closer = "ehlo-tls"
        elif verb == "rcpt" and len(talk.recipients) > 1:
            closer = "rcpt-copy"
        else:
            return verb
        return closer if closer in self._script else verb

    def _usual(self, verb: str) -> bytes:
        if verb == "ehlo":
            return self._ehlo()
        return _USUAL.get(verb, b"500 5.5.2 what?\r\n")

    def _take_letter(self, talk: Talk) -> None:
        self._step(talk, "data", b"354 go ahead\r\n")
        if not talk.last_said.startswith(b"3"):
            return
        self._step(talk, "body", lambda _: None)
        data = talk.until(b"\r\n.\r\n") + b"\r\n"
        plain = b"\r\n".join(
            line.removeprefix(b".") if line.startswith(b".") else line
            for line in data.split(b"\r\n")
        )
        talk.letter = Received(talk.sender, tuple(talk.recipients), plain)
        self.received.append(talk.letter)
        self._step(talk, "dot", accepting(b"250 2.0.0 queued\r\n"))

    def _step(self, talk: Talk, stage: str, usual: Step) -> None:
        if stage in self._script:
            self.met.add(stage)
        steps = self._script.get(stage, usual)
        if isinstance(steps, Sequence) and not isinstance(steps, bytes):
            reached = self._reached.get(stage, 0)
            self._reached[stage] = reached + 1
            step = steps[min(reached, len(steps) - 1)]
        else:
            step = steps
        if isinstance(step, bytes):
            talk.say(step)
        else:
            step(talk)

    def _ehlo(self) -> bytes:
        lines = ["scripted.example", *self._extensions]
        return b"".join(
            f"250{'-' if line is not lines[-1] else ' '}{line}\r\n".encode()
            for line in lines
        )


_USUAL = {
    "starttls": b"220 2.0.0 go on\r\n",
    "auth": b"235 2.7.0 welcome\r\n",
    "mail": b"250 2.1.0 ok\r\n",
    "rcpt": b"250 2.1.5 ok\r\n",
    "rset": b"250 2.0.0 ok\r\n",
    "quit": b"221 2.0.0 bye\r\n",
}


def _path(command: str) -> str:
    return command.partition("<")[2].partition(">")[0]
