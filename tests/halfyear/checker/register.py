"""The store's file, read by the checker's own queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.halfyear.log import Arrived
from tests.torture.oracle.rows import Row, reading


@dataclass(frozen=True)
class Register:
    """Rows by table; bytes of letters and mails among them."""

    tables: Mapping[str, Sequence[Row]]

    @cached_property
    def cases(self) -> dict[str, Row]:
        return {row["reference"]: row for row in self.tables["cases"]}

    @cached_property
    def by_id(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["cases"]}

    @cached_property
    def by_place(self) -> dict[tuple[int, int], Row]:
        """Rows of mails by UIDVALIDITY and UID."""
        return {
            (row["uidvalidity"], row["uid"]): row for row in self.tables["messages"]
        }

    def at(self, arrived: Arrived) -> Row | None:
        """The row of a mail: where it lies now, or where it lay when it was filed."""
        places = (arrived.moved_to, (arrived.uidvalidity, arrived.uid))
        found = (self.by_place.get(place) for place in places if place is not None)
        return next((row for row in found if row is not None), None)

    @cached_property
    def messages_of(self) -> dict[int, list[Row]]:
        """The mails of each case in the order in which they were recorded."""
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for row in self.tables["messages"]:
            if row["case_id"] is not None:
                found[row["case_id"]].append(row)
        return found

    @cached_property
    def letters(self) -> dict[str, Row]:
        return {row["message_id"]: row for row in self.tables["outbox"]}

    @cached_property
    def raws(self) -> dict[str, bytes]:
        """The kept bytes of mails, compressed."""
        return {row["sha256"]: row["compressed"] for row in self.tables["raws"]}


def read_register(path: Path) -> Register:
    """Read every table that the checks need."""
    names = (
        "cases",
        "messages",
        "outbox",
        "raws",
        "stages",
        "holdings",
        "matters",
        "audit",
        "audit_texts",
        "moves",
    )
    with reading(path) as connection:
        return Register(
            {
                name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - the names above
                for name in names
            }
        )
