"""Nothing is sent to a class of mail that must not be answered."""

from collections.abc import Iterator

from tests.torture.evidence import Due, Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import Books
from tests.torture.oracle.mail import Read

PROMISE = "gate"
UNANSWERED = frozenset({Due.SILENCE, Due.NOTHING})


def gate(_evidence: Evidence, books: Books) -> Iterator[Finding]:
    """Look whether a letter answers such a mail, by its row, its fields or its way."""
    silent = [came for came in books.came if came.first.due in UNANSWERED]
    answerable = {
        came.first.sender.lower() for came in books.came if came not in silent
    }
    rows = {row["id"]: came for came in silent for row in came.rows}
    ids = {Read(came.first.octets).message_id: came for came in silent}
    senders = {came.first.sender.lower(): came for came in silent}
    for left in books.left:
        if not left.to:
            continue
        message = None if left.row is None else left.row["message"]
        to = left.to[0]
        came = (
            rows.get(message)
            or ids.get(left.read.field("In-Reply-To") or "none")
            or (None if to in answerable else senders.get(to))
        )
        if came is not None:
            yield Finding(PROMISE, came.name, f"it was answered by {left.name}")
