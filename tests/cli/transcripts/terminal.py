"""Somebody who types at the program, in a terminal of their own."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

_SECONDS = 60.0
_TAKES_THE_TERMINAL = """\
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "triage", *sys.argv[1:]])
"""
"""So that a password is asked for where nobody sees it."""
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def typed_at(
    arguments: Iterable[str | Path], answers: Iterable[tuple[str, str]]
) -> tuple[int, str]:
    """Run a command; type each answer once its question came.

    Returns the exit status and what the terminal showed.
    """
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "500", "PYTHONPATH": _root()}
    process = subprocess.Popen(  # noqa: S603 - the program under test
        [sys.executable, "-c", _TAKES_THE_TERMINAL, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    try:
        screen = _Screen(ours)
        for question, answer in answers:
            screen.wait_for(question)
            os.write(ours, f"{answer}\n".encode())
        screen.read_to_the_end()
        return process.wait(_SECONDS), screen.text
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _root() -> str:
    return str(Path(__file__).parents[3])


class _Screen:
    """What a terminal showed so far."""

    def __init__(self, ours: int) -> None:
        self._ours = ours
        self._octets = b""
        self._seen = 0

    @property
    def text(self) -> str:
        shown = self._octets.decode(errors="replace").replace("\r\n", "\n")
        return _STYLE.sub("", shown)

    def wait_for(self, question: str) -> None:
        """Wait until a question comes that was not seen before."""
        until = monotonic() + _SECONDS
        while (at := self.text.find(question, self._seen)) < 0:
            assert monotonic() < until, f"it never asked {question!r}:\n{self.text}"
            assert self._read(), f"it ended before {question!r}:\n{self.text}"
        self._seen = at + len(question)

    def read_to_the_end(self) -> None:
        until = monotonic() + _SECONDS
        while self._read():
            assert monotonic() < until, f"it never ended:\n{self.text}"

    def _read(self) -> bool:
        """Return False once nobody can write any more."""
        if not select.select([self._ours], [], [], 1.0)[0]:
            return True
        try:
            octets = os.read(self._ours, 65536)
        except OSError:  # Linux says so when the other side was closed.
            return False
        self._octets += octets
        return bool(octets)
