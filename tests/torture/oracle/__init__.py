"""Says whether what triage promises was kept, from what a run left behind.

Nothing of triage is used here: own SQL over the store's file, the standard library's
MIME, and what the servers and whoever made the mails know. The promises by name:

fate.py       every mail that was delivered has exactly one fate
once.py       of each case one acknowledgement, of each letter one copy, to the writer
gate.py       nothing is sent to mail that must not be answered
echo.py       nothing of a sender's is in a letter; its fields and its bytes are ours
untouched.py  mail that is not ours stays as it was, where it was
private.py    no secret, address, subject or text in what was printed and logged

settled.py and honest.py look while the program runs, and are asked by themselves.
books.py, mail.py and wording.py read the store, a mail and what letters may say.
"""

from collections.abc import Callable, Iterator

from tests.torture.evidence import Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import Books, read_books
from tests.torture.oracle.echo import echo
from tests.torture.oracle.fate import fate
from tests.torture.oracle.gate import gate
from tests.torture.oracle.honest import untruths
from tests.torture.oracle.once import once
from tests.torture.oracle.private import private
from tests.torture.oracle.settled import unsettled
from tests.torture.oracle.untouched import untouched

PROMISES: dict[str, Callable[[Evidence, Books], Iterator[Finding]]] = {
    "fate": fate,
    "once": once,
    "gate": gate,
    "echo": echo,
    "untouched": untouched,
    "private": private,
}


def judge(evidence: Evidence, *promises: str) -> list[Finding]:
    """Return every violation, or only those of some promises."""
    books = read_books(evidence)
    chosen = promises or tuple(PROMISES)
    return [found for each in chosen for found in PROMISES[each](evidence, books)]


__all__ = ["PROMISES", "judge", "unsettled", "untruths"]
