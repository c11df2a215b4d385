"""How long `triage rules test` and `triage rules check` take, without other work.

    python bench/examples.py        the rules as shipped

Seconds of the processor, the fastest of several runs.
"""

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.timing import seconds_of
from triage import shipped
from triage.config import read_folder
from triage.decision import try_examples
from triage.ruleset import compile_ruleset, lint

TODAY = date(2026, 3, 2)


def main() -> None:
    files = read_folder(shipped.rules(), (".toml", ".csv"))
    ruleset = compile_ruleset(files)
    number = sum(1 for _ in try_examples(ruleset))
    run = seconds_of(lambda: list(try_examples(ruleset)))
    print(f"{number} examples in {run:.2f} s: {run / number * 1000:.2f} s for 1,000")
    print(f"rules compiled in {seconds_of(lambda: compile_ruleset(files)):.2f} s")
    print(f"rules linted in {seconds_of(lambda: lint(files, TODAY)):.2f} s")


main()
