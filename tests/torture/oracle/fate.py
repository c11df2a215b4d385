"""Every mail that was delivered has exactly one fate, and no row stands for none."""

import hashlib
from collections.abc import Iterator

from tests.torture.evidence import Due, Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import Books, Came
from tests.torture.oracle.mail import core_of
from tests.torture.oracle.rows import Row

PROMISE = "fate"
TAKEN_UP = frozenset({"recorded", "duplicate", "aside"})


def fate(evidence: Evidence, books: Books) -> Iterator[Finding]:
    """Count rows against deliveries, and look at what each row says."""
    for came in books.came:
        yield from _counted(came)
        for row in came.rows:
            for words in _wrong(came, row, books):
                yield Finding(PROMISE, came.name, words)
        yield from _lost_in_mailbox(came, evidence)
    yield from _unread(books)
    for row in books.strange:
        yield Finding(PROMISE, f"row {row['id']}", "it stands for no mail that came")
    for sha256, raw in books.raws.items():
        if hashlib.sha256(raw).hexdigest() != sha256:
            yield Finding(PROMISE, sha256, "other bytes are kept under this hash")


def _counted(came: Came) -> Iterator[Finding]:
    # A retired row tells of a numbering that is over.
    in_force = [row for row in came.rows if row["retired_at"] is None]
    if len(in_force) > len(came.deliveries):
        times = f"{len(came.deliveries)} times, {len(in_force)} rows tell its fate"
        yield Finding(PROMISE, came.name, f"it came {times}")


def _unread(books: Books) -> Iterator[Finding]:
    """What was left alone has a row without bytes: as many as have no other row."""
    without_bytes = [row for row in books.messages if row["sha256"] is None]
    in_force = [row for row in without_bytes if row["retired_at"] is None]
    asides = sum(row["fate"] == "aside" for row in in_force)
    lacking: dict[Due, list[str]] = {due: [] for due in Due}
    for came in books.came:
        for each in came.deliveries[len(came.rows) :]:
            lacking[each.due].append(came.name)
    for name in lacking[Due.REPLY][asides:]:
        yield Finding(PROMISE, name, "no row has its bytes")
    wanted = sum(map(len, lacking.values()))
    if wanted > len(in_force):
        names = [name for each in lacking.values() for name in each]
        words = f"{wanted} mails have no row of their own, {len(in_force)} were left"
        yield Finding(PROMISE, f"{', '.join(names[:3])} …", words)
    ours = len(books.left)
    if len(in_force) > wanted + ours:
        words = f"{len(in_force)} were left alone, only {wanted} can have been"
        yield Finding(PROMISE, "mails left alone", words)


def _wrong(came: Came, row: Row, books: Books) -> Iterator[str]:
    what = row["fate"]
    if what not in TAKEN_UP:
        yield f"its bytes are kept, and its fate is {what}"
    if not row["reason"]:
        yield "nothing says why it has its fate"
    if came.first.due is Due.NOTHING:
        yield f"it is not ours, and its fate is {what}"
    if what == "aside" and row["due_at"] is None:
        yield "it is set aside, and nobody must look at it"
    if what == "recorded":
        yield from _wrong_case(came, row, books)
    if what == "duplicate" and not _has_original(row, books):
        yield "it is a copy of nothing"
    if not _is_kept(came, row, books):
        yield "other bytes are kept than came"


def _wrong_case(came: Came, row: Row, books: Books) -> Iterator[str]:
    if row["disposition"] == "answer":
        if row["case_id"] not in books.cases:
            yield "it is to be answered, and belongs to no case"
    elif came.first.due is Due.REPLY:
        yield f"it is a person's, and is recorded as {row['disposition']}"


def _has_original(row: Row, books: Books) -> bool:
    return any(
        books.are_copies(each, row) and each["fate"] != "duplicate"
        for each in books.messages
    )


def _is_kept(came: Came, row: Row, books: Books) -> bool:
    """Whole mails are kept as they came; of hostile ones a server may mend bytes."""
    if row["sha256"] not in books.whole or came.first.due is Due.EITHER:
        return row["sha256"] in books.raws
    return core_of(books.raws[row["sha256"]]) == core_of(came.first.octets)


def _lost_in_mailbox(came: Came, evidence: Evidence) -> Iterator[Finding]:
    """What was taken up lies in one folder, unless somebody else took it away."""
    if any(row["gone_at"] for row in came.rows) or not came.rows:
        return
    core = core_of(came.first.octets)
    mark = came.first.mark.encode()
    lying = [
        folder
        for folder, mails in evidence.folders.items()
        for octets in mails
        if mark in octets and core_of(octets) == core
    ]
    if "INBOX" in lying and all(row["retired_at"] for row in came.rows):
        words = "it lies there, and its rows are of a numbering that is over"
        yield Finding(PROMISE, came.name, words)
    if len(lying) > len(came.deliveries):
        yield Finding(PROMISE, came.name, f"it lies {len(lying)} times: {lying}")
    if not lying and not _lies_mended(mark, evidence):
        yield Finding(PROMISE, came.name, "it lies in no folder any more")


def _lies_mended(mark: bytes, evidence: Evidence) -> bool:
    return any(
        mark in octets for mails in evidence.folders.values() for octets in mails
    )
