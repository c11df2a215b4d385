"""Which rows somebody asks for on the command line."""

import argparse
import textwrap
from collections.abc import Iterator, Sequence

from tests.torture.rows import AREAS, ROWS
from triage.tomlsource import did_you_mean

WIDTH = 79
NAMES = frozenset({*AREAS, *(row.name for row in ROWS)})


def asked_for(words: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; ends with status 2 where a name is none."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.torture",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(_areas()),
    )
    parser.add_argument(
        "--short", action="store_true", help="the short form of rows that have one"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/reliability.md"
    )
    parser.add_argument(
        "rows", nargs="*", metavar="AREA|ROW", help="of those below; none: all of them"
    )
    asked = parser.parse_args(words)
    if unknown := [name for name in asked.rows if name not in NAMES]:
        parser.error("\n".join(map(_unknown, unknown)))
    return asked


def _unknown(name: str) -> str:
    hint = did_you_mean(name, NAMES)
    return f"no area or row is called {name}" + (f"; {hint}" if hint else "")


def _areas() -> Iterator[str]:
    """Each area in a paragraph of its own; no name is broken."""
    yield "areas and their rows:"
    for area, rows in AREAS.items():
        yield f"  {area}"
        yield textwrap.fill(
            " ".join(row.name for row in rows),
            WIDTH,
            initial_indent="    ",
            subsequent_indent="    ",
            break_on_hyphens=False,
            break_long_words=False,
        )
