"""What an IMAP server may do wrong at a command.

Every fault is a function from the moment at which it strikes to what is said, or None
where it cannot strike there. Whether the command is carried out first makes two faults
of one: a MOVE that was carried out and never answered is not one that was not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.account import Account
from tests.servers.hostile import Moment, Step
from tests.servers.scripted import Answer, HangUp, Say, Stall

Spring = Callable[[Moment], Answer | None]
Where = Callable[[Step], bool]

_LITERAL = re.compile(rb"\{(\d+)\}\r\n")
_LONG_LINE = b"* OK " + b"x" * 10_000_000
_ENDLESS = b"* 1 RECENT\r\n" * 200_000
_NESTED = b"* 1 FETCH (UID 1 BODYSTRUCTURE " + b"(" * 5_000 + b"\r\n"
_HUGE = 99_999_999_999


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to go wrong, with a name that reads in a finding."""

    name: str
    spring: Spring
    can_strike: Where = lambda _: True
    """Where it makes sense at all."""
    times: int = 1
    undo: Callable[[Account], None] | None = None
    renumbers: bool = False
    """Mail that nobody knows then waits for a person, rather than be answered twice."""
    is_silent: bool = False
    """Only a clock tells that nothing more is said."""


def fetches_text(step: Step) -> bool:
    return step.command in ("FETCH header", "FETCH body", "FETCH section")


def _peeks(step: Step) -> bool:
    return step.command == "FETCH header"


def _is_in_session(step: Step) -> bool:
    return step.command not in ("greeting", "credentials", "AUTHENTICATE", "IDLE")


def _first_literal(said: bytes) -> re.Match[bytes] | None:
    return _LITERAL.search(said)


def _cut(
    name: str, at: Callable[[bytes], int | None], can_strike: Where = lambda _: True
) -> Fault:
    """The command is carried out, and its answer breaks off."""

    def spring(moment: Moment) -> Answer | None:
        said = moment.perform()
        end = at(said)
        return None if end is None else [Say(said[:end]), HangUp()]

    return Fault(name, spring, can_strike)


def _before_tag(said: bytes) -> int | None:
    start = said.rfind(b"TAG ")
    return start if start > 0 else None


def _in_literal(share: Callable[[int], int]) -> Callable[[bytes], int | None]:
    def at(said: bytes) -> int | None:
        found = _first_literal(said)
        return None if found is None else found.end() + share(int(found[1]))

    return at


def _instead(name: str, *steps: Say | HangUp | Stall, is_silent: bool = False) -> Fault:
    """The command is not carried out; this is said."""
    return Fault(name, lambda _: steps, is_silent=is_silent or Stall() in steps)


def _after(name: str, *steps: Say | HangUp | Stall) -> Fault:
    """The command is carried out; this is said in the place of its answer."""

    def spring(moment: Moment) -> Answer:
        moment.perform()
        return steps

    return Fault(name, spring, is_silent=Stall() in steps)


def _ahead(name: str, octets: bytes) -> Fault:
    """The right answer, and something before it that nobody asked for."""

    def spring(moment: Moment) -> Answer:
        return [Say(octets + moment.perform())]

    return Fault(name, spring, _is_in_session)


def _dripping(moment: Moment) -> Answer:
    return [Say(moment.perform() + b"* OK " + b"x" * 500, pause=0.03)]


def _tag_cut(said: bytes) -> int | None:
    start = said.rfind(b"TAG ")
    return None if start < 0 else start + 5


