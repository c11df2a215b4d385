"""Whether the daemon runs, and what it told of itself, for who asks from outside."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from triage.alarm import (
    ENDS,
    Entry,
    Kind,
    Outlook,
    Telling,
    Unwell,
    is_alive,
    read_book,
    read_outlook,
    said,
    shortage,
)
from triage.config import Config
from triage.reply.words import how_long
from triage.store import Holder, Store, holder_of, why_unwritable
from triage.wiring.alarms import NOBODY_HEARS, hears_of_outbox
from triage.wiring.shown import CERTIFICATE

BLIP = timedelta(seconds=45)
"""What is wrong for less is no news yet."""
LONGEST_START = timedelta(minutes=20)
"""A large store is checked, copied and brought up to date before the first sign."""
IN_SECONDS = 120
"""A sign of life is told by its age alone up to here."""

InWords = Callable[[datetime], str]


class State(StrEnum):
    """Whether the daemon runs: by the lock on its store, then by its sign of life."""

    NEVER = "never"
    STARTING = "starting"
    """It has the lock, and gave no sign of life yet."""
    RUNNING = "running"
    SILENT = "silent"
    """It has the lock, and gives no sign of life any more."""
    STOPPED = "stopped"
    """Nobody has the lock, and it noted that it ended as it should."""
    DEAD = "dead"
    """Nobody has the lock, and it noted nothing."""
    LOST = "lost"
    """Nobody may look at the lock, and there is no fresh sign of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """How the daemon is, by its lock and its last sign; nothing of a sender's."""

    state: State
    holder: Holder
    seen_at: datetime | None
    """Its last sign of life; None: it never ran."""
    stopped_at: datetime | None
    """When it last ended as it should; None: it runs, or was killed."""
    unwritable: str | None
    """Why the store cannot be written, or soon will not be; found from outside."""
    outlook: Outlook | None
    """How each job was; None: it told nothing yet."""
    standing: tuple[Entry, ...]
    """Alarms that somebody was told of, or is being told of."""
    untold: tuple[str, ...]
    """Channels that have a message waiting."""
    tellings: tuple[Telling, ...]
    """The latest attempts to tell somebody, the eldest first."""
    unheard: str | None
    """What nobody would hear of, by the configuration."""
    is_alive: bool
    """Whether it runs; one that gives no sign of life does not count."""

    @property
    def is_looking(self) -> bool:
        """Whether what it told last is how it is now."""
        return self.state is State.RUNNING

    @property
    def unwell(self) -> tuple[Unwell, ...]:
        """What is wrong now; nothing is known of a daemon that does not look."""
        if not self.is_looking or self.outlook is None:
            return ()
        return self.outlook.unwell


def liveness_of(config: Config, store: Store, now: datetime) -> Liveness:
    """Look at its lock, and at what the daemon wrote down last."""
    path, alarm = config.store.path, config.alarm
    vigil = store.vigils.last()
    book = read_book(None if vigil is None else vigil.book)
    seen_at = None if vigil is None else vigil.at
    stopped_at, holder = store.heartbeat.ended_at(), holder_of(path)
    state = state_of(holder, seen_at, stopped_at, now)
    return Liveness(
        state=state,
        holder=holder,
        seen_at=seen_at,
        stopped_at=stopped_at,
        unwritable=why_unwritable(path) or shortage(path, alarm.free_megabytes),
        is_alive=state in {State.STARTING, State.RUNNING},
        outlook=None if vigil is None else read_outlook(vigil.outlook),
        standing=book.standing,
        untold=tuple(book.waiting),
        tellings=book.tellings,
        unheard=None if hears_of_outbox(config) else NOBODY_HEARS,
    )


def is_preparing(config: Config, now: datetime) -> bool:
    """Tell whether a daemon began just now, whose store nobody else can open yet."""
    holder = holder_of(config.store.path)
    return state_of(holder, None, None, now) is State.STARTING


