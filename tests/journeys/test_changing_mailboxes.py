"""Mailboxes come, get other names and go; their cases stay whose they were."""

from pathlib import Path

import pytest

from tests.journeys.installing import ADDRESS, Servers, install
from tests.journeys.mails import MOTHER
from tests.journeys.running import RunningDaemon
from tests.journeys.test_monitoring import port_of, until
from tests.journeys.test_several import (
    IE,
    UK,
    House,
    house,
    listening,
    run_once,
    status_with,
    triage,
)
from tests.servers.dovecot import PASSWORD
from triage.config import load_configs
from triage.store import Store
from triage.wiring import Installation, back_up, now, restore

pytestmark = pytest.mark.servers
__all__ = ["house"]

ADDRESSES = {"uk": UK, "ie": IE}
IRISH = "CMP-2026-00002"


def alone(house: House, name: str) -> Path:
    """Write an installation of one mailbox without a name over the same store."""
    folder = house.folder / "alone"
    folder.mkdir()
    servers = Servers(
        imap_port=house.dovecot.imap,
        user=house.users[name],
        password=PASSWORD,
        smtp_port=house.smtp[name].port,
    )
    config = install(folder, servers)
    edit(config, '"triage.sqlite3"', f'"{house.folder / "triage.sqlite3"}"')
    edit(config, f'["{ADDRESS}"]', f'["{ADDRESSES[name]}"]')
    return config


def edit(config: Path, before: str, after: str) -> None:
    text = config.read_text("utf-8")
    assert before in text
    config.write_text(text.replace(before, after), "utf-8")


def take_out(config: Path, name: str) -> None:
    shared, *mailboxes = config.read_text("utf-8").split("[[mailbox]]")
    kept = [each for each in mailboxes if f'name = "{name}"' not in each]
    config.write_text("[[mailbox]]".join((shared, *kept)), "utf-8")


def owners(house: House) -> list[str | None]:
    """Return whose each case is, in the order of their references."""
    references = [case.line.reference for case in house.cases()]
    with Store.open(house.folder / "triage.sqlite3", exclusive=False) as store:
        return [store.mailboxes.name_of_case(each) for each in references]


def test_the_cases_of_one_mailbox_go_on_in_it_once_there_are_several(
    house: House,
) -> None:
    house.deliver("uk")
    only = load_configs(alone(house, "uk"))[0]
    with Installation(only) as installation:
        installation.run_once()

    house.install()
    house.deliver("ie")
    house.deliver("uk", "Complaint, the second")
    run_once(house)

    assert owners(house) == ["uk", "uk", "ie"]
    assert len(house.smtp["uk"].accepted) == 2
    assert len(house.smtp["ie"].accepted) == 1


def test_a_mailbox_with_another_name_goes_on_with_its_cases(house: House) -> None:
    house.install()
    house.deliver("ie")
    run_once(house)

    edit(house.config, 'name = "ie"', 'name = "ireland"')
    house.deliver("ie", "Complaint, the second")
    run_once(house)

    assert owners(house) == ["ireland", "ireland"]
    assert len(house.smtp["ie"].accepted) == 2
    assert "not configured any more" not in triage("status", "-c", house.config)[1]


def test_what_waits_in_a_mailbox_that_is_taken_out_is_told_everywhere(
    house: House,
) -> None:
    house.install()
    for name in ("uk", "ie"):
        house.deliver(name)
    run_once(house)
    take_out(house.config, "ie")
    edit(house.config, "[http]", "[alarm]\nlook_seconds = 0.5\n\n[http]")
    what = "the mailbox `ie` is not configured any more"

    with RunningDaemon(listening(house.config)) as daemon:
        not_ready = until(
            port_of(daemon), "/readyz", lambda told: "`ie` is not read" in told.body, 30
        )
        told = status_with(what, house.config)
        daemon.terminate()
    digest = triage("due", "-c", house.config)[1]
    doctor = triage("doctor", "--no-dns", "-c", house.config)[1]

    assert not_ready.status == 503
    assert "open cases: 1" in not_ready.body
    assert "1 open case of it" in told
    assert what.capitalize() in digest
    assert what in " ".join(doctor.split())


def test_it_is_told_no_more_once_its_cases_are_closed(house: House) -> None:
    house.install()
    for name in ("uk", "ie"):
        house.deliver(name)
    run_once(house)
    take_out(house.config, "ie")

    closed, said = triage(
        "case", "close", IRISH, "--outcome", "upheld", "-c", house.config
    )

    assert closed == 0, said
    assert "not configured any more" not in triage("status", "-c", house.config)[1]


def test_a_mailbox_that_comes_back_goes_on_with_its_cases(house: House) -> None:
    whole = house.install().read_text("utf-8")
    for name in ("uk", "ie"):
        house.deliver(name)
    run_once(house)
    take_out(house.config, "ie")
    run_once(house)

    house.config.write_text(whole, "utf-8")
    house.deliver("ie", "Complaint, the second")
    run_once(house)

    assert owners(house) == ["uk", "ie", "ie"]


def test_a_restored_store_of_several_answers_nobody_twice(
    house: House, tmp_path: Path
) -> None:
    house.install()
    for name in ("uk", "ie"):
        house.deliver(name)
    run_once(house)
    backup = tmp_path / "store.backup"
    back_up(house.config, backup, now())
    house.deliver("ie", "Complaint since then")
    run_once(house)
    before = to_people(house)

    restore(house.config, backup, now, replace=True)
    run_once(house)
    run_once(house)

    assert before == {"uk": 1, "ie": 2}
    assert to_people(house) == before
    assert owners(house) == ["uk", "ie", "ie"]


def to_people(house: House) -> dict[str, int]:
    """Count the letters that the mother got from each."""
    return {
        name: sum(MOTHER in each.recipients for each in sink.accepted)
        for name, sink in house.smtp.items()
    }