DROPS = (
    _instead("closed before it is carried out", HangUp()),
    _instead("reset before it is carried out", HangUp(rudely=True)),
    _after("carried out, then closed", HangUp()),
    _after("carried out, then reset", HangUp(rudely=True)),
    _cut("closed in its first line", lambda said: max(1, said.find(b"\r\n") // 2)),
    _cut("closed before its tag", _before_tag),
    _cut("closed within its last line", _tag_cut),
    _cut("closed after its last line", len),
    _cut("closed after one octet of a literal", _in_literal(lambda _: 1), fetches_text),
    _cut(
        "closed in the middle of a literal",
        _in_literal(lambda size: size // 2),
        fetches_text,
    ),
    _cut(
        "closed one octet before a literal ends",
        _in_literal(lambda n: n - 1),
        fetches_text,
    ),
    _cut("closed after a literal", _in_literal(lambda size: size), fetches_text),
)

STALLS = (
    _instead("silent for ever, not carried out", Stall()),
    _after("carried out, then silent for ever", Stall()),
    Fault(
        "silent within its answer",
        lambda moment: [Say((said := moment.perform())[: len(said) // 2]), Stall()],
        is_silent=True,
    ),
    Fault("an octet at a time", _dripping, is_silent=True),
)

GARBAGE = (
    _instead("octets without meaning", Say(b"\0\xff garbage \x1b\r\n")),
    _instead("a line of NULs", Say(b"\0" * 100 + b"\r\n")),
    # Where an answer may be that large, only the clock ends it.
    _instead("a line of 10 MB", Say(_LONG_LINE), is_silent=True),
    _instead("untagged lines without end", Say(_ENDLESS), is_silent=True),
    _instead("the tag of another command", Say(b"X99 OK done\r\n")),
    _instead("an empty line", Say(b"\r\n")),
    _instead("brackets nested without end", Say(_NESTED), Stall()),
    _instead("half an answer", Say(b"* 1 FETCH ((((((((\r\nTAG OK done\r\n"), HangUp()),
    _instead("a continuation that nobody asked for", Say(b"+ go on\r\n"), HangUp()),
)

UNSOLICITED = (
    _ahead("EXISTS", b"* 900 EXISTS\r\n"),
    _ahead("EXPUNGE", b"* 1 EXPUNGE\r\n"),
    _ahead("FETCH of flags by number", b"* 1 FETCH (FLAGS (\\Seen))\r\n"),
    _ahead("FETCH of flags by UID", b"* 1 FETCH (UID 1 FLAGS (\\Deleted))\r\n"),
    _ahead(
        "FETCH of another mail",
        b"* 9 FETCH (UID 9999 RFC822.SIZE 5 BODY[HEADER]<0> {4}\r\n\r\n\r\n"
        b" BODY[]<0> {5}\r\nhello)\r\n",
    ),
    _ahead("VANISHED", b"* VANISHED 1:9999\r\n"),
    _ahead(
        "RECENT, FLAGS and LIST", b'* 0 RECENT\r\n* FLAGS ()\r\n* LIST () "/" X\r\n'
    ),
    _ahead("ALERT", b"* OK [ALERT] the disk is nearly full\r\n"),
    _ahead("another UIDNEXT in passing", b"* OK [UIDNEXT 1] x\r\n"),
)


def _lying(name: str, size: Callable[[int], int], *, is_silent: bool = False) -> Fault:
    """A literal is not as long as is announced."""

    def spring(moment: Moment) -> Answer | None:
        said = moment.perform()
        found = _first_literal(said)
        if found is None:
            return None
        announced = b"{%d}\r\n" % size(int(found[1]))
        return [Say(said[: found.start()] + announced + said[found.end() :])]

    return Fault(name, spring, fetches_text, is_silent=is_silent)


def _size(name: str, change: Callable[[int], int]) -> Fault:
    """RFC822.SIZE of every mail is wrong."""

    def spring(moment: Moment) -> Answer | None:
        said = moment.perform()
        changed = re.sub(
            rb"RFC822\.SIZE (\d+)",
            lambda found: b"RFC822.SIZE %d" % change(int(found[1])),
            said,
        )
        return None if changed == said else [Say(changed)]

    return Fault(name, spring, _peeks)


def _cut_consistently(moment: Moment) -> Answer | None:
    """Give a literal that ends early, and says so."""
    said = moment.perform()
    found = _first_literal(said)
    if found is None:
        return None
    size = int(found[1])
    kept = said[found.end() : found.end() + size // 3]
    return [
        Say(
            said[: found.start()]
            + b"{%d}\r\n%b" % (len(kept), kept)
            + said[found.end() + size :]
        )
    ]


LITERALS = (
    _lying("a literal of 100 GB", lambda _: _HUGE),
    _lying("a literal of less than nothing", lambda _: -5),
    _lying("a literal announced too long", lambda size: size + 60, is_silent=True),
    _lying(
        "a literal announced much too long",
        lambda size: size + 1_000_000,
        is_silent=True,
    ),
    _lying("a literal announced too short", lambda size: size - 20),
    Fault("a literal that ends early", _cut_consistently, fetches_text),
    _size("sizes that are too small", lambda size: size // 4),
    _size("sizes of nothing", lambda _: 0),
    _size("sizes that are too large", lambda size: size * 8),
    _size("sizes of 100 GB", lambda _: _HUGE),
    _size("sizes of less than nothing", lambda size: -size),
    _instead(
        "a string where nobody asked for one",
        Say(b"* OK {%d}\r\nabc\r\n" % _HUGE),
        Stall(),
    ),
)

_WORDS_OF_REFUSAL = (
    ("NO", b"TAG NO not now\r\n"),
    ("BAD", b"TAG BAD what?\r\n"),
    ("NO [UNAVAILABLE]", b"TAG NO [UNAVAILABLE] a part is away\r\n"),
    ("NO [INUSE]", b"TAG NO [INUSE] somebody else has it\r\n"),
    ("NO [OVERQUOTA]", b"TAG NO [OVERQUOTA] it is full\r\n"),
    ("NO [ALERT]", b"TAG NO [ALERT] ask your administrator\r\n"),
    ("NO [SERVERBUG]", b"TAG NO [SERVERBUG] ouch\r\n"),
    ("NO [NOPERM]", b"TAG NO [NOPERM] you may not\r\n"),
    ("NO [NONEXISTENT]", b"TAG NO [NONEXISTENT] there is none\r\n"),
)
REFUSALS = (
    *(_instead(words, Say(said)) for words, said in _WORDS_OF_REFUSAL),
    _after("carried out, then NO", Say(b"TAG NO a part of it failed\r\n")),
    _after("carried out, then BAD", Say(b"TAG BAD Command Argument Error. 11\r\n")),
    _instead("BYE", Say(b"* BYE going down\r\n"), HangUp()),
    _instead("BYE [UNAVAILABLE]", Say(b"* BYE [UNAVAILABLE] later\r\n"), HangUp()),
    _after("carried out, then BYE", Say(b"* BYE going down\r\n"), HangUp()),
    _instead("BYE, and the line stays", Say(b"* BYE going down\r\n"), Stall()),
)
