"""docs/officers.md is done from top to bottom, as an officer would do it.

Comments that no reader sees say what happens between the commands:

    <!-- at 2026-03-02 09:12 -->   it is so late, in London; the mornings before pass
    <!-- received MAIL … -->       mails arrive, and the daemon takes them up
    <!-- replied MAIL -->          somebody answers the last letter about case 1
    <!-- sent MAIL -->             an officer answers it, from the mail program
    <!-- status N -->              the next transcript ends with this exit status

In a transcript `…` stands for anything within a line, a line of `…` for any lines.
"""

import re
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.cli.officers_mails import mail
from tests.halfyear.dates import LONDON
from tests.halfyear.office import Office
from tests.halfyear.servers import SENT
from tests.servers.fake_mailbox import FakeMailbox
from triage.answers import Answers
from triage.smtp import Accepted, Envelope, Outcome
from triage.wiring import clock

PAGE = Path(__file__).parents[2] / "docs" / "officers.md"
STEP = re.compile(
    r"<!-- (?P<note>.*?) -->|^```console\n(?P<block>.*?)^```$", re.MULTILINE | re.DOTALL
)
CASE = "CMP-2026-00001"
ANY_LINES = ANY = "…"


@dataclass
class Clock:
    """Stands still until it is put on."""

    time: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def now(self, _zone: tzinfo | None = None) -> datetime:
        """What the only clock of the program asks for."""
        return self.time

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Submission:
    """Takes every letter at once; keeps those to people outside."""

    letters: list[bytes] = field(default_factory=list)

    def submit(
        self, _envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        before_final_dot()
        self.letters.append(data)
        return Accepted(250, "2.0.0", "queued")

    def close(self) -> None:
        """Nothing is open."""

    def has(self, _message_id: str) -> bool:
        return False

    def last_about(self, reference: str) -> str:
        """Return the Message-ID of the last letter about a case to its person."""
        heads = [BytesHeaderParser().parsebytes(each) for each in self.letters]
        return str(
            next(
                head["Message-ID"]
                for head in reversed(heads)
                if f"Your complaint {reference}" in str(head["Subject"])
            )
        ).strip()


@dataclass
class Officer:
    """Somebody who does what the page says, in a folder of their own."""

    folder: Path
    triage: Triage
    clock: Clock

    def __post_init__(self) -> None:
        self.account = FakeMailbox()
        self.submission = Submission()
        self.office = Office(
            self.folder,
            self.account,
            self.submission,  # type: ignore[arg-type]  # takes letters as that one does
            self.clock,
            lambda _store: None,
        )
        self.office.start()

    def do(self, what: str, block: str) -> None:
        verb, _, rest = what.partition(" ")
        acts: dict[str, Callable[[str, str], None]] = {
            "run": self.run,
            "at": self.put_clock,
            "received": self.receive,
            "replied": self.reply,
            "sent": self.send,
        }
        acts[verb](rest, block)

    def run(self, status: str, transcript: str) -> None:
        for command, expected in commands_in(transcript):
            result = self.triage(*shlex.split(command)[1:])
            shown = result.out + result.err
            assert agrees(shown, expected), f"$ {command}\n{shown}"
            assert result.status == int(status), f"$ {command}\n{shown}"

    def put_clock(self, at: str, _block: str = "") -> None:
        """Let the days pass, each with its morning."""
        until = datetime.fromisoformat(at).replace(tzinfo=LONDON).astimezone(UTC)
        morning = self.clock.time.replace(hour=7, minute=31)
        while (morning := morning + timedelta(days=1)) < until:
            self.clock.time = morning
            self.look()
        self.clock.time = until
        self.look()

    def receive(self, names: str, _block: str) -> None:
        for name in names.split():
            self.account.deliver(mail(name, self.clock(), None, None), self.clock())
        self.look()

    def reply(self, name: str, _block: str) -> None:
        self.account.deliver(self._answer(name), self.clock())
        self.look()

    def send(self, name: str, _block: str) -> None:
        self.account.deliver(self._answer(name), self.clock(), SENT)
        self.look()

    def look(self) -> None:
        self.office.sweep()
        with self.account.beside(SENT) as beside:
            Answers(
                mailbox=beside,
                store=self.office.store,
                read=self.office.intake.read_one,
                rulebook=lambda: self.office.intake.rulebook,
                clock=self.clock,
                sent_folders=(SENT,),
            ).run()
        self.office.sweep()

    def _answer(self, name: str) -> bytes:
        return mail(name, self.clock(), self.submission.last_about(CASE), CASE)


def steps() -> Iterator[tuple[str, str]]:
    """Yield (what, transcript): what happens, and what is typed."""
    status = "0"
    for found in STEP.finditer(PAGE.read_text("utf-8")):
        note = found["note"]
        if note is None:
            yield f"run {status}", found["block"]
            status = "0"
        elif note.startswith("status "):
            status = note.removeprefix("status ")
        else:
            yield note, ""


def commands_in(transcript: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a transcript with what it is to print."""
    joined = transcript.replace("\\\n", "")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def agrees(shown: str, expected: str) -> bool:
    def pattern(line: str) -> str:
        if line == ANY_LINES:
            return r"(?:.*\n)*"
        return ".*".join(map(re.escape, line.split(ANY))) + "\n"

    lines = "".join(map(pattern, expected.strip("\n").split("\n")))
    trimmed = "".join(f"{line.rstrip()}\n" for line in shown.strip().splitlines())
    return re.fullmatch(lines, trimmed) is not None


@pytest.fixture
def at_london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are shown as on a machine in London."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/London")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("at_london")
def test_the_page_is_right_from_top_to_bottom(
    triage: Triage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on = Clock()
    # Commands ask the program's only clock, which nothing hands to them.
    monkeypatch.setattr(clock, "datetime", put_on)
    monkeypatch.setenv("LOGNAME", "anna")
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    officer = Officer(tmp_path, triage, put_on)
    try:
        for what, block in steps():
            officer.do(what, block)
    finally:
        officer.office.stop()
