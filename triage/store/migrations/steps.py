"""The list of steps that every module of this folder adds its own to."""

from operator import attrgetter
from typing import Any

from sqlite_utils import Database, Migrations
from typing_extensions import override


class _Numbered(Migrations):
    """Steps in the order of their numbers, whichever module is imported first."""

    @override
    def pending(self, db: Database) -> list[Any]:
        return sorted(super().pending(db), key=attrgetter("name"))


steps = _Numbered("triage")
