"""The rows of hostile mail find something where there is something to find."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from tests.servers.dovecot import Dovecot
from tests.torture import mails
from tests.torture.evidence import Due
from tests.torture.ground import Ground
from tests.torture.hostile.arriving import wrong_answer
from tests.torture.hostile.killing import kill_at_work, try_bombs, unanswered
from tests.torture.hostile.writing import complaint
from tests.torture.site import Site, now
from triage.demo.servers import SmtpSink
from triage.message import parse


@pytest.mark.parametrize(
    ("due", "states", "is_wrong"),
    [
        (Due.REPLY, ["sent"], False),
        (Due.REPLY, ["held"], True),
        (Due.REPLY, [], True),
        (Due.REPLY, ["sent", "sent"], True),
        (Due.SILENCE, [], False),
        (Due.SILENCE, ["held"], True),
        (Due.NOTHING, ["sent"], True),
        (Due.EITHER, ["sent"], False),
        (Due.EITHER, ["refused"], True),
    ],
)
def test_what_a_kind_gets_is_compared_with_what_it_is_owed(
    due: Due, states: list[str], *, is_wrong: bool
) -> None:
    specimen = complaint(due=due)

    assert (wrong_answer(specimen, states) is not None) == is_wrong


def test_a_reply_that_should_wait_for_a_person_and_left_is_noticed() -> None:
    specimen = replace(complaint(), waits=True)

    assert wrong_answer(specimen, ["held"]) is None
    assert wrong_answer(specimen, ["sent"]) is not None


@pytest.mark.servers
def test_a_bomb_that_harms_nothing_is_noticed(dovecot: Dovecot, tmp_path: Path) -> None:
    ground = Ground(folder=tmp_path, is_full=False, dovecot=lambda: dovecot, say=print)

    outcome = try_bombs(ground, ("die",), parse)

    assert "0 of 1 were set aside" in {finding.words for finding in outcome.findings}


@pytest.mark.servers
def test_a_complaint_without_its_letter_is_noticed(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    with SmtpSink() as smtp:
        site = Site(dovecot, smtp, tmp_path / "site")
        site.install()
        site.append(mails.complaint(), received_at=now())

        found = list(unanswered(site))

    assert len(found) == 1


@pytest.fixture
def busy() -> Iterator[int]:
    yield from _running("while True: pass")


@pytest.fixture
def waiting() -> Iterator[int]:
    """A process that reads from a pipe."""
    for pid in _running("input()"):
        call = Path(f"/proc/{pid}/syscall")
        while not call.read_text().startswith("0 0x0 "):
            sleep(0.01)
        yield pid


def _running(program: str) -> Iterator[int]:
    process = subprocess.Popen(  # noqa: S603 - the two above
        [sys.executable, "-c", program], stdin=subprocess.PIPE
    )
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def test_a_reader_that_works_is_killed(busy: int) -> None:
    assert kill_at_work({busy: 0.0}, after=0.05, seconds=10)


def test_a_reader_that_waits_for_mail_counts_as_no_kill(waiting: int) -> None:
    assert not kill_at_work({waiting: 0.0}, after=-1.0, seconds=2)
