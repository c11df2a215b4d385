"""How long something takes, as far as a shared machine can tell."""

from collections.abc import Callable
from time import process_time


def seconds_of(work: Callable[[], object], tries: int = 3) -> float:
    """Return the processor time of the fastest of several runs.

    A neighbour on the machine can slow one run, hardly all of them.
    """
    return min(_once(work) for _ in range(tries))


def _once(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start
