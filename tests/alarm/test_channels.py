"""Each channel, on a real server or a real process."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from tests.alarm.watching import NOON
from tests.servers.certificates import Authority
from tests.servers.plugin import LOCAL
from tests.smtp.scripted import ScriptedServer
from triage.alarm import (
    Address,
    Entry,
    Kind,
    MailAlarm,
    Notice,
    NotToldError,
    Ping,
    Pinger,
    RunCommand,
    Webhook,
    trial_notice,
)
from triage.alarm.errand import Errand
from triage.demo.servers import SmtpSink
from triage.smtp import Server, Submission
from triage.web import why_no_web_address

ALARM = Notice(
    at=NOON,
    begun=(
        Entry(
            kind=Kind.MAILBOX,
            job="",
            since=NOON,
            what="the name imap.example is not found, é",
            told_at=NOON,
        ),
    ),
)


@dataclass
class WebServer:
    """Remembers what was posted and answers as a test says."""

    status: int = 200
    location: str = ""
    pause: threading.Event | None = None
    posted: list[tuple[str, bytes]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def web_server(server: WebServer, authority: Authority | None = None) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            server.posted.append((self.path, self.rfile.read(length)))
            if server.pause is not None:
                server.pause.wait(60)
            self.send_response(server.status)
            if server.location:
                self.send_header("Location", server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if authority is not None:
        context = authority.issue("localhost", hosts=LOCAL).context()
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        if server.pause is not None:
            server.pause.set()
        listening.shutdown()
        listening.server_close()
        thread.join(5)


def hook(url: str, ca_file: Path | None = None, seconds: float = 5.0) -> Webhook:
    address = Address(read=lambda: url, ca_file=ca_file)
    return Webhook(address=address, host="box", seconds=seconds)


def test_a_webhook_gets_the_facts_as_json() -> None:
    server = WebServer(status=204)

    with web_server(server):
        hook(server.url("/hook?to=it")).tell(ALARM)

    ((path, body),) = server.posted
    posted = json.loads(body)
    assert path == "/hook?to=it"
    assert posted["state"] == "alarm"
    assert posted["alarm"] == "mailbox"
    assert posted["since"] == "2026-03-10T12:00:00+00:00"
    assert posted["what"] == "the mailbox is not read"
    assert posted["host"] == "box"


@pytest.mark.parametrize("status", [301, 404, 500])
def test_an_answer_that_is_no_success_is_a_failure(status: int) -> None:
    server = WebServer(status=status, location="http://127.0.0.1:1/elsewhere")

    with web_server(server), pytest.raises(NotToldError, match=str(status)):
        hook(server.url()).tell(ALARM)

    assert len(server.posted) == 1


def test_a_web_server_that_does_not_answer_is_left_in_time() -> None:
    server = WebServer(pause=threading.Event())

    # It answers with success once this block ends, or after a minute.
    with web_server(server), pytest.raises(NotToldError, match="no answer"):
        hook(server.url(), seconds=0.5).tell(ALARM)


def test_a_web_server_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(NotToldError, match="no answer from"):
        hook("http://127.0.0.1:1/secret-path").tell(ALARM)


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "other").mkdir()
    own, other = Authority.new(tmp_path / "own"), Authority.new(tmp_path / "other")
    server = WebServer()

    with web_server(server, own):
        url = server.url().replace("http:", "https:")
        with pytest.raises(NotToldError, match="cannot be trusted"):
            hook(url, other.ca_file).tell(ALARM)
        assert server.posted == []
        hook(url, own.ca_file).tell(ALARM)

    assert len(server.posted) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://ping.example/x",
        "ftp://ping.example/x",
        "file:///etc/passwd",
        "https://",
        "https://user:pw@ping.example/",
        "nonsense",
        "https://[::1",
    ],
)
def test_what_is_no_safe_web_address_is_refused_and_not_quoted(url: str) -> None:
    problem = why_no_web_address(url)

    assert problem is not None
    assert "ping.example" not in problem
    with pytest.raises(NotToldError):
        hook(url).tell(ALARM)


def test_a_ping_is_sent_every_minute_and_only_while_all_is_well() -> None:
    server = WebServer()

    with web_server(server):
        pinger = Pinger(Ping(address=Address(read=lambda: server.url("/ping"))))
        for second in range(0, 600, 15):
            pinger.turn(second, is_well=second < 300)
            assert pinger._errand._done.wait(5)

    assert [path for path, _ in server.posted] == ["/ping"] * 5


def test_a_ping_that_fails_is_told_and_forgotten() -> None:
    server = WebServer(status=500)

    with web_server(server):
        pinger = Pinger(Ping(address=Address(read=server.url)))
        pinger.turn(0.0, is_well=True)
        assert pinger._errand._done.wait(5)
        pinger.turn(1.0, is_well=True)
        failed, server.status = pinger.failed, 200
        pinger.turn(60.0, is_well=True)
        assert pinger._errand._done.wait(5)
        pinger.turn(61.0, is_well=True)

    assert failed == "127.0.0.1 answers 500"
    assert pinger.failed is None


def command(tmp_path: Path, code: str, seconds: float = 10.0) -> RunCommand:
    script = tmp_path / "tell.py"
    script.write_text(code, encoding="utf-8")
    return RunCommand(
        command=(sys.executable, "-S", "-E", str(script), "; touch hacked"),
        host="box",
        seconds=seconds,
    )


def test_a_command_gets_the_same_json_and_no_shell(tmp_path: Path) -> None:
    to = tmp_path / "heard"
    told = command(
        tmp_path, f"import sys; open({str(to)!r}, 'w').write(sys.stdin.read())"
    )

    told.tell(ALARM)

    assert json.loads(to.read_text("utf-8"))["alarm"] == "mailbox"


@pytest.mark.parametrize(
    ("code", "why"),
    [("raise SystemExit(3)", "status 3"), ("import time; time.sleep(60)", "within")],
    ids=["fails", "hangs"],
)
def test_a_command_that_does_not_do_it_is_a_failure(
    tmp_path: Path, code: str, why: str
) -> None:
    with pytest.raises(NotToldError, match=why):
        command(tmp_path, code, seconds=2.0).tell(ALARM)


def test_a_command_that_is_not_there_is_a_failure() -> None:
    nothing = RunCommand(command=("/nonexistent/tell",), host="box")

    with pytest.raises(NotToldError, match="cannot be run"):
        nothing.tell(ALARM)


def mail_alarm(port: int) -> MailAlarm:
    server = Server(host="127.0.0.1", port=port, security="plain")
    return MailAlarm(
        name="submission",
        fails_with=frozenset(),
        submission=Submission(server),
        sender="alarm@example.net",
        to=("it@examboard.example", "night@examboard.example"),
        host="box",
    )


@pytest.mark.servers
@pytest.mark.parametrize("notice", [ALARM, trial_notice(NOON)], ids=["alarm", "test"])
def test_an_alarm_is_mailed_to_each_address(
    smtp_sink: SmtpSink, notice: Notice
) -> None:
    mail_alarm(smtp_sink.port).tell(notice)

    mails = [message_from_bytes(e.octets, policy=default) for e in smtp_sink.accepted]
    assert [mail["To"] for mail in mails] == [
        "it@examboard.example",
        "night@examboard.example",
    ]
    assert {mail["Auto-Submitted"] for mail in mails} == {"auto-generated"}
    assert "complaint" not in mails[0]["Subject"]
    assert all(each.octets.isascii() for each in smtp_sink.accepted)


@pytest.mark.servers
def test_the_same_alarm_has_the_same_message_id(smtp_sink: SmtpSink) -> None:
    for _ in range(2):
        mail_alarm(smtp_sink.port).tell(ALARM)

    ids = [message_from_bytes(e.octets)["Message-ID"] for e in smtp_sink.accepted]
    assert ids[:2] == ids[2:]
    assert ids[0] != ids[1]


@pytest.mark.servers
def test_who_was_told_is_not_told_again_because_another_cannot_be() -> None:
    good, bad = b"250 2.1.5 ok\r\n", b"550 5.1.1 nobody here\r\n"
    with ScriptedServer({"rcpt": [good, bad, bad, good]}) as server:
        channel = mail_alarm(server.port)
        for _ in range(2):
            with pytest.raises(NotToldError):
                channel.tell(ALARM)
        channel.tell(ALARM)

    assert [each.recipients for each in server.accepted] == [
        ("it@examboard.example",),
        ("night@examboard.example",),
    ]


def test_a_mail_server_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(NotToldError, match="no connection"):
        mail_alarm(1).tell(ALARM)


def test_what_hangs_holds_nobody_up() -> None:
    errand, leave = Errand[str]("hangs"), threading.Event()

    errand.begin(lambda: str(leave.wait(10)))

    assert errand.result(0.05) is None
    assert errand.is_under_way
    leave.set()
    assert errand.result(5.0) == "True"
