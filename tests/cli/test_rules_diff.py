import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import NOW, Triage, work
from tests.intake.mails import delivered
from tests.journeys.mails import MOTHER
from tests.replay.conftest import arrived, write_folder
from triage.config import load_config
from triage.store import Acceptance, Activation, How
from triage.wiring import edition_of, open_store


@pytest.fixture
def changed(config: Path, tmp_path: Path) -> Path:
    """Rules by which a website is a matter of teaching."""
    folder = tmp_path / "changed"
    folder.mkdir()
    for path in (config.parent / "rules").iterdir():
        text = path.read_text()
        text = text.replace('"website", "web page"', '"web page"')
        text = text.replace('"teacher*", "lesson*"', '"teacher*", "lesson*", "website"')
        (folder / path.name).write_text(text)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_folder(
        tmp_path / "archive",
        [
            arrived(1, "Complaint", "My son cannot open your website."),
            arrived(2, "Complaint", "My son has a bad teacher."),
            arrived(3, "Complaint", "The website is down."),
        ],
    )


def test_who_would_be_turned_away_blocks(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    result = triage("rules", "diff", "-c", config, changed, archive)

    name = archive / "0000.eml"
    assert result.status == 1
    assert "1      would be turned away  formal-complaint → school-first  blocks" in (
        result.out
    )
    assert f"  {name}  " in result.out
    assert "now seen: teaching “website”" in result.out
    assert f'--accept {name} --why "…"' in result.out


def test_what_changes_otherwise_is_listed_and_does_not_block(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    (archive / "0000.eml").unlink()

    result = triage("rules", "diff", "-c", config, changed, archive)

    assert result.status == 0
    assert "another route  formal-complaint → review" in result.out


def test_somebody_may_answer_for_it_by_name(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    name = str(archive / "0000.eml")
    given = ("--accept", name, "--why", "the school hosts it")

    result = triage("rules", "diff", "-c", config, changed, archive, *given)

    assert result.status == 0
    assert "somebody answers for what blocks (1 mails): the school hosts it" in (
        result.out
    )


def test_nobody_answers_for_it_without_a_reason(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    name = str(archive / "0000.eml")

    result = triage("rules", "diff", "-c", config, changed, archive, "--accept", name)

    assert result.status == 2
    assert result.err.startswith("--accept needs a reason\n")


def test_what_does_not_block_cannot_be_accepted(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    given = ("--accept", "nothing.eml", "--why", "because")

    result = triage("rules", "diff", "-c", config, changed, archive, *given)

    assert result.status == 2
    assert "nothing.eml does not block" in result.err


def test_two_folders_are_compared_in_their_order(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    now = config.parent / "rules"

    result = triage("rules", "diff", "-c", config, changed, now, archive)

    assert result.status == 0
    assert "another route  school-first → formal-complaint" in result.out


def test_without_an_archive_what_was_received_is_compared(
    triage: Triage, config: Path, changed: Path
) -> None:
    work(config, delivered("Complaint", "My son cannot open your website."))

    result = triage("rules", "diff", "-c", config, changed)

    assert result.status == 1
    assert 'triage rules accept CMP-2026-00001 --why "…"' in result.out


def test_the_same_rules_change_nothing(
    triage: Triage, config: Path, archive: Path
) -> None:
    result = triage("rules", "diff", "-c", config, config.parent / "rules", archive)

    assert result.status == 0
    assert result.out.endswith("0 would get something else\n")


def test_another_mode_is_listed_apart_with_the_address_and_blocks_nothing(
    triage: Triage, config: Path, archive: Path
) -> None:
    rules = config.parent / "rules"

    result = triage("rules", "diff", "-c", config, "--mode", "watch", rules, archive)

    assert result.status == 0
    assert "only the mode  formal-complaint: sent → formal-complaint: watched" in (
        result.out
    )
    assert f"formal-complaint: watched to {MOTHER}" in result.out


def test_objects_name_no_address(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    result = triage("rules", "diff", "-c", config, "--json", changed, archive)

    rows = [json.loads(line) for line in result.out.splitlines()]
    assert "@" not in result.out
    assert [row["kind"] for row in rows[:-1]] == ["turned-away", "route"]
    assert rows[0]["old"]["route"] == "formal-complaint"
    assert {name: rows[-1][name] for name in ("mails", "changed", "blocking")} == {
        "mails": 3,
        "changed": 2,
        "blocking": 1,
    }


def test_a_hash_that_nobody_kept_cannot_be_compared(
    triage: Triage, worked: Path, archive: Path
) -> None:
    result = triage("rules", "diff", "-c", worked, "abcdef123456", archive)

    assert result.status == 2
    assert "there is no kept edition `abcdef123456`" in result.err


def test_rules_with_a_mistake_cannot_be_compared(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    (changed / "99-broken.toml").write_text("[intake\n")

    result = triage("rules", "diff", "-c", config, changed, archive)

    assert result.status == 2
    assert result.err.startswith(f"{changed / '99-broken.toml'}:1:")


def test_only_some_of_many_are_shown(
    triage: Triage, config: Path, changed: Path, tmp_path: Path
) -> None:
    mails = [arrived(n, "Complaint", f"My son: website {n}") for n in range(8)]
    archive = write_folder(tmp_path / "many", mails)

    few = triage("rules", "diff", "-c", config, changed, archive)
    every = triage("rules", "diff", "-c", config, "--all", changed, archive)

    assert "  … and 3 more: --all" in few.out
    assert str(archive / "0007.eml") not in few.out
    assert str(archive / "0007.eml") in every.out


def test_what_somebody_answered_for_in_the_store_does_not_block(
    triage: Triage, config: Path, changed: Path
) -> None:
    work(config, delivered("Complaint", "My son cannot open your website."))
    first = triage("rules", "diff", "-c", config, "--json", changed)
    row = json.loads(first.out.splitlines()[0])
    settings = load_config(config)
    rules = settings.rules.model_copy(update={"folder": changed})
    edition = edition_of(settings.model_copy(update={"rules": rules}))
    with open_store(config) as store:
        store.editions.keep(edition, None, NOW)
        accepted = Acceptance(NOW, edition.hash, row["sha256"], "Ann", "their school's")
        store.editions.accept(accepted)

    result = triage("rules", "diff", "-c", config, changed)

    assert result.status == 0
    assert "(accepted)" in result.out


def test_what_is_in_force_is_compared_and_not_the_folder(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    work(config, delivered("Complaint", "Hello"))
    settings = load_config(config)
    with open_store(config) as store:
        edition = edition_of(settings)
        store.editions.keep(edition, None, NOW)
        store.editions.activate(Activation(NOW, edition.hash, How.START, "test"))
    for path in changed.iterdir():
        (settings.rules.folder / path.name).write_text(path.read_text())

    result = triage("rules", "diff", "-c", config, archive)

    assert result.status == 1
    assert f"judged by {edition.hash} (old)" in result.out


def test_a_kept_edition_is_named_by_the_beginning_of_its_hash(
    triage: Triage, config: Path, changed: Path, archive: Path
) -> None:
    work(config, delivered("Complaint", "Hello"))
    with open_store(config) as store:
        edition = edition_of(load_config(config))
        store.editions.keep(edition, None, NOW)

    result = triage("rules", "diff", "-c", config, edition.hash[:6], changed, archive)

    assert f"judged by {edition.hash} (old)" in result.out


@pytest.fixture
def closing(config: Path, tmp_path: Path) -> Path:
    """Rules by which the day after receipt is a closing day."""
    folder = tmp_path / "closing"
    shutil.copytree(config.parent / "rules", folder)
    calendar = folder / "70-calendar.toml"
    day = '[[calendar.closing_days]]\nday = 2026-03-03\ntitle = "Strike"\n'
    calendar.write_text(f"{calendar.read_text()}\n{day}")
    return folder


def test_due_dates_that_a_closing_day_moves_are_listed(
    triage: Triage, config: Path, closing: Path
) -> None:
    work(config, delivered("Complaint", "Your website is down."))

    result = triage("rules", "diff", "-c", config, closing)

    assert result.status == 0
    assert "2 due dates of one open case move: 2 later, 0 earlier" in result.out
    assert (
        "CMP-2026-00001  acknowledgement  Wed 4 Mar 2026 → Thu 5 Mar 2026" in result.out
    )
    assert "Tue 3 March 2026 is now a closing day (Strike)" in result.out


def test_due_dates_stand_in_the_summary_for_scripts(
    triage: Triage, config: Path, closing: Path
) -> None:
    work(config, delivered("Complaint", "Your website is down."))

    result = triage("rules", "diff", "-c", config, "--json", closing)

    dates = json.loads(result.out.splitlines()[-1])["dates"]
    assert (dates["later"], dates["earlier"]) == (2, 0)
    assert dates["moves"][0]["after"] == "2026-03-05T17:00:00+00:00"
