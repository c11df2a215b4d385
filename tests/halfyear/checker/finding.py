"""What the checker says where something is wrong."""

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    check: str
    about: str
    """A case's reference, a mail's or a letter's Message-ID."""
    words: str

    @override
    def __str__(self) -> str:
        return f"{self.check}: {self.about}: {self.words}"
