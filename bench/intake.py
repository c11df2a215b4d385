"""How fast a full mailbox is taken up: mails per second, and where the time goes.

    python bench/intake.py                 5,000 mails, half of them ours
    python bench/intake.py --mails N --rules small

Dovecot on loopback holds the mails of bench/grammar.py. Measured is the real intake, in a
process of its own, from connecting until everything is decided, durable and filed;
replies are composed and queued, not sent. Budgets are lifted, since beyond them
replies would be held (composed all the same). Times are exclusive: what is measured
within another part does not count there again. The reader, which parses and matches,
is another process on another core; its own time is measured afterwards, apart.
"""

import argparse
import imaplib
import resource
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlite_utils import Database

import triage.intake.job
import triage.intake.letters
import triage.intake.take_up
import triage.store.recording
import triage.wiring.running
from bench.grammar import mails
from tests.journeys.installing import Settings
from tests.journeys.journey import Journey
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, missing_parts
from triage import shipped
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.mailbox import ImapMailbox
from triage.message import parse
from triage.reader import Reader
from triage.ruleset import find_evidence
from triage.store import Store
from triage.store.ledger import LedgerRows
from triage.wiring import Installation

APPENDED_AT_ONCE = 50
SAMPLE = 500


class Stopwatch:
    """Exclusive times of named parts of one thread's work."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._parts = ["everything else"]
        self.restart()

    def restart(self) -> None:
        self.seconds.clear()
        self.calls.clear()
        self._since = perf_counter()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        self.switch()
        self._parts.append(name)
        self.calls[name] += 1
        try:
            yield
        finally:
            self.switch()
            self._parts.pop()

    def switch(self) -> None:
        now = perf_counter()
        self.seconds[self._parts[-1]] += now - self._since
        self._since = now

    def time(self, owner: Any, name: str, part: str) -> None:
        """Count the time of a function that is looked up on its owner."""
        function: Callable[..., Any] = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Any:
            with self.part(part):
                return function(*given, **named)

        setattr(owner, name, timed)

    def time_each(self, owner: Any, name: str, part: str) -> None:
        """Count the time that a generator takes to bring its next item."""
        function: Callable[..., Iterable[Any]] = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Iterator[Any]:
            iterator = iter(function(*given, **named))
            while True:
                with self.part(part):
                    item = next(iterator, self)
                if item is self:
                    return
                yield item

        setattr(owner, name, timed)


def watch(stopwatch: Stopwatch) -> None:
    """Put the stopwatch around the parts of the intake."""
    stopwatch.time(ImapMailbox, "connect", "IMAP: connect, select, list")
    stopwatch.time(ImapMailbox, "select", "IMAP: connect, select, list")
    stopwatch.time(ImapMailbox, "uids", "IMAP: connect, select, list")
    stopwatch.time_each(ImapMailbox, "peek", "IMAP: peek at headers")
    stopwatch.time_each(ImapMailbox, "fetch", "IMAP: fetch")
    stopwatch.time(ImapMailbox, "file", "IMAP: file")
    stopwatch.time_each(Reader, "read", "wait for the reader")
    stopwatch.time(triage.intake.job, "peek", "read header blocks")
    take_up = triage.intake.take_up
    stopwatch.time(take_up, "inquire", "inquire")
    stopwatch.time(Store, "recall", "recall")
    stopwatch.time(take_up, "decide", "decide")
    stopwatch.time(triage.intake.letters, "compose", "compose")
    stopwatch.time(triage.intake.letters, "compose_notice", "compose")
    stopwatch.time(Store, "record", "store: record")
    stopwatch.time(triage.store.recording, "keep_raw", "store: raw, compressed")
    stopwatch.time(Database, "commit", "store: commit")
    for name in ("leave", "known", "mark_filed", "unfiled"):
        stopwatch.time(LedgerRows, name, "store: ledger")


def count_commands() -> Counter[str]:
    counted: Counter[str] = Counter()
    command = imaplib.IMAP4._command  # type: ignore[attr-defined]

    def counting(self: imaplib.IMAP4, name: str, *given: Any) -> Any:
        what = f"{name} {given[0]}" if name == "UID" else name
        counted[what] += 1
        return command(self, name, *given)

    imaplib.IMAP4._command = counting  # type: ignore[attr-defined]
    return counted


def measure(config: Path) -> None:
    """Take up the mailbox of an installation and print what it took."""
    stopwatch = Stopwatch()
    commands = count_commands()
    settings = load_config(config)
    with Installation(settings) as parts:
        # Nothing of the start counts: a daemon starts once.
        list(parts.intake.reader.read([]))
        child = child_of(parts)
        wait_until_ready(parts)
        watch(stopwatch)
        cpu = cpu_seconds()
        child_cpu = child_cpu_seconds(child)
        stopwatch.restart()
        started = perf_counter()
        parts.ready_mailbox()
        done = parts.intake.run()
        seconds = perf_counter() - started
        stopwatch.switch()
        used = cpu_seconds() - cpu
        child_used = child_cpu_seconds(child) - child_cpu
        peak_of_child = peak_kib(f"/proc/{child}/status")
        letters = Counter(line.state.value for line in parts.store.outbox.listed())
        routes = Counter(line.route for line in parts.store.cases.listed())
    ours = done["recorded"] + done["set aside"]
    print(f"{done}")
    print(f"letters: {dict(letters)}; routes: {dict(routes.most_common())}")
    print(f"{'part':30}{'s':>8}{'%':>6}{'ms/ours':>9}{'calls':>8}")
    for name, part in stopwatch.seconds.most_common():
        share = f"{part:8.2f}{part / seconds:6.0%}{part / ours * 1000:9.3f}"
        print(f"{name:30}{share}{stopwatch.calls[name] or '':>8}")
    print(f"{'whole':30}{seconds:8.2f}")
    print(f"processor: {used:.2f} s here, {child_used:.2f} s in the reader")
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory: {here // 1024} MiB here, {peak_of_child // 1024} MiB reader")
    print(f"IMAP commands: {commands.total()} ({dict(commands.most_common(8))})")
    print(
        f"{ours / seconds:.0f} of ours per second, "
        f"{ours / used:.0f} per second of processor here"
    )


def child_of(parts: Installation) -> int:
    return int(parts.intake.reader._child._process.pid)  # type: ignore[attr-defined]


def wait_until_ready(parts: Installation) -> None:
    child = parts.intake.reader._child  # type: ignore[attr-defined]
    if not child._is_ready:
        child._wait_until_ready()


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def child_cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def peak_kib(status: str) -> int:
    for line in Path(status).read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def measure_reading(config: Path, count: int) -> None:
    """Print what parsing and matching cost, in this process and nothing else."""
    ruleset = triage.wiring.running.rulebook_of(load_config(config)).ruleset
    ours = list(islice(mails(count), 0, 2 * SAMPLE, 2))
    small = [raw for raw in ours if len(raw) < load_limit(config)]
    started = perf_counter()
    read = [parse(raw) for raw in small]
    parsed = perf_counter()
    for message in read:
        find_evidence(ruleset, message)
    matched = perf_counter()
    print(
        f"reader, each of ours: parse {(parsed - started) / len(small) * 1000:.2f} ms, "
        f"match {(matched - parsed) / len(small) * 1000:.2f} ms"
    )


def load_limit(config: Path) -> int:
    return load_config(config).mailbox.large_message_kilobytes * 1024


def fill(journey: Journey, count: int) -> None:
    waiting = mails(count)
    with journey.site.somebody_else() as client:
        while some := list(islice(waiting, APPENDED_AT_ONCE)):
            client.multiappend("INBOX", some)


def use_shipped_rules(journey: Journey) -> None:
    """Put the shipped rules in place of the journeys' few, without budgets."""
    folder = journey.folder / "rules"
    for path in folder.iterdir():
        path.unlink()
    for path in shipped.rules().iterdir():
        text = path.read_text("utf-8")
        for budget in ("sender_per_day", "domain_per_hour", "all_per_hour"):
            text = without_limit(text, budget)
        (folder / path.name).write_text(text, "utf-8")


