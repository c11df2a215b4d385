"""What a letter of ours may be, as whoever receives it sees it: bytes parsed again.

Nothing of triage is used: fields, lines and HTML are read by the standard library.
"""

import re
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from html.parser import HTMLParser

from typing_extensions import override

from triage.demo.servers import Accepted

LONGEST_LINE = 998
ALWAYS = {
    "date", "from", "to", "subject", "message-id", "auto-submitted",
    "x-auto-response-suppress", "x-triage-loop", "content-language", "mime-version",
    "content-type",
}  # fmt: skip
OF_REPLIES = {"precedence", "in-reply-to", "references"}
OPTIONAL = {"in-reply-to", "references"}
_ID = r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]+@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\[\]:]+>"
_IDS = re.compile(rf"{_ID}(?: {_ID})*")
_LINE_ENDS = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[a-z0-9.-]+", re.IGNORECASE)
_ACTIVE = {"script", "iframe", "object", "embed", "form", "input", "base", "link"}
_LOADING = {"src", "srcset", "background", "poster", "data", "action", "formaction"}


def letter_faults(letter: Accepted) -> Iterator[str]:
    """Yield everything that no letter of ours may be."""
    yield from octet_faults(letter.octets)
    parsed = BytesParser(policy=compat32).parsebytes(letter.octets)
    yield from _fields(parsed)
    yield from _recipient(letter, parsed)
    yield from _parts(parsed)


def octet_faults(octets: bytes) -> Iterator[str]:
    """Yield what no mail of ours may have: it is lines of ASCII that end in CRLF."""
    if _LINE_ENDS.search(octets):
        yield "a CR or LF stands alone"
    if not octets.endswith(b"\r\n"):
        yield "its last line has no end"
    if any(len(line) > LONGEST_LINE for line in octets.split(b"\r\n")):
        yield f"a line is longer than {LONGEST_LINE} octets"
    if any(octet > 126 or octet < 32 for octet in octets.translate(None, b"\r\n")):
        yield "an octet is no printable ASCII"


def _fields(parsed: Message) -> Iterator[str]:
    counts = Counter(name.lower() for name in parsed)
    is_reply = parsed["Auto-Submitted"] == "auto-replied"
    known = ALWAYS | (OF_REPLIES if is_reply else set())
    for name, count in counts.items():
        if name not in known:
            yield f"an unknown field: {name}"
        if count > 1:
            yield f"{count} fields {name}"
    for name in sorted(known - OPTIONAL - set(counts)):
        yield f"no field {name}"
    if parsed["Auto-Submitted"] not in ("auto-replied", "auto-generated"):
        yield "Auto-Submitted says nothing of us"
    for name in ("In-Reply-To", "References", "Message-ID"):
        value = parsed[name]
        if value is not None and not _IDS.fullmatch(" ".join(str(value).split())):
            yield f"{name} is no list of message ids"


def _recipient(letter: Accepted, parsed: Message) -> Iterator[str]:
    if len(letter.recipients) != 1:
        yield f"{len(letter.recipients)} recipients on the envelope"
    to = str(parsed["To"])
    if not _ADDRESS.fullmatch(to):
        yield "To is not one bare address"
    if (to,) != letter.recipients:
        yield "To is not whom the envelope names"


def _parts(parsed: Message) -> Iterator[str]:
    if parsed.get_content_type() != "multipart/alternative" or parsed.defects:
        yield "it is no clean multipart/alternative"
        return
    parts = list(parsed.walk())[1:]
    kinds = [part.get_content_type() for part in parts]
    if kinds != ["text/plain", "text/html"]:
        yield f"its parts are {', '.join(kinds)}"
    for part in parts:
        if part.defects or part.get_filename() is not None:
            yield "a part has a defect or a file name"
        if part.get_content_type() == "text/html":
            yield from html_faults(text_of(part))


def text_of(part: Message) -> str:
    """The characters of a text part."""
    octets = part.get_payload(decode=True)
    return octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""


def words_of(letter: Accepted) -> str:
    """Everything that a reader of a letter may see, decoded."""
    parsed = BytesParser(policy=compat32).parsebytes(letter.octets)
    shown = [f"{parsed[name]}" for name in ("From", "To", "Subject")]
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    return "\n".join((*shown, *map(text_of, parts)))


def html_faults(html: str) -> Iterator[str]:
    """Yield what acts or fetches something in a page or a letter."""
    reader = _Reader()
    reader.feed(html)
    yield from reader.faults


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self.faults.append(f"HTML has <{tag}>")
        for name, value in attrs:
            self._look_at(name, (value or "").strip().lower())
        if tag == "meta" and ("http-equiv", "refresh") in attrs:
            self.faults.append("HTML refreshes itself")

    def _look_at(self, name: str, value: str) -> None:
        if name.startswith("on"):
            self.faults.append(f"HTML has {name}=")
        if name in _LOADING and not value.startswith("data:image/"):
            self.faults.append(f"HTML fetches by {name}=")
        if name == "href" and not value.startswith(
            ("https://", "mailto:", "tel:", "#")
        ):
            self.faults.append(f"HTML links to {value[:40]!r}")
        if name == "style" and "url(" in value.replace("url(#", ""):
            self.faults.append("HTML fetches by style=")
