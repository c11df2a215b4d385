"""Days unattended, hurried: faults every few hours, and what became of every mail.

    python bench/days.py                  72 hours, 150 times as fast
    python bench/days.py --hours 24 --first-day 1 --speed 80 --json days.json

The real daemon, a process of its own, on a clock that libfaketime hurries (Debian:
libfaketime, gcc), at Dovecot and an SMTP server that take tokens of a local issuer
alone, over TLS, by a name that can be lost. Dovecot keeps real time: mail is appended
with the date at which it comes, and as it takes none from the future, the days are
past ones. The oracle of tests/torture judges what is left.
"""

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same mail every time
from statistics import median
from time import monotonic, sleep
from typing import Any

from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # ships no types

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.journeys.installing import Inline, Settings
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, Tokens, missing_parts
from tests.servers.issuer import CLIENT, SECRET, TokenIssuer, down
from tests.servers.token_smtp import TokenSmtp
from tests.torture.evidence import Due
from tests.torture.health.tower import Post, post_office
from tests.torture.mails import automatic, complaint, ordinary
from tests.torture.site import Site
from tests.torture.toxics import BadWay, Cut, Ending
from triage.demo.servers import Certificate

ROOT = Path(__file__).resolve().parents[1]
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
NAME = "mail.days.example"
EVERY_MINUTES = 12.0
"""One mail so often, in the mean."""
MACHINES, OTHERS = 0.1, 0.15
"""Such shares of the mails are automatic, and none of ours."""
STEP = 0.02
BEFORE = timedelta(hours=24)
"""So long before this hour all is over, settled too."""
MAILBOX, OUTBOX = "mailbox", "outbox"
PROMISES = ("fate", "once", "gate", "echo", "untouched", "private")


