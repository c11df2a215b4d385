"""`triage` on a hurried clock: `python bench/days_daemon.py … -m triage run …`.

On a clock that goes a hundred times as fast, limits on what this machine and loopback
do in real time would be milliseconds. Those that matter are lengthened to what they
need; every time that the promises are about stays as it is.
"""

import os
import sys
from dataclasses import fields

SHORTEST = 0.7
"""Real seconds that any limit on a server leaves at least."""


def lengthen(limits: object, names: tuple[str, ...], least: float) -> None:
    """Change limits in place: they are frozen, and used where they were imported."""
    for each in fields(limits):  # type: ignore[arg-type]  # it is a dataclass
        if each.name in names:
            longer = max(getattr(limits, each.name), least)
            object.__setattr__(limits, each.name, longer)


if __name__ == "__main__":
    # Here, because the reader process imports this module once more.
    from triage.cli import main
    from triage.reader import DEFAULT_LIMITS
    from triage.wiring.servers import USUAL

    speed = float(os.environ["DAYS_SPEED"])
    lengthen(USUAL, ("connect", "command"), SHORTEST * speed)
    lengthen(DEFAULT_LIMITS, ("seconds", "start_seconds"), 20 * speed)
    sys.argv = ["triage", *sys.argv[sys.argv.index("triage") + 1 :]]
    main()