def without_limit(text: str, budget: str) -> str:
    return "\n".join(
        f"{budget} = 1000000" if line.startswith(f"{budget} =") else line
        for line in text.splitlines()
    )


def main(count: int, rules: str, profile: str | None) -> None:
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory())
        certificate = Authority.new(Path(name)).issue("localhost", hosts="IP:127.0.0.1")
        folder = Path(name) / "installation"
        folder.mkdir()
        dovecot = stack.enter_context(Dovecot(certificate))
        journey = Journey(dovecot, stack.enter_context(SmtpSink()), folder)
        filling = threading.Thread(target=fill, args=(journey, count))
        filling.start()
        config = journey.install(Settings(budget=10**6))
        if rules == "shipped":
            use_shipped_rules(journey)
        filling.join()
        command: Sequence[str | Path] = [sys.executable]
        if profile:
            command = [*command, "-m", "cProfile", "-o", profile]
        subprocess.run([*command, __file__, "--measure", config], check=True)
        measure_reading(config, count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="intake, measured")
    parser.add_argument("--mails", type=int, default=5_000)
    parser.add_argument("--rules", choices=("shipped", "small"), default="shipped")
    parser.add_argument("--profile", help="write a cProfile of the main process here")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure)
    elif missing := missing_parts():
        sys.exit(missing)
    else:
        main(arguments.mails, arguments.rules, arguments.profile)
