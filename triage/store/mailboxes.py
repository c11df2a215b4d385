"""Which mailboxes share the store, and which rows are whose.

A mailbox is known by its name; the only one of a configuration needs none. Its number
stays when it gets another name or moves to another server.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.errors import ConfigError, Problem
from triage.store.engine import Engine, Row, moment_or_none
from triage.store.model import Inbox

ALONE = ""
"""The name of a mailbox that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What waits in a mailbox that is not configured any more."""

    name: str
    open_cases: int
    """Neither answered nor closed."""
    letters: int
    """Not at their end; nobody sends them, or finds out whether they arrived."""
    due: datetime | None
    """When the first of what is owed is due."""


class Mailboxes:
    """The mailboxes of a store by their names."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def names(self) -> tuple[str, ...]:
        """Return the names of all mailboxes that ever had something here."""
        rows = self._engine.rows("SELECT name FROM mailboxes ORDER BY id")
        return tuple(row["name"] for row in rows)

    def number(self, name: str) -> int:
        """Return the number of a mailbox; raises ConfigError where it is not known."""
        known = self._numbers()
        if name in known:
            return known[name]
        if name == ALONE and len(known) == 1:
            return next(iter(known.values()))
        names = ", ".join(each for each in known if each)
        raise ConfigError(
            Problem(
                f"the store does not know the mailbox `{name}` yet"
                if name
                else f"the store has cases of several mailboxes: {names}",
                hint="`triage run` makes it known"
                if name
                else "give [mailbox] the `name` of the one that it is",
            )
        )

    def known_as(self, name: str, inbox: Inbox) -> str | None:
        """Return under which name a configured mailbox is known until the next start.

        None: it is not known at all.
        """
        return name if name in self._numbers() or not name else self._owner(inbox)

    def name_of_case(self, reference: str) -> str | None:
        """Return the name of the mailbox that a case belongs to."""
        row = self._engine.row(
            "SELECT b.name FROM cases c JOIN mailboxes b ON b.id = c.mailbox"
            " WHERE c.reference = :reference",
            reference=reference,
        )
        return None if row is None else str(row["name"])

    def name_of_letter(self, letter: int) -> str | None:
        """Return the name of the mailbox that a letter goes out by."""
        row = self._engine.row(
            "SELECT b.name FROM outbox o JOIN mailboxes b ON b.id = o.mailbox"
            " WHERE o.id = :letter",
            letter=letter,
        )
        return None if row is None else str(row["name"])

    def left(self, configured: Collection[str]) -> tuple[Left, ...]:
        """Return what waits in each mailbox that is not among the configured."""
        served = {self.number(name) for name in configured}
        rows = {
            name: [
                row
                for sql in (_OPEN_CASES, _LETTERS)
                for row in self._engine.rows(sql)
                if row["mailbox"] == number
            ]
            for name, number in self._numbers().items()
            if number not in served
        }
        return tuple(_left(name, found) for name, found in rows.items() if found)

    def settle(self, configured: Mapping[str, Inbox]) -> tuple[str, ...]:
        """Know the configured mailboxes from now on, each by its name.

        A mailbox is known again under another name where its account and folder are the
        same, or where there is no other and one of the two names is empty. Returns the
        names of those with cases that the configuration has not. Raises ConfigError
        where it cannot be told whose the cases are.
        """
        with self._engine.writing():
            self._refuse_swapped(configured)
            for name, inbox in configured.items():
                if name not in self._numbers():
                    self._know(name, inbox, configured)
            left = [
                each
                for each in self._numbers()
                if each not in configured and not self._is_unused(each)
            ]
            if ALONE in left:
                raise ConfigError(_nobodys(self._inboxes_of(ALONE)))
            if ALONE in configured and left:
                raise ConfigError(_several(left))
            self._engine.run("UPDATE mailboxes SET is_configured = 0")
            for name in configured:
                self._engine.run(
                    "UPDATE mailboxes SET is_configured = 1 WHERE name = :name",
                    name=name,
                )
        return tuple(left)

    def _know(self, name: str, inbox: Inbox, configured: Mapping[str, Inbox]) -> None:
        former = self._former(inbox, configured)
        if former is None:
            self._engine.run("INSERT INTO mailboxes (name) VALUES (:name)", name=name)
            return
        self._engine.run(
            "UPDATE mailboxes SET name = :name WHERE name = :former",
            name=name,
            former=former,
        )

    def _former(self, inbox: Inbox, configured: Mapping[str, Inbox]) -> str | None:
        """Return under which name the store knows a mailbox; None: it is a new one."""
        known = self._owner(inbox)
        if known is not None:
            return known if known not in configured else None
        others = [each for each in self._numbers() if each not in configured]
        is_only_one = len(configured) == 1 and len(self._numbers()) == 1
        has_no_name = ALONE in configured or ALONE in others
        for other in others:
            # With two names, it is another one that was put in its place.
            if is_only_one and has_no_name:
                return other
            if other == ALONE and self._is_unused(other):
                return other
        return None

    def _owner(self, inbox: Inbox) -> str | None:
        row = self._engine.row(
            "SELECT b.name FROM inboxes i JOIN mailboxes b ON b.id = i.mailbox"
            " WHERE i.account = :account AND i.folder = :folder",
            account=inbox.account,
            folder=inbox.folder,
        )
        return None if row is None else str(row["name"])

    def _is_unused(self, name: str) -> bool:
        row = self._engine.one(
            "SELECT EXISTS (SELECT 1 FROM inboxes i WHERE i.mailbox = b.id)"
            " OR EXISTS (SELECT 1 FROM cases c WHERE c.mailbox = b.id) AS is_used"
            " FROM mailboxes b WHERE b.name = :name",
            name=name,
        )
        return not row["is_used"]

    def _refuse_swapped(self, configured: Mapping[str, Inbox]) -> None:
        problems = [
            Problem(
                f"the mailbox `{name}` reads {inbox.folder} of {inbox.account}, which"
                f" the store knows as `{owner}`",
                hint="names stay with their mailbox: its cases go by its rules",
            )
            for name, inbox in configured.items()
            if (owner := self._owner(inbox)) is not None
            and owner != name
            and (owner in configured or name in self._numbers())
        ]
        if problems:
            raise ConfigError(*problems)

    def _inboxes_of(self, name: str) -> tuple[str, ...]:
        rows = self._engine.rows(
            "SELECT i.account, i.folder FROM inboxes i"
            " JOIN mailboxes b ON b.id = i.mailbox WHERE b.name = :name ORDER BY i.id",
            name=name,
        )
        return tuple(f"{row['folder']} of {row['account']}" for row in rows)

    def _numbers(self) -> dict[str, int]:
        rows = self._engine.rows("SELECT id, name FROM mailboxes ORDER BY id")
        return {row["name"]: row["id"] for row in rows}


