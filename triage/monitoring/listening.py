"""Connections, none of them for long.

One request each, a few thousand octets, a few seconds by the wall clock; when there are
too many, the oldest must go. So neither slow nor many nor large clients keep others
from an answer, or take more of the machine than is set aside here.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NoReturn

from triage.web import is_loopback

TEXT = "text/plain; charset=utf-8"
MOST_OCTETS = 8192
"""Of a request; it has no body."""
SECONDS = 5.0
"""For a whole connection."""
MOST_CONNECTIONS = 32
AGAIN_SECONDS = 10.0
"""Until an address that could not be had is tried again."""
_LOOK_SECONDS = 0.5
_END = b"\r\n\r\n"
_CHUNK = 65_536

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """Where it listens."""

    host: str
    port: int
    """0: any that is free."""

    @property
    def is_here(self) -> bool:
        """Whether only this machine gets there."""
        return is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody is told."""

    status: HTTPStatus
    body: bytes
    kind: str = TEXT


class _RefusedError(Exception):
    """A request is not heard out; carries the answer."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.answer = Answer(status, f"{why}\n".encode())


@dataclass(kw_only=True)
class Listener:
    """Answers requests in the thread that calls `run`, which returns after `stop`."""

    address: Address
    answer: Callable[[str], Awaitable[Answer]]
    """Path → answer."""
    seconds: float = SECONDS
    again: float = AGAIN_SECONDS
    port: int | None = field(default=None, init=False)
    """Where it listens now."""
    _open: dict[asyncio.Task[None], None] = field(default_factory=dict, init=False)
    """The oldest first."""
    _said: str = field(default="", init=False)

    def run(self, stop: threading.Event) -> None:
        """Listen; an address that is in use is tried again, and ends nothing."""
        while not stop.is_set():
            try:
                asyncio.run(self._listen(stop))
            except OSError as error:
                self._say(
                    f"http: {self.address.host}:{self.address.port} cannot be listened"
                    f" at: {error.strerror}; change `listen` in [http], or end who has"
                    " it; tried again until it works"
                )
            except Exception as error:  # noqa: BLE001 - our fault must not end the service
                self._say(f"http: {type(error).__name__}; tried again")
            stop.wait(self.again)

    def _say(self, words: str) -> None:
        """Say why nobody is answered, once."""
        if words != self._said:
            log.error("%s", words)
        self._said = words

    async def _listen(self, stop: threading.Event) -> None:
        host, port = self.address.host, self.address.port
        server = await asyncio.start_server(self._serve, host, port, limit=MOST_OCTETS)
        self.port = server.sockets[0].getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        log.info("http: answers at http://%s:%d", shown, self.port)
        self._said = ""
        try:
            while not stop.is_set():
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self.port = None
            server.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection without a task")
        if len(self._open) >= MOST_CONNECTIONS:
            oldest = next(iter(self._open))
            del self._open[oldest]
            oldest.cancel()
        self._open[task] = None
        try:
            async with asyncio.timeout(self.seconds):
                await self._talk(reader, writer)
            writer.close()
        except (TimeoutError, OSError, asyncio.CancelledError):
            # What was not taken by now never will be.
            writer.transport.abort()
        finally:
            self._open.pop(task, None)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # Else `drain` returns before all is sent, and a client that reads nothing
        # would keep what is left.
        writer.transport.set_write_buffer_limits(0)
        try:
            with_body, path = self._understood(await _head(reader))
            answer = await self._answered(path)
        except asyncio.IncompleteReadError:
            return
        except _RefusedError as refused:
            with_body, answer = True, refused.answer
        writer.write(_written(answer, with_body=with_body))
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        # A connection that is closed with something unread takes the answer with it.
        while await reader.read(_CHUNK):
            pass

    async def _answered(self, path: str) -> Answer:
        try:
            return await self.answer(path)
        except Exception as error:  # noqa: BLE001 - our fault must not end the service
            log.critical("http: %s while answering", type(error).__name__)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"a fault of ours\n")

    def _understood(self, head: bytes) -> tuple[bool, str]:
        """Return whether the body is wanted, and the path."""
        line, *fields = head.decode("latin-1").split("\r\n")
        words = line.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004 - RFC 9112 §3
            _refuse(HTTPStatus.BAD_REQUEST, "that is no request of HTTP/1.1")
        method, target, _ = words
        if method not in {"GET", "HEAD"}:
            _refuse(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD")
        if self.address.is_here and not _asks_for_this_machine(fields):
            _refuse(
                HTTPStatus.MISDIRECTED_REQUEST,
                "answers only under a name of this machine, such as localhost",
            )
        return method == "GET", target.partition("?")[0]


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(_END)
    except asyncio.LimitOverrunError:
        _refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"a request has at most {MOST_OCTETS} octets",
        )


def _asks_for_this_machine(fields: list[str]) -> bool:
    """A page from elsewhere, whose name was made to mean this machine, does not."""
    for each in fields:
        name, _, value = each.partition(":")
        if name.casefold() == "host":
            host = value.strip()
            end = "]" if host.startswith("[") else ":"
            return is_loopback(host.removeprefix("[").partition(end)[0])
    return True


def _refuse(status: HTTPStatus, why: str) -> NoReturn:
    raise _RefusedError(status, why)


def _written(answer: Answer, *, with_body: bool) -> bytes:
    status = answer.status
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {answer.kind}",
        f"Content-Length: {len(answer.body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: GET, HEAD")
    head = "\r\n".join(lines).encode() + _END
    return head + answer.body if with_body else head
