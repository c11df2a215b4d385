"""Runs rows of the table: `python -m tests.torture [--short] [--write] [AREA|ROW…]`.

Exit status: 0 nothing was violated, 1 something was, 2 a row could not run.
"""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot
from tests.servers.plugin import LOCAL
from tests.torture.asking import asked_for
from tests.torture.ground import Ground
from tests.torture.pages import write_figures
from tests.torture.row import Outcome, Row
from tests.torture.rows import AREAS, ROWS

MOST_SHOWN = 20


def main() -> int:
    asked = asked_for(sys.argv[1:])
    chosen = [row for row in ROWS if _is_asked_for(row, asked.rows)]
    outcomes: dict[str, Outcome] = {}
    failed = False
    with _dovecot() as dovecot:
        for row in chosen:
            outcome = _run(row, is_full=not asked.short, dovecot=dovecot)
            if outcome is None:
                failed = True
            else:
                outcomes[row.name] = outcome
                if asked.write:
                    write_figures(AREAS, outcomes)
    if failed:
        return 2
    return int(any(outcome.findings for outcome in outcomes.values()))


def _is_asked_for(row: Row, names: list[str]) -> bool:
    areas = {area for area, rows in AREAS.items() if row in rows}
    return not names or row.name in names or bool(areas & set(names))


@contextmanager
def _dovecot() -> Iterator[Callable[[], Dovecot]]:
    with ExitStack() as opened:

        @cache
        def start() -> Dovecot:
            folder = Path(opened.enter_context(TemporaryDirectory(prefix="torture-")))
            certificate = Authority.new(folder).issue("localhost", hosts=LOCAL)
            return opened.enter_context(Dovecot(certificate))

        yield start


def _run(row: Row, *, is_full: bool, dovecot: Callable[[], Dovecot]) -> Outcome | None:
    _say(f"{row.name}: {row.fault}")
    started = monotonic()
    with TemporaryDirectory(prefix=f"torture-{row.name}-") as folder:
        ground = Ground(folder=Path(folder), is_full=is_full, dovecot=dovecot, say=_say)
        try:
            outcome = row.run(ground)
        except Exception:  # noqa: BLE001 - the other rows are run all the same
            traceback.print_exc()
            return None
    _tell(outcome, monotonic() - started)
    return outcome


def _tell(outcome: Outcome, seconds: float) -> None:
    for finding in outcome.findings[:MOST_SHOWN]:
        _say(f"  VIOLATION {finding}")
    if len(outcome.findings) > MOST_SHOWN:
        _say(f"  … and {len(outcome.findings) - MOST_SHOWN} more")
    settled = "" if outcome.settled is None else f", settled in {outcome.settled:.1f} s"
    note = f"; {outcome.note}" if outcome.note else ""
    _say(
        f"  {outcome.cases} cases, {len(outcome.findings)} violations"
        f"{settled}{note} ({seconds:.0f} s)"
    )


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
