import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override

from tests.servers.dovecot import free_port
from triage.doctor import Verdict, examine_listening

HOST = "127.0.0.1"
OK, WARNING, FAILED = Verdict.OK, Verdict.WARNING, Verdict.FAILED


class _Probed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 404)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[int]:
    with ThreadingHTTPServer((HOST, 0), _Probed) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("runs", "verdict"), [(False, OK), (True, WARNING)])
def test_a_free_address_is_right_while_no_daemon_runs(
    *, runs: bool, verdict: Verdict
) -> None:
    assert examine_listening(HOST, free_port(), runs=runs).verdict is verdict


@pytest.mark.parametrize(("runs", "verdict"), [(True, OK), (False, WARNING)])
def test_an_address_that_answers_is_right_while_the_daemon_runs(
    *, runs: bool, verdict: Verdict
) -> None:
    with answering() as port:
        assert examine_listening(HOST, port, runs=runs).verdict is verdict


def test_what_hangs_up_on_a_probe_is_no_daemon() -> None:
    def hang_up() -> None:
        with closing(server.accept()[0]):
            pass

    with socket.create_server((HOST, 0)) as server:
        thread = threading.Thread(target=hang_up)
        thread.start()
        found = examine_listening(HOST, server.getsockname()[1], runs=True)
        thread.join()

    assert (found.verdict, "something else" in found.text) == (WARNING, True)


def test_an_address_of_another_machine_is_none() -> None:
    found = examine_listening("192.0.2.1", 9464, runs=False)

    assert (found.verdict, "listen" in (found.to_do or "")) == (FAILED, True)
