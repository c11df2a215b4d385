"""Proves what the half year must show, from its log and the store's file alone.

Nothing of triage is used here: own SQL, own due dates, the standard library's MIME.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.halfyear.checker.accounts import accounts
from tests.halfyear.checker.acknowledged import acknowledged
from tests.halfyear.checker.answered import answered
from tests.halfyear.checker.chain import chain
from tests.halfyear.checker.clocks import clocks
from tests.halfyear.checker.digests import digests
from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.letters import letters
from tests.halfyear.checker.register import Register, read_register
from tests.halfyear.log import Log

CHECKS = {
    "accounts": accounts,
    "letters": letters,
    "acknowledged": acknowledged,
    "answered": answered,
    "clocks": clocks,
    "digests": digests,
    "chain": chain,
}


def findings(log: Log, store: Path, *checks: str) -> list[Finding]:
    """Return everything that is wrong, or only what some checks find."""
    return list(_found(log, read_register(store), checks or tuple(CHECKS)))


def _found(log: Log, register: Register, checks: tuple[str, ...]) -> Iterator[Finding]:
    for check in checks:
        yield from CHECKS[check](log, register)


__all__ = ["CHECKS", "Finding", "findings"]
