"""One request over HTTPS: what is never sent, followed or written down."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest

from tests.servers.certificates import Authority
from tests.servers.issuer import TokenIssuer, huge
from triage.demo.servers import Certificate
from triage.web import Asking, Found, NoAnswerError, Web, first_to_answer


def test_no_environment_makes_the_keys_of_a_session_known(
    authority: Authority,
    certificate: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with TokenIssuer("ann", certificate) as server:
        answer = Web(10.0, authority.ca_file).ask("POST", server.token_url, b"")

    assert answer.status == 401
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://issuer.example/token", id="in clear"),
        pytest.param("https://ann:pw@issuer.example/token", id="with a password"),
        pytest.param("file:///etc/passwd", id="no web"),
    ],
)
def test_nothing_is_sent_to_an_address_that_cannot_be(address: str) -> None:
    with pytest.raises(NoAnswerError, match="nothing is asked there") as caught:
        Web(1.0).ask("POST", address, b"secret")

    assert address not in str(caught.value)


def test_where_the_status_is_all_a_long_answer_does_no_harm() -> None:
    with TokenIssuer("ann") as server:
        server.fail(huge)
        answer = Web(10.0, reads_body=False).ask("POST", server.token_url, b"")

    assert (answer.status, answer.body) == (200, b"")


@pytest.fixture
def silent() -> Iterator[list[Found]]:
    """Addresses whose queue is full: nothing is said to who connects."""
    with ExitStack() as opened:
        found: list[Found] = []
        for _ in range(4):
            server = opened.enter_context(socket.socket())
            server.bind(("127.0.0.1", 0))
            server.listen(0)
            for _ in range(3):
                client = opened.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(server.getsockname())
            found.append(address_of(server))
        yield found


def address_of(server: socket.socket) -> Found:
    return (server.family, server.type, 0, "", server.getsockname())


def test_a_server_is_found_behind_many_addresses_that_are_silent(
    silent: list[Found],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        every = [*silent, address_of(server)]
        with first_to_answer(every, monotonic() + 2.0) as found:
            assert found.getpeername() == server.getsockname()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="there is no IPv6 here")
def test_families_of_addresses_take_turns(silent: list[Found]) -> None:
    began = monotonic()
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        every = [*silent, address_of(server)]
        first_to_answer(every, monotonic() + 5.0).close()

    assert monotonic() - began < 2.5


def test_where_nobody_answers_it_ends_in_time(silent: list[Found]) -> None:
    with pytest.raises(TimeoutError):
        first_to_answer(silent, monotonic() + 0.4)


def test_nothing_is_posted_after_it_was_given_up() -> None:
    """A look-up that ends too late; what is posted may be good for one time only."""
    with TokenIssuer("ann") as server:
        asking = Asking(urlsplit(server.token_url), Web(5.0))
        asking.give_up()

        with pytest.raises(TimeoutError):
            asking.exchange("POST", b"secret", {})

    assert server.asked == []
