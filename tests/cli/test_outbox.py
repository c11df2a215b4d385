import json
from pathlib import Path

import pytest

from tests.cli.conftest import Triage


def test_what_waits_is_listed(triage: Triage, worked: Path) -> None:
    result = triage("outbox", "list", "--config", worked)

    heading, line, count = result.out.splitlines()
    assert result.status == 0
    assert heading.split()[:5] == ["id", "case", "what", "state", "since"]
    assert line.split()[:4] == ["1", "CMP-2026-00001", "formal-complaint", "queued"]
    assert count == "1 letter"


def test_letters_are_listed_by_state(triage: Triage, worked: Path) -> None:
    result = triage("outbox", "list", "--state", "held", "--config", worked)

    assert result.out.splitlines()[-1] == "0 letters"


def test_letters_are_listed_for_scripts(triage: Triage, worked: Path) -> None:
    result = triage("outbox", "list", "--json", "--config", worked)

    row = json.loads(result.out)
    assert (row["id"], row["state"], row["to"]) == (
        1,
        "queued",
        "joy.mensah@post.example",
    )


def test_a_letter_is_shown_as_it_will_be_sent(triage: Triage, worked: Path) -> None:
    result = triage("outbox", "show", "1", "--config", worked)

    assert result.status == 0
    assert "new → queued  composed" in result.out
    assert "Subject: Your complaint CMP-2026-00001" in result.out
    assert "Auto-Submitted: auto-replied" in result.out


def test_a_letter_is_dropped_and_sent_after_all_is_refused(
    triage: Triage, worked: Path
) -> None:
    dropped = triage("outbox", "drop", "1", "--config", worked)
    resent = triage("outbox", "resend", "1", "--config", worked)

    waiting = triage("outbox", "list", "--config", worked)
    everything = triage("outbox", "list", "--all", "--config", worked)
    assert dropped.status == 0
    assert dropped.out == (
        "letter 1 is dropped; a person must acknowledge CMP-2026-00001"
        " by Wed 4 Mar 2026 17:00\n"
    )
    assert resent.status == 2
    assert "letter 1 is dropped; resend is possible from held, refused" in resent.err
    assert waiting.out.splitlines()[-1] == "0 letters"
    assert everything.out.splitlines()[-1] == "1 letter"


def test_a_letter_that_is_queued_needs_no_resending(
    triage: Triage, worked: Path
) -> None:
    result = triage("outbox", "resend", "1", "--config", worked)

    assert result.status == 2
    assert "letter 1 is queued" in result.err


@pytest.mark.parametrize(
    "act",
    [["show"], ["resend"], ["drop"], ["approve"], ["edit"], ["reject", "--why", "no"]],
    ids=" ".join,
)
def test_a_letter_that_is_not_there_is_told(
    triage: Triage, worked: Path, act: list[str]
) -> None:
    result = triage("outbox", *act, "9", "--config", worked)

    assert (result.status, result.out) == (2, "")
    assert result.err == "there is no letter 9; see: triage outbox list --all\n"
