"""A way of parsing that does what a mail orders; the child process imports it."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from triage.message import Message, parse


def obey(raw: bytes, /, *, size: int | None = None, is_whole: bool = True) -> Message:
    """Read a mail, and do what it orders in `X-Order`."""
    message = parse(raw, size=size, is_whole=is_whole)
    order, _, argument = (message.headers.first("X-Order") or "").partition(" ")
    if order:
        ORDERS[order](message, argument)
    return message


def hang(_message: Message, _argument: str) -> None:
    time.sleep(600)


def spin(_message: Message, _argument: str) -> None:
    while True:
        pass


def allocate(_message: Message, _argument: str) -> None:
    bytearray(1 << 40)


def swell(_message: Message, _argument: str) -> None:
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


def fail(message: Message, _argument: str) -> None:
    raise ValueError(message.text)


def die(_message: Message, _argument: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(_message: Message, argument: str) -> None:
    if not Path(argument).exists():
        Path(argument).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def abort(_message: Message, _argument: str) -> None:
    os.abort()


def leave(_message: Message, _argument: str) -> None:
    os._exit(3)


def note(message: Message, argument: str) -> None:
    with Path(argument).open("a") as notes:
        notes.write(f"{message.subject}\n")


ORDERS: dict[str, Callable[[Message, str], None]] = {
    "hang": hang,
    "spin": spin,
    "allocate": allocate,
    "swell": swell,
    "fail": fail,
    "die": die,
    "die-once": die_once,
    "abort": abort,
    "leave": leave,
    "note": note,
}
