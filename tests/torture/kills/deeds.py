"""What a child does before it is killed, and what it does when it is started again."""

import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

from tests.torture.kills.office import Books, Clock, Office
from tests.torture.kills.sabotage import keep_freed_pages
from triage.backup import unpack
from triage.config import load_config
from triage.logins import IssuerTable
from triage.oauth.keeping import TokenFile
from triage.oauth.open import OpenIssuer
from triage.store import Store
from triage.store.audit import Deed
from triage.wiring import back_up, check_backup, restore
from triage.wiring.logins import Logins

BACKUP = "the.backup"
OFFICER = "Ms Officer"
LATER = (
    timedelta(),
    # Letters that were put off are due.
    timedelta(minutes=2),
    # The witness of uncertain ones is asked.
    timedelta(minutes=17),
)
Sabotage = Callable[[Office], object]
Do = Callable[[Path, datetime, Books, Sequence[Sabotage]], None]


def _in_office(work: Callable[[Office], None]) -> Do:
    def do(
        config: Path, at: datetime, books: Books, sabotages: Sequence[Sabotage]
    ) -> None:
        office = Office(load_config(config), Clock(at), books)
        with closing(office):
            for sabotage in sabotages:
                sabotage(office)
            work(office)

    return do


def _settle(office: Office) -> None:
    for later in LATER:
        office.run_once(later)


def _look_at_answers(office: Office) -> None:
    office.answers.run()


def _sweep_deadlines(office: Office) -> None:
    office.deadlines.run()


def _once_and_die(office: Office) -> None:
    """End as after a power cut: the write-ahead log stays."""
    office.run_once()
    os.kill(os.getpid(), signal.SIGKILL)


def _back_up(config: Path, at: datetime, _: Books, __: Sequence[Sabotage]) -> None:
    back_up(config, config.with_name(BACKUP), at)


def _back_up_again(
    config: Path, at: datetime, books: Books, _: Sequence[Sabotage]
) -> None:
    """Do as people do: what is there must be whole, or is made anew; then the next."""
    if config.with_name(BACKUP).exists():
        check_backup(config.with_name(BACKUP), config)
    else:
        _back_up(config, at, books, ())
    back_up(config, config.with_name("next.backup"), at)


def _back_up_carelessly(
    config: Path, at: datetime, _: Books, __: Sequence[Sabotage]
) -> None:
    """Write straight into the file, under its name."""
    whole = config.with_name("whole")
    back_up(config, whole, at)
    with whole.open("rb") as source, config.with_name(BACKUP).open("wb", 0) as to:
        while piece := source.read(4096):
            to.write(piece)
    whole.unlink()


def _restore(config: Path, at: datetime, _: Books, __: Sequence[Sabotage]) -> None:
    restore(config, config.with_name(BACKUP), lambda: at, replace=True)


def _restore_carelessly(
    config: Path, at: datetime, _: Books, __: Sequence[Sabotage]
) -> None:
    """Move the old store away, file by file, then the new one in."""
    place = load_config(config).store.path
    with tempfile.TemporaryDirectory(dir=config.parent) as inner:
        fresh = Path(inner) / "fresh"
        manifest = unpack(config.with_name(BACKUP), fresh)[0]
        with Store.open(fresh, exclusive=True) as store:
            store.restorations.begin(manifest.made_at, at, beyond=None)
        for ending in ("-shm", "-wal", ""):
            with suppress(FileNotFoundError):
                Path(f"{place}{ending}").rename(f"{place}.kept{ending}")
        fresh.rename(place)


def _erase_carelessly(
    config: Path, at: datetime, books: Books, sabotages: Sequence[Sabotage]
) -> None:
    """Leave in free pages and in the log what stood there."""
    _erase(config, at, books, sabotages, is_careless=True)


def _erase(
    config: Path,
    at: datetime,
    _: Books,
    __: Sequence[Sabotage],
    *,
    is_careless: bool = False,
) -> None:
    with Store.open(load_config(config).store.path, exclusive=False) as store:
        if is_careless:
            keep_freed_pages(store)
        line = min(store.cases.listed(), key=lambda line: line.reference)
        subject = store.subjects.of_case(line.reference)
        assert subject is not None
        cases = [case.id for case in subject.cases]
        deed = Deed(at=at, by=OFFICER, act="erase", why="they asked for it")
        store.subjects.erase(subject, cases, deed)


def _renew(config: Path, at: datetime, _: Books, __: Sequence[Sabotage]) -> None:
    """Ask for a token, as every login does once the last one is over."""
    mailbox = load_config(config).mailbox
    tokens = Logins(lambda: at).tokens("mailbox", mailbox.user, mailbox.oauth)
    assert tokens is not None
    tokens.token()


def _renew_carelessly(
    config: Path, _: datetime, __: Books, ___: Sequence[Sabotage]
) -> None:
    """Write the new one over the old one."""
    mailbox = load_config(config).mailbox
    assert mailbox.oauth is not None
    assert isinstance(mailbox.oauth.app, IssuerTable)
    path = config.with_name("state") / "refresh-token"
    granted = OpenIssuer(mailbox.oauth.app).by_refresh_token(
        TokenFile(path).read().refresh_token
    )
    with path.open("wb", 0) as file:
        file.write((granted.refresh_token or "").encode())


def _fly_a_canary(office: Office) -> None:
    office.look_for_canary()
    office.send()


def _break(_: Path, __: datetime, ___: Books, ____: Sequence[Sabotage]) -> None:
    raise LookupError


def _hang(_: Path, __: datetime, ___: Books, ____: Sequence[Sabotage]) -> None:
    while True:
        sleep(1)


DEEDS: dict[str, Do] = {
    "start": _in_office(lambda _: None),
    "once": _in_office(Office.run_once),
    "settle": _in_office(_settle),
    "once and die": _in_office(_once_and_die),
    "intake": _in_office(Office.take_up),
    "dispatch": _in_office(Office.send),
    "answers": _in_office(_look_at_answers),
    "deadlines": _in_office(_sweep_deadlines),
    "reload": _in_office(Office.reload),
    "backup": _back_up,
    "backup again": _back_up_again,
    "careless backup": _back_up_carelessly,
    "restore": _restore,
    "careless restore": _restore_carelessly,
    "erase": _erase,
    "careless erase": _erase_carelessly,
    "renew": _renew,
    "careless renew": _renew_carelessly,
    "canary": _in_office(_fly_a_canary),
    "break": _break,
    "hang": _hang,
}
