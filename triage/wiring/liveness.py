"""What the daemon told of itself, for who asks from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.alarm import (
    Entry,
    Outlook,
    Telling,
    Unwell,
    is_alive,
    read_book,
    read_outlook,
    said,
)
from triage.config import Config
from triage.store import Store
from triage.wiring.alarms import NOBODY_HEARS, hears_of_outbox

BLIP = timedelta(seconds=45)
"""What is wrong for less is no news yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """How the daemon is, by its last sign of life; nothing of a sender's is in it."""

    seen_at: datetime | None
    """Its last sign of life; None: it never ran."""
    is_alive: bool
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

    @property
    def unwell(self) -> tuple[Unwell, ...]:
        """What is wrong now; nothing is known of a dead daemon."""
        if not self.is_alive or self.outlook is None:
            return ()
        return self.outlook.unwell


def liveness_of(config: Config, store: Store, now: datetime) -> Liveness:
    """Look at what the daemon wrote down last."""
    vigil = store.vigils.last()
    book = read_book(None if vigil is None else vigil.book)
    seen_at = None if vigil is None else vigil.at
    return Liveness(
        seen_at=seen_at,
        is_alive=is_alive(seen_at, now),
        outlook=None if vigil is None else read_outlook(vigil.outlook),
        standing=book.standing,
        untold=tuple(book.waiting),
        tellings=book.tellings,
        unheard=None if hears_of_outbox(config) else NOBODY_HEARS,
    )


def needs_of_daemon(liveness: Liveness, now: datetime) -> Iterator[str]:
    """Say what is not well with the daemon, each in a sentence."""
    if liveness.seen_at is None:
        yield "the daemon never ran: triage run"
    elif not liveness.is_alive:
        yield (
            "the daemon is not running, or cannot write its store: its last sign of "
            f"life is of {liveness.seen_at:%Y-%m-%d %H:%M:%S} UTC"
        )
    for each in liveness.unwell:
        if each.is_alarm or now - each.since >= BLIP:
            why = f" ({each.why})" if each.why else ""
            since = f"{each.since:%Y-%m-%d %H:%M} UTC"
            yield f"{said(each.kind, each.job)} since {since}{why}"
    for channel in liveness.untold:
        yield f"an alarm could not be told yet by {channel}: triage alarm list"