@dataclass
class Clock:
    """The hurried clock, as the daemon reads it."""

    speed: float
    began: datetime
    steady: float = field(default_factory=monotonic)

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds())

    def seconds(self, at: float | None = None) -> float:
        return ((monotonic() if at is None else at) - self.steady) * self.speed

    @property
    def hours(self) -> float:
        return self.seconds() / 3600


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong at some hour, for some minutes."""

    name: str
    at: float
    minutes: float = 0.0
    begin: Callable[[], object]
    end: Callable[[], object] = lambda: None
    alarms: frozenset[str] = frozenset()
    """What must be told once when it begins and once when it ends, and nothing else."""


class Days:
    """One installation through some days."""

    def __init__(self, opened: ExitStack, folder: Path, clock: Clock) -> None:
        self.clock, self.folder, self.opened = clock, folder, opened
        then = ("env", f"LD_PRELOAD={FAKETIME}", f"FAKETIME=@{clock.now():%F %T}")
        self.authority = Authority.new(_made(folder / "authority"), 30, then)
        self.other = Authority.new(_made(folder / "other-authority"), 30, then)
        first = self._issued(self.authority, "first")
        self.shown = Certificate(folder / "shown.pem", folder / "shown.key")
        self._show(first)
        self.issuer = opened.enter_context(TokenIssuer("nobody yet"))
        self.issuer.state.expires_in = 86_400
        # For seconds Dovecot lets those wait whom it refuses; here they are minutes.
        tokens = Tokens(f"{self.issuer.address}/introspect", refuses_at_once=True)
        self.dovecot = opened.enter_context(Dovecot(self.shown, tokens=tokens))
        self.smtp = opened.enter_context(TokenSmtp(self.issuer, certificate=first))
        self.imap_way = opened.enter_context(BadWay(self.dovecot.imap))
        self.smtp_way = opened.enter_context(BadWay(self.smtp.port))
        self.post: Post = opened.enter_context(post_office())
        self.site = Site(self.dovecot, self.smtp, folder / "installation")
        self.issuer.state.user = self.site.journey.user
        self.is_up = True
        self.waiting: list[Any] = []
        self.came: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.samples: list[dict[str, float]] = []
        self._seen = 0
        self._dice = Random(6)  # noqa: S311 - the same mail every time
        self._install()
        self._daemon = ExitStack()
        opened.callback(self._daemon.close)

    def _issued(self, authority: Authority, name: str) -> Certificate:
        return authority.issue(name, hosts=f"DNS:{NAME}", days=30)

    def _show(self, certificate: Certificate) -> None:
        shutil.copy(certificate.cert, self.shown.cert)
        shutil.copy(certificate.key, self.shown.key)

    def _install(self) -> None:
        folder = self.site.journey.folder
        (folder / "state").mkdir(mode=0o700)
        _private(folder / "client-secret", SECRET)
        _private(folder / "state" / "refresh-token", self.issuer.new_refresh_token())
        issuer = {
            "token_url": self.issuer.token_url,
            "client_id": CLIENT,
            "client_secret": Inline("file", "client-secret"),
            "refresh_token_file": "state/refresh-token",
        }
        usual = {
            "host": NAME,
            "security": "starttls",
            "user": self.site.journey.user,
            "password": None,
            "oauth": {"issuer": issuer},
            "ca_file": str(self.authority.ca_file),
        }
        config = self.site.install(
            Settings(mailbox={**usual, "poll_seconds": 60}, submission=usual),
            imap_port=self.imap_way.port,
            smtp_port=self.smtp_way.port,
        )
        told = (
            f'webhook = "{self.post.url("/hook")}"\nping = "{self.post.url("/ping")}"'
        )
        config.write_text(f"{config.read_text()}\n[alarm]\n{told}\n", "utf-8")

    def start(self) -> None:
        library = self.folder / "days.so"
        if not library.exists():
            _compile(ROOT / "bench" / "days.c", library)
        values = {
            "PYTHONPATH": str(ROOT),
            "TZ": "UTC",
            "LD_PRELOAD": f"{library}:{FAKETIME}",
            "FAKETIME": f"@{self.clock.now():%Y-%m-%d %H:%M:%S} x{self.clock.speed:g}",
            "FAKETIME_DONT_RESET": "1",
            "DAYS_SPEED": f"{self.clock.speed:g}",
            "DAYS_NAME": NAME,
            "DAYS_NO_NAMES": str(self.no_names),
        }
        within = ("env", *(f"{key}={value}" for key, value in values.items()))
        starter = str(ROOT / "bench" / "days_daemon.py")
        self.daemon = self._daemon.enter_context(
            self.site.daemon(*within, sys.executable, starter)
        )
        self.daemon.wait_for("running", 60)

    @property
    def no_names(self) -> Path:
        return self.folder / "no-names"

    def kill(self) -> None:
        self.daemon.kill()
        self._daemon.close()

    def terminate(self) -> None:
        self.daemon.terminate()
        self._daemon.close()

    def close_mailbox_server(self) -> None:
        """Stop it; its processes that serve somebody would go on doing so."""
        self.is_up = False
        self.imap_way.there = self.imap_way.back = Cut(0)
        self.imap_way.hang_up()
        self.dovecot.stop()

    def open_mailbox_server(self) -> None:
        self.dovecot.start()
        self.imap_way.heal()
        self.is_up = True

    def renew_certificate(self, authority: Authority, name: str) -> None:
        self.close_mailbox_server()
        self._show(self._issued(authority, name))
        self.open_mailbox_server()

    def fall_silent(self) -> None:
        self.imap_way.there = self.imap_way.back = Cut(0, Ending.SILENT)
        self.imap_way.hang_up(Ending.SILENT)

    def speak_again(self) -> None:
        self.imap_way.heal()
        self.imap_way.hang_up()

    def lose_submission(self) -> None:
        self.smtp_way.there = self.smtp_way.back = Cut(0)
        self.smtp_way.hang_up()

    def lose_names(self) -> None:
        self.no_names.touch()
        self.imap_way.hang_up()

    def expire(self) -> None:
        """End the tokens of the day; who is logged in must log in again."""
        self.issuer.expire()
        self.imap_way.hang_up()

    def lose_issuer(self) -> None:
        self.issuer.fail(*[down] * 100_000)
        self.expire()

    def deliver(self) -> None:
        """Let one more mail come; while the server is away it waits at the sender's."""
        chance = self._dice.random()
        if chance < MACHINES:
            mail = automatic()
        elif chance < MACHINES + OTHERS:
            mail = ordinary()
        else:
            mail = complaint(fields={"date": format_datetime(self.clock.now())})
        self.waiting.append(mail)

    def work(self) -> None:
        """Hand over what waits, note what was answered, rest a little."""
        while self.waiting and self.is_up:
            try:
                self.site.append(self.waiting[0], received_at=self.clock.now())
            except (OSError, IMAPClientError) as error:
                _say(self, f"a mail could not be handed over: {error}")
                break
            mail = self.waiting.pop(0)
            if mail.due is Due.REPLY:
                self.came[mail.sender] = self.clock.seconds()
        for each in self.smtp.accepted[self._seen :]:
            self._seen += 1
            for recipient in each.recipients:
                self.answered.setdefault(recipient, self.clock.seconds())
        sleep(STEP)

    def sample(self) -> None:
        pids = [self.daemon.pid, *_children(self.daemon.pid)]
        self.samples.append(
            {
                "hours": self.clock.hours,
                "pid": self.daemon.pid,
                "daemon_mb": _rss(self.daemon.pid),
                "all_mb": sum(map(_rss, pids)),
                "cpu_seconds": sum(map(_cpu, pids)),
            }
        )


