"""docs/rules.md is done from top to bottom, as its reader would do it.

Comments that no reader sees say what a block is:

    <!-- file PATH -->                 the block is this file
    <!-- below PATH: A … B -->         insert it below the line with B that follows A
    <!-- above PATH: A -->             insert it above the table that has a line with A
    <!-- received MAIL … -->           the daemon receives these mails (no block)
    <!-- daemon -->                    the daemon looks at the folders (no block)
    <!-- status N -->                  the next transcript ends with this exit status

In a transcript `…` stands for anything within a line, a line of `…` for any lines.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.servers.fake_mailbox import FakeMailbox
from triage.config import load_config
from triage.intake import Intake
from triage.store import Inbox
from triage.wiring import Installation, now

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
STEP = re.compile(
    r"<!-- (?P<note>.*?) -->|^```(?P<kind>\w+)\n(?P<block>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
ANY_LINES = ANY = "…"

Act = tuple[str, str]


def steps() -> Iterator[Act]:
    """Yield (what, block): notes with their block, transcripts, other blocks."""
    note = ""
    for found in STEP.finditer(PAGE.read_text("utf-8")):
        if found["note"] is not None:
            note = found["note"]
            if note.split()[0] in {"received", "daemon"}:
                yield note, ""
                note = ""
        elif found["kind"] == "console":
            status = note.removeprefix("status ") if note.startswith("status") else "0"
            yield f"run {status}", found["block"]
            note = ""
        elif note:
            yield note, found["block"]
            note = ""


@dataclass
class Student:
    """Somebody who does what the page says, in a folder of their own."""

    folder: Path
    triage: Triage
    opened: ExitStack
    _installation: list[Installation] = field(default_factory=list)

    def do(self, what: str, block: str) -> None:
        verb, _, rest = what.partition(" ")
        acts: dict[str, Callable[[str, str], None]] = {
            "run": self.run,
            "file": self.file,
            "below": self.below,
            "above": self.above,
            "received": self.receive,
            "daemon": self.look,
        }
        acts[verb](rest, block)

    def run(self, status: str, transcript: str) -> None:
        for command, expected in _commands(transcript):
            result = self.triage(*shlex.split(command)[1:])
            shown = result.out + result.err
            assert _agrees(shown, expected), f"$ {command}\n{shown}"
            assert result.status == int(status), f"$ {command}\n{shown}"

    def file(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def below(self, where: str, block: str) -> None:
        name, _, anchors = where.partition(": ")
        lines = (self.folder / name).read_text("utf-8").splitlines(keepends=True)
        at = -1
        for anchor in anchors.split(" … "):
            at = next(i for i in range(at + 1, len(lines)) if anchor in lines[i])
        self._write(name, [*lines[: at + 1], block, *lines[at + 1 :]])

    def above(self, where: str, block: str) -> None:
        name, _, anchor = where.partition(": ")
        lines = (self.folder / name).read_text("utf-8").splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if anchor in line)
        while not lines[at].startswith("[["):
            at -= 1
        self._write(name, [*lines[:at], block, "\n", *lines[at:]])

    def _write(self, name: str, lines: list[str]) -> None:
        (self.folder / name).write_text("".join(lines), encoding="utf-8")

    def receive(self, names: str, _block: str) -> None:
        """Let the daemon's own parts take mails up, from a mailbox in memory."""
        daemon = self._daemon()
        mailbox = self.opened.enter_context(FakeMailbox())
        for name in names.split():
            octets = (self.folder / name).read_bytes()
            mailbox.deliver(octets.replace(b"\n", b"\r\n"), now())
        rulebook = daemon.intake.rulebook
        Intake(
            inbox=Inbox("triage@127.0.0.1"),
            mailbox=mailbox,
            reader=daemon.intake.reader,
            store=daemon.store,
            rulebook=rulebook,
            clock=now,
        ).run()

    def look(self, _rest: str, _block: str) -> None:
        daemon = self._daemon()
        daemon.rules.ask()
        daemon.rules.run(lambda: False)

    def _daemon(self) -> Installation:
        if not self._installation:
            settings = load_config(self.folder / "config.toml")
            daemon = self.opened.enter_context(Installation(settings))
            self._installation.append(daemon)
        return self._installation[0]


def _commands(transcript: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a transcript with what it is to print."""
    for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _agrees(shown: str, expected: str) -> bool:
    def pattern(line: str) -> str:
        if line == ANY_LINES:
            return r"(?:.*\n)*"
        return ".*".join(map(re.escape, line.split(ANY))) + "\n"

    lines = "".join(map(pattern, expected.rstrip("\n").split("\n")))
    trimmed = "".join(f"{line.rstrip()}\n" for line in shown.rstrip().splitlines())
    return re.fullmatch(lines, trimmed) is not None


def test_the_page_is_right_from_top_to_bottom(
    triage: Triage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    with ExitStack() as opened:
        student = Student(tmp_path, triage, opened)
        for what, block in steps():
            student.do(what, block)
