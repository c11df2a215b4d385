"""What a restored store is told before anything is taken up."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey, text_of
from tests.journeys.mails import make_mail
from triage.backup import verify
from triage.cli import main
from triage.config import load_config
from triage.errors import ConfigError, TransientError
from triage.store.restorations import MARGIN
from triage.wiring import back_up, now, restore

pytestmark = pytest.mark.servers


def printed_by(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    return int(left.value.code or 0)


@pytest.fixture
def since_backup(journey: Journey, tmp_path: Path) -> Path:
    """Back up after one complaint, then let a second be answered and filed."""
    journey.install(Settings(submission={"witness": "copy"}))
    journey.deliver(make_mail("The first complaint"))
    journey.run_once()
    backup = tmp_path / "store.backup"
    back_up(journey.config, backup, now())
    journey.deliver(make_mail("The second complaint"))
    journey.run_once()
    return backup


def bring_back(journey: Journey, backup: Path) -> None:
    restore(journey.config, backup, now, replace=True)


def test_a_mail_taken_up_since_the_backup_gets_a_case_and_no_second_answer(
    journey: Journey, since_backup: Path
) -> None:
    sent = len(journey.replies())

    bring_back(journey, since_backup)
    journey.run_once()
    journey.run_once()

    to_people = [
        reply
        for reply in journey.replies()[sent:]
        if "team" not in str(reply["To"]) and reply["Auto-Submitted"]
    ]
    assert to_people == []
    assert len(journey.cases()) == 2
    assert journey.subjects() == []


def test_it_says_of_each_mail_that_it_looks_at_that_it_gets_on(
    journey: Journey, since_backup: Path
) -> None:
    asked: list[int] = []
    bring_back(journey, since_backup)

    def gets_on() -> bool:
        asked.append(1)
        return False

    with journey.installation() as parts:
        parts.ready_mailbox(gets_on)

    filed = len(journey.subjects("Complaints/Formal"))
    assert len(asked) > filed > 0


def test_more_folders_than_a_server_lets_us_connect_are_looked_through(
    journey: Journey, tmp_path: Path
) -> None:
    journey.install()
    (rules,) = journey.folder.glob("rules/*-journeys.toml")
    route = '[[route]]\nid = "r{0}"\ntitle = "Never taken {0}"\nfolder = "Never/{0}"\n'
    more = "".join(route.format(number) for number in range(12))
    rules.write_text(rules.read_text("utf-8") + more, encoding="utf-8")
    journey.run_once()
    backup = tmp_path / "store.backup"
    back_up(journey.config, backup, now())

    bring_back(journey, backup)
    journey.run_once()

    with journey.store() as store:
        assert store.restorations.pending() is None


def test_a_stop_ends_the_looking_and_nothing_is_taken_up_before_it_is_done(
    journey: Journey, since_backup: Path
) -> None:
    bring_back(journey, since_backup)

    with (
        journey.installation() as parts,
        pytest.raises(TransientError, match="told to stop"),
    ):
        parts.ready_mailbox(lambda: True)

    with journey.store() as store:
        assert store.restorations.pending() is not None


def test_no_reference_is_given_twice(journey: Journey, since_backup: Path) -> None:
    before = {case.line.reference for case in journey.cases()}

    bring_back(journey, since_backup)
    journey.run_once()

    first, second = (case.line.reference for case in journey.cases())
    assert first in before
    assert second not in before


def test_no_reference_is_given_twice_where_more_were_given_since_than_are_left_out(
    journey: Journey, since_backup: Path
) -> None:
    with journey.store() as store, store.batch():
        last = [store.next_reference(now()) for _ in range(2 * MARGIN)][-1]

    bring_back(journey, since_backup)
    bring_back(journey, since_backup)

    with journey.store() as store:
        assert store.next_reference(now()) > last


def test_a_restored_store_has_its_mark_at_once(
    journey: Journey, since_backup: Path
) -> None:
    bring_back(journey, since_backup)

    (place,) = journey.folder.glob("*.sqlite3")
    place.unlink()
    with pytest.raises(ConfigError, match="is gone"):
        journey.run_once()


def test_what_was_there_before_a_restoration_is_older_should_it_come_back(
    journey: Journey, since_backup: Path
) -> None:
    bring_back(journey, since_backup)
    (place,) = journey.folder.glob("*.sqlite3")
    (kept,) = journey.folder.glob("*.before-*")
    kept.replace(place)

    with journey.installation() as parts:
        found = parts.store.restorations.pending()

    assert found is not None


def test_the_store_that_was_there_is_kept(journey: Journey, since_backup: Path) -> None:
    bring_back(journey, since_backup)

    (kept,) = journey.folder.glob("*.before-*")
    assert kept.stat().st_size > 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_restores_belongs_to_the_daemons_user(
    journey: Journey, since_backup: Path
) -> None:
    store = load_config(journey.config).store.path
    own = store.parent / "own"
    own.mkdir(mode=0o700)
    os.chown(own, 65534, 65534)
    journey.config.write_text(
        journey.config.read_text().replace(f'"{store.name}"', f'"own/{store.name}"')
    )

    restore(journey.config, since_backup, now, replace=False)

    owners = {each.stat().st_uid for each in own.iterdir()}
    assert len(list(own.iterdir())) >= 3
    assert owners == {65534}


def test_a_store_is_not_replaced_unasked(journey: Journey, since_backup: Path) -> None:
    with pytest.raises(ConfigError, match="--replace"):
        restore(journey.config, since_backup, now, replace=False)

    assert len(journey.cases()) == 2


def test_nothing_is_restored_under_a_running_daemon(
    journey: Journey, since_backup: Path
) -> None:
    with journey.installation(), pytest.raises(ConfigError, match="another triage"):
        bring_back(journey, since_backup)


def test_another_key_is_refused(journey: Journey, since_backup: Path) -> None:
    (journey.folder / "reference.key").write_text("f" * 64)

    with pytest.raises(ConfigError, match="is not the one of the backup"):
        bring_back(journey, since_backup)

    assert len(journey.cases()) == 2


def test_the_command_line_makes_checks_and_restores(
    journey: Journey, since_backup: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = since_backup.with_name("again.backup")

    statuses = [
        printed_by("backup", "create", again, "--config", journey.config),
        printed_by("backup", "verify", again, "-c", journey.config),
        printed_by("backup", "restore", again, "--replace", "--config", journey.config),
    ]

    assert statuses == [0, 0, 0]
    assert "2 cases" in capsys.readouterr().out
    assert verify(again)[0].counts["cases"] == 2


def test_a_copy_of_the_lost_acknowledgement_proves_that_it_went_out(
    journey: Journey, since_backup: Path
) -> None:
    lost = next(
        each.octets
        for each in reversed(journey.smtp.accepted)
        if b"Auto-Submitted: auto-replied" in each.octets
    )
    journey.deliver(lost, ADDRESS)

    bring_back(journey, since_backup)
    journey.run_once()
    journey.run_once()

    second = journey.cases()[1]
    assert second.line.acknowledged_at is not None
    assert second.why_unacknowledged == ()


def test_the_team_is_told_what_was_found(journey: Journey, since_backup: Path) -> None:
    bring_back(journey, since_backup)
    journey.run_once()

    told = [
        text_of(reply)
        for reply in journey.replies()
        if reply["Subject"] == "The case store came back from a backup"
    ]
    assert len(told) == 1
    assert "Found: 1 mails put back to be taken up" in told[0]


def test_a_log_that_outlived_its_store_is_not_played_into_the_restored_one(
    journey: Journey, since_backup: Path
) -> None:
    (place,) = journey.folder.glob("*.sqlite3")
    log = Path(f"{place}-wal")
    with closing(sqlite3.connect(place)) as later:
        later.execute("UPDATE cases SET owner = 'nobody'")
        later.commit()
        kept = log.read_bytes()
    place.unlink()
    log.write_bytes(kept)

    restore(journey.config, since_backup, now, replace=False)

    assert [case.line.owner for case in journey.cases()] == [None]


def test_what_a_restored_store_forgot_makes_letters_wait(
    journey: Journey, since_backup: Path
) -> None:
    with journey.store() as store:
        assert store.heartbeat.last("deadlines steady") is not None

    bring_back(journey, since_backup)

    with journey.store() as store:
        assert store.heartbeat.last("deadlines steady") is None
