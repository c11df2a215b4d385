"""What goes wrong with a tower, and how it ends."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.health.tower import Fault, Tower
from tests.torture.toxics import BadWay, Cut, Ending

MAILBOX, OUTBOX = frozenset({"mailbox"}), frozenset({"outbox"})
LEDGER, STORE = frozenset({"ledger"}), frozenset({"store"})
ON_A_FULL_DISK = 4096


def shut(way: BadWay, ending: Ending = Ending.CLOSED) -> None:
    """Let nothing pass any more."""
    way.there = way.back = Cut(0, ending)
    way.hang_up()


def reopen(way: BadWay) -> None:
    """Let all pass again, on new connections."""
    way.heal()
    way.hang_up()


def mailbox_fault(ending: Ending) -> Fault:
    """The mailbox's server is away."""
    return Fault(
        name=f"mailbox {ending}",
        begin=lambda tower: shut(tower.imap, ending),
        end=lambda tower: reopen(tower.imap),
        alarms=MAILBOX,
    )


def _refuse_login(tower: Tower) -> None:
    _password(tower).write_text("another one\n", encoding="utf-8")
    tower.imap.hang_up()


def _allow_login(tower: Tower) -> None:
    """Restart it too: a server that refused a login is left alone for minutes."""
    tower.daemon.kill()
    right = tower.journey.servers.password
    _password(tower).write_text(f"{right}\n", encoding="utf-8")
    # What runs in the end is killed with the tower.
    tower.daemon.__enter__()


def _password(tower: Tower) -> Path:
    return tower.journey.folder / "imap-password"


LOGIN = Fault(
    name="the login is refused", begin=_refuse_login, end=_allow_login, alarms=MAILBOX
)


def outbox_fault(ending: Ending, alarms: frozenset[str] = OUTBOX) -> Fault:
    """The submission server is away, and somebody is to be answered."""

    def begin(tower: Tower) -> None:
        shut(tower.smtp, ending)
        tower.deliver()

    return Fault(
        name=f"submission {ending}",
        begin=begin,
        end=lambda tower: reopen(tower.smtp),
        alarms=alarms,
    )


def _shut_both(tower: Tower) -> None:
    shut(tower.smtp)
    tower.deliver()
    # The letter must be there before its mailbox goes.
    tower.wait(lambda: tower.count(_ON_THEIR_WAY) > 0)
    shut(tower.imap)


def _reopen_both(tower: Tower) -> None:
    reopen(tower.imap)
    reopen(tower.smtp)


_ON_THEIR_WAY = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
BOTH = Fault(
    name="both servers", begin=_shut_both, end=_reopen_both, alarms=MAILBOX | OUTBOX
)
FULL_DISK = Fault(
    name="no file can grow",
    begin=lambda tower: tower.limit_files(ON_A_FULL_DISK),
    end=lambda tower: tower.limit_files(None),
    alarms=STORE,
)


@dataclass
class Locked:
    """Another process keeps the store locked."""

    _held: list[sqlite3.Connection] = field(default_factory=list)

    def fault(self) -> Fault:
        return Fault(
            name="locked by another", begin=self._hold, end=self._free, alarms=STORE
        )

    def _hold(self, tower: Tower) -> None:
        self._held.append(_opened(tower))
        self._held[-1].execute("BEGIN IMMEDIATE")

    def _free(self, _tower: Tower) -> None:
        self._held[-1].rollback()
        self._held.pop().close()


def _opened(tower: Tower) -> sqlite3.Connection:
    return sqlite3.connect(
        tower.store, isolation_level=None, timeout=10, check_same_thread=False
    )


@contextmanager
def _writing(tower: Tower) -> Iterator[sqlite3.Connection]:
    with closing(_opened(tower)) as store:
        store.execute("BEGIN IMMEDIATE")
        yield store
        store.execute("COMMIT")


def _lose_mail(tower: Tower) -> None:
    """Delete the row of a mail, as if it had never been taken up; its case stays."""
    with _writing(tower) as store:
        store.execute("CREATE TABLE kept AS SELECT * FROM messages WHERE case_id = 1")
        store.execute("DELETE FROM messages WHERE case_id = 1")


def _find_mail(tower: Tower) -> None:
    with _writing(tower) as store:
        store.execute("INSERT INTO messages SELECT * FROM kept")
        store.execute("DROP TABLE kept")


LOST_ROW = Fault(name="a mail's row", begin=_lose_mail, end=_find_mail, alarms=LEDGER)


def _forget_time(tower: Tower) -> None:
    with _writing(tower) as store:
        store.execute("UPDATE outbox SET state = 'queued', next_at = NULL WHERE id = 1")


def _is_sent(tower: Tower) -> None:
    with _writing(tower) as store:
        store.execute("UPDATE outbox SET state = 'sent' WHERE id = 1")


NO_TIME = Fault(
    name="a letter queued for no time",
    begin=_forget_time,
    end=_is_sent,
    alarms=LEDGER,
)
