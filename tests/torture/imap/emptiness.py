"""Answers that say OK and are not what was asked for."""

import re

from tests.servers.hostile import Moment, Step
from tests.servers.scripted import Answer, Say
from tests.torture.imap.faults import Fault, fetches_text

_LITERAL = re.compile(rb"\{(\d+)\}\r\n")
_UID = re.compile(rb"\(UID (\d+)")
_FIRST_FETCH = re.compile(rb"^\* \d+ FETCH ", re.MULTILINE)


def _is_answered_with_ok(step: Step) -> bool:
    return step.command not in ("greeting", "AUTHENTICATE", "IDLE")


def _ok_and_nothing(_: Moment) -> Answer:
    """Say OK and do nothing, as no server may."""
    return [Say(b"TAG OK done\r\n")]


def _ok_without_data(moment: Moment) -> Answer:
    moment.perform()
    return [Say(b"TAG OK done\r\n")]


def _with_literals_as(moment: Moment, instead: bytes) -> Answer | None:
    said, rest = b"", moment.perform()
    while found := _LITERAL.search(rest):
        said += rest[: found.start()] + instead
        rest = rest[found.end() + int(found[1]) :]
    return [Say(said + rest)] if said else None


def _under_other_uids(moment: Moment) -> Answer | None:
    said = moment.perform()
    changed = _UID.sub(lambda found: b"(UID %d" % (int(found[1]) + 5_000), said)
    return None if changed == said else [Say(changed)]


def _without_uids(moment: Moment) -> Answer | None:
    said = moment.perform()
    changed = _UID.sub(b"(FLAGS ()", said)
    return None if changed == said else [Say(changed)]


def _twice(moment: Moment) -> Answer | None:
    said = moment.perform()
    if _FIRST_FETCH.match(said) is None:
        return None
    end = said.rfind(b"TAG ")
    return [Say(said[:end] * 2 + said[end:])]


def _first_only(moment: Moment) -> Answer | None:
    """Leave out every mail but the first."""
    said = moment.perform()
    starts = [found.start() for found in _FIRST_FETCH.finditer(said)]
    if len(starts) < 2:
        return None
    return [Say(said[: starts[1]] + said[said.rfind(b"TAG ") :])]


EMPTINESS = (
    Fault("OK, and nothing was done", _ok_and_nothing, _is_answered_with_ok),
    Fault("done, and OK without more", _ok_without_data, _is_answered_with_ok),
    *(
        Fault(name, spring, fetches_text)
        for name, spring in (
            ("NIL in the place of text", lambda m: _with_literals_as(m, b"NIL")),
            ("nothing in the place of text", lambda m: _with_literals_as(m, b'""')),
            (
                "an empty line in the place of text",
                lambda m: _with_literals_as(m, b"{2}\r\n\r\n"),
            ),
            ("text under other UIDs", _under_other_uids),
            ("text without UIDs", _without_uids),
            ("everything twice", _twice),
            ("the first mail only", _first_only),
        )
    ),
)
