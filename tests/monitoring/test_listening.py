"""Clients that are slow, many, large or wrong get an answer or go, and hurt nobody."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from time import monotonic, sleep

import pytest

from tests.monitoring.asking import ask, connected, heard, said
from triage.monitoring.listening import (
    MOST_CONNECTIONS,
    MOST_OCTETS,
    Address,
    Answer,
    Listener,
)

SHORT = 0.5
BODY = b"well\n"


async def answer(path: str) -> Answer:
    if path == "/broken":
        raise LookupError("our own fault")
    if path == "/large":
        return Answer(HTTPStatus.OK, BODY * 10_000_000)
    status = HTTPStatus.OK if path == "/there" else HTTPStatus.NOT_FOUND
    return Answer(status, BODY)


class Running:
    """A listener in a thread of its own."""

    def __init__(self, seconds: float) -> None:
        self.listener = Listener(
            address=Address("127.0.0.1", 0), answer=answer, seconds=seconds
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.listener.run, args=(self.stop,))
        self.thread.start()
        until = monotonic() + 10
        while self.listener.port is None:
            assert monotonic() < until
            sleep(0.01)

    @property
    def port(self) -> int:
        assert self.listener.port is not None
        return self.listener.port

    def close(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running(seconds=10)
    yield running
    running.close()


@pytest.fixture
def hasty() -> Iterator[Running]:
    """One that hears nobody out for long."""
    running = Running(seconds=SHORT)
    yield running
    running.close()


def test_a_path_is_answered(running: Running) -> None:
    told = ask(running.port, "/there?verbose=1")

    assert (told.status, told.body) == (200, "well\n")
    assert told.headers["connection"] == "close"
    assert told.headers["cache-control"] == "no-store"


def test_head_gets_the_same_without_a_body(running: Running) -> None:
    told = ask(running.port, "/there", method="HEAD")

    assert (told.status, told.body) == (200, "")
    assert told.headers["content-length"] == str(len(BODY))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "x"])
def test_nothing_can_be_changed(running: Running, method: str) -> None:
    told = ask(running.port, "/there", method=method)

    assert told.status == 405
    assert told.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//there",
        "/there/",
        "/../there",
        "/there/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/there%00",
        "http://127.0.0.1/there",
        "*",
    ],
)
def test_no_other_path_leads_anywhere(running: Running, path: str) -> None:
    assert ask(running.port, path).status == 404


@pytest.mark.parametrize(
    "octets",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /there\r\n\r\n",
        b"GET  /there HTTP/1.1\r\n\r\n",
        b"GET /there HTTP/2.0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\xff\xfe\x00\r\n\r\n",
    ],
    ids=repr,
)
def test_what_is_no_request_is_refused(running: Running, octets: bytes) -> None:
    assert said(running.port, octets).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("octets", [b"", b"GET /there HTTP/1.1\r\nHost: local"])
def test_who_goes_in_the_middle_gets_nothing(running: Running, octets: bytes) -> None:
    assert said(running.port, octets) == b""


def test_a_header_of_a_megabyte_is_refused(running: Running) -> None:
    head = b"GET /there HTTP/1.1\r\nX-Filler: " + b"a" * 1_000_000 + b"\r\n\r\n"

    assert said(running.port, head).startswith(b"HTTP/1.1 431 ")


def test_a_line_without_end_is_refused(running: Running) -> None:
    octets = b"GET /" + b"a" * (MOST_OCTETS * 4)

    assert said(running.port, octets).startswith(b"HTTP/1.1 431 ")


def test_what_follows_a_request_is_no_second_one(running: Running) -> None:
    request = b"GET /there HTTP/1.1\r\nHost: localhost\r\n\r\n"

    assert said(running.port, request * 2).count(b"HTTP/1.1 ") == 1


def test_who_says_a_letter_at_a_time_must_go(hasty: Running) -> None:
    began = monotonic()
    with connected(hasty.port) as client:
        try:
            for letter in b"GET /there HTTP/1.1\r\n" * 100:
                client.sendall(bytes([letter]))
                sleep(SHORT / 10)
        except OSError:
            pass
        took = monotonic() - began

    assert took < 20 * SHORT


def test_who_reads_nothing_must_go(hasty: Running) -> None:
    with connected(hasty.port) as client:
        client.sendall(b"GET /large HTTP/1.1\r\n\r\n")
        sleep(2 * SHORT)

        assert len(heard(client)) < len(BODY) * 10_000_000
    assert not hasty.listener._open


def test_a_hundred_who_only_stay_keep_nobody_from_an_answer(running: Running) -> None:
    with ExitStack() as staying:
        clients = [staying.enter_context(connected(running.port)) for _ in range(100)]
        for client in clients:
            client.sendall(b"GET /there HTTP/1.1\r\n")

        told = ask(running.port, "/there")

        assert told.status == 200
        assert len(running.listener._open) <= MOST_CONNECTIONS
        for client in clients[: 100 - MOST_CONNECTIONS]:
            assert heard(client) == b""


def test_many_who_ask_at_once_are_all_answered(running: Running) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(ask(running.port, "/there").status)
        )
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert found == [200] * 20


def test_a_fault_of_ours_ends_one_connection_only(running: Running) -> None:
    broken = said(running.port, b"GET /broken HTTP/1.1\r\n\r\n")

    assert broken.startswith(b"HTTP/1.1 500 ")
    assert b"our own fault" not in broken
    assert ask(running.port, "/there").status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:9464", 200),
        ("127.0.0.1:9464", 200),
        ("[::1]:9464", 200),
        ("evil.example", 421),
        ("evil.example:9464", 421),
        ("127.0.0.1.evil.example", 421),
    ],
)
def test_a_web_page_of_elsewhere_cannot_ask(
    running: Running, host: str, status: int
) -> None:
    assert ask(running.port, "/there", Host=host).status == status


def test_an_address_that_comes_free_is_taken(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        listener = Listener(
            address=Address("127.0.0.1", port), answer=answer, again=0.05
        )
        stop = threading.Event()
        thread = threading.Thread(target=listener.run, args=(stop,))
        thread.start()
        sleep(0.5)
    until = monotonic() + 10
    while listener.port is None:
        assert monotonic() < until
        sleep(0.01)

    told = ask(port, "/there")
    stop.set()
    thread.join(10)

    assert told.status == 200
    assert caplog.text.count("cannot be listened at") == 1
