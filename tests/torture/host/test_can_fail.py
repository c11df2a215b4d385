"""What is judged here can go wrong: a program that forgets is found out."""

import signal
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from shutil import which

import pytest
from typing_extensions import override

from tests.journeys.running import RunningDaemon
from tests.servers.dovecot import Dovecot
from tests.torture.finding import Finding
from tests.torture.host import clocks, damage, disk, files, processes, secrets, upgrade
from tests.torture.host.trying import PROMISES, Host
from triage.demo.servers import SmtpSink
from triage.dispatch import Tally
from triage.intake import Pass
from triage.store.engine import Engine
from triage.store.mark import write_mark

BODY = "{% block body %}\n"
pytestmark = pytest.mark.servers
FORGET = (
    "UPDATE outbox SET state = 'queued', owner = NULL, deadline = NULL, next_at ="
    " created_at WHERE category = 'reply' AND state IN ('sent', 'finishing')"
)


class Hurried(Host):
    """One that nobody waits for: what is sent twice is seen at once."""

    @override
    def settles(self) -> Iterator[Finding]:
        yield from ()


class Forgetful(Hurried):
    """A program that no longer knows what it sent, whenever it starts."""

    @override
    def run_once(self, later: timedelta = timedelta()) -> tuple[Pass, Tally]:
        with closing(sqlite3.connect(self.store)) as store, store:
            if store.execute("PRAGMA table_list(outbox)").fetchall():
                store.execute(FORGET)
        return super().run_once(later)


class Unmarked(Hurried):
    """A program that believes whatever store lies there."""

    @override
    def run_once(self, later: timedelta = timedelta()) -> tuple[Pass, Tally]:
        if self.store.exists():
            with closing(Engine(self.store)) as engine:
                write_mark(engine)
        return super().run_once(later)


class Dying(RunningDaemon):
    """One that any signal ends at once."""

    @override
    def send(self, which: signal.Signals) -> None:
        self.kill()


class Mortal(Hurried):
    """An installation whose daemon dies when it is told to end."""

    @contextmanager
    @override
    def daemon(self, *within: str) -> Iterator[RunningDaemon]:
        with Dying(self.journey.config, within=within) as running:
            yield running


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        yield server


def promises_broken(
    host: Host, trial: Callable[[Host], Iterable[Finding]], *promises: str
) -> set[str]:
    found = [*trial(host), *(host.judge(*promises) if promises else ())]
    return {each.promise for each in found}


def test_an_older_copy_without_a_mark_sends_twice(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Unmarked(dovecot, smtp, tmp_path / "host")

    assert "host" in promises_broken(host, damage.older_copy)


def test_a_letter_sent_again_after_a_step_of_the_clock_is_noticed(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Forgetful(dovecot, smtp, tmp_path / "host")
    steps = partial(clocks.jumps_and_back, jump=timedelta(hours=1))

    assert "once" in promises_broken(host, steps, *PROMISES)


def test_a_letter_sent_again_after_an_upgrade_is_noticed(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Forgetful(dovecot, smtp, tmp_path / "host")
    brought_up = partial(upgrade.upgrade, dump=upgrade.DUMPS[0])

    assert "host" in promises_broken(host, brought_up)


def test_a_start_although_a_secret_should_not_do_is_noticed(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Hurried(dovecot, smtp, tmp_path / "host")
    as_it_was = partial(
        secrets.secret_damaged, name="imap-password", damage=lambda path: path.stat()
    )

    assert "host" in promises_broken(host, as_it_was)


def test_an_end_that_is_none_of_its_own_is_noticed(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Mortal(dovecot, smtp, tmp_path / "host")

    assert "host" in promises_broken(host, partial(processes.told_to_end, moments=(0,)))


def test_a_letter_of_half_changed_files_is_noticed(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Hurried(dovecot, smtp, tmp_path / "host")
    files.with_own_letters(host)
    host.complain()
    host.run_once()
    for name in ("formal-complaint.txt", "formal-complaint.html"):
        letter = host.journey.folder / "templates" / name
        text = letter.read_text("utf-8")
        line = "One more line.\n" if name.endswith("txt") else "<p>One more line.</p>\n"
        changed = text.replace(BODY, BODY + line)
        letter.write_text(changed, "utf-8")
    host.complain()
    host.run_once()

    assert "host" in promises_broken(host, files.alike)


@pytest.mark.skipif(which("strace") is None, reason="strace is not installed")
def test_a_call_counts_as_failed_only_where_it_was_made_to_fail(
    dovecot: Dovecot, smtp: SmtpSink, tmp_path: Path
) -> None:
    host = Hurried(dovecot, smtp, tmp_path / "host")
    host.install()
    calls = tmp_path / "calls"

    with host.daemon() as daemon:
        daemon.wait_for("running")
        with disk.failing(daemon, "mkdirat:error=EIO", calls):
            pass

    assert disk.struck(calls) == 0