def faults_of(days: Days, hours: float, first: int) -> Iterator[Fault]:
    """Return what goes wrong; each of the days has something of its own."""
    for day in range(int(hours // 24) or 1):
        yield from _of_day(days, 24.0 * day, (first + day) % 3)


def _of_day(days: Days, hour: float, day: int) -> Iterator[Fault]:
    mailbox = frozenset({MAILBOX})
    for at in (1, 5.5, 11.5, 17.5):
        yield Fault(name="IDLE is cut", at=hour + at, begin=days.imap_way.hang_up)
    yield Fault(
        name="the mailbox's server restarts",
        at=hour + 2.5,
        minutes=3,
        begin=days.close_mailbox_server,
        end=days.open_mailbox_server,
    )
    yield Fault(
        name="connections fall silent, new ones are good",
        at=hour + 4,
        begin=lambda: days.imap_way.hang_up(Ending.SILENT),
    )
    yield Fault(
        name="submission is away",
        at=hour + 6.5,
        minutes=45,
        begin=days.lose_submission,
        end=days.smtp_way.heal,
        alarms=frozenset({OUTBOX}),
    )
    yield Fault(
        name="the mailbox is silent",
        at=hour + 9,
        minutes=45,
        begin=days.fall_silent,
        end=days.speak_again,
        alarms=mailbox,
    )
    yield Fault(
        name="its name is not known",
        at=hour + 12.5,
        minutes=45,
        begin=days.lose_names,
        end=days.no_names.unlink,
        alarms=mailbox,
    )
    yield Fault(
        name="the mailbox's server is away",
        at=hour + 15,
        minutes=45,
        begin=days.close_mailbox_server,
        end=days.open_mailbox_server,
        alarms=mailbox,
    )
    if day == 0:
        yield Fault(name="killed", at=hour + 18.5, begin=days.kill, end=days.start)
    yield _certificate(days, day, hour + 19.5)
    yield Fault(name="tokens end", at=hour + 3.2, begin=days.expire)
    if day == 1:
        yield Fault(
            name="tokens end, their issuer is away",
            at=hour + 22,
            minutes=45,
            begin=days.lose_issuer,
            end=days.issuer.state.faults.clear,
            alarms=mailbox,
        )


def _certificate(days: Days, day: int, at: float) -> Fault:
    if day == 1:
        return Fault(
            name="a certificate of an unknown authority",
            at=at,
            minutes=45,
            begin=lambda: days.renew_certificate(days.other, f"foreign{day}"),
            end=lambda: days.renew_certificate(days.authority, f"again{day}"),
            alarms=frozenset({MAILBOX}),
        )
    return Fault(
        name="the certificate is renewed",
        at=at,
        begin=lambda: days.renew_certificate(days.authority, f"renewed{day}"),
    )


def run(days: Days, hours: float, first: int) -> list[tuple[Fault, float, float]]:
    """Let the hours pass; return each fault with when it began and ended."""
    due: list[tuple[float, Callable[[], object]]] = []
    spans: list[tuple[Fault, float, float]] = []

    def began(fault: Fault) -> None:
        start = days.clock.seconds()
        fault.begin()
        _say(days, f"{fault.name}: begins")
        until = max(days.clock.hours, fault.at + fault.minutes / 60)
        due.append((until, lambda: ended(fault, start)))
        due.sort(key=lambda each: each[0])

    def ended(fault: Fault, start: float) -> None:
        fault.end()
        spans.append((fault, start, days.clock.seconds()))
        _say(days, f"{fault.name}: over")

    faults = list(faults_of(days, hours, first))
    due.extend((each.at, lambda each=each: began(each)) for each in faults)  # type: ignore[misc]  # bound
    due.sort(key=lambda each: each[0])
    dice, next_mail, next_sample = Random(7), 0.05, 0.5  # noqa: S311 - as above
    while days.clock.hours < hours:
        while due and due[0][0] <= days.clock.hours:
            due.pop(0)[1]()
        if days.clock.hours >= next_mail:
            days.deliver()
            next_mail += dice.expovariate(60 / EVERY_MINUTES)
        if days.clock.hours >= next_sample:
            days.sample()
            next_sample = days.clock.hours + 0.5
        days.work()
    return spans


def judged(days: Days, spans: Sequence[tuple[Fault, float, float]]) -> dict[str, Any]:
    """Return every figure, once all is settled and the daemon has stopped."""
    took, left = days.site.settle(90)
    for _ in range(20):
        days.work()
    days.sample()
    days.terminate()
    findings = [*left, *days.site.judge(*PROMISES)]
    told = [(days.clock.seconds(at), each) for at, each in days.post.at("/hook")]
    faults = [_told(each, told, spans) for each in spans]
    outside = told_outside(told, spans)
    quiet = [
        days.answered[sender] - came
        for sender, came in days.came.items()
        if sender in days.answered
        and not any(start - 60 <= came <= end + 900 for _, start, end in spans)
    ]
    waits = sorted(quiet)
    silent = [
        row["noticed"] for row in faults if row["fault"] == "the mailbox is silent"
    ]
    return {
        "hours": round(days.clock.hours, 1),
        "speed": days.clock.speed,
        "mails": len(days.site.delivered),
        "complaints": len(days.came),
        "answered": sum(each in days.answered for each in days.came),
        "findings": [str(each) for each in findings],
        "settled_real_seconds": round(took, 1),
        "silent_noticed": max(filter(None, silent), default=None),
        "alarms_begun": sum(each["state"] == "alarm" for _, each in told),
        "alarms_over": sum(each["state"] == "over" for _, each in told),
        "alarms_wrong": [row for row in faults if row["told"] != row["wanted"]],
        "alarms_outside": outside,
        "answered_after_seconds": {
            "count": len(waits),
            "median": round(median(waits), 1) if waits else None,
            "worst": round(waits[-1], 1) if waits else None,
        },
        "tokens_asked": len(days.issuer.asked),
        "pings": len(days.post.at("/ping")),
        "load": os.getloadavg(),
        "faults": faults,
        "samples": days.samples,
    }


def _told(
    span: tuple[Fault, float, float],
    told: Sequence[tuple[float, dict[str, Any]]],
    spans: Sequence[tuple[Fault, float, float]],
) -> dict[str, Any]:
    """Compare what was told until the next fault began with what should have been."""
    fault, start, end = span
    until = min((each for _, each, _ in spans if each > start), default=float("inf"))
    mine = [(at, each) for at, each in told if start <= at < until]
    by_name: dict[str, list[str]] = {}
    for _, message in mine:
        for each in message["alarms"]:
            by_name.setdefault(each["alarm"], []).append(each["state"])
    begun = [at for at, each in mine if each["state"] == "alarm"]
    over = [at for at, each in mine if each["state"] == "over"]
    return {
        "fault": fault.name,
        "at_hour": round(start / 3600, 1),
        "minutes": round((end - start) / 60, 1),
        "told": by_name,
        "wanted": {name: ["alarm", "over"] for name in sorted(fault.alarms)},
        "noticed": round(begun[0] - start) if begun else None,
        "over_after": round(over[-1] - end) if over else None,
    }


def told_outside(
    told: Sequence[tuple[float, dict[str, Any]]],
    spans: Sequence[tuple[Fault, float, float]],
) -> list[str]:
    first = min((start for _, start, _ in spans), default=0.0)
    return [each["what"] for at, each in told if at < first]


def _say(days: Days, words: str) -> None:
    last = days.samples[-1]["all_mb"] if days.samples else 0.0
    answered = f"{sum(each in days.answered for each in days.came)}/{len(days.came)}"
    told = len(days.post.at("/hook"))
    print(
        f"{days.clock.hours:6.1f} h  {last:4.0f} MB  {answered:>8} answered"
        f"  {told:3} told  {words}",
        flush=True,
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _private(path: Path, secret: str) -> None:
    path.touch(0o600)
    path.write_text(f"{secret}\n", encoding="utf-8")


def _compile(source: Path, library: Path) -> None:
    command = ["gcc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603 - the system's own


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [
        int(word)
        for each in (tasks if path.exists() else ())
        for word in each.read_text().split()
    ]


def _rss(pid: int) -> float:
    """Return resident megabytes."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu(pid: int) -> float:
    """Return the seconds of CPU that it had, in user and system."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def report(figures: dict[str, Any]) -> None:
    for row in figures["faults"]:
        told = "; ".join(f"{k}: {', '.join(v)}" for k, v in row["told"].items())
        words = (
            f"{row['at_hour']:5.1f} h {row['fault']:44} noticed {row['noticed']} s, "
        )
        print(f"{words}over after {row['over_after']} s; told {told or 'nothing'}")
    for name, value in figures.items():
        if name not in ("faults", "samples"):
            print(f"{name:26}{value}")
    for each in (figures["samples"][0], figures["samples"][-1]):
        print("sample", {key: round(value, 1) for key, value in each.items()})


def main(hours: float, speed: float, first: int, kept: Path | None) -> int:
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        now = datetime.now(UTC)  # noqa: TID251 - the clock that is hurried
        first_hour = now.replace(microsecond=0) - timedelta(hours=hours) - BEFORE
        clock = Clock(speed, first_hour)
        days = Days(opened, folder, clock)
        days.start()
        clock.steady, clock.began = monotonic(), clock.now()
        figures = judged(days, run(days, hours, first))
        if kept is not None:
            kept.write_text(json.dumps(figures, indent=1), "utf-8")
            kept.with_suffix(".log").write_text(
                "\n".join(days.site.evidence().logs.splitlines()), "utf-8"
            )
    report(figures)
    return 1 if figures["findings"] or figures["alarms_wrong"] else 0


if __name__ == "__main__":
    if missing := missing_parts():
        sys.exit(missing)
    if not FAKETIME.exists():
        sys.exit(f"{FAKETIME} is not there: apt install libfaketime")
    parser = argparse.ArgumentParser(description="days unattended, hurried")
    parser.add_argument("--hours", type=float, default=72.0)
    parser.add_argument("--speed", type=float, default=150.0)
    parser.add_argument("--first-day", type=int, default=0, choices=range(3))
    parser.add_argument("--json", type=Path, default=None)
    given = parser.parse_args()
    # Else aiosmtpd tells at each login what it will not offer in its next version.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    sys.exit(main(given.hours, given.speed, given.first_day, given.json))
