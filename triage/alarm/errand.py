"""Work in a thread of its own, waited for only so long: what hangs holds nobody up."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    """One piece of work at a time; its thread is left behind where it hangs."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done = threading.Event()
        self._done.set()
        self._result: T | None = None

    @property
    def is_under_way(self) -> bool:
        return not self._done.is_set()

    def begin(self, work: Callable[[], T]) -> None:
        """Begin, unless something is under way still; work raises nothing."""
        if self.is_under_way:
            return
        self._done.clear()
        self._result = None
        threading.Thread(
            target=self._run, args=(work,), name=self._name, daemon=True
        ).start()

    def result(self, seconds: float = 0.0) -> T | None:
        """Return what it came to, once; None while it is under way."""
        if not self._done.wait(seconds):
            return None
        result, self._result = self._result, None
        return result

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._result = work()
        finally:
            self._done.set()
