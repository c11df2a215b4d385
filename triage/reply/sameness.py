"""What an HTML body says, in words, to hold it against the text body.

It also refuses what a letter may not carry: anything fetched from elsewhere, anything
that acts by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode
from typing_extensions import override

_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "div",
    "section", "p", "span", "h1", "h2", "h3", "ul", "ol", "li", "strong", "em", "b",
    "i", "a", "br", "hr", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {
    "lang", "dir", "class", "style", "role", "href", "name", "content", "charset",
    "align", "width", "border", "cellpadding", "cellspacing", "bgcolor", "aria-label",
    "aria-hidden", "scope",
}  # fmt: skip
_LINKS = ("https://", "mailto:", "tel:")
_REMOTE_STYLE = re.compile(r"url\(|@import|expression\(|\\", re.IGNORECASE)
_ITEM_NUMBER = re.compile(r"^ *\d{1,2}\. ", re.MULTILINE)
_AROUND = 3
_EDGES = " .,:;!?()[]<>\"'“”‘’–—•|-"  # noqa: RUF001 - typographic quotes and dashes are meant


def refusals(html: str) -> list[str]:
    """Return what may not stand in the HTML body of a letter."""
    tree = LexborHTMLParser(html)
    found = [refusal for node in tree.css("*") for refusal in _refused(node)]
    if not all(node.attributes.get("lang") for node in tree.css("html")):
        found.append("<html> does not say its language")
    return list(dict.fromkeys(found))


def _refused(node: LexborNode) -> Iterator[str]:
    if node.tag not in _TAGS:
        yield f"<{node.tag}> may not stand in a letter"
    for name, value in node.attributes.items():
        if name not in _ATTRIBUTES:
            yield f"<{node.tag} {name}=…> may not stand in a letter"
        if name == "style" and _REMOTE_STYLE.search(value or ""):
            yield "a style fetches something from elsewhere"
    if node.tag == "a":
        yield from _refused_link(node.attributes.get("href") or "")
    if node.tag == "style" and _REMOTE_STYLE.search(node.text()):
        yield "a style fetches something from elsewhere"


def _refused_link(address: str) -> Iterator[str]:
    if not address:
        yield "a link has no address"
    elif not address.startswith(_LINKS):
        yield "a link is neither https:, mailto: nor tel:"


def words_of_text(text: str) -> list[str]:
    """Return the words of a text body; the numbers of list items are none."""
    return _words(_ITEM_NUMBER.sub("", text))


def words_of_html(html: str) -> list[str]:
    """Return the words of an HTML body; a link is its words, then its address."""
    tree = LexborHTMLParser(html)
    for node in tree.css("title, style"):
        node.decompose()
    for link in tree.css("a"):
        target = link.attributes.get("href") or ""
        if not target.startswith("tel:"):
            address = target.removeprefix("mailto:")
            if address != link.text().strip():
                link.insert_after(f" {address} ")
    return _words(tree.root.text(separator=" ")) if tree.root else []


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two bodies begin to differ: the words from there on, and those before."""

    said: tuple[str, ...]
    """In the text."""
    shown: tuple[str, ...]
    """In the HTML."""
    before: tuple[str, ...]

    @override
    def __str__(self) -> str:
        said, shown = self._around(self.said), self._around(self.shown)
        return f"“{said}” in the text, “{shown}” in the HTML"

    def _around(self, words: tuple[str, ...]) -> str:
        return " ".join((*self.before[-_AROUND:], *words[: _AROUND + 1])) or "nothing"


def first_difference(text: str, html: str) -> Difference | None:
    """Return where the bodies begin to differ, None where they say the same."""
    said, shown = words_of_text(text), words_of_html(html)
    if said == shown:
        return None
    at = 0
    while at < min(len(said), len(shown)) and said[at] == shown[at]:
        at += 1
    return Difference(tuple(said[at:]), tuple(shown[at:]), tuple(said[:at]))


def _words(text: str) -> list[str]:
    """Split into words, without case and punctuation."""
    return [bare for word in text.casefold().split() if (bare := word.strip(_EDGES))]
