"""`triage status`: is a person needed, and for what?"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Result, Triage, as_shipped
from triage.alarm import (
    Book,
    Entry,
    JobFact,
    Kind,
    Notice,
    Outlook,
    Telling,
    Unwell,
    written,
)
from triage.alarm.book import Occasion
from triage.alarm.outlook import written_outlook
from triage.cli.listing import moment
from triage.config import load_config
from triage.intake.job import HEARTBEAT
from triage.store import (
    Activation,
    Balance,
    Blocking,
    Counts,
    How,
    Inbox,
    Outcome,
    Store,
    Trial,
    Vigil,
)
from triage.store.opening import lock_path, lock_store
from triage.wiring import edition_of, now

SECOND, MINUTE, HOUR = (timedelta(seconds=each) for each in (1, 60, 3600))


@contextmanager
def store_of(config: Path) -> Iterator[Store]:
    with Store.open(load_config(config).store.path, exclusive=True) as store:
        yield store


@contextmanager
def daemon_on(config: Path, since: timedelta = HOUR) -> Iterator[None]:
    """As if a daemon had the store for so long."""
    path = load_config(config).store.path
    release = lock_store(path)
    at = (now() - since).timestamp()
    os.utime(lock_path(path), (at, at))
    try:
        yield
    finally:
        release()


@pytest.fixture
def beside(triage: Triage) -> Triage:
    """Run a command beside a daemon."""

    def run(*arguments: str | Path, typed: str = "") -> Result:
        with daemon_on(Path(arguments[-1])):
            return triage(*arguments, typed=typed)

    return run


def start(
    config: Path, *notes: str, read: timedelta = MINUTE, by_daemon: bool = True
) -> str:
    """As if mail had been read since a minute ago; return what is in force."""
    edition = edition_of(load_config(config))
    at = now() - MINUTE
    with store_of(config) as store:
        store.editions.keep(edition, Counts(5, 4, 4, 19), now())
        store.editions.activate(Activation(at, edition.hash, How.START, "the daemon"))
        store.editions.note_trial(Trial(at, edition.hash, Outcome.LIVE, notes))
        store.heartbeat.note(HEARTBEAT, now() - read)
        if by_daemon:
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


def test_all_is_well(beside: Triage, config: Path) -> None:
    in_force = start(config)

    result = beside("status", "--config", config)

    assert result.status == 0
    assert result.out.startswith("All is well.\n")
    assert f"edition {in_force} since" in result.out
    assert "4 live" in result.out


@pytest.mark.parametrize(
    ("at_most", "status"), [("watch", 0), ("hold", 1), ("live", 1)]
)
def test_links_of_the_shipped_example_need_a_person_once_letters_go(
    beside: Triage, config: Path, at_most: str, status: int
) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    text = rules.read_text("utf-8")
    assert 'at_most = "live"' in text
    rules.write_text(text.replace('at_most = "live"', f'at_most = "{at_most}"'))
    as_shipped(config)
    start(config)

    result = beside("status", "--config", config)

    told = "write your own director in [contacts] and handbook in [links]"
    assert (result.status, told in result.out) == (status, status == 1)


@pytest.mark.parametrize(("read", "status"), [(MINUTE, 0), (24 * HOUR, 1)])
def test_who_reads_the_mailbox_from_cron_needs_no_daemon(
    triage: Triage, config: Path, read: timedelta, status: int
) -> None:
    start(config, read=read, by_daemon=False)

    result = triage("status", "--config", config)

    assert result.status == status, result.out
    assert ("- the daemon never ran" in result.out) == (status == 1)


def test_a_refused_edition_needs_a_person(beside: Triage, config: Path) -> None:
    start(config)
    refused = refuse(config, Blocking("ab" * 32, "CMP-2026-00001", "turned away"))

    result = beside("status", "--config", config)

    assert result.status == 1
    assert f": edition {refused}\na.toml:1:1: no\n" in result.out
    assert "    CMP-2026-00001: turned away" in result.out
    assert "triage rules accept REF… --why TEXT" in result.out
    assert "triage rules rollback" in result.out


def test_what_somebody_answers_for_needs_nobody(beside: Triage, config: Path) -> None:
    start(config)
    refused = refuse(config, Blocking("ab" * 32, "CMP-2026-00001", "turned away"))
    beside("rules", "accept", "CMP-2026-00001", "--why", "meant", "-c", config)

    result = beside("status", "--config", config)

    assert result.status == 0
    assert f"edition {refused}\nA person answers for it by now" in result.out


def test_what_was_refused_is_over_once_the_files_are_as_in_force(
    beside: Triage, config: Path
) -> None:
    start(config)
    refuse(config)
    path = load_config(config).rules.folder / "10-journeys.toml"
    path.write_text(path.read_text("utf-8").replace("# edited\n", ""), "utf-8")

    result = beside("status", "--config", config)

    assert result.status == 0
    assert "Refused" not in result.out


def test_what_is_not_tried_yet_is_told(beside: Triage, config: Path) -> None:
    start(config)
    path = load_config(config).rules.folder / "10-journeys.toml"
    path.write_text(path.read_text("utf-8") + "# edited\n", encoding="utf-8")

    result = beside("status", "--config", config)

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
    beside: Triage, config: Path, long: timedelta, words: str
) -> None:
    start(config)
    with store_of(config) as store:
        store.heartbeat.note(HEARTBEAT, now() - long)

    result = beside("status", "--config", config)

    assert result.status == 1
    assert f"the mailbox was not read for {words}: triage doctor" in result.out


def test_an_overdue_debt_needs_a_person(beside: Triage, worked: Path) -> None:
    start(worked)
    beside("outbox", "drop", "1", "--config", worked)

    result = beside("status", "--config", worked)

    assert result.status == 1
    assert "1 case should have been acknowledged: triage case list --debt" in result.out
    assert "the first is CMP-2026-00001, by Wed 4 Mar 2026" in result.out


def test_an_open_breaker_needs_a_person(beside: Triage, config: Path) -> None:
    start(config)
    with store_of(config) as store:
        store.breaker.trip(now(), 60)

    result = beside("status", "--config", config)

    assert result.status == 1
    assert "replies are held" in result.out


def test_status_for_scripts(beside: Triage, worked: Path) -> None:
    in_force = start(worked)

    result = beside("status", "--json", "--config", worked)

    found = json.loads(result.out)
    health = found["health"]
    assert result.status == 1
    assert found["needs"] == ["1 case should have been answered: triage due"]
    assert health["in_force"]["hash"] == health["standing"] == in_force
    assert (found["open_cases"], health["outbox"]) == (1, {"queued": 1})
    assert "post.example" not in result.out


def test_a_store_that_no_daemon_used_yet_is_told(beside: Triage, config: Path) -> None:
    with store_of(config):
        pass

    result = beside("status", "--config", config)

    assert result.status == 1
    assert "the mailbox was never read: triage doctor" in result.out
    assert "none in force yet" in result.out


def test_what_could_not_be_compared_is_told(beside: Triage, config: Path) -> None:
    start(config, "nothing was compared: a contact is gone")

    shown, listed = (
        beside("status", "-c", config),
        beside("rules", "history", "-c", config),
    )

    assert "\n           nothing was compared: a contact is gone\n" in shown.out
    assert "in force: nothing was compared: a contact is gone" in listed.out


def test_a_daemon_that_runs_is_told_with_the_age_of_its_sign(
    beside: Triage, config: Path
) -> None:
    start(config)

    result = beside("status", "--config", config)

    expected = (
        rf"daemon     running \(process {os.getpid()}\), last sign of life \d sec"
    )
    assert re.search(expected, result.out)


def test_a_killed_daemon_is_told_at_once(triage: Triage, config: Path) -> None:
    start(config)

    result = triage("status", "--config", config)
    listed = triage("alarm", "list", "--config", config)

    assert (result.status, listed.status) == (1, 1)
    assert "  - the daemon is NOT RUNNING: it was killed or broke off" in result.out
    assert "daemon     NOT RUNNING: it was killed" in result.out
    assert "jobs       unknown" in result.out
    assert listed.out.startswith("The daemon is NOT RUNNING: it was killed")
    assert "No alarm stands." not in listed.out


def test_a_daemon_that_was_stopped_is_told_with_the_time(
    triage: Triage, config: Path
) -> None:
    start(config)
    with store_of(config) as store:
        store.heartbeat.note_end(now())

    result = triage("status", "--config", config)

    assert result.status == 1
    stopped = f"the daemon is NOT RUNNING: it was stopped, {moment(now())}"
    assert stopped[:-2] in result.out


def test_a_daemon_that_just_starts_needs_nobody(triage: Triage, config: Path) -> None:
    start(config)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now() - HOUR, outlook="", book="{}"))

    with daemon_on(config, timedelta()):
        result = triage("status", "--config", config)

    assert result.status == 0
    assert "daemon     starting (process" in result.out


def test_a_sign_of_life_that_comes_while_we_look_shows_no_wrong_clock(
    beside: Triage, config: Path
) -> None:
    start(config)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now() + 20 * SECOND, outlook="", book="{}"))

    result = beside("status", "--config", config)

    assert "last sign of life 0 seconds ago" in result.out


@pytest.mark.parametrize("ago", [MINUTE, -HOUR], ids=["old", "under a wrong clock"])
def test_a_daemon_that_gives_no_sign_is_told(
    beside: Triage, config: Path, ago: timedelta
) -> None:
    start(config)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now() - ago, outlook="", book="{}"))

    result = beside("status", "--config", config)

    assert result.status == 1
    assert "the daemon is STUCK (process" in result.out
    assert "or cannot write its store: last sign of life" in result.out


@pytest.mark.parametrize(
    ("ago", "expected", "words"),
    [
        (timedelta(), 0, "running (its lock cannot be looked at), last sign of life"),
        (MINUTE, 1, "NOT RUNNING, or cannot write its store: last sign of life 60 sec"),
    ],
    ids=["fresh", "old"],
)
def test_who_cannot_look_at_the_lock_is_told_by_the_last_sign(
    triage: Triage, config: Path, ago: timedelta, expected: int, words: str
) -> None:
    start(config)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now() - ago, outlook="", book="{}"))
    lock_path(load_config(config).store.path).unlink()

    result = triage("status", "--config", config)

    assert expected == result.status
    assert f"daemon     {words}" in result.out


def test_a_store_that_cannot_be_written_is_told_at_once(
    beside: Triage, config: Path
) -> None:
    start(config)
    path = load_config(config).store.path
    path.chmod(0o400)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)

    result = beside("status", "--config", config)
    listed = beside("alarm", "list", "--config", config)

    said = f"the store cannot be written: {path} may only be read"
    assert (result.status, listed.status) == (1, 1)
    assert said in result.out
    assert said in listed.out


def test_a_disk_that_is_nearly_full_is_told_at_once(
    beside: Triage, config: Path
) -> None:
    start(config)
    text = config.read_text("utf-8")
    config.write_text(f"{text}\n[alarm]\nfree_megabytes = 999999999\n", "utf-8")

    result = beside("status", "--config", config)

    assert result.status == 1
    assert "MB are free on its disk" in result.out


def test_times_have_one_form_and_jobs_agree_with_what_is_needed(
    beside: Triage, config: Path
) -> None:
    start(config)
    since = now() - 5 * MINUTE
    unwell = Unwell(
        kind=Kind.MAILBOX, job="", since=since, why="it hangs", is_alarm=True
    )
    outlook = Outlook(at=now(), every=15, jobs=(), unwell=(unwell,), settled=0)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now(), outlook=written_outlook(outlook), book="{}"))

    result = beside("status", "--config", config)

    at = moment(since)
    assert f"  - the mailbox is not read since {at}: it hangs" in result.out
    assert f"jobs       intake does not get on since {at}: it hangs" in result.out
    assert "UTC" not in result.out


def test_jobs_do_not_all_go_well_while_the_mailbox_is_not_read(
    beside: Triage, config: Path
) -> None:
    start(config)
    outlook = Outlook(at=now(), every=15, jobs=(), unwell=(), settled=0)
    with store_of(config) as store:
        store.heartbeat.note(HEARTBEAT, now() - HOUR)
        store.vigils.keep(Vigil(at=now(), outlook=written_outlook(outlook), book="{}"))

    result = beside("status", "--config", config)

    assert "jobs       none fails, but the mailbox was not read\n" in result.out


def test_a_ledger_of_an_empty_mailbox_counts_nothing(
    beside: Triage, config: Path
) -> None:
    start(config)
    inbox = Inbox("triage@127.0.0.1")
    with store_of(config) as store:
        store.restorations.mark_old_stock(inbox, 1, 0)
        store.balances.note(Balance(inbox=inbox, at=now(), unaccounted=0, lingering=0))

    result = beside("status", "--config", config)

    assert "every mail is accounted for (no mail lies in the mailbox)" in result.out


@pytest.mark.parametrize(
    ("ago", "is_told"),
    [(29 * 24 * HOUR, True), (31 * 24 * HOUR, False)],
    ids=["a month", "later"],
)
def test_an_older_store_that_was_put_back_is_told_for_a_month(
    beside: Triage, config: Path, ago: timedelta, *, is_told: bool
) -> None:
    start(config)
    put_back = now() - ago
    with store_of(config) as store:
        store.restorations.begin(put_back - HOUR, put_back, beyond=None)
        store.restorations.finish({"mails put back": 3}, put_back)
        store.heartbeat.note(HEARTBEAT, now())

    result = beside("status", "--config", config)

    assert result.status == 0
    said = f"restored   an older store was put back, found {moment(put_back)}\n"
    assert (said in result.out) is is_told
    assert ("3 mails put back" in result.out) is is_told


def outlook_with(unwell_for: timedelta, *, is_alarm: bool) -> str:
    since = (now() - unwell_for).isoformat()
    unwell = {
        "kind": "outbox",
        "job": "",
        "since": since,
        "why": "the server cannot be used",
        "is_alarm": is_alarm,
    }
    job = {
        "name": "digest",
        "every": 60,
        "got_on_at": None,
        "running_since": None,
        "failing_since": since,
        "failures": 3,
        "why": "the template is gone",
    }
    return json.dumps(
        {
            "at": now().isoformat(),
            "every": 15,
            "jobs": [job],
            "unwell": [unwell],
            "settled": 0,
        }
    )


@pytest.mark.parametrize(
    ("long", "expected"),
    [(10 * timedelta(seconds=1), 0), (MINUTE, 1)],
    ids=["a blip", "a minute"],
)
def test_what_is_wrong_for_a_minute_is_told_before_it_is_an_alarm(
    beside: Triage, config: Path, long: timedelta, expected: int
) -> None:
    start(config)
    outlook = outlook_with(long, is_alarm=False)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now(), outlook=outlook, book="{}"))

    result = beside("status", "--config", config)

    assert expected == result.status
    assert ("no letter is sent since" in result.out) is bool(expected)
    assert "digest fails since" in result.out


def job_since(ago: timedelta) -> Outlook:
    """As if a job had been begun so long ago, and neither ended nor got on."""
    job = JobFact(
        name="digest",
        every=60,
        got_on_at=None,
        running_since=now() - ago,
        failing_since=None,
        failures=0,
        why="",
    )
    return Outlook(at=now(), every=15, jobs=(job,), unwell=(), settled=0)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(10 * MINUTE, 0), (HOUR, 1)],
    ids=["takes its time", "hangs"],
)
def test_a_daemon_gets_on_while_none_of_its_jobs_hangs(
    beside: Triage, config: Path, ago: timedelta, expected: int
) -> None:
    start(config)
    with store_of(config) as store:
        told = written_outlook(job_since(ago))
        store.vigils.keep(Vigil(at=now(), outlook=told, book="{}"))

    result = beside("status", "--daemon", "--config", config)

    assert result.status == expected
    assert result.out.startswith("The daemon is running")
    assert ("The job `digest` was begun" in result.out) is bool(expected)


def test_what_a_person_must_do_is_no_fault_of_the_daemon(
    beside: Triage, config: Path
) -> None:
    start(config)
    refuse(config)

    result = beside("status", "--daemon", "--config", config)

    assert result.status == 0


def test_a_killed_daemon_does_not_get_on(triage: Triage, config: Path) -> None:
    start(config)

    result = triage("status", "--daemon", "--config", config)

    assert result.status == 1
    assert "NOT RUNNING" in result.out


@pytest.mark.parametrize(
    ("since", "expected"), [(MINUTE, 0), (HOUR, 2)], ids=["just now", "long ago"]
)
def test_a_daemon_that_brings_its_store_up_to_date_is_starting(
    triage: Triage, config: Path, since: timedelta, expected: int
) -> None:
    start(config)
    with store_of(config) as store:
        store._engine.run(
            "DELETE FROM _sqlite_migrations WHERE id ="
            " (SELECT max(id) FROM _sqlite_migrations)"
        )

    with daemon_on(config, since):
        result = triage("status", "--daemon", "--config", config)

    assert result.status == expected
    assert ("The daemon is starting" in result.out) is (expected == 0)


def test_a_matter_that_waits_is_a_need(beside: Triage, worked: Path) -> None:
    start(worked)
    with store_of(worked) as store:
        store._engine.run(
            "INSERT INTO matters (case_id, at, kind, words)"
            " VALUES (1, :at, 'other-writer', '')",
            at=now(),
        )

    result = beside("status", "--config", worked)

    assert result.status == 1
    assert "1 matter must be looked at: triage due" in result.out


@pytest.mark.parametrize(("owner", "is_told"), [(None, True), ("'jane'", False)])
def test_an_urgent_case_of_nobody_is_a_need(
    beside: Triage, worked: Path, owner: str | None, *, is_told: bool
) -> None:
    start(worked)
    with store_of(worked) as store:
        store._engine.run(
            f"UPDATE cases SET flags = '[\"safeguarding\"]', owner = {owner or 'NULL'}"  # noqa: S608
        )

    result = beside("status", "--config", worked)

    assert ("1 urgent case with a flag and without an owner" in result.out) is is_told


def test_what_stands_is_listed_with_who_was_told(beside: Triage, config: Path) -> None:
    start(config)
    entry = Entry(kind=Kind.MAILBOX, job="", since=now(), what="away", told_at=now())
    notice = Notice(at=now(), begun=(entry,))
    tellings = (
        Telling(
            at=now(), channel="webhook", occasion=Occasion.BEGUN, about=("mailbox",)
        ),
        Telling(
            at=now(),
            channel="command",
            occasion=Occasion.BEGUN,
            about=("mailbox",),
            failure="it ended with status 1",
        ),
    )
    book = Book(entries=(entry,), waiting={"command": notice}, tellings=tellings)
    with store_of(config) as store:
        store.vigils.keep(Vigil(at=now(), outlook="", book=written(book)))

    listed, shown = (
        beside("alarm", "list", "--config", config),
        beside("status", "--config", config),
    )

    assert (listed.status, shown.status) == (1, 1)
    assert "the mailbox is not read since" in listed.out
    assert "command is still to be told" in listed.out
    assert "it ended with status 1" in listed.out
    assert "told by: webhook" in shown.out
    assert "an alarm could not be told yet by command" in shown.out


def test_without_a_channel_one_line_says_what_nobody_hears(
    beside: Triage, config: Path
) -> None:
    start(config)

    shown = beside("status", "--config", config)
    listed = beside("alarm", "list", "--config", config)

    assert "nobody would hear of an outbox that does not move" in shown.out
    assert (shown.status, listed.status) == (0, 0)


def test_a_test_goes_through_every_channel_and_says_what_happened(
    beside: Triage, config: Path, tmp_path: Path
) -> None:
    text = config.read_text("utf-8")
    heard = tmp_path / "heard"
    command = json.dumps(["/usr/bin/tee", str(heard)])
    config.write_text(f"{text}\n[alarm]\ncommand = {command}\n", encoding="utf-8")

    result = beside("alarm", "test", "--config", config)

    command_said, team_said = result.out.splitlines()
    assert result.status == 1
    assert command_said == "command: told"
    assert team_said.startswith("the team, by our own submission server: no connection")
    assert json.loads(heard.read_text("utf-8"))["state"] == "test"
