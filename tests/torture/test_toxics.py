"""A bad way does to octets what it says, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from tests.torture.toxics import (
    BadWay,
    Cut,
    Ending,
    Latency,
    Slices,
    SlowClose,
    Toxic,
    Trickle,
)
from triage.demo.servers import HOST

SAID = b"0123456789" * 20


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says again what it is told."""
    listener = socket.create_server((HOST, 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=repeat, args=(client,), daemon=True).start()

    def repeat(client: socket.socket) -> None:
        with client:
            while octets := client.recv(65_536):
                client.sendall(octets)

    threading.Thread(target=serve, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def heard(way: BadWay, most: int = len(SAID)) -> bytes:
    """Say something, and return what comes back until it ends or is complete."""
    with socket.create_connection((HOST, way.port), timeout=0.6) as client:
        client.sendall(SAID)
        answer = b""
        while len(answer) < most:
            octets = client.recv(65_536)
            if not octets:
                break
            answer += octets
        return answer


def test_a_way_without_toxics_changes_nothing(echo: int) -> None:
    with BadWay(echo) as way:
        assert heard(way) == SAID
        assert not way.struck.is_set()


@pytest.mark.parametrize(
    "toxic", [Latency(0.05, 0.02), Trickle(2_000), Slices(), Slices(pause=0.001)]
)
def test_a_slow_way_brings_everything_in_the_end(echo: int, toxic: Toxic) -> None:
    with BadWay(echo, back=toxic) as way:
        assert heard(way) == SAID
        assert way.struck.is_set()


def test_latency_and_bandwidth_take_their_time(echo: int) -> None:
    with BadWay(echo, there=Latency(0.1), back=Trickle(1_000)) as way:
        began = monotonic()
        heard(way)

        assert monotonic() - began >= 0.1 + 0.18


@pytest.mark.parametrize("after", [0, 1, 100, 199])
def test_a_cut_lets_so_many_octets_pass(echo: int, after: int) -> None:
    with BadWay(echo, back=Cut(after)) as way:
        assert heard(way) == SAID[:after]


def test_a_cut_on_the_way_there_comes_before_the_server_hears_more(echo: int) -> None:
    with BadWay(echo, there=Cut(50)) as way:
        assert heard(way) in (b"", SAID[:50])


def test_a_reset_is_told_as_one(echo: int) -> None:
    with (
        BadWay(echo, back=Cut(0, Ending.RESET)) as way,
        pytest.raises(ConnectionResetError),
    ):
        heard(way)


@pytest.mark.parametrize("ending", [Ending.SILENT, Ending.HALF_OPEN])
def test_a_black_hole_says_nothing_for_ever(echo: int, ending: Ending) -> None:
    with BadWay(echo, back=Cut(10, ending)) as way, pytest.raises(TimeoutError):
        heard(way)


def test_an_end_can_come_late(echo: int) -> None:
    with BadWay(echo, there=SlowClose(0.2)) as way:
        with socket.create_connection((HOST, way.port), timeout=2) as client:
            began = monotonic()
            client.shutdown(socket.SHUT_WR)
            assert client.recv(10) == b""

        assert monotonic() - began >= 0.2


def test_a_healed_way_is_good_for_new_connections(echo: int) -> None:
    with BadWay(echo, back=Cut(0)) as way:
        heard(way)
        way.heal()

        assert heard(way) == SAID
        assert way.connections == 2
