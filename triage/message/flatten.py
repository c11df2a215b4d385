"""HTML to the text that a reader sees, quotations marked with `>` as in plain mail.

lexbor repairs the markup as a browser would; what it writes is well-formed, so one pass
over the tags is enough, and no depth of nesting recurses.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from triage.message import limits

_TOKEN = re.compile(
    r"([^<]*)(?:<!--.*?-->|<(/?)([a-zA-Z][^\s/>]*)((?:[^>\"]|\"[^\"]*\")*)>)", re.DOTALL
)
_MAX_QUOTES = 10
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
# A tag this long carries an image in its address; it has no words and costs time.
_LONG_TAG = re.compile(r"<[^<>]{4096,}>?")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_UNSEEN = _names(
    "head iframe math noscript object script select style svg template title"
)
_RAW_TEXT = _names("iframe noembed noframes plaintext script style xmp")
_LINES = _names(
    """address article aside body center dd div dl dt fieldset figure footer form header
    html li main nav section table tbody tfoot thead tr"""
)
_PARAGRAPHS = _names("blockquote h1 h2 h3 h4 h5 h6 hr ol p pre ul")
_PREFORMATTED = _names("pre textarea listing")

_HIDDEN = re.compile(
    r"\bhidden\b(?!=\"until)|display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?![.\d]*[1-9])|max-height\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
# Webmail indents with a quotation that has no border: the writer's own words.
_INDENTATION = re.compile(
    r"border\s*:\s*(?:none|0)|border-width\s*:\s*0", re.IGNORECASE
)
_BAR = re.compile(r"border-left\s*:\s*(?!none|0)", re.IGNORECASE)
_QUOTING_CLASS = re.compile(r"\b(?:moz-cite-prefix|yahoo_quoted)\b")
_TIGHT = re.compile(r"MsoNormal|margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)
# Outlook's frame around what it answers or forwards, in whatever language.
_OUTLOOK_FRAME = re.compile(r"\bid=\"(?:x_)*(?:divRplyFwdMsg|appendonsend)\"")
_SIGNATURE = re.compile(
    r"\bid=\"(?:x_)*(?:Signature|AppleMailSignature)\"|\bclass=\"(?:[^\"]* )?"
    r"(?:gmail_signature|moz-signature)\b"
)


@dataclass(frozen=True, slots=True)
class _Element:
    """What an element does to the text within it."""

    hides: bool = False
    quotes: bool = False
    keeps_spaces: bool = False
    is_line: bool = False
    is_paragraph: bool = False
    mark: str = ""
    """A line that plain mail would have here; the markup alone says what begins."""
    is_cell: bool = False


_INERT = _Element()


@dataclass(slots=True)
class _Page:
    """The lines so far, and the elements that are open."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    elements: list[_Element] = field(default_factory=list)
    quotes: int = 0
    hidden: int = 0
    preformatted: int = 0
    gap: bool = False
    holds_space: bool = False
    """An empty line that is kept open by a no-break space, as Outlook does it."""

    def open(self, name: str, element: _Element) -> None:
        if name not in _VOID:
            self.elements.append(element)
        if element is not _INERT:
            self.begin(name, element)

    def begin(self, name: str, element: _Element) -> None:
        self.begin_block(element)
        if element.mark and not self.hidden:
            self.line.append(element.mark.rstrip("\n"))
            if element.mark.endswith("\n"):
                self.end_line()
        if name not in _VOID:
            self.count(element, 1)

    def close(self) -> None:
        element = self.elements.pop() if self.elements else _INERT
        if element is _INERT:
            return
        self.begin_block(element)
        if element.is_cell and self.line:
            self.line.append("  ")
        self.count(element, -1)

    def count(self, element: _Element, change: int) -> None:
        self.hidden += element.hides * change
        self.quotes += element.quotes * change
        self.preformatted += element.keeps_spaces * change

    def begin_block(self, element: _Element) -> None:
        """End the line before and after a block; a paragraph leaves an empty line."""
        if element.is_line:
            self.end_line()
            self.gap = self.gap or element.is_paragraph

    def write(self, text: str) -> None:
        if self.hidden:
            return
        if self.preformatted:
            first, *others = text.split("\n")
            self.line.append(first)
            for other in others:
                self.end_line(always=True)
                self.line.append(other)
            return
        if not text.isprintable() or "  " in text:
            self.holds_space = self.holds_space or "\xa0" in text
            text = _SPACES.sub(" ", text)
        if self.line:
            self.line.append(text)
        elif text != " ":
            self.line.append(text.lstrip())

    def end_line(self, *, always: bool = False) -> None:
        if not (self.line or always or self.holds_space):
            return
        text = "".join(self.line).rstrip()
        self.line.clear()
        if self.hidden or not (text or always or self.holds_space):
            return
        self.holds_space = False
        if self.gap and self.lines and self.lines[-1]:
            self.lines.append("")
        self.gap = False
        self.lines.append("> " * min(self.quotes, _MAX_QUOTES) + text)


