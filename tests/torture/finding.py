"""What is said where something went wrong."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of what triage promises."""

    promise: str
    """fate, once, gate, echo, untouched, settled, honest or private; or a row's own."""
    about: str
    """A Message-ID, a case's reference, or the case that was tried."""
    words: str

    @override
    def __str__(self) -> str:
        return f"{self.promise}: {self.about}: {self.words}"
