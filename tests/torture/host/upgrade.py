"""Stores of earlier versions: brought up to date, none of their letters sent twice.

upgrades/NNNN.sql was made by the code of its time (upgrades/making.py), with messages
and letters in every state that it knew.
"""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import which

from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.trying import Host, Try, tried
from tests.torture.mails import complaint
from tests.torture.row import Outcome, Row
from triage.config import load_config
from triage.store import Store
from triage.wiring.servers import inbox_of

DUMPS = sorted((Path(__file__).parent / "upgrades").glob("*.sql"))
MAY_STILL_GO = frozenset({"queued", "sending"})
MUST_WAIT = frozenset({"finishing", "uncertain", "held"})
OVER = frozenset({"sent", "refused", "dropped"})
KILLED_AT = (1, 2, 4, 8, 15, 25, 40, 60, 80, 100, 120, 140)
"""Counted in calls that write: of the copy, of the log, of the store."""
OPEN = "from pathlib import Path; from triage.store import Store\n"
OPEN += "Store.open(Path({!r}), exclusive=True).close()\n"


def _upgrades(ground: Ground) -> Outcome:
    dumps = DUMPS if ground.is_full else DUMPS[:1]
    tries = [
        Try(
            dump.stem,
            partial(upgrade, dump=dump),
            faults=len(_letters(dump)),
            is_judged=False,
        )
        for dump in dumps
    ]
    return tried(ground, tries, f"letters in every state, of {len(dumps)} schemas")


def upgrade(host: Host, dump: Path) -> Iterator[Finding]:
    host.install()
    _load(dump, host)
    before, rows = _letters(dump), _counts(host.store)
    with Store.open(host.store, exclusive=True):
        pass
    yield from _lost(host, rows, _counts(host.store), "the store")
    (kept,) = host.store.parent.glob(f"{host.store.name}.before-*")
    yield from _lost(host, rows, _counts(kept), "the copy from before")
    if _letters_in(host.store) != before:
        yield host.wrong("bringing it up to date changed letters")
    host.run_once()
    host.run_once()
    yield from _sent_as_may_be(host, before)
    new = complaint()
    host.deliver(new)
    host.run_once()
    yield from host.settles()
    yield from _goes_on(host, new.sender)
    yield from host.judge("gate", "private")


def _lost(
    host: Host, before: Mapping[str, int], after: Mapping[str, int], where: str
) -> Iterator[Finding]:
    for table, number in before.items():
        if after.get(table, 0) < number:
            yield host.wrong(f"{where} has fewer rows in {table}")


def _sent_as_may_be(host: Host, before: Mapping[str, str]) -> Iterator[Finding]:
    """What was not at its dot went out once, and nothing else."""
    after = _letters_in(host.store)
    accepted = [each.octets for each in host.smtp.accepted]
    for message_id, state in before.items():
        times = sum(message_id.encode() in octets for octets in accepted)
        if times != (state in MAY_STILL_GO):
            yield host.wrong(f"a letter that was {state} went out {times} times")
        now = after[message_id]
        if state in MUST_WAIT and now not in MUST_WAIT - {"finishing"}:
            yield host.wrong(f"a letter that was {state} is {now}")
        if state in OVER and now != state:
            yield host.wrong(f"a letter that was {state} is {now}")


def _goes_on(host: Host, sender: str) -> Iterator[Finding]:
    replies = [each for each in host.smtp.accepted if sender in each.recipients]
    if len(replies) != 1:
        yield host.wrong(f"the next complaint got {len(replies)} replies")
    with closing(sqlite3.connect(host.store)) as store:
        damage = store.execute("PRAGMA integrity_check").fetchall()
        broken = store.execute("PRAGMA foreign_key_check").fetchall()
    if damage != [("ok",)] or broken:
        yield host.wrong(f"the store is damaged: {damage} {broken}")
    with Store.open(host.store, exclusive=False) as opened:
        for problem in opened.audit.verify().broken:
            yield host.wrong(f"audit log: {problem}")


def _kills(ground: Ground) -> Outcome:
    """Killed while the schema is brought up to date."""
    if which("strace") is None:
        return Outcome(cases=0, note="strace is not installed")
    points = KILLED_AT if ground.is_full else KILLED_AT[3:5]
    findings, killed = [], 0
    for number in points:
        folder = ground.folder / str(number)
        folder.mkdir()
        path = folder / "triage.sqlite3"
        _write(DUMPS[1], path)
        whole, steps = _counts(path), _steps(path)
        about = f"killed at write {number}"
        status = _killed_opening(path, number)
        killed += status == -signal.SIGKILL
        if status not in {0, -signal.SIGKILL}:
            findings.append(Finding("host", about, f"it ended with status {status}"))
        if _steps(path) not in (steps, _all_steps(folder)):
            findings.append(Finding("host", about, "some steps are there, not all"))
        Store.open(path, exclusive=True).close()
        after = _counts(path)
        findings += [
            Finding("host", about, f"rows of {table} are lost")
            for table, rows in whole.items()
            if after.get(table, 0) < rows
        ]
        if list(folder.glob("*.unfinished")):
            findings.append(Finding("host", about, "half a copy is left"))
    return Outcome(cases=killed, findings=tuple(findings))


def _killed_opening(path: Path, number: int) -> int:
    """Open a store and be killed; return how it ended, 0 where it came to no kill."""
    inject = f"inject=pwrite64:signal=SIGKILL:when={number}"
    done = subprocess.run(  # noqa: S603 - our own words
        [
            *("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64"),
            *("-e", inject, sys.executable, "-c", OPEN.format(str(path))),
        ],
        check=False,
        capture_output=True,
    )
    return done.returncode


def _all_steps(folder: Path) -> set[str]:
    path = folder / "new.sqlite3"
    Store.open(path, exclusive=True).close()
    return _steps(path)


def _load(dump: Path, host: Host) -> None:
    """Write the store, as this mailbox's."""
    _write(dump, host.store)
    inbox = inbox_of(load_config(host.journey.config))
    with closing(sqlite3.connect(host.store)) as store, store:
        store.execute("UPDATE inboxes SET account = ?", (inbox.account,))


def _write(dump: Path, path: Path) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.executescript(dump.read_text("utf-8"))


def _letters(dump: Path) -> dict[str, str]:
    with closing(sqlite3.connect(":memory:")) as store:
        store.executescript(dump.read_text("utf-8"))
        return dict(store.execute("SELECT message_id, state FROM outbox"))


def _letters_in(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as store:
        return dict(store.execute("SELECT message_id, state FROM outbox"))


def _counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as store:
        names = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: store.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - the store's own names
            for (name,) in names.fetchall()
        }


def _steps(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as store:
        return {row[0] for row in store.execute("SELECT name FROM _sqlite_migrations")}


ROWS = (
    Row(
        name="host-upgrade",
        fault="a store of an earlier version, with messages and letters in every state",
        run=_upgrades,
    ),
    Row(
        name="host-upgrade-killed",
        fault="killed while an earlier version's store is brought up to date",
        run=_kills,
    ),
)
