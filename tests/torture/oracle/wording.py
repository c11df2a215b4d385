"""Runs of text that two mails have in common, and what letters may say anyhow."""

import re
from base64 import b64decode
from collections.abc import Iterator, Set
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "templates", ROOT / "rules")
REFERENCE = re.compile(r"\b[A-Z]{2,8}-\d{4}-\d{4,}\b")
DATE = re.compile(
    r"(?:\b[A-Z][a-z]+day,? )?\b\d{1,2} (?:January|February|March|April|May|June|July|"
    r"August|September|October|November|December)(?: \d{4})?"
)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}")
WORD = re.compile(r"[^\W\d_]{5,}")
"""Shorter words are anybody's."""
BREAK = "\0"
"""No run goes over it."""


def runs(text: str, length: int) -> Iterator[str]:
    """Yield every run of so many characters, whatever the case and the white space."""
    for piece in text.split(BREAK):
        plain = " ".join(piece.split()).casefold()
        for start in range(len(plain) - length + 1):
            yield plain[start : start + length]


def undisguised(text: str) -> Iterator[str]:
    """Yield what somebody may read in a text: as it is, or with one veil taken off."""
    yield text
    yield unescape(text)
    yield unquote(text)
    for token in BASE64.findall(text):
        whole = token[: len(token) // 4 * 4]
        yield b64decode(whole).decode("utf-8", "replace")


def words_in(text: str) -> Set[str]:
    return frozenset(each.casefold() for each in WORD.findall(text))


def without_particulars(text: str) -> str:
    """Take out what a letter says of its case by itself: reference and dates."""
    return DATE.sub(BREAK, REFERENCE.sub(BREAK, text))


@lru_cache(8)
def known_runs(wording: tuple[str, ...], length: int) -> Set[str]:
    """Return the runs of rules, templates and configuration as written."""
    own = {run for text in wording for run in runs(JINJA.sub(BREAK, text), length)}
    return _shipped_runs(length) | own


@lru_cache(8)
def known_words(wording: tuple[str, ...]) -> Set[str]:
    """Return the words of rules, templates and configuration."""
    return frozenset(
        word for text in (*_shipped(), *wording) for word in words_in(text)
    )


@cache
def _shipped_runs(length: int) -> frozenset[str]:
    return frozenset(
        run for text in _shipped() for run in runs(JINJA.sub(BREAK, text), length)
    )


@cache
def _shipped() -> tuple[str, ...]:
    files = (path for folder in SHIPPED for path in sorted(folder.iterdir()))
    return tuple(
        path.read_text("utf-8")
        for path in files
        if path.suffix in {".txt", ".html", ".toml"}
    )
