"""How fast an archive is replayed, on one core, and where the time goes.

    python bench/replay.py                       10,000 short mails
    python bench/replay.py --mails N --profile FILE

The archive is an mbox of short mails (500 to 1,000 characters of text): the texts of
tests/corpus that are so short, each mail with a sentence, a sender, a date and the
header fields of its own, one every three minutes, a fifth of them from somebody who
wrote before. Measured is `replay` with the shipped rules, from the first to the last
outcome, pinned to one core, by processor time; shares are measured in a run of its own,
which the stopwatch makes slower.
"""

import argparse
import cProfile
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import cycle, islice
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import triage.intake.take_up
import triage.replay.mails
import triage.replay.playing
from bench.intake import Stopwatch
from bench.peaks import peak_mib
from triage.cli.archives import OBJECTS_BETWEEN_COLLECTIONS
from triage.message import parse
from triage.replay import Archive, MailsOfArchive, in_order_of_arrival, replay
from triage.store import Store
from triage.wiring import rulebook_to_look_at

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
SHORTEST, LONGEST = 500, 1_000
BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
BETWEEN = timedelta(minutes=3)
WROTE_BEFORE, AFTER = 5, 40
"""Every so manieth mail is by who wrote so many mails ago."""
WARM = 300
"""Mails after which automata and caches are what they are in a long run."""


def texts() -> list[tuple[str, str]]:
    """Subjects and short texts of labelled mails."""
    found = []
    for path in sorted(CORPUS.rglob("*.eml")):
        message = parse(path.read_bytes())
        text = message.text.strip()
        if SHORTEST <= len(text) <= LONGEST - 60:
            found.append((message.subject, text))
    return found


def mails(count: int) -> Iterator[bytes]:
    for number, (subject, text) in enumerate(islice(cycle(texts()), count)):
        returns = number % WROTE_BEFORE == 0 and number > AFTER
        writer = number - AFTER if returns else number
        at = format_datetime(BEGINNING + number * BETWEEN)
        address = f"writer.{writer}@post{writer % 97}.example"
        message = EmailMessage()
        message["Return-Path"] = f"<{address}>"
        message["Received"] = f"from mx.post.example by mx.board.example; {at}"
        message["Received"] = f"from [192.0.2.7] by mx.post.example; {at}"
        message["Date"] = at
        message["From"] = f"Writer {writer} <{address}>"
        message["To"] = "complaints@examboard.example"
        message["Subject"] = subject
        message["Message-ID"] = f"<{number}.bench@post.example>"
        message["User-Agent"] = "bench"
        message.set_content(f"{text}\n\nI wrote this down as number {number}.\n")
        yield message.as_bytes(policy=SMTP)


def write(path: Path, count: int) -> int:
    octets = 0
    with path.open("wb") as file:
        for raw in mails(count):
            octets += len(raw)
            file.write(b"From bench Mon Jan  5 08:00:00 2026\n")
            lines = raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
            file.write(lines + b"\n")
    return octets


def measure(path: Path, profile: str | None) -> None:
    rulebook = rulebook_to_look_at(None, None)
    with Archive([str(path)]) as archive:
        started = process_time()
        dated = in_order_of_arrival(archive.entries())
        indexed = process_time()
        for _ in islice(replay(rulebook, MailsOfArchive(dated)), WARM):
            pass
        begun = process_time()
        profiler = cProfile.Profile() if profile else None
        with profiler or nullcontext():
            cases = sum(1 for each in replay(rulebook, MailsOfArchive(dated)))
        seconds = process_time() - begun
        if profiler:
            profiler.dump_stats(str(profile))
            return
        index = indexed - started
        print(f"dates: {index:.2f} s, {index / len(dated) * 1000:.3f} ms a mail")
        print(
            f"replay: {cases} mails in {seconds:.2f} s: {cases / seconds:.0f} mails"
            f" a second, {seconds / cases * 1000:.3f} ms each"
        )
        whole = cases / (seconds + index)
        print(f"dates included: {whole:.0f} mails a second; peak {peak_mib()} MiB")
        shares(rulebook, dated)


def shares(rulebook: object, dated: object) -> None:
    stopwatch = Stopwatch(process_time)
    playing, take_up = triage.replay.playing, triage.intake.take_up
    stopwatch.time(triage.replay.mails, "parse", "parse")
    stopwatch.time(triage.replay.mails, "fingerprint", "fingerprint")
    stopwatch.time(playing, "find_evidence", "match")
    stopwatch.time(take_up, "inquire", "inquire")
    stopwatch.time(Store, "recall", "recall")
    stopwatch.time(take_up, "decide", "decide")
    stopwatch.time(take_up, "replies_of", "letters, counted")
    stopwatch.time(Store, "next_reference", "record")
    stopwatch.time(Store, "record", "record")
    few = MailsOfArchive(dated[:3_000])  # type: ignore[index]
    stopwatch.restart()
    for _ in replay(rulebook, few):  # type: ignore[arg-type]
        pass
    stopwatch.switch()
    print(f"shares of {len(few)} mails:")
    stopwatch.report(len(few))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="replay, measured")
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--profile", help="write a cProfile here")
    arguments = parser.parse_args()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.mbox"
        octets = write(archive, arguments.mails)
        print(
            f"{arguments.mails} mails from {len(texts())} texts, "
            f"{octets / arguments.mails:.0f} octets each"
        )
        measure(archive, arguments.profile)
