"""ROW damaged mails, as many as one likes: none lets an exception escape.

Every mail follows from its number, so a finding can be had again: `mail_of(number)`.
"""

import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same mails every time
from time import monotonic, process_time

from tests.journeys.installing import ADDRESS
from tests.message.damage import SEEDS, damaged
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.hostile.chain import HISTORIES, answer, read, shipped_rulebook
from tests.torture.hostile.writing import PLAIN
from tests.torture.row import Outcome, Row

FULL = 1_000_000
SHORT = 1_500
AT_ONCE = 2_000
WHOLE_WAY_EVERY = 10
"""Of the mails that are not recognised as automatic, and ours."""
GUARDED = "guarded"
"""Parsing caught an exception of its own: the mail is kept, and its content unread."""
MOST_SECONDS = 10.0
PROCESSES = 2
NICENESS = 19
SOMEBODY = b"complaints@library.example"
"""To whom the seeds of other tests are addressed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of some mails."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: tuple[Finding, ...] = ()
    slowest: float = 0.0
    """Processor seconds of one mail."""
    slowest_number: int = 0


def mail_of(number: int) -> bytes:
    """Return the mail with a number."""
    chance = Random(number)  # noqa: S311 - chooses damage, no secret
    return damaged(chance.choice(_seeds()), chance)


@cache
def _seeds() -> tuple[bytes, ...]:
    """Small mails; half of them complaints, or hardly any would be answered."""
    to_us = (seed.replace(SOMEBODY, ADDRESS.encode()) for seed in SEEDS)
    return (*to_us, *PLAIN)


def try_mails(
    numbers: Iterable[int], try_one: Callable[[int], Iterable[str]] | None = None
) -> Tried:
    """Take mails along the way, each by itself."""
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    slowest, slowest_number = 0.0, 0
    for number in numbers:
        begun = process_time()
        try:
            words = list((try_one or _try_one)(number))
            counts.update(words)
            if GUARDED in words:
                found = Finding("guard", f"mail {number}", "parsing had to catch one")
                findings.append(found)
        except Exception as error:  # noqa: BLE001 - that none comes is what is tried
            findings.append(Finding("escape", f"mail {number}", _place_of(error)))
        took = process_time() - begun
        if took > slowest:
            slowest, slowest_number = took, number
        counts["mails"] += 1
    if slowest > MOST_SECONDS:
        findings.append(Finding("time", f"mail {slowest_number}", f"{slowest:.1f} s"))
    return Tried(counts, tuple(findings), slowest, slowest_number)


def _try_one(number: int) -> Iterator[str]:
    raw, rulebook = mail_of(number), shipped_rulebook()
    seen = read(raw, rulebook)
    if seen.guarded:
        yield GUARDED
    if seen.is_automatic:
        yield "automatic"
    elif seen.is_ours and number % WHOLE_WAY_EVERY == 0:
        history = HISTORIES[number // WHOLE_WAY_EVERY % len(HISTORIES)]
        _, *letters = answer(seen.message, rulebook, history)
        yield "whole way"
        if letters:
            yield "answered"


def _place_of(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def run(ground: Ground) -> Outcome:
    """Try a million, or a few of them here."""
    begun = monotonic()
    if not ground.is_full:
        return _outcome(try_mails(range(SHORT)), monotonic() - begun)
    jobs = [range(start, start + AT_ONCE) for start in range(0, FULL, AT_ONCE)]
    so_far = Tried()
    with get_context("spawn").Pool(PROCESSES, initializer=_be_nice) as pool:
        for tried in pool.imap_unordered(try_mails, jobs):
            so_far = _both(so_far, tried)
            done = so_far.counts["mails"]
            if done % 50_000 == 0:
                rate = done / (monotonic() - begun)
                ground.say(f"  {done:,} mails, {rate:.0f} a second")
    return _outcome(so_far, monotonic() - begun)


def _be_nice() -> None:
    os.nice(NICENESS)


def _both(one: Tried, other: Tried) -> Tried:
    slower = max(one, other, key=lambda tried: tried.slowest)
    return Tried(
        one.counts + other.counts,
        one.findings + other.findings,
        slower.slowest,
        slower.slowest_number,
    )


def _outcome(tried: Tried, seconds: float) -> Outcome:
    counts = tried.counts
    note = (
        f"{counts['mails'] / seconds:.0f} mails a second;"
        f" all read and put to both gates, {counts['automatic']:,} of them a machine's;"
        f" one complaint in {WHOLE_WAY_EVERY} matched, decided and answered:"
        f" {counts['whole way']:,}, with letters {counts['answered']:,};"
        f" exceptions caught within parsing: {counts[GUARDED]:,};"
        f" slowest {tried.slowest:.2f} s of processor"
    )
    return Outcome(cases=counts["mails"], findings=tried.findings, note=note)


MILLION = Row(
    name="mails-million",
    fault="octets changed, lost, doubled, moved; none may let an exception escape",
    run=run,
)