@lru_cache(maxsize=1024)
def _element(name: str, attributes: str) -> _Element:
    mark = "- " if name == "li" else ""
    if _OUTLOOK_FRAME.search(attributes):
        mark = "-----Original Message-----\n"
    elif _SIGNATURE.search(attributes):
        mark = "--\n"
    has_bar = bool(_BAR.search(attributes))
    element = _Element(
        hides=name in _UNSEEN or bool(_HIDDEN.search(attributes)),
        quotes=(
            (name == "blockquote" and (has_bar or not _INDENTATION.search(attributes)))
            or (has_bar and name in ("div", "p"))
            or bool(_QUOTING_CLASS.search(attributes))
        ),
        keeps_spaces=name in _PREFORMATTED,
        is_line=name in _LINES or name in _PARAGRAPHS,
        is_paragraph=name in _PARAGRAPHS and not _TIGHT.search(attributes),
        mark=mark,
        is_cell=name in ("td", "th"),
    )
    return _INERT if element == _INERT else element


def flatten(html: str) -> tuple[str, str | None]:
    """Give the text that a reader of the HTML sees; also what was cut, or None.

    Hidden elements, pictures, scripts and styles are left out. Lines of a quotation
    begin with `> ` per level, list items with `- `.
    """
    html, defect = _bounded(html)
    body = LexborHTMLParser(html).body
    source = (body.html if body else None) or ""
    page = _Page()
    position = 0
    while (token := _TOKEN.search(source, position)) is not None:
        text, is_end, name, attributes = token.groups()
        position = token.end()
        if text:
            page.write(unescape(text))
        if is_end:
            page.close()
        elif name == "br":
            page.end_line(always=True)
        elif name:
            page.open(name, _element(name, attributes))
            if name in _RAW_TEXT:
                end = source.find(f"</{name}", position)
                position = len(source) if end == -1 else end
    page.write(unescape(source[position:]))
    page.end_line()
    return "\n".join(page.lines).strip("\n"), defect


def _bounded(html: str) -> tuple[str, str | None]:
    if len(html) > limits.HTML:
        html = _without_styles(html)
    html = _LONG_TAG.sub("<img>", html)
    cut = None
    if len(html) > limits.HTML:
        html, cut = html[: limits.HTML], limits.HTML
    if html.count("<") > limits.TAGS:
        pieces = html.split("<", limits.TAGS)
        html = html[: len(html) - len(pieces[-1]) - 1]
        cut = len(html)
    return (
        html,
        None if cut is None else "An HTML text is too large; its end was not read.",
    )


def _without_styles(html: str) -> str:
    """Leave out style sheets: Outlook's may be longer than the message."""
    kept: list[str] = []
    lower, position = html.lower(), 0
    while (start := lower.find("<style", position)) != -1:
        end = lower.find("</style>", start)
        if end == -1:
            break
        kept.append(html[position:start])
        position = end + len("</style>")
    return "".join(kept) + html[position:]
