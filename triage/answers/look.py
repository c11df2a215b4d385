"""A look into a folder, and what is done about the mails that are new there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from triage.moved import Folder, Selected


class Mailbox(Folder, Protocol):
    """The part of a mailbox that this job uses (see triage.mailbox)."""

    def ensure_folders(self, folders: Iterable[str]) -> None: ...
    def sent_folder(self) -> str | None: ...
    def standing(self, wanted: Iterable[str]) -> Mapping[str, Selected]: ...
    def turn_to(self, folder: str) -> None: ...
    def uids_since(self, day: date) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Look:
    """One look into a folder that got mail."""

    folder: str
    uidvalidity: int
    at: datetime
    before: datetime | None
    """When it was looked at before; None: never under this numbering."""
    since: datetime
    """The first look under this numbering."""


class Taking(Protocol):
    """What is done about the mails of a folder."""

    def take(
        self, mailbox: Mailbox, look: Look, new: list[int], done: Counter[str]
    ) -> set[int]:
        """Take up new mails; return those that the next look must see again."""
        ...
