"""An officer lets somebody else who wrote have a say in a case."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Triage, work
from tests.intake.mails import delivered
from triage.config import load_config
from triage.store import Store

REF = "CMP-2026-00001"
FATHER = "kwame.mensah@elsewhere.example"

TAKEN_UP = (delivered("Lunch"),) * 3
"""Lie where mails lay that were taken up before."""


def letter_of(config: Path) -> str:
    """Return the Message-ID of the letter that acknowledged the case."""
    with Store.open(load_config(config).store.path, exclusive=False) as store:
        case = store.cases.show(REF)
    assert case is not None
    return case.letters[0].line.message_id


def shown(triage: Triage, config: Path) -> dict[str, Any]:
    result = triage("case", "show", REF, "--json", "-c", config)
    found: dict[str, Any] = json.loads(result.out)
    return found


@pytest.fixture
def answered_by_another(worked: Path) -> Path:
    answer = delivered(
        "Hello",
        "See my letter of 2 March.",
        sender=FATHER,
        in_reply_to=letter_of(worked),
    )
    return work(worked, *TAKEN_UP, answer)


def test_who_is_let_in_is_a_party_and_what_they_brought_counts(
    triage: Triage, answered_by_another: Path
) -> None:
    before = shown(triage, answered_by_another)

    result = triage("case", "admit", REF, FATHER.upper(), "-c", answered_by_another)

    after = shown(triage, answered_by_another)
    assert before["line"]["missing"] == ["correspondence"]
    assert [each["kind"] for each in before["matters"]] == ["other writer"]
    assert result.status == 0
    assert result.out == (
        f"{REF}: {FATHER} is a party to it now\nno longer missing: correspondence\n"
    )
    assert FATHER in after["parties"]
    assert after["line"]["missing"] == []
    assert all(each["settled_at"] for each in after["matters"])


def test_a_slip_of_the_keyboard_lets_nobody_in(
    triage: Triage, answered_by_another: Path
) -> None:
    typed = FATHER.replace("mensah", "mensa")

    result = triage("case", "admit", REF, typed, "-c", answered_by_another)

    assert result.status == 2
    assert f"nobody wrote to {REF} from {typed}" in result.err
    assert f"did you mean `{FATHER}`?" in result.err
    assert typed not in shown(triage, answered_by_another)["parties"]


def test_a_party_is_not_let_in_twice(triage: Triage, answered_by_another: Path) -> None:
    triage("case", "admit", REF, FATHER, "-c", answered_by_another)

    result = triage("case", "admit", REF, FATHER, "-c", answered_by_another)

    assert result.status == 2
    assert f"{FATHER} is a party to {REF} already" in result.err


def test_who_named_the_case_from_outside_can_be_let_in(
    triage: Triage, worked: Path
) -> None:
    claim = delivered(f"Complaint {REF}", "Let me in.", sender=FATHER)
    work(worked, *TAKEN_UP, claim)

    result = triage("case", "admit", REF, FATHER, "-c", worked)

    assert result.status == 0
    assert FATHER in shown(triage, worked)["parties"]