_OPEN_CASES = """
SELECT mailbox, count(*) AS open_cases, min(CASE WHEN acknowledged_at IS NULL
    THEN coalesce(acknowledge_by, respond_by) ELSE respond_by END) AS due
FROM cases
WHERE (closed_at IS NOT NULL) = 0 AND (answered_at IS NOT NULL) = 0
GROUP BY mailbox
"""

_LETTERS = """
SELECT mailbox, count(*) AS letters FROM outbox
WHERE state IN ('queued', 'sending', 'finishing', 'refused', 'uncertain', 'held')
GROUP BY mailbox
"""


def _left(name: str, rows: list[Row]) -> Left:
    facts = {key: value for row in rows for key, value in row.items()}
    return Left(
        name=name,
        open_cases=facts.get("open_cases", 0),
        letters=facts.get("letters", 0),
        due=moment_or_none(facts.get("due")),
    )


def _nobodys(inboxes: tuple[str, ...]) -> Problem:
    was = " and ".join(inboxes) or "a mailbox that was never read"
    return Problem(
        f"the store has cases of the one mailbox that there was, {was},"
        " and no [[mailbox]] goes on with them",
        hint="leave host, user and folder of that one as they were, at the first start",
    )


def _several(left: list[str]) -> Problem:
    return Problem(
        f"the store has cases of other mailboxes: {', '.join(left)}",
        hint="give [mailbox] the `name` of the one that it is, or write [[mailbox]]",
    )
