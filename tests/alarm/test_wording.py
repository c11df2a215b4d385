"""What somebody is told, in sentences and as JSON."""

from datetime import timedelta

import pytest

from tests.alarm.watching import NOON, Ear, Watching
from triage.alarm import Entry, Kind, Notice, in_words
from triage.alarm.wording import LONGEST, as_json, headline_of

MINUTE = 60.0
AWAY = "nothing listens on port 993"
STOOD = Entry(kind=Kind.MAILBOX, job="", since=NOON, what=AWAY, told_at=NOON)
OVER = Entry(
    kind=Kind.MAILBOX,
    job="",
    since=NOON,
    what=AWAY,
    told_at=NOON,
    over_at=NOON + timedelta(minutes=25),
)
LASTED = (
    "it lasted 25 minutes, from 2026-03-10 12:00 UTC until 2026-03-10 12:25 UTC."
    " The cause was: nothing listens on port 993."
)


def test_an_end_tells_how_long_it_lasted_and_why() -> None:
    notice = Notice(at=NOON, over=(OVER,))

    assert f"OVER   the mailbox is read again; {LASTED}" in in_words(notice)
    assert as_json(notice, "box")["why"] == LASTED


def test_what_stands_says_what_to_do_first_and_its_end_does_not() -> None:
    stands = in_words(Notice(at=NOON, begun=(STOOD,)))
    over = in_words(Notice(at=NOON, over=(OVER,)))

    assert "What to do first: triage doctor" in stands
    assert "What to do first" not in over
    assert stands.isascii()


@pytest.mark.parametrize("kind", Kind)
def test_every_alarm_has_a_first_step(kind: Kind) -> None:
    entry = Entry(kind=kind, job="", since=NOON, what=AWAY, told_at=NOON)

    assert "What to do first" in in_words(Notice(at=NOON, begun=(entry,)))


def test_an_end_is_no_longer_told_as_the_cause_of_something() -> None:
    notice = Notice(at=NOON, over=(OVER,))

    assert headline_of(notice) == "the mailbox is read again"


def test_the_headline_names_the_cause() -> None:
    notice = Notice(at=NOON, begun=(STOOD,))

    assert headline_of(notice) == f"the mailbox is not read: {AWAY}"
    assert as_json(notice, "box")["why"] == AWAY


@pytest.mark.parametrize("what", ["so\nlong " * 40, "caf\xe9"], ids=["long", "odd"])
def test_a_headline_is_one_short_line_of_ascii(what: str) -> None:
    entry = Entry(kind=Kind.STORE, job="", since=NOON, what=what, told_at=NOON)

    line = headline_of(Notice(at=NOON, begun=(entry,)))

    assert len(line) <= LONGEST
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize(
    ("hangs", "why"),
    [(True, "a look into it began and does not end"), (False, "and was not")],
    ids=["hangs", "not begun"],
)
def test_a_mailbox_that_is_not_read_says_plainly_why(why: str, *, hangs: bool) -> None:
    ear = Ear()
    watching = Watching(ear)
    watching.wait(60 * MINUTE)
    if hangs:
        watching.hang("intake")
    else:
        del watching.jobs["intake"]

    watching.wait(15 * MINUTE)

    assert why in ear.heard[0].begun[0].what
