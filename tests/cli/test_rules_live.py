"""`triage rules history, show, rollback, accept`, as an operator types them."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import NOW, Triage
from triage import shipped
from triage.config import load_config
from triage.edition import Edition
from triage.store import (
    Activation,
    Blocking,
    Counts,
    How,
    Outcome,
    Store,
    Trial,
)
from triage.wiring import edition_of

COUNTS = Counts(5, 4, 4, 19)
OTHER = Edition({"10-journeys.toml": "# other\n"}, {})
BLOCKING = Blocking("ab" * 32, "CMP-2026-00001", "would be turned away: review → x")
UNNAMED = Blocking("cd" * 32, None, "would be turned away: review → x")


@pytest.fixture
def config(config: Path, tmp_path: Path) -> Path:
    """An installation with letters of its own: going back replaces them."""
    shutil.copytree(shipped.templates(), tmp_path / "templates")
    text = config.read_text("utf-8").replace(f'"{shipped.templates()}"', '"templates"')
    config.write_text(text, encoding="utf-8")
    assert load_config(config).templates.folder == tmp_path / "templates"
    return config


@pytest.fixture
def standing(config: Path) -> Edition:
    """What stands in the folders; it is in force, after another one."""
    settings = load_config(config)
    edition = edition_of(settings)
    with Store.open(settings.store.path, exclusive=True) as store:
        for hours, each in enumerate((OTHER, edition)):
            at = NOW + timedelta(hours=hours)
            store.editions.keep(each, COUNTS, at)
            store.editions.activate(Activation(at, each.hash, How.START, "the daemon"))
    return edition


Refuse = Callable[..., str]


@pytest.fixture
def refuse(config: Path, standing: Edition) -> Refuse:
    """Edit a rule file, and note that this is refused."""

    def refused(*blocking: Blocking) -> str:
        settings = load_config(config)
        path = settings.rules.folder / "10-journeys.toml"
        path.write_text(standing.rules[path.name] + "# edited\n", encoding="utf-8")
        edition = edition_of(settings)
        reasons = ("no good:\n    source", "no good either")
        with Store.open(settings.store.path, exclusive=False) as store:
            store.editions.keep(edition, None, NOW)
            store.editions.note_trial(
                Trial(
                    NOW + timedelta(hours=2),
                    edition.hash,
                    Outcome.REFUSED,
                    reasons,
                    blocking,
                )
            )
        return edition.hash

    return refused


def test_history_tells_what_was_in_force_and_what_was_refused(
    triage: Triage, config: Path, standing: Edition, refuse: Refuse
) -> None:
    refused = refuse()

    result = triage("rules", "history", "--config", config)

    heading, first, second, third = result.out.splitlines()
    assert heading.split()[:3] == ["when", "edition", "what"]
    assert f"{OTHER.hash}  start by the daemon  " in first
    assert f"{standing.hash}  start by the daemon, in force" in second
    assert f"{refused}  refused: no good: (and 1 more)" in third


def test_history_for_scripts(
    triage: Triage, config: Path, standing: Edition, refuse: Refuse
) -> None:
    refuse()

    result = triage("rules", "history", "--json", "--config", config)

    rows = [json.loads(line) for line in result.out.splitlines()]
    assert [(row["kind"], row["in_force"]) for row in rows] == [
        ("activation", False),
        ("activation", True),
        ("refusal", False),
    ]
    assert rows[1]["hash"] == standing.hash
    assert rows[2]["reasons"] == ["no good:\n    source", "no good either"]


def test_an_edition_is_shown_with_its_files(
    triage: Triage, config: Path, standing: Edition
) -> None:
    result = triage("rules", "show", "--config", config)

    assert result.out.startswith(f"edition {standing.hash}, kept since")
    assert "rules/10-journeys.toml" in result.out
    assert "templates/review.txt" in result.out


def test_a_file_is_shown_as_it_was_written(
    triage: Triage, config: Path, standing: Edition
) -> None:
    assert standing.hash != OTHER.hash

    short = triage("rules", "show", OTHER.hash[:6], "10-journeys.toml", "-c", config)
    whole = triage("rules", "show", OTHER.hash, "rules/10-journeys.toml", "-c", config)

    assert short.out == whole.out == "# other\n"


def test_a_file_that_is_not_there_is_told(
    triage: Triage, config: Path, standing: Edition
) -> None:
    assert standing.hash != OTHER.hash

    result = triage("rules", "show", OTHER.hash, "99.toml", "--config", config)

    assert (result.status, result.err) == (
        2,
        f"edition {OTHER.hash} has no file 99.toml\n",
    )


def test_what_was_edited_since_is_shown(
    triage: Triage, config: Path, standing: Edition, refuse: Refuse
) -> None:
    refused = refuse()

    result = triage("rules", "show", "--diff", "folder", "--config", config)

    lines = result.out.splitlines()
    assert lines[:2] == [
        f"--- {standing.hash}/rules/10-journeys.toml",
        f"+++ {refused}/rules/10-journeys.toml",
    ]
    assert lines[-1] == "+# edited"


def test_an_unknown_edition_is_told(
    triage: Triage, config: Path, standing: Edition
) -> None:
    assert standing.hash

    result = triage("rules", "show", "zzzz", "--config", config)

    assert (result.status, result.out) == (2, "")
    assert "there is no kept edition `zzzz`" in result.err


def test_going_back_tells_what_it_changed(
    triage: Triage, config: Path, standing: Edition, refuse: Refuse
) -> None:
    refused = refuse()

    result = triage("rules", "rollback", "--config", config)

    assert result.out.splitlines() == [
        "changed  rules/10-journeys.toml",
        f"what stood there is kept as edition {refused}",
        f"the folders hold edition {standing.hash} now",
        "it is in force",
    ]
    assert edition_of(load_config(config)) == standing


def test_going_back_twice_changes_nothing(
    triage: Triage, config: Path, standing: Edition
) -> None:
    result = triage("rules", "rollback", "--config", config)

    assert result.out.splitlines() == [
        f"the folders hold edition {standing.hash} already; nothing was changed",
        "it is in force",
    ]


def test_going_back_to_what_was_in_force_needs_no_acceptance(
    triage: Triage, config: Path, standing: Edition
) -> None:
    assert standing.hash != OTHER.hash

    result = triage(
        "rules",
        "rollback",
        OTHER.hash,
        *("--why", "too strict", "--by", "jane"),
        *("--config", config),
    )

    with Store.open(load_config(config).store.path, exclusive=False) as store:
        (acceptance,) = store.editions.accepted(OTHER.hash)
    assert "it was in force before" in result.out
    assert (acceptance.sha256, acceptance.by, acceptance.why) == (
        None,
        "jane",
        "too strict",
    )


def test_going_back_to_what_was_never_in_force_is_a_change_like_others(
    triage: Triage, config: Path, standing: Edition, refuse: Refuse
) -> None:
    refused = refuse()
    triage("rules", "rollback", "--config", config)

    result = triage("rules", "rollback", refused, "--config", config)

    with Store.open(load_config(config).store.path, exclusive=False) as store:
        assert store.editions.accepted(refused) == ()
    assert "it was never in force" in result.out
    assert edition_of(load_config(config)).hash == refused != standing.hash


def test_messages_are_accepted_by_name(
    triage: Triage, config: Path, refuse: Refuse
) -> None:
    refused = refuse(BLOCKING, UNNAMED)

    first = triage("rules", "accept", "cmp-2026-00001", "--why", "right", "-c", config)
    second = triage("rules", "accept", "cdcdcdcd", "--why", "right", "-c", config)

    with Store.open(load_config(config).store.path, exclusive=False) as store:
        accepted = [each.sha256 for each in store.editions.accepted(refused)]
    assert accepted == [BLOCKING.sha256, UNNAMED.sha256]
    assert first.out.splitlines() == [
        f"accepted  CMP-2026-00001: {BLOCKING.why}",
        f"blocks    cdcdcdcdcdcd: {UNNAMED.why}",
    ]
    assert second.out.splitlines()[-1].startswith("nothing blocks any more")


@pytest.mark.parametrize("name", ["CMP-2026-00002", "abc", "zz"])
def test_what_blocks_nothing_cannot_be_accepted(
    triage: Triage, config: Path, refuse: Refuse, name: str
) -> None:
    refuse(BLOCKING)

    result = triage("rules", "accept", name, "--why", "right", "--config", config)

    assert result.status == 2
    assert f"`{name}` names no message that stands in the way" in result.err
    assert "these do: CMP-2026-00001" in result.err


def test_what_was_edited_since_cannot_be_accepted(
    triage: Triage, config: Path, standing: Edition, refuse: Refuse
) -> None:
    refuse(BLOCKING)
    path = load_config(config).rules.folder / "10-journeys.toml"
    path.write_text(standing.rules[path.name] + "# once more\n", encoding="utf-8")

    result = triage("rules", "accept", "CMP-2026-00001", "--why", "right", "-c", config)

    assert result.status == 2
    assert "stands in the folders now" in result.err


@pytest.mark.parametrize("why", [(), ("--why", " ")], ids=["no why", "a blank why"])
def test_an_acceptance_needs_its_reason(
    triage: Triage, config: Path, refuse: Refuse, why: tuple[str, ...]
) -> None:
    refuse(BLOCKING)

    result = triage("rules", "accept", "CMP-2026-00001", *why, "--config", config)

    assert result.status == 2
    assert "--why" in result.err
