"""Nothing of a sender's is in a letter that left; its fields and its bytes are ours."""

import re
from collections import Counter
from collections.abc import Iterator, Set

from tests.torture.evidence import Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import Books, Came, Left
from tests.torture.oracle.mail import Read, decoded
from tests.torture.oracle.wording import (
    BREAK,
    known_runs,
    known_words,
    runs,
    undisguised,
    without_particulars,
    words_in,
)

PROMISE = "echo"
RUN = 12
LONGEST_LINE = 998
FIELDS = frozenset(
    {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Precedence",
        "X-Triage-Loop",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    }
)
NEEDED = frozenset(
    {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
)
SAME_ALWAYS = {
    "Auto-Submitted": re.compile("auto-replied"),
    "Content-Language": re.compile(r"[A-Za-z]{2}(-[A-Za-z]{2})?"),
    "Content-Transfer-Encoding": re.compile("7bit|quoted-printable|base64"),
    "Content-Type": re.compile(
        r'text/(plain|html); charset="?(utf-8|us-ascii)"?'
        r'|multipart/alternative; boundary="?[=A-Za-z0-9_.-]+"?'
    ),
    "Date": re.compile(r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} [\d:]{8} [+-]\d{4}"),
    "MIME-Version": re.compile(r"1\.0"),
    "Precedence": re.compile("bulk"),
    "X-Auto-Response-Suppress": re.compile("All"),
}
"""Fields in which nothing depends on who wrote to us."""
OF_A_PART = frozenset({"Content-Type", "Content-Transfer-Encoding", "MIME-Version"})
MESSAGE_ID = re.compile(
    r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\[\]:-]{1,250}@[^\s<>@]{1,250}>"
)


def echo(evidence: Evidence, books: Books) -> Iterator[Finding]:
    """Check each letter by itself, and then against everything that anybody wrote."""
    for left in books.left:
        for words in (*_bad_bytes(left.accepted.octets), *_bad_fields(left)):
            yield Finding(PROMISE, left.name, words)
        for words in _bad_parts(left) if left.to else ():
            yield Finding(PROMISE, left.name, words)
    yield from _named(evidence, books)
    known = known_runs(evidence.wording, RUN)
    said = {left.name: _said(left) - known for left in books.left if left.to}
    everything = frozenset(run for each in said.values() for run in each)
    for came in books.came:
        written = _written(came, books) & everything
        for name, own in said.items() if written else ():
            if own & written and not _is_quoted(name, came, books):
                run = min(own & written)
                yield Finding(PROMISE, name, f"it repeats {came.name}: {run!r}")


def _bad_bytes(octets: bytes) -> Iterator[str]:
    lines = octets.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line for line in lines):
        yield "a CR or LF stands alone"
    if any(len(line) > LONGEST_LINE for line in lines):
        yield "a line is too long"
    if any(octet > 0x7E or (octet < 0x20 and octet not in b"\r\n") for octet in octets):
        yield "an octet is not printable ASCII"


def _bad_fields(left: Left) -> Iterator[str]:
    names = Counter(left.read.head.keys())
    for name in sorted(names.keys() - FIELDS):
        yield f"a field that is not ours: {name}"
    for name, number in names.items():
        if number > 1:
            yield f"{name} stands there {number} times"
    for name in sorted(NEEDED - names.keys()):
        yield f"{name} is missing"
    if left.to and left.read.field("To").lower() != left.to[0]:
        yield "To holds something that is not ours to say"
    for name in ("Message-ID", "In-Reply-To", "References"):
        ids = left.read.field(name).split()
        if not all(MESSAGE_ID.fullmatch(each) for each in ids):
            yield f"{name} holds something that is no Message-ID"


def _bad_parts(left: Left) -> Iterator[str]:
    for part in left.read.head.walk():
        if part is not left.read.head:
            for name in sorted(set(part.keys()) - OF_A_PART):
                yield f"a part has a field that is not ours: {name}"
        for name, form in SAME_ALWAYS.items():
            value = " ".join(part.get(name, "").split())
            if value and not form.fullmatch(value):
                yield f"{name} holds something that is not ours: {value[:60]}"


def _named(evidence: Evidence, books: Books) -> Iterator[Finding]:
    """A name is too short for a run: no word of one may be in a letter."""
    known = known_words(evidence.wording)
    said = {
        left.name: words_in(" ".join(_texts(left))) - known
        for left in books.left
        if left.to
    }
    for came in books.came:
        people = Read(came.first.octets).people
        names = words_in(" ".join(name for name, _ in people))
        for letter, words in said.items() if names else ():
            if (both := names & words) and not _is_quoted(letter, came, books):
                yield Finding(PROMISE, letter, f"it repeats {came.name}: {min(both)!r}")


def _texts(left: Left) -> tuple[str, ...]:
    """Whatever is to be read in a letter, without its particulars."""
    read = left.read
    shown = (read.subject, decoded(read.field("From")), *read.texts, *read.leaves)
    return tuple(
        text for each in map(without_particulars, shown) for text in undisguised(each)
    )


def _said(left: Left) -> frozenset[str]:
    return frozenset(runs(BREAK.join(_texts(left)), RUN))


def _written(came: Came, books: Books) -> Set[str]:
    """What somebody wrote: subject, names, addresses and text, without our own words.

    A mail that quotes a letter of ours repeats us, not we it.
    """
    read = Read(came.first.octets)
    people = (f"{name}{BREAK}{address}" for name, address in read.people)
    written = set(runs(BREAK.join((read.subject, *people, *read.texts)), RUN))
    for left in books.left:
        if _quotes(came, left):
            written -= _said(left)
    return written


def _quotes(came: Came, left: Left) -> bool:
    """Whether a mail came after a letter: it names what only the letter could tell."""
    return left.read.message_id.encode() in came.first.octets or (
        left.row is not None
        and left.row["message"] not in {row["id"] for row in came.rows}
        and bool(_reference(left))
        and _reference(left) in came.first.octets
    )


def _reference(left: Left) -> bytes:
    pieces = left.read.message_id.strip("<").split(".")
    return pieces[1].encode() if len(pieces) > 2 else b""


def _is_quoted(name: str, came: Came, books: Books) -> bool:
    return any(left.name == name and _quotes(came, left) for left in books.left)
