"""What an HTML body says, in words, to hold it against the text body.

It also refuses what a letter may not carry: anything fetched from elsewhere, anything
that acts by itself.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "div",
    "section", "p", "span", "h1", "h2", "h3", "ul", "ol", "li", "strong", "em", "b",
    "i", "a", "br", "hr", "table", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {
    "lang", "dir", "class", "style", "role", "href", "name", "content", "charset",
    "align", "width", "border", "cellpadding", "cellspacing", "bgcolor", "aria-label",
    "aria-hidden",
}  # fmt: skip
_LINKS = ("https://", "mailto:", "tel:")
_REMOTE_STYLE = re.compile(r"url\(|@import|expression\(|\\", re.IGNORECASE)
_ITEM_NUMBER = re.compile(r"^ *\d{1,2}\. ", re.MULTILINE)
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
        if name == "href" and not (value or "").startswith(_LINKS):
            yield "a link is neither https:, mailto: nor tel:"
        if name == "style" and _REMOTE_STYLE.search(value or ""):
            yield "a style fetches something from elsewhere"
    if node.tag == "style" and _REMOTE_STYLE.search(node.text()):
        yield "a style fetches something from elsewhere"


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


def first_difference(text: str, html: str) -> str | None:
    """Return where the bodies begin to differ, None where they say the same."""
    said, shown = words_of_text(text), words_of_html(html)
    if said == shown:
        return None
    at = 0
    while at < min(len(said), len(shown)) and said[at] == shown[at]:
        at += 1
    return f"“{_around(said, at)}” in the text, “{_around(shown, at)}” in the HTML"


def _words(text: str) -> list[str]:
    """Split into words, without case and punctuation."""
    return [bare for word in text.casefold().split() if (bare := word.strip(_EDGES))]


def _around(words: list[str], at: int) -> str:
    return " ".join(words[max(0, at - 3) : at + 4]) or "nothing"
