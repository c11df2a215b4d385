"""An edition tried in a process of its own, so that mail is never kept waiting for it.

Compiling, trying examples and judging hundreds of messages take the processor for
seconds, and messages are read that strangers wrote. The process has a low priority and
limits on memory and time, and may be killed at any moment: it writes nothing.
"""

import contextlib
import logging
import os
import resource
import signal
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import tee
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from triage.config import Config
from triage.deadlines import foresee
from triage.edition import Edition
from triage.errors import ConfigError, TransientError
from triage.replay import Change, Kind, MailsOfStore, compare, replay
from triage.store import Blocking, Counts, Store
from triage.trial import Comparison, Findings
from triage.wiring.rule_check import faults_in
from triage.wiring.rulebook import rulebook_without_keys

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from triage.intake import Rulebook

COMPARE_WITHIN = timedelta(days=60)
LONGEST_SECONDS = 600.0
TOO_LONG = (
    f"trying it took more than {LONGEST_SECONDS / 60:g} minutes: have it compared with"
    " fewer messages (compare_last in [rules] of the configuration)"
)
MEMORY = 1024 * 1024 * 1024
NICENESS = 10
WORSE = {
    Kind.TURNED_AWAY: "would be turned away",
    Kind.UNACKNOWLEDGED: "would no longer be acknowledged",
}
LOOK_SECONDS = 0.2
_IGNORED = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
"""Signals that reach the daemon's whole group; the daemon ends the trial itself."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is tried: an edition, and the one in force to compare it with."""

    config: Config
    edition: Edition
    in_force: Edition
    now: datetime
    keys: Sequence[bytes] = field(repr=False)
    """What Message-IDs of the store are bound to: answers to our letters are known."""


def try_apart(attempt: Attempt, stopping: Callable[[], bool]) -> Findings:
    """Try an edition in a process of its own; `stopping` is asked again and again.

    Raises TransientError when told to stop, or when the store could not be read.
    """
    context = get_context("spawn")
    answers, their_answers = context.Pipe(duplex=False)
    process = context.Process(
        target=_serve, args=(their_answers, attempt), name="triage-trial"
    )
    resource_tracker.ensure_running()  # which would lift the mask below
    # The child inherits the mask, and lifts it once it ignores the signals.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _IGNORED)
    try:
        process.start()
    except OSError as error:
        raise TransientError("the process for a trial cannot be started") from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        their_answers.close()
    try:
        return _awaited(answers, process, stopping)
    finally:
        process.kill()
        process.join()
        answers.close()


def _awaited(
    answers: Connection, process: "SpawnProcess", stopping: Callable[[], bool]
) -> Findings:
    until = monotonic() + LONGEST_SECONDS
    while not answers.poll(LOOK_SECONDS):
        if stopping():
            raise TransientError("the trial of changed rules was given up")
        if monotonic() > until:
            return Findings(faults=(TOO_LONG,))
    try:
        answer = answers.recv()
    except EOFError:
        process.join()
        ended = f"the trial ended by itself (status {process.exitcode})"
        return Findings(faults=(ended,))
    if isinstance(answer, TransientError):
        raise answer
    found: Findings = answer
    return found


def _serve(answers: Connection, attempt: Attempt) -> None:
    """Be the child: try, answer, end."""
    for ignored in _IGNORED:
        signal.signal(ignored, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _IGNORED)
    # Libraries would log what they cannot read, which is what strangers wrote.
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    answer: Findings | TransientError
    try:
        answer = try_here(attempt)
    except TransientError as error:
        answer = error
    except Exception as error:  # noqa: BLE001 - whatever it is, the edition is refused
        answer = Findings(faults=(f"it cannot be tried: {_place_of(error)}",))
    with contextlib.suppress(OSError):
        answers.send(answer)


def _place_of(error: Exception) -> str:
    """Name an unexpected error by kind and place; its text may quote a mail."""
    (*_, last) = traceback.extract_tb(error.__traceback__)
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"an unexpected {type(error).__name__} at {place}"


def try_here(attempt: Attempt) -> Findings:
    """Check an edition, try its examples, compare it on what was received."""
    try:
        rulebook = rulebook_without_keys(attempt.config, attempt.edition)
    except ConfigError as error:
        return Findings(faults=tuple(map(str, error.problems)))
    counts = counts_of(rulebook)
    today = attempt.now.date()
    faults = faults_in(attempt.config, attempt.edition, rulebook.ruleset, today)
    if faults:
        return Findings(counts, tuple(map(str, faults)))
    return Findings(
        counts, comparison=_compared(rulebook, attempt), dates=_dates(rulebook, attempt)
    )


def _dates(rulebook: "Rulebook", attempt: Attempt) -> str | None:
    """Say which due dates of open cases move once the edition is in force."""
    with _store_of(attempt.config) as store:
        calendars = store.clocks.calendars
        old = calendars.last()
        if old is None:
            return None
        promises = calendars.promises()
    return foresee(promises, old, rulebook.ruleset, attempt.now).in_words()


def _compared(rulebook: "Rulebook", attempt: Attempt) -> Comparison:
    """Judge recent messages by both editions; each is parsed once."""
    config, last = attempt.config, attempt.config.rules.compare_last
    if not last:
        return Comparison()
    try:
        in_force = rulebook_without_keys(config, attempt.in_force)
    except ConfigError as error:
        # The configuration or this program has changed. There must be a way on.
        return Comparison(impossible=_why_not(attempt.in_force, error))
    old, new = (replace(each, keys=attempt.keys) for each in (in_force, rulebook))
    with _store_of(config) as store:
        mails = MailsOfStore(store, attempt.now - COMPARE_WITHIN, last)
        one, other = tee(mails)
        changes = compare(replay(old, one), replay(new, other))
    return Comparison(
        compared=changes.mails,
        changed=len(changes.all),
        worse=tuple(map(_blocking, changes.blocking)),
    )


def _store_of(config: Config) -> Store:
    """Open the store with what belongs to the mailbox in view."""
    store = Store.open(config.store.path, exclusive=False)
    try:
        return store.within(config.mailbox.name)
    except BaseException:
        store.close()
        raise


def _why_not(in_force: Edition, error: ConfigError) -> str:
    # Without its place: the file in the folder is another one by now.
    first = error.problems[0].message
    return (
        "nothing was compared on recent messages, because edition "
        f"{in_force.hash}, then in force, could not be used any more: {first}"
    )


def _blocking(change: Change) -> Blocking:
    """Name what a message gets and would get, without a word of its sender."""
    is_named = not change.sha256.startswith(change.name)
    by = f" (line {change.new.rule})" if change.new.rule else ""
    return Blocking(
        sha256=change.sha256,
        reference=change.name if is_named else None,
        why=f"{WORSE[change.kind]}: {change.from_to}{by}",
    )


def counts_of(rulebook: "Rulebook") -> Counts:
    """Return how large an edition is."""
    tables = rulebook.ruleset.tables
    return Counts(
        signals=len(tables.signal),
        lines=len(tables.rule),
        routes=len(tables.route),
        letters=len(rulebook.templates.pairs),
    )
