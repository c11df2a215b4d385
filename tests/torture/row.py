"""One row of docs/reliability.md: a class of faults and how it is tried."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.torture.finding import Finding
from tests.torture.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one row."""

    cases: int
    """Faults that really happened, not those that were planned."""
    findings: tuple[Finding, ...] = ()
    settled: float | None = None
    """The worst time from a fault's end until all was settled, in seconds."""
    note: str = ""
    """Further figures, in one clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A class of faults; `run` tries every case of it, or a few in the short form."""

    name: str
    """As on the command line: area-fault, for instance imap-drop."""
    fault: str
    """What goes wrong, as a reader of the table understands it."""
    run: Callable[[Ground], Outcome]
    is_short: bool = True
    """Whether its short form, which takes seconds, is among the tests."""
