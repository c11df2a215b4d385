"""A notice in sentences, and as JSON for machines; no word of a sender's is in it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from triage.alarm.book import Entry, Notice, Occasion
from triage.alarm.model import ENDS, Kind
from triage.reply.words import how_long

LONGEST = 150
"""Of a subject."""

_SAID = {
    Kind.MAILBOX: ("the mailbox is not read", "the mailbox is read again"),
    Kind.OUTBOX: ("no letter is sent", "letters are sent again"),
    Kind.LEDGER: ("the ledger does not balance", "the ledger balances again"),
    Kind.STORE: ("the store cannot be written", "the store can be written again"),
    Kind.FAILING: ("the job `{job}` fails", "the job `{job}` goes well again"),
    Kind.ENDING: ("`{job}` ends soon", "`{job}` holds for long again"),
    Kind.ENDED: ("`{job}` has ended", "`{job}` is renewed"),
    Kind.STUCK: ("the job `{job}` is stuck", "the job `{job}` gets on again"),
}

_SAID_OF_ONE = {
    Kind.MAILBOX: (
        "the mailbox `{mailbox}` is not read",
        "the mailbox `{mailbox}` is read again",
    ),
    Kind.OUTBOX: (
        "no letter of `{mailbox}` is sent",
        "letters of `{mailbox}` are sent again",
    ),
}
"""Where there are several mailboxes."""


_DOCTOR = "triage doctor tries what is needed and says what to do."
_LOG = "look into the log of the daemon; begin it anew if it does not go on."
FIRST = {
    Kind.MAILBOX: _DOCTOR,
    Kind.OUTBOX: _DOCTOR,
    Kind.LEDGER: "triage status names what does not come out; lose no mail by hand.",
    Kind.STORE: "make room on its disk, or see why it cannot be written.",
    Kind.FAILING: _LOG,
    Kind.ENDING: "renew it; triage doctor says how.",
    Kind.ENDED: "renew it; triage doctor says how.",
    Kind.STUCK: _LOG,
}


def said(kind: Kind, job: str, *, is_over: bool = False) -> str:
    """Name an alarm, or its end, in a few words."""
    if job and kind in _SAID_OF_ONE:
        return _SAID_OF_ONE[kind][is_over].format(mailbox=job)
    return _SAID[kind][is_over].format(job=job)


def title_of(notice: Notice) -> str:
    """Return one line: what it is about."""
    if notice.occasion is Occasion.TEST:
        return "a test of the alarm"
    parts = [said(each.kind, each.job) for each in (*notice.begun, *notice.reminded)]
    parts += [said(each.kind, each.job, is_over=True) for each in notice.over]
    first, others = parts[0], len(parts) - 1
    more = f" (and {others} more)" if others else ""
    still = "still: " if notice.occasion is Occasion.STANDS else ""
    return f"{still}{first}{more}"


def headline_of(notice: Notice) -> str:
    """Return the same line with why it is so, for a subject: short, and plain ASCII."""
    first = next(iter((*notice.begun, *notice.reminded)), None)
    why = f": {first.what}" if first is not None and first.what else ""
    line = " ".join(f"{title_of(notice)}{why}".split())
    clipped = line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
    return clipped.encode("ascii", "replace").decode()


def in_words(notice: Notice) -> str:
    """Return the whole message in plain ASCII."""
    return "\n".join(_lines(notice)).encode("ascii", "replace").decode()


def _lines(notice: Notice) -> Iterator[str]:
    if notice.is_empty:
        yield "This is a test. Nothing is wrong; no need to do anything."
    for each in notice.begun:
        yield _standing("ALARM", each)
    for each in notice.reminded:
        yield _standing("STILL", each)
    for each in notice.over:
        yield f"OVER   {said(each.kind, each.job, is_over=True)}; {ended(each)}"
    yield ""
    standing = (*notice.begun, *notice.reminded)
    for step in dict.fromkeys(FIRST[entry.kind] for entry in standing):
        yield f"What to do first: {step}"
    if not notice.is_empty:
        yield "How it is now: triage status"
        yield 'More: docs/operations.md, "When the alarm rings".'


def _standing(word: str, entry: Entry) -> str:
    if entry.kind in ENDS:
        return f"{word}  {said(entry.kind, entry.job)}: {entry.what}."
    why = f" ({entry.what})" if entry.what else ""
    return f"{word}  {said(entry.kind, entry.job)} since {_time(entry.since)}{why}."


def ended(entry: Entry) -> str:
    """Say of what is over how long it was so, and why."""
    cause = f" The cause was: {entry.what.rstrip('.')}." if entry.what else ""
    if entry.over_at is None:
        return f"it began {_time(entry.since)}.{cause}"
    lasted = how_long((entry.over_at - entry.since).total_seconds())
    span = f"from {_time(entry.since)} until {_time(entry.over_at)}"
    return f"it lasted {lasted}, {span}.{cause}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def as_json(notice: Notice, host: str) -> dict[str, object]:
    """Return what a webhook or a command gets."""
    listed = [
        *(_fact(each, Occasion.BEGUN) for each in notice.begun),
        *(_fact(each, Occasion.STANDS) for each in notice.reminded),
        *(_fact(each, Occasion.OVER) for each in notice.over),
    ]
    test = {"alarm": "test", "since": _iso(notice.at), "why": ""}
    first = listed[0] if listed else test
    return {
        "state": str(notice.occasion),
        "alarm": first["alarm"],
        "since": first["since"],
        "what": title_of(notice),
        "why": first["why"],
        "host": host,
        "at": _iso(notice.at),
        "alarms": listed,
    }


def _fact(entry: Entry, occasion: Occasion) -> Mapping[str, object]:
    return {
        "alarm": entry.name,
        "state": str(occasion),
        "since": _iso(entry.since),
        "until": None if entry.over_at is None else _iso(entry.over_at),
        "what": said(entry.kind, entry.job, is_over=occasion is Occasion.OVER),
        "why": ended(entry) if occasion is Occasion.OVER else entry.what,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def trial_notice(now: datetime) -> Notice:
    """Return what `triage alarm test` tells."""
    return Notice(at=now)
