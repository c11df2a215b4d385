"""A daemon whose alarm times are seconds, and everybody whom it can tell."""

import json
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from typing_extensions import override

from tests.journeys.installing import TEAM
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.toxics import BadWay
from triage.demo.servers import HOST, SmtpSink

WATCHER = "watcher@other.example"
NOTICED = 45.0
"""An alarm whose time is four seconds is told by then, on a busy machine."""
HONEST = 60.0
"""By then `triage status` says that something is wrong."""
QUIET = 2.5
"""After that nothing more is told."""
TIMES = {
    "mailbox_seconds": 4,
    "outbox_seconds": 4,
    "ledger_seconds": 4,
    "store_seconds": 4,
    "failing_seconds": 600,
    "stuck_seconds": 600,
    "calm_seconds": 2,
    "again_seconds": 0,
    "look_seconds": 0.3,
    "reconcile_seconds": 0.5,
    "ping_seconds": 0.5,
    "free_megabytes": 0,
}


PATIENT = dict.fromkeys(
    ("mailbox_seconds", "outbox_seconds", "ledger_seconds", "store_seconds"), 12
)
"""In the short forms, which run beside all other tests: a pass may take so long."""


@dataclass
class Post:
    """A web server that keeps what was posted to it, with its time."""

    status: int = 204
    posted: list[tuple[float, str, bytes]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self.port}{path}"

    def at(self, path: str) -> list[tuple[float, dict[str, Any]]]:
        """Return what was posted there, as JSON."""
        return [
            (when, json.loads(body) if body else {})
            for when, where, body in list(self.posted)
            if where == path
        ]


