"""Gets notices through the channels, each in a thread of its own, until they are."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from triage.alarm.book import MOST_TELLINGS, Book, Moment, Notice, Telling
from triage.alarm.channel import TELLING_SECONDS, Channel, NotToldError
from triage.alarm.errand import Errand

PAUSES = (60.0, 300.0, 900.0, 3600.0)
"""After the first, second, … failure of a channel in a row; then the last."""
LONGEST_SECONDS = 2 * TELLING_SECONDS
FAILURES_BEFORE_LAST_RESORT = 2

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class _Way:
    """A channel, and how it went."""

    channel: Channel
    errand: Errand[str]
    notice: Notice | None = None
    """On its way."""
    begun_at: float = 0.0
    failures: int = 0
    rests_until: float | None = None


@dataclass
class Tellers:
    """All channels; `last_resort` is used where no other is left or every other failed.

    A notice goes to each channel that does not fail with what it tells, or to all where
    there is no such channel; the last resort is never used for what it fails with. Once
    it told that something began, it tells the end, whichever channel works by then.
    """

    channels: Sequence[Channel]
    last_resort: Channel | None = None
    _ways: dict[str, _Way] = field(init=False)

    def __post_init__(self) -> None:
        known = (*self.channels, *([self.last_resort] if self.last_resort else []))
        self._ways = {
            each.name: _Way(channel=each, errand=Errand(f"alarm-{each.name}"))
            for each in known
        }

    @property
    def are_busy(self) -> bool:
        """Whether a message is on its way."""
        return any(way.notice is not None for way in self._ways.values())

    def enqueued(self, book: Book, notice: Notice) -> Book:
        """Return the book with a notice waiting for each channel that is to tell it."""
        kinds = notice.kinds | {each.kind for each in book.standing}
        free = [each for each in self.channels if not each.fails_with & kinds]
        for channel in free or self.channels:
            book = book.enqueued(channel.name, notice)
        return self._resorted(book, notice)

    def _resorted(self, book: Book, notice: Notice) -> Book:
        """Give the last resort what it was not given yet, if it can tell it now.

        Where another channel works, that is only the end of what it had to tell.
        """
        last = self.last_resort
        kinds = {each.kind for each in book.standing}
        if last is None or last.fails_with & kinds:
            return book
        is_needed = all(
            self._ways[each.name].failures >= FAILURES_BEFORE_LAST_RESORT
            for each in self.channels
        )
        rest = book.kept_from_last_resort(notice, is_needed=is_needed)
        if rest.is_empty:
            return book
        given = (*book.resorted, *rest.begun, *rest.reminded, *rest.over)
        book = replace(book, resorted=given[-MOST_TELLINGS:])
        return book.enqueued(last.name, rest)

    def told(self, book: Book, moment: Moment) -> Book:
        """Return the book after what came of earlier attempts; begin what is due."""
        if not book.waiting.keys() <= self._ways.keys():
            known = book.waiting.keys() & self._ways.keys()
            book = replace(book, waiting={name: book.waiting[name] for name in known})
        for way in self._ways.values():
            if way.notice is not None:
                book = self._heard(book, way, moment)
            waiting = book.waiting.get(way.channel.name)
            if waiting is not None and way.notice is None and _may_try(way, moment):
                _begin(way, waiting, moment)
        return book

    def _heard(self, book: Book, way: _Way, moment: Moment) -> Book:
        """Note what came of a message, once it is known."""
        notice, failure = way.notice, way.errand.result()
        if failure is None and moment.steady - way.begun_at > LONGEST_SECONDS:
            failure = f"no end within {LONGEST_SECONDS:.0f} s"
        if failure is None or notice is None:
            return book
        way.notice = None
        name = way.channel.name
        telling = Telling(
            at=moment.now,
            channel=name,
            occasion=notice.occasion,
            about=tuple(
                each.name for each in (*notice.begun, *notice.reminded, *notice.over)
            ),
            failure=failure or None,
        )
        book = book.noted(telling, notice)
        if not failure:
            way.failures, way.rests_until = 0, None
            return book
        log.error("alarm: %s could not be told: %s", name, failure)
        way.failures += 1
        way.rests_until = moment.steady + PAUSES[min(way.failures, len(PAUSES)) - 1]
        return self._resorted(book, notice)


def _may_try(way: _Way, moment: Moment) -> bool:
    is_rested = way.rests_until is None or moment.steady >= way.rests_until
    return is_rested and not way.errand.is_under_way


def _begin(way: _Way, notice: Notice, moment: Moment) -> None:
    way.notice, way.begun_at = notice, moment.steady
    channel = way.channel
    way.errand.begin(lambda: told_or_why_not(channel, notice))


def told_or_why_not(channel: Channel, notice: Notice) -> str:
    """Tell a notice; return why it did not get through, '' where it did."""
    try:
        channel.tell(notice)
    except NotToldError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - our fault must not end the alarm
        return f"an unexpected {type(error).__name__}"
    return ""
