"""The blocks of docs/transcripts.md: what stands between is written by hand.

<!-- transcript NAME -->
```console
…
```
"""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "transcripts.md"
BLOCK = re.compile(
    r"<!-- transcript (?P<name>[\w./-]+) -->\n```console\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def blocks() -> dict[str, str]:
    """Return what stands on the page, by name."""
    page = PAGE.read_text("utf-8")
    return {found["name"]: found["text"] for found in BLOCK.finditer(page)}


def put(name: str, text: str) -> None:
    """Write a block; raises KeyError where the page has no place for it."""
    if name not in blocks():
        raise KeyError(name)

    def written(found: re.Match[str]) -> str:
        if found["name"] != name:
            return found[0]
        return f"<!-- transcript {name} -->\n```console\n{text}```"

    page = BLOCK.sub(written, PAGE.read_text("utf-8"))
    PAGE.write_text(page, encoding="utf-8")
