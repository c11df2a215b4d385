"""What differs between two texts, line by line."""

from collections.abc import Iterator
from difflib import ndiff


def differences(before: str, after: str) -> str:
    """Return the lines that went (-) and came (+), each with a line around it."""
    return "\n".join(_near_changes(list(ndiff(_lines(before), _lines(after)))))


def _lines(text: str) -> list[str]:
    return text.splitlines()


def _near_changes(lines: list[str]) -> Iterator[str]:
    told = [line for line in lines if not line.startswith("? ")]
    changed = [not line.startswith("  ") for line in told]
    for number, line in enumerate(told):
        if any(changed[max(0, number - 1) : number + 2]):
            yield line.rstrip()
