"""How fast a full mailbox is taken up: mails per second, and where the time goes.

    python bench/intake.py                 5,000 mails, half of them ours
    python bench/intake.py --mails N --rules small

Dovecot on loopback holds the mails of bench/grammar.py. Measured is the real intake, in
a process of its own, from connecting until everything is decided, durable and filed;
replies are composed and queued, not sent. Budgets are lifted: beyond them replies
would be held, composed all the same. Times are exclusive: what is measured within
another part does not count there again. The reader, which parses and matches, is
another process on another core; what it does is measured afterwards, apart.
"""

import argparse
import imaplib
import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlite_utils import Database

import triage.intake.job
import triage.intake.letters
import triage.intake.take_up
import triage.store.recording
from bench.grammar import mails
from bench.peaks import peak_mib, processor_seconds, reader_process
from tests.journeys.installing import Settings
from tests.journeys.journey import Journey
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, missing_parts
from triage import shipped
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.mailbox import ImapMailbox
from triage.message import Fetched, parse
from triage.reader import Reader
from triage.ruleset import find_evidence
from triage.store import Store
from triage.store.ledger import LedgerRows
from triage.wiring import Installation, rulebook_of

APPENDED_AT_ONCE = 50
SAMPLE = 500


class Stopwatch:
    """Exclusive times of named parts of one thread's work."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._parts = ["everything else"]
        self.restart()

    def restart(self) -> None:
        self.seconds.clear()
        self.calls.clear()
        self._since = self._clock()

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
        now = self._clock()
        self.seconds[self._parts[-1]] += now - self._since
        self._since = now

    def report(self, ours: int) -> None:
        whole = sum(self.seconds.values())
        print(f"{'part':30}{'s':>8}{'%':>6}{'ms/ours':>9}{'calls':>8}")
        for name, part in sorted(self.seconds.items(), key=itemgetter(1), reverse=True):
            share = f"{part:8.2f}{part / whole:6.0%}{part / ours * 1000:9.3f}"
            print(f"{name:30}{share}{self.calls[name] or '':>8}")
        print(f"{'whole':30}{whole:8.2f}")

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
    # No public method sees every command.
    command = imaplib.IMAP4._command  # type: ignore[attr-defined]  # noqa: SLF001

    def counting(self: imaplib.IMAP4, name: str, *given: Any) -> Any:
        what = f"{name} {given[0]}" if name == "UID" else name
        counted[what] += 1
        return command(self, name, *given)

    imaplib.IMAP4._command = counting  # type: ignore[attr-defined]  # noqa: SLF001
    return counted


def measure(config: Path) -> None:
    """Take up the mailbox of an installation and print what it took."""
    stopwatch, commands = Stopwatch(), count_commands()
    with Installation(load_config(config)) as parts:
        # A daemon starts once: until the reader is ready, nothing is measured.
        list(parts.intake.reader.read([Fetched(0, b"\r\n")]))
        reader = reader_process()
        watch(stopwatch)
        used_before = processor_seconds(), processor_seconds(reader)
        stopwatch.restart()
        parts.ready_mailbox()
        done = parts.intake.run()
        stopwatch.switch()
        here, there = processor_seconds(), processor_seconds(reader)
        peaks = peak_mib(), peak_mib(reader)
        letters = Counter(line.state.value for line in parts.store.outbox.listed())
        routes = Counter(line.route for line in parts.store.cases.listed())
    ours = done["recorded"] + done["set aside"]
    print(f"{done}\nletters: {dict(letters)}; routes: {dict(routes.most_common())}")
    stopwatch.report(ours)
    here, there = here - used_before[0], there - used_before[1]
    print(f"processor: {here:.2f} s here, {there:.2f} s in the reader")
    print(f"peak memory: {peaks[0]} MiB here, {peaks[1]} MiB in the reader")
    print(f"IMAP commands: {commands.total()} ({dict(commands.most_common(8))})")
    speed = ours / sum(stopwatch.seconds.values())
    print(
        f"{speed:.0f} of ours per second; a whole core here could do {ours / here:.0f},"
        f" one for the reader {ours / there:.0f}"
    )


def measure_reading(config: Path, count: int) -> None:
    """Print what parsing and matching cost, in this process and nothing else."""
    ruleset = rulebook_of(load_config(config)).ruleset
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
        command = [*command, __file__, "--measure", config]
        subprocess.run(command, check=True)  # noqa: S603 - this script
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
