"""What stands, what was told to whom, and what is to be told now.

The book is one value: every look turns the old one into a new one, and whoever keeps it
has all that a restart needs in order to tell nothing twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from triage.alarm.model import Kind, Policy
from triage.alarm.signs import Sign, Signs

MOST_TELLINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One alarm: it stands, or it is over and remembered for a while."""

    kind: Kind
    job: str
    since: datetime
    what: str
    """Why, in words of ours."""
    told_at: datetime
    """When somebody was last told that it stands."""
    over_at: datetime | None = None

    @property
    def name(self) -> str:
        """What it has in common with its sign."""
        return f"{self.kind}:{self.job}" if self.job else str(self.kind)

    @property
    def stands(self) -> bool:
        return self.over_at is None


class Occasion(StrEnum):
    """Why something is told."""

    BEGUN = "alarm"
    STANDS = "reminder"
    OVER = "over"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to one channel."""

    at: datetime
    begun: tuple[Entry, ...] = ()
    reminded: tuple[Entry, ...] = ()
    over: tuple[Entry, ...] = ()

    @property
    def occasion(self) -> Occasion:
        """The most urgent of its reasons."""
        if self.begun:
            return Occasion.BEGUN
        if self.reminded:
            return Occasion.STANDS
        return Occasion.OVER if self.over else Occasion.TEST

    @property
    def is_empty(self) -> bool:
        return not (self.begun or self.reminded or self.over)

    @property
    def kinds(self) -> frozenset[Kind]:
        """Everything that it is about."""
        return frozenset(
            each.kind for each in (*self.begun, *self.reminded, *self.over)
        )

    def then(self, later: "Notice") -> "Notice":
        """Return both as one message; what is over by then needs no beginning."""
        over = {(each.name, each.since) for each in later.over}
        return Notice(
            at=later.at,
            begun=_without(self.begun, over) + later.begun,
            reminded=later.reminded,
            over=self.over + later.over,
        )

    def without(self, told: "Notice") -> "Notice":
        """Return what is left to say once that was told."""
        return Notice(
            at=self.at,
            begun=_except(self.begun, told.begun),
            reminded=_except(self.reminded, told.reminded),
            over=_except(self.over, told.over),
        )


def _without(
    entries: Iterable[Entry], over: set[tuple[str, datetime]]
) -> tuple[Entry, ...]:
    return tuple(each for each in entries if (each.name, each.since) not in over)


def _except(entries: Iterable[Entry], told: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(each for each in entries if each not in set(told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One attempt to tell something by one channel."""

    at: datetime
    channel: str
    occasion: Occasion
    about: tuple[str, ...]
    failure: str | None = None
    """None: it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All that is remembered."""

    entries: tuple[Entry, ...] = ()
    waiting: Mapping[str, Notice] = field(default_factory=dict)
    """What each channel is still to be told."""
    tellings: tuple[Telling, ...] = ()
    """The latest attempts, the eldest first."""
    resorted: tuple[Entry, ...] = ()
    """What the last resort was given lately."""

    @property
    def standing(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.stands)

    def enqueued(self, channel: str, notice: Notice) -> "Book":
        """Return the book with something more to tell by a channel."""
        before = self.waiting.get(channel)
        whole = notice if before is None else before.then(notice)
        return replace(self, waiting={**self.waiting, channel: whole})

    def noted(self, telling: Telling, told: Notice) -> "Book":
        """Return the book after an attempt; what was told waits no longer."""
        waiting = dict(self.waiting)
        if telling.failure is None and telling.channel in waiting:
            left = waiting.pop(telling.channel).without(told)
            if not left.is_empty:
                waiting[telling.channel] = left
        tellings = (*self.tellings, telling)[-MOST_TELLINGS:]
        return replace(self, waiting=waiting, tellings=tellings)

    def kept_from_last_resort(self, notice: Notice, *, is_needed: bool) -> Notice:
        """Return what it was not given, and is to tell: the end of what it told.

        Where it `is_needed`, also what stands, and the rest of a notice.
        """
        begun = {(each.name, each.since) for each in self.resorted}
        fresh = _without(self.standing, begun)
        over = tuple(
            each
            for each in self.entries
            if not each.stands
            and (
                (each.name, each.since) in begun or (is_needed and each in notice.over)
            )
        )
        return Notice(
            at=notice.at,
            begun=fresh if is_needed else (),
            reminded=_except(notice.reminded, (*fresh, *self.resorted))
            if is_needed
            else (),
            over=_except(over, self.resorted),
        )


