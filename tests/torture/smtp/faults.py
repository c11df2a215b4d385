"""Everything that a server can do in the place of one answer."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.smtp.scripted import Step, Talk
from tests.torture.smtp.expected import Kind

NOT_NOW = (421, 450, 451, 452)
NEVER = (500, 501, 502, 503, 504, 521, 530, 535, 550, 551, 552, 553, 554)
TEN_MEGABYTES = 10_000_000
LONGER_THAN_WE_WAIT = 2.0
"""Seconds; see `desk.HASTY`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens, whatever the stage."""

    name: str
    kind: Kind
    step: Callable[[bytes], Step]
    """From the usual answer to what is done instead."""
    is_slow: bool = False
    """It lasts longer than we wait, so we must not wait long."""
    is_typical: bool = False
    """It stands for its kind where not every fault is tried."""


def says(answer: bytes) -> Callable[[bytes], Step]:
    return lambda _: answer


def faults() -> Iterator[Fault]:
    yield from _in_codes()
    yield from _unreadable()
    yield from _broken_off()
    yield from _unusual()


def _in_codes() -> Iterator[Fault]:
    for code in NOT_NOW:
        yield Fault(f"{code}", Kind.NOT_NOW, says(b"%d not now\r\n" % code))
        enhanced = says(b"%d 4.3.%d not now\r\n" % (code, code % 10))
        is_typical = code == NOT_NOW[2]
        yield Fault(f"{code} 4.3.x", Kind.NOT_NOW, enhanced, is_typical=is_typical)
    for code in NEVER:
        kind = Kind.LOG_IN if code == 530 else Kind.NEVER
        yield Fault(f"{code}", kind, says(b"%d never\r\n" % code))
        enhanced = says(b"%d 5.%d.1 never\r\n" % (code, code % 8))
        yield Fault(f"{code} 5.x.1", kind, enhanced, is_typical=code in {530, 554})
    yield Fault("550 5.1.1", Kind.NEVER, says(b"550 5.1.1 <x@y> unknown\r\n"))
    yield Fault("550 5.7.1", Kind.NEVER, says(b"550 5.7.1 policy\r\n"))
    yield Fault("550 5.7.26", Kind.NEVER, says(b"550-5.7.26 DMARC\r\n550 5.7.26 x\r\n"))
    yield Fault("421 and gone", Kind.NOT_NOW, _says_and_hangs_up(b"421 4.3.2 bye\r\n"))
    yield Fault("554 and gone", Kind.NEVER, _says_and_hangs_up(b"554 5.3.2 no\r\n"))
    yield Fault("a code that lies", Kind.NOT_NOW, says(b"451 2.0.0 fine\r\n"))


def _unreadable() -> Iterator[Fault]:
    kind = Kind.GARBLED
    yield Fault("garbage", kind, says(b"SSH-2.0-OpenSSH_9.6\r\n"), is_typical=True)
    yield Fault("an empty line", kind, says(b"\r\n"))
    yield Fault("a code out of range", kind, says(b"999 what\r\n"))
    yield Fault("a code of two digits", kind, says(b"25 ok\r\n"))
    yield Fault("a negative code", kind, says(b"-250 ok\r\n"))
    yield Fault("digits of another script", kind, says("²⁵⁰ ok\r\n".encode()))
    yield Fault("octets beyond ASCII", kind, says(bytes(range(128, 256)) + b"\r\n"))
    yield Fault("only NULs", kind, says(b"\0" * 64 + b"\r\n"))
    yield Fault("codes that differ", kind, says(b"250-well\r\n550 no\r\n"))
    yield Fault("codes that differ, kindly", kind, says(b"550-no\r\n250 well\r\n"))
    yield Fault("a line of 10 MB", kind, _pours(b"250 " + b"x" * TEN_MEGABYTES))
    yield Fault("lines without end", kind, _pours(b"250-x\r\n" * 200_000))
    yield Fault("NULs without end", kind, _pours(b"\0" * TEN_MEGABYTES))


def _broken_off() -> Iterator[Fault]:
    gone, silent = Kind.GONE, Kind.SILENT
    yield Fault("hangs up", gone, lambda _: Talk.hang_up, is_typical=True)
    yield Fault("resets", gone, lambda _: Talk.reset)
    yield Fault("hangs up in its answer", gone, _half)
    yield Fault("resets in its answer", gone, _half_and_reset)
    yield Fault("hangs up between lines", gone, _first_line_only)
    yield Fault(
        "says nothing", silent, lambda _: Talk.stall, is_slow=True, is_typical=True
    )
    yield Fault("answers when nobody waits", silent, _too_late, is_slow=True)
    yield Fault("an octet now and then", silent, _drips, is_slow=True)


def _unusual() -> Iterator[Fault]:
    usual = Kind.USUAL
    yield Fault("octet by octet", usual, _in_octets, is_typical=True)
    yield Fault("a while later", usual, _later)
    yield Fault("LF alone", usual, lambda usual: usual.replace(b"\r\n", b"\n"))
    yield Fault("NULs in the text", usual, _with_nuls)
    yield Fault("beyond ASCII in the text", usual, _beyond_ascii)
    yield Fault("no text", usual, lambda usual: usual[:3] + b"\r\n")
    yield Fault("a space and no text", usual, lambda usual: usual[:3] + b" \r\n")
    yield Fault("several lines", usual, _in_lines)
    yield Fault("250", Kind.OTHER_DONE, says(b"250 ok\r\n"))
    yield Fault("251", Kind.OTHER_DONE, says(b"251 will forward\r\n"))
    yield Fault("252", Kind.OTHER_DONE, says(b"252 2.5.0 perhaps\r\n"))
    yield Fault("253", Kind.OTHER_DONE, says(b"253 queued\r\n"), is_typical=True)
    yield Fault("299", Kind.OTHER_DONE, says(b"299-a\r\n299 b\r\n"))
    yield Fault("334", Kind.GO_ON, says(b"334 \r\n"), is_typical=True)
    yield Fault("354", Kind.GO_ON, says(b"354 go ahead\r\n"))


def _says_and_hangs_up(answer: bytes) -> Callable[[bytes], Step]:
    def step(talk: Talk) -> None:
        talk.say(answer)
        talk.hang_up()

    return lambda _: step


def _pours(octets: bytes) -> Callable[[bytes], Step]:
    def step(talk: Talk) -> None:
        talk.sock.sendall(octets)
        talk.hang_up()

    return lambda _: step


def _half(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        talk.say(usual[:2])
        talk.hang_up()

    return step


def _half_and_reset(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        talk.say(usual[:-2])
        talk.reset()

    return step


def _first_line_only(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        talk.say(usual[:3] + b"-more\r\n")
        talk.hang_up()

    return step


def _too_late(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        talk.server.closing.wait(LONGER_THAN_WE_WAIT)
        talk.say(usual)

    return step


def _drips(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        for octet in usual[:3] + b"-" + b"x" * 2_000:
            talk.say(bytes([octet]))
            time.sleep(0.02)

    return step


def _in_octets(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        for octet in usual:
            talk.sock.sendall(bytes([octet]))
        talk.last_said = usual

    return step


def _later(usual: bytes) -> Step:
    def step(talk: Talk) -> None:
        time.sleep(0.3)
        talk.say(usual)

    return step


def _with_nuls(usual: bytes) -> bytes:
    return usual.replace(b"\r\n", b"\0\0\r\n")


def _beyond_ascii(usual: bytes) -> bytes:
    return re.sub(rb"\r\n\Z", b" \xff\xfe\xc3\x28\r\n", usual)


def _in_lines(usual: bytes) -> bytes:
    """Say the same in more lines, extensions first."""
    return usual[:3] + b"-a word before\r\n" + usual
