"""`triage status`: is a person needed, and for what?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from triage.config import load_config
from triage.intake.job import HEARTBEAT
from triage.store import (
    Activation,
    Blocking,
    Counts,
    How,
    Outcome,
    Store,
    Trial,
    Vigil,
)
from triage.wiring import edition_of, now

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@contextmanager
def store_of(config: Path) -> Iterator[Store]:
    with Store.open(load_config(config).store.path, exclusive=True) as store:
        yield store


def start(config: Path, *notes: str) -> str:
    """As if the daemon had begun a minute ago; return what is in force."""
    edition = edition_of(load_config(config))
    at = now() - MINUTE
    with store_of(config) as store:
        store.editions.keep(edition, Counts(5, 4, 4, 19), now())
        store.editions.activate(Activation(at, edition.hash, How.START, "the daemon"))
        store.editions.note_trial(Trial(at, edition.hash, Outcome.LIVE, notes))
        store.heartbeat.note(HEARTBEAT, now() - MINUTE)
        store.vigils.keep(Vigil(at=now(), outlook="", book="{}"))
    return edition.hash


def refuse(config: Path, *blocking: Blocking) -> str:
    path = load_config(config).rules.folder / "10-journeys.toml"
    path.write_text(path.read_text("utf-8") + "# edited\n", encoding="utf-8")
    edition = edition_of(load_config(config))
    with store_of(config) as store:
        store.editions.keep(edition, None, now())
        store.editions.note_trial(
            Trial(now(), edition.hash, Outcome.REFUSED, ("a.toml:1:1: no",), blocking)
        )
    return edition.hash


def test_all_is_well(triage: Triage, config: Path) -> None:
    in_force = start(config)

    result = triage("status", "--config", config)

    assert result.status == 0
    assert result.out.startswith("All is well.\n")
    assert f"edition {in_force} since" in result.out
    assert "4 live" in result.out


def test_a_refused_edition_needs_a_person(triage: Triage, config: Path) -> None:
    start(config)
    refused = refuse(config, Blocking("ab" * 32, "CMP-2026-00001", "turned away"))

    result = triage("status", "--config", config)

    assert result.status == 1
    assert f": edition {refused}\na.toml:1:1: no\n" in result.out
    assert "    CMP-2026-00001: turned away" in result.out
    assert "triage rules accept REF… --why TEXT" in result.out
    assert "triage rules rollback" in result.out


def test_what_somebody_answers_for_needs_nobody(triage: Triage, config: Path) -> None:
    start(config)
    refused = refuse(config, Blocking("ab" * 32, "CMP-2026-00001", "turned away"))
    triage("rules", "accept", "CMP-2026-00001", "--why", "meant", "-c", config)

    result = triage("status", "--config", config)

    assert result.status == 0
    assert f"edition {refused}\nA person answers for it by now" in result.out


def test_what_was_refused_is_over_once_the_files_are_as_in_force(
    triage: Triage, config: Path
) -> None:
    start(config)
    refuse(config)
    path = load_config(config).rules.folder / "10-journeys.toml"
    path.write_text(path.read_text("utf-8").replace("# edited\n", ""), "utf-8")

    result = triage("status", "--config", config)

    assert result.status == 0
    assert "Refused" not in result.out


def test_what_is_not_tried_yet_is_told(triage: Triage, config: Path) -> None:
    start(config)
    path = load_config(config).rules.folder / "10-journeys.toml"
    path.write_text(path.read_text("utf-8") + "# edited\n", encoding="utf-8")

    result = triage("status", "--config", config)

    assert "what stands in the folders is not tried yet" in result.out


@pytest.mark.parametrize(
    ("long", "words"),
    [
        (40 * MINUTE, "40 minutes"),
        (5 * HOUR, "5 hours"),
        (72 * HOUR, "3 days"),
    ],
    ids=str,
)
def test_a_mailbox_that_was_not_read_needs_a_person(
    triage: Triage, config: Path, long: timedelta, words: str
) -> None:
    start(config)
    with store_of(config) as store:
        store.heartbeat.note(HEARTBEAT, now() - long)

    result = triage("status", "--config", config)

    assert result.status == 1
    assert f"the mailbox was not read for {words}: is the daemon" in result.out


def test_an_overdue_debt_needs_a_person(triage: Triage, worked: Path) -> None:
    start(worked)
    triage("outbox", "drop", "1", "--config", worked)

    result = triage("status", "--config", worked)

    assert result.status == 1
    assert "1 case should have been acknowledged: triage case list --debt" in result.out
    assert "the first is CMP-2026-00001, by Wed 4 Mar 2026" in result.out


def test_an_open_breaker_needs_a_person(triage: Triage, config: Path) -> None:
    start(config)
    with store_of(config) as store:
        store.breaker.trip(now(), 60)

    result = triage("status", "--config", config)

    assert result.status == 1
    assert "replies are held" in result.out


def test_status_for_scripts(triage: Triage, worked: Path) -> None:
    in_force = start(worked)

    result = triage("status", "--json", "--config", worked)

    found = json.loads(result.out)
    health = found["health"]
    assert result.status == 1
    assert found["needs"] == ["1 case should have been answered: triage due"]
    assert health["in_force"]["hash"] == health["standing"] == in_force
    assert (found["open_cases"], health["outbox"]) == (1, {"queued": 1})
    assert "post.example" not in result.out


def test_a_store_that_no_daemon_used_yet_is_told(triage: Triage, config: Path) -> None:
    with store_of(config):
        pass

    result = triage("status", "--config", config)

    assert result.status == 1
    assert "the mailbox was never read: is the daemon running?" in result.out
    assert "none in force yet" in result.out


def test_what_could_not_be_compared_is_told(triage: Triage, config: Path) -> None:
    start(config, "nothing was compared: a contact is gone")

    shown, listed = (
        triage("status", "-c", config),
        triage("rules", "history", "-c", config),
    )

    assert "\n           nothing was compared: a contact is gone\n" in shown.out
    assert "in force: nothing was compared: a contact is gone" in listed.out
