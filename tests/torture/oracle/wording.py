"""Runs of text that two mails have in common, and what letters may say anyhow."""

import re
from collections.abc import Iterator, Set
from functools import cache, lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "templates", ROOT / "rules")
REFERENCE = re.compile(r"\b[A-Z]{2,8}-\d{4}-\d{4,}\b")
DATE = re.compile(
    r"(?:\b[A-Z][a-z]+day,? )?\b\d{1,2} (?:January|February|March|April|May|June|July|"
    r"August|September|October|November|December)(?: \d{4})?"
)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
BREAK = "\0"
"""No run goes over it."""


def runs(text: str, length: int) -> Iterator[str]:
    """Yield every run of so many characters, whatever the case and the white space."""
    for piece in text.split(BREAK):
        plain = " ".join(piece.split()).casefold()
        for start in range(len(plain) - length + 1):
            yield plain[start : start + length]


def without_particulars(text: str) -> str:
    """Take out what a letter says of its case by itself: reference and dates."""
    return DATE.sub(BREAK, REFERENCE.sub(BREAK, text))


@lru_cache(8)
def known_runs(wording: tuple[str, ...], length: int) -> Set[str]:
    """Return the runs of rules, templates and configuration as written."""
    own = {run for text in wording for run in runs(JINJA.sub(BREAK, text), length)}
    return _shipped_runs(length) | own


@cache
def _shipped_runs(length: int) -> frozenset[str]:
    files = (path for folder in SHIPPED for path in sorted(folder.iterdir()))
    return frozenset(
        run
        for path in files
        if path.suffix in {".txt", ".html", ".toml"}
        for run in runs(JINJA.sub(BREAK, path.read_text("utf-8")), length)
    )
