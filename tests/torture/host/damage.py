"""A store that is locked, damaged, taken away, older, or none of ours."""

import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.trying import Host, Try, tried
from tests.torture.row import Outcome, Row
from triage.errors import ConfigError, TransientError
from triage.store import Store
from triage.store.mark import mark_path

LOCKED_SECONDS = 60
LATER = timedelta(minutes=20)
PAGE = 4096
STRIDE = 1237
"""From page to page, so that all parts of pages are hit."""
SOME_CASES = 4
Dump = Counter[str]
"""Every row and table of a store, as SQL."""


def _locked(ground: Ground) -> Outcome:
    seconds = LOCKED_SECONDS if ground.is_full else 1
    return tried(ground, [Try("locked", partial(_is_locked, seconds=seconds))])


def _is_locked(host: Host, seconds: int) -> Iterator[Finding]:
    """Another program writes for as long as that; the daemon waits and goes on."""
    host.install()
    with host.daemon() as daemon:
        daemon.wait_for("running")
        host.complain()
        yield from host.settles()
        with closing(sqlite3.connect(host.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            host.complain(2)
            time.sleep(seconds)
            other.execute("ROLLBACK")
        yield from host.settles()
        daemon.terminate()
    if "Traceback" in daemon.log:
        yield host.wrong("it printed a traceback")


def _damaged(ground: Ground) -> Outcome:
    """Flip a bit on every page, cut the file off everywhere, empty it, …."""
    with suppress(FileNotFoundError):
        shutil.rmtree(ground.folder / "whole")
    whole = _filled(ground.folder / "whole")
    octets = whole.read_bytes()
    rows, _ = _opened(whole)
    pages = len(octets) // PAGE
    every = 1 if ground.is_full else max(1, pages // 8)
    damages: list[tuple[str, Callable[[bytes], bytes]]] = []
    for page in range(0, pages, every):
        at = page * PAGE + page * STRIDE % PAGE
        damages += [
            (f"a bit flipped on page {page + 1}", partial(_flipped, at=at)),
            (f"page {page + 1} zeroed", partial(_zeroed, page=page)),
            (f"cut off in page {page + 1}", partial(_cut_off, at=at)),
        ]
    told, changed, findings = 0, 0, list[Finding]()
    for number, (about, damage) in enumerate(damages):
        path = ground.folder / f"{number}.sqlite3"
        path.write_bytes(damage(octets))
        shutil.copy(mark_path(whole), mark_path(path))
        read, words = _opened(path)
        told += words is not None
        if words is not None and not _is_plain(words):
            findings.append(Finding("host", about, words))
        if words is None:
            findings += (Finding("host", about, each) for each in _lost(rows, read))
            changed += rows != read
        for left in ground.folder.glob(f"{number}.sqlite3*"):
            left.unlink()
    note = (
        f"{told} are refused at the start; {changed} change words inside a row, of"
        f" which SQLite has no sum; {len(damages) - told - changed} change none"
    )
    return Outcome(cases=len(damages), findings=tuple(findings), note=note)


def _filled(folder: Path) -> Path:
    """Make a store with letters, messages and evidence by an earlier one's dump."""
    folder.mkdir()
    path = folder / "triage.sqlite3"
    dump = Path(__file__).parent / "upgrades" / "0017.sql"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(dump.read_text("utf-8"))
    Store.open(path, exclusive=True).close()
    return path


def _flipped(octets: bytes, at: int) -> bytes:
    return octets[:at] + bytes([octets[at] ^ 1 << at % 8]) + octets[at + 1 :]


def _cut_off(octets: bytes, at: int) -> bytes:
    return octets[:at]


def _zeroed(octets: bytes, page: int) -> bytes:
    return octets[: page * PAGE] + bytes(PAGE) + octets[(page + 1) * PAGE :]


def _opened(path: Path) -> tuple[Dump, str | None]:
    """Return what is in it, and what is said where it cannot be opened."""
    try:
        with Store.open(path, exclusive=True) as store:
            store.outbox.listed()
            store.cases.listed()
            with closing(sqlite3.connect(path)) as rows:
                rows.text_factory = partial(str, encoding="utf-8", errors="replace")
                return Counter(rows.iterdump()), None
    except (ConfigError, TransientError) as error:
        return Counter(), str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return Counter(), f"UNEXPECTED {type(error).__name__}: {error}"


def _lost(before: Dump, after: Dump) -> Iterator[str]:
    """Say of which table a store that is worked with has not as many rows as it had."""
    rows, left = _by_table(before), _by_table(after)
    for table in rows.keys() | left.keys():
        if rows[table] != left[table]:
            yield f"{table}: {left[table]} of {rows[table]}, and nothing says so"


def _by_table(dump: Dump) -> Counter[str]:
    """Count the rows of each table, and what describes tables."""
    found = Counter[str]()
    for line, number in dump.items():
        is_row = line.startswith("INSERT INTO")
        found[line.split('"')[1] if is_row else "tables"] += number
    return found


def _is_plain(words: str) -> bool:
    return "UNEXPECTED" not in words and "Traceback" not in words


def _taken_away(ground: Ground) -> Outcome:
    tries = [
        Try("older-copy", older_copy, is_judged=False),
        Try("another", _another, is_judged=False),
        Try("gone", _gone, is_judged=False),
        Try("folder", _folder_in_its_place, is_judged=False),
        Try("newer", _newer),
    ]
    if ground.is_full:
        tries.append(Try("moved-away", _moved_away))
        tries += [
            Try(
                f"deleted{ending}",
                partial(_deleted, ending=ending),
                is_judged=ending != "-wal",
            )
            for ending in ("-wal", ".lock")
        ]
    return tried(ground, tries)


def older_copy(host: Host) -> Iterator[Finding]:
    """Yesterday's copy is put back: no second letter, no mail without a fate."""
    host.install()
    host.complain(2)
    with host.journey.installation() as parts:
        parts.ready_mailbox()
        parts.intake.run()
    copy = host.store.with_name("yesterday")
    shutil.copy(host.store, copy)
    host.run_once()
    host.complain(2)
    host.run_once()
    shutil.copy(copy, host.store)
    host.run_once(LATER)
    host.run_once(LATER)
    host.complain()
    host.run_once()
    yield from host.settles()
    if min(_letters_each(host)) == 0:
        yield host.wrong("who complained got no letter")
    yield from _none_got_two(host)
    yield from host.judge("fate", "gate", "untouched", "private")


def _letters_each(host: Host) -> list[int]:
    return [
        sum(mail.sender in each.recipients for each in host.smtp.accepted)
        for mail in host.delivered
    ]


def _none_got_two(host: Host) -> Iterator[Finding]:
    if max(_letters_each(host)) > 1:
        yield host.wrong("who complained got two letters")


def _another(host: Host) -> Iterator[Finding]:
    host.install()
    host.complain()
    host.run_once()
    other = _filled(host.journey.folder / "other")
    shutil.copy(other, host.store)
    yield from _refused(host, "not the store that was worked with")


def _gone(host: Host) -> Iterator[Finding]:
    host.install()
    host.complain()
    host.run_once()
    host.store.unlink()
    yield from _refused(host, "is gone")


def _folder_in_its_place(host: Host) -> Iterator[Finding]:
    host.install()
    host.store.mkdir()
    yield from _refused(host, "cannot be opened")


def _newer(host: Host) -> Iterator[Finding]:
    host.install()
    host.complain()
    host.run_once()
    with closing(sqlite3.connect(host.store)) as store, store:
        store.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('triage', '9999_later', '2030')"
        )
    yield from _refused(host, "newer triage")


def _refused(host: Host, words: str) -> Iterator[Finding]:
    before = len(host.smtp.accepted)
    try:
        host.run_once()
    except ConfigError as error:
        if words not in str(error):
            yield host.wrong(f"it does not say {words!r}: {error}")
    else:
        yield host.wrong("it is not refused")
    if len(host.smtp.accepted) != before:
        yield host.wrong("a letter went out")


def _moved_away(host: Host) -> Iterator[Finding]:
    """The file is moved away while the daemon runs, and put back."""
    host.install()
    with host.daemon() as daemon:
        daemon.wait_for("running")
        host.complain()
        yield from host.settles()
        away = host.store.with_name("away")
        host.store.rename(away)
        host.complain()
        if not host.says(daemon, "was taken away"):
            yield host.wrong("it does not say that the store is gone")
        if len(host.smtp.accepted) != 1:
            yield host.wrong("a letter went out without a store")
        away.rename(host.store)
        yield from host.settles()
        daemon.terminate()


def _deleted(host: Host, ending: str) -> Iterator[Finding]:
    """A file beside the store is deleted: work stops; the next start goes on."""
    host.install()
    with host.daemon() as daemon:
        daemon.wait_for("running")
        host.complain()
        yield from host.settles()
        os.unlink(f"{host.store}{ending}")  # noqa: PTH108 - no path of its own
        host.complain()
        if not host.says(daemon, "was taken away"):
            yield host.wrong("it goes on without a file that it needs")
        daemon.kill()
    with host.daemon() as daemon:
        daemon.wait_for("running")
        yield from host.settles()
        daemon.terminate()
    yield from _none_got_two(host)
    yield from host.judge("fate")


ROWS = (
    Row(
        name="host-store-locked",
        fault="another program keeps the store locked, for a minute",
        run=_locked,
        is_short=False,
    ),
    Row(
        name="host-store-damaged",
        fault="a bit flipped on, zeros over, or the end of the file in, every page",
        run=_damaged,
    ),
    Row(
        name="host-store-taken",
        fault="the store deleted, moved, an older copy of it, another's, a newer one;"
        " its log or its lock deleted while the daemon runs",
        run=_taken_away,
    ),
)