def state_of(
    holder: Holder,
    seen_at: datetime | None,
    stopped_at: datetime | None,
    now: datetime,
) -> State:
    """Tell how a daemon is whose lock and last signs are known."""
    is_fresh = is_alive(seen_at, now)
    if holder.is_there:
        # Whoever took the lock just now did not give the sign before it.
        if _is_new(holder.since, now) and not _is_later(seen_at, holder.since):
            return State.STARTING
        return State.RUNNING if is_fresh else State.SILENT
    if holder.is_there is None and is_fresh and not _is_later(stopped_at, seen_at):
        return State.RUNNING
    if _is_later(stopped_at, seen_at):
        return State.STOPPED
    if seen_at is None:
        return State.NEVER
    return State.LOST if holder.is_there is None else State.DEAD


def _is_new(since: datetime | None, now: datetime) -> bool:
    return since is not None and abs(now - since) <= LONGEST_START


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one >= other)


_WORDS: Mapping[State, str] = {
    State.NEVER: "never ran: triage run",
    State.STARTING: "is starting{who}",
    State.RUNNING: "is running{who}, {seen}",
    State.SILENT: "is STUCK{who}, or cannot write its store: {seen}",
    State.STOPPED: "is NOT RUNNING: it was stopped, {stopped}",
    State.DEAD: "is NOT RUNNING: it was killed or broke off, {seen}",
    State.LOST: "is NOT RUNNING, or cannot write its store: {seen}{who}",
}


def daemon_in_words(daemon: Liveness, now: datetime, in_words: InWords) -> str:
    """Say how the daemon is, as in `is running`, and since when that is known."""
    holder, stopped_at = daemon.holder, daemon.stopped_at
    who = "" if holder.process is None else f" (process {holder.process})"
    if holder.is_there is None:
        who = " (its lock cannot be looked at)"
    return _WORDS[daemon.state].format(
        who=who,
        seen=_last_sign(daemon.seen_at, now, in_words),
        stopped="" if stopped_at is None else in_words(stopped_at),
    )


def _last_sign(seen_at: datetime | None, now: datetime, in_words: InWords) -> str:
    if seen_at is None:
        return "no sign of life yet"
    seconds = (now - seen_at).total_seconds()
    at = in_words(seen_at)
    if seconds < -BLIP.total_seconds():
        return f"last sign of life {at}, by a clock that was wrong"
    if seconds < IN_SECONDS:
        # It may have come between our look at the clock and that at the store.
        return f"last sign of life {how_long(max(seconds, 0))} ago"
    return f"last sign of life {at} ({how_long(seconds)} ago)"


def hanging_jobs(daemon: Liveness, now: datetime, patience: float) -> tuple[str, ...]:
    """Name the jobs that neither end nor get on; only a new start helps."""
    if daemon.outlook is None or not daemon.is_looking:
        return ()
    longest = timedelta(seconds=patience)
    return tuple(
        job.name
        for job in daemon.outlook.jobs
        if job.running_since is not None
        and now - max(job.running_since, job.got_on_at or job.running_since) > longest
    )


def needs_of_daemon(
    liveness: Liveness, now: datetime, in_words: InWords, *, is_read: bool = False
) -> Iterator[str]:
    """Say what is not well with the daemon, each in a sentence.

    None is needed where each mailbox `is_read` by `triage run --once`, say from cron.
    """
    is_by_turns = liveness.state is State.NEVER and is_read
    if not (liveness.is_alive or is_by_turns):
        yield f"the daemon {daemon_in_words(liveness, now, in_words)}"
    unwell = liveness.unwell
    if liveness.unwritable and Kind.STORE not in {each.kind for each in unwell}:
        yield f"{said(Kind.STORE, '')}: {liveness.unwritable}"
    for each in unwell:
        if each.is_alarm or now - each.since >= BLIP:
            why = f": {each.why}" if each.why else ""
            yield f"{said(each.kind, each.job)} since {in_words(each.since)}{why}"
    for entry in liveness.standing:
        # Of secrets and tokens the health of the installation tells.
        if entry.kind in ENDS and entry.job.endswith(CERTIFICATE):
            yield entry.what
    for channel in liveness.untold:
        yield f"an alarm could not be told yet by {channel}: triage alarm list"
