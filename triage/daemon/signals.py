"""Signals, heeded by a thread that hears of them."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


@contextmanager
def heeding(
    numbers: Sequence[signal.Signals], heed: Callable[[int], None]
) -> Iterator[None]:
    """Have a thread of its own heed signals, until the end.

    A handler interrupts any line, perhaps one that holds a lock of the log, of the stop
    event or of the list of threads, so ours does nothing.
    """
    told, telling = os.pipe()
    os.set_blocking(telling, False)
    handlers = {each: signal.signal(each, _nothing) for each in numbers}
    before = signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    thread = threading.Thread(target=_heed_all, args=(told, heed), daemon=True)
    thread.start()
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        os.close(telling)
        thread.join()
        os.close(told)


def _heed_all(told: int, heed: Callable[[int], None]) -> None:
    while numbers := os.read(told, 1):
        heed(numbers[0])


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Take the place of the handler that would end the process."""