@contextmanager
def post_office() -> Iterator[Post]:
    post = Post()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            post.posted.append((monotonic(), self.path, body))
            self.send_response(post.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    listening = ThreadingHTTPServer((HOST, 0), Handler)
    post.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield post
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(5)


@dataclass(kw_only=True)
class Tower:
    """One installation behind ways that can be made bad, and what it told."""

    journey: Journey
    daemon: RunningDaemon
    imap: BadWay
    smtp: BadWay
    post: Post
    watcher: SmtpSink
    took: list[float] = field(default_factory=list)
    """Seconds from each fault to its message."""

    def told(self) -> list[dict[str, Any]]:
        """Return what the webhook was told."""
        return [each for _, each in self.post.at("/hook")]

    def mails(self) -> int:
        """Count the mails that told it, to the watcher and to the team."""
        return sum(WATCHER in each.recipients for each in self.watcher.accepted)

    def team_mails(self) -> int:
        """Count the alarms that our own submission server took."""
        return sum(
            TEAM in each.recipients and b"[triage on" in each.octets
            for each in self.journey.smtp.accepted
        )

    def wait(self, holds: Callable[[], bool], seconds: float = NOTICED) -> bool:
        """Wait until something holds; False: it never did."""
        until = monotonic() + seconds
        while not holds():
            if monotonic() > until:
                return False
            sleep(0.05)
        return True

    def deliver(self) -> None:
        self.journey.deliver(make_mail())

    def count(self, sql: str) -> int:
        """Ask the store for one number, with SQL of our own."""
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as store:
            return int(store.execute(sql).fetchone()[0])

    @property
    def store(self) -> Path:
        return self.journey.folder / "triage.sqlite3"

    def status(self, *words: str) -> tuple[int, str]:
        """Return what `triage status` leaves with, and says."""
        done = subprocess.run(  # noqa: S603 - the program under test
            [
                sys.executable,
                "-m",
                "triage",
                *(words or ("status",)),
                "--config",
                str(self.journey.config),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def limit_files(self, octets: int | None) -> None:
        """Let the daemon write files only so far, as on a full disk; None: at will."""
        unlimited = resource.RLIM_INFINITY
        soft = unlimited if octets is None else octets
        resource.prlimit(self.daemon.pid, resource.RLIMIT_FSIZE, (soft, unlimited))


@contextmanager
def tower(ground: Ground, name: str, **alarm: object) -> Iterator[Tower]:
    """Start a daemon that has read its mailbox; keys of [alarm] may be others."""
    folder = ground.folder / name
    folder.mkdir()
    with (
        post_office() as post,
        SmtpSink() as sink,
        SmtpSink() as watcher,
        BadWay(ground.dovecot().imap) as imap,
        BadWay(sink.port) as smtp,
    ):
        journey = Journey(ground.dovecot(), sink, folder)
        config = journey.install(imap_port=imap.port, smtp_port=smtp.port)
        usual = {
            "webhook": post.url("/hook"),
            "ping": post.url("/ping"),
            "submission": Raw(
                f'{{ host = "{HOST}", port = {watcher.port}, security = "plain", '
                f'from_address = "alarm@other.example", to = ["{WATCHER}"] }}'
            ),
        }
        times = TIMES if ground.is_full else TIMES | PATIENT
        _write(config, times | usual | alarm)
        with RunningDaemon(config) as daemon:
            daemon.wait_for("running")
            found = Tower(
                journey=journey,
                daemon=daemon,
                imap=imap,
                smtp=smtp,
                post=post,
                watcher=watcher,
            )
            assert found.wait(lambda: found.post.at("/ping") != [] or "ping" in alarm)
            assert found.wait(lambda: found.count(_READ) == 1), daemon.log
            # On a busy machine the first pass may be an alarm, which is over by then.
            assert found.wait(
                lambda: all(each["state"] == "over" for each in found.told()[-1:])
            )
            post.posted.clear()
            watcher.accepted.clear()
            yield found


_READ = "SELECT count(*) FROM heartbeats WHERE job = 'mailbox'"


@dataclass(frozen=True)
class Raw:
    """A value as it stands in TOML."""

    text: str


def _write(config: Path, table: dict[str, object]) -> None:
    lines = [
        f"{key} = {value.text if isinstance(value, Raw) else json.dumps(value)}"
        for key, value in table.items()
        if value is not None
    ]
    text = config.read_text("utf-8") + "\n[alarm]\n" + "\n".join(lines) + "\n"
    config.write_text(text, encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong, and how it ends."""

    name: str
    begin: Callable[[Tower], None]
    end: Callable[[Tower], None]
    alarms: frozenset[str]
    """What must be told, in one message."""


def try_fault(
    tower: Tower, fault: Fault, over_within: float = NOTICED
) -> Iterator[Finding]:
    """Have it go wrong and end: one message that it is, one that it is over."""
    before, mails = len(tower.told()), tower.mails()
    begun = monotonic()
    fault.begin(tower)
    if not tower.wait(lambda: len(tower.told()) > before):
        yield Finding("alarm", fault.name, "nobody was told")
        fault.end(tower)
        return
    tower.took.append(monotonic() - begun)
    names = {each["alarm"] for each in tower.told()[before]["alarms"]}
    if not fault.alarms <= names:
        yield Finding("alarm", fault.name, f"told was {sorted(names)}")
    sleep(QUIET)
    if not tower.wait(lambda: tower.status()[0] == 1, HONEST):
        yield Finding("honest", fault.name, "status says that all is well")
    fault.end(tower)
    if not tower.wait(lambda: len(tower.told()) > before + 1, over_within):
        yield Finding("alarm", fault.name, "nobody was told that it is over")
    sleep(QUIET)
    yield from counted(tower, fault.name, before, mails)


def counted(tower: Tower, name: str, before: int, mails: int) -> Iterator[Finding]:
    """Find fault with whatever is not one beginning and one end by each channel."""
    states = [each["state"] for each in tower.told()[before:]]
    if states != ["alarm", "over"]:
        yield Finding("alarm", name, f"the webhook was told {states}")
    if tower.mails() - mails != 2:
        yield Finding("alarm", name, f"{tower.mails() - mails} mails told it")
    if tower.team_mails():
        yield Finding("alarm", name, "our own submission server was used")