_BOOK, _NOTICE = TypeAdapter(Book), TypeAdapter(Notice)


def written(book: Book) -> str:
    """Return a book as JSON."""
    return _BOOK.dump_json(book).decode()


def written_notice(notice: Notice) -> str:
    """Return a notice as JSON; the same notice has the same text."""
    return _NOTICE.dump_json(notice).decode()


def read_book(text: str | None) -> Book:
    """Return a book that was written; an empty one where it cannot be read."""
    try:
        return Book() if text is None else _BOOK.validate_json(text)
    except ValidationError:
        return Book()


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, by both clocks."""

    steady: float
    now: datetime


def turned(
    book: Book, signs: Signs, moment: Moment, policy: Policy
) -> tuple[Book, Notice]:
    """Return the book as it is now, and what somebody must be told; often nothing.

    An alarm begins when something was wrong for as long as is allowed; what is wrong
    for half of that is told along. It is over after a calm. One that comes back soon
    after its end is not told before the hour is over.
    """
    now = moment.now
    known = {each.name: each for each in book.entries}
    begun = tuple(_begun(known, signs, moment, policy))
    jobs = {sign.job for sign in signs.values()}
    over = tuple(
        replace(entry, over_at=now)
        for entry in book.standing
        # A job that is no more, by the configuration, has no sign any more.
        if entry.job not in {*jobs, ""}
        or _is_of_others(entry, signs)
        or _is_over(signs.get(entry.name), moment, policy)
    )
    reminded = tuple(
        replace(entry, told_at=now)
        for entry in book.standing
        # So far ahead of now it was told by a clock that was wrong.
        if abs(now - entry.told_at) >= timedelta(seconds=policy.reminds(entry.kind))
        and entry.name not in {each.name for each in over}
    )
    if not (begun or over or reminded):
        return book, Notice(at=now)
    known |= {each.name: each for each in (*begun, *reminded, *over)}
    notice = Notice(at=now, begun=begun, reminded=reminded, over=over)
    return replace(book, entries=tuple(known.values())), notice


def _is_of_others(entry: Entry, signs: Signs) -> bool:
    """What one mailbox had is told of each of several by now, or the other way."""
    same = [sign for sign in signs.values() if sign.kind is entry.kind]
    return bool(same) and entry.name not in signs and not entry.job


def _begun(
    known: Mapping[str, Entry], signs: Signs, moment: Moment, policy: Policy
) -> Iterator[Entry]:
    fresh = [
        sign
        for sign in signs.values()
        if not sign.is_well and _may_be_told(known.get(sign.name), moment, policy)
    ]
    if any(_is_too_long(sign, moment, policy) for sign in fresh):
        for sign in fresh:
            if _is_too_long(sign, moment, policy, share=0.5):
                yield _entry(sign, moment)


def _is_too_long(
    sign: Sign, moment: Moment, policy: Policy, share: float = 1.0
) -> bool:
    return moment.steady - sign.since >= share * policy.allowed(sign.kind)


def alarming(signs: Signs, steady: float, policy: Policy) -> tuple[Sign, ...]:
    """Return what is wrong for longer than is allowed, told or not."""
    return tuple(
        sign
        for sign in signs.values()
        if not sign.is_well and steady - sign.since >= policy.allowed(sign.kind)
    )


def _may_be_told(entry: Entry | None, moment: Moment, policy: Policy) -> bool:
    if entry is None:
        return True
    if entry.over_at is None:
        return False
    ago = moment.now - entry.over_at
    # An end in the future was written under a wrong clock.
    return not timedelta() <= ago < timedelta(seconds=policy.again)


def _is_over(sign: Sign | None, moment: Moment, policy: Policy) -> bool:
    return (
        sign is not None and sign.is_well and moment.steady - sign.since >= policy.calm
    )


def _entry(sign: Sign, moment: Moment) -> Entry:
    ago = timedelta(seconds=moment.steady - sign.since)
    return Entry(
        kind=sign.kind,
        job=sign.job,
        since=moment.now - ago,
        what=sign.why,
        told_at=moment.now,
    )
