"""Each letter leaves once and to the writer; each case is acknowledged once."""

from collections import Counter
from collections.abc import Iterator
from email.utils import getaddresses

from tests.torture.evidence import Due, Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import ACKNOWLEDGING, Books, Came, Left
from tests.torture.oracle.mail import Read
from tests.torture.oracle.rows import Row
from tests.torture.oracle.wording import without_particulars

PROMISE = "once"
MAY_HAVE_LEFT = frozenset({"sent", "finishing", "uncertain", "held", "dropped"})
WITH_A_PERSON = frozenset({"held", "uncertain", "refused"})


def once(_evidence: Evidence, books: Books) -> Iterator[Finding]:
    """Compare what the server took with the outbox, the cases, and who wrote."""
    times = Counter(left.name for left in books.left)
    for name, number in times.items():
        if number > 1:
            yield Finding(PROMISE, name, f"it was accepted {number} times")
    yield from _sent(books)
    yield from _acknowledged(books)
    yield from _copies_answered(books)
    yield from _in_same_words(books)
    for left in books.left:
        for words in (*_unlike_the_outbox(left), *_misdirected(left, books)):
            yield Finding(PROMISE, left.name, words)
    for came in books.came:
        if came.first.due is Due.REPLY:
            yield from _unanswered(came, books)


def _sent(books: Books) -> Iterator[Finding]:
    for row in books.outbox:
        if row["state"] == "sent" and row["message_id"] not in books.accepted_ids:
            words = "it is sent, and no server accepted it"
            yield Finding(PROMISE, row["message_id"], words)


def _unlike_the_outbox(left: Left) -> Iterator[str]:
    row = left.row
    if row is None:
        yield "it was accepted, and is not in the outbox"
        return
    if row["state"] not in MAY_HAVE_LEFT:
        yield f"it was accepted, and is {row['state']}"
    if bytes(row["data"]) != left.accepted.octets:
        yield "it left with other bytes than the outbox has"


def _misdirected(left: Left, books: Books) -> Iterator[str]:
    named = getaddresses([left.read.field("To")])
    addresses = {address.lower() for _, address in named}
    if len(left.to) > 1:
        yield f"it went to {len(left.to)} people"
    if len(addresses) != 1 or not addresses.issuperset(left.to):
        yield "it went to somebody whom it does not name"
    row = left.row
    if left.to and row is not None and left.to[0] not in _writers(row, books):
        yield "it went to somebody who did not write"


def _writers(letter: Row, books: Books) -> set[str]:
    """Those who wrote the mail that a letter answers, or else its case's mails."""
    in_case = {
        came.first.sender.lower()
        for came in books.came
        for row in came.rows
        if letter["case_id"] is not None and books.case_of(row) == letter["case_id"]
    }
    answered = {
        came.first.sender.lower()
        for came in books.came
        for row in came.rows
        if row["id"] == letter["message"]
    }
    return answered or in_case


def _acknowledged(books: Books) -> Iterator[Finding]:
    """One acknowledgement a case, and one more where it went to senior level.

    A redirection that a person let go after an acknowledgement is a letter of its own.
    """
    found: Counter[int] = Counter()
    answered: Counter[tuple[str, str]] = Counter()
    for left in books.left:
        row = left.row
        if row is None or row["kind"] not in ACKNOWLEDGING or not left.to:
            continue
        found[row["case_id"]] += row["kind"] != "redirect"
        answered[row["kind"], left.read.field("In-Reply-To")] += 1
    for case, number in found.items():
        most = 1 + (books.cases[case]["escalated_at"] is not None)
        if number > most:
            reference = books.cases[case]["reference"]
            yield Finding(PROMISE, reference, f"it was acknowledged {number} times")
    for (_, message_id), number in answered.items():
        if message_id and number > _times_written(message_id, books):
            yield Finding(PROMISE, message_id, f"this mail got {number} replies")


def _copies_answered(books: Books) -> Iterator[Finding]:
    """All copies of a mail get one letter of a kind, whatever servers put before them.

    Without Message-ID and Date nothing tells a copy from the same words once more.
    """
    core_of_row = {row["id"]: books.cores.get(row["sha256"]) for row in books.messages}
    found = Counter(
        (left.row["kind"], core_of_row.get(left.row["message"]))
        for left in books.left
        if left.row is not None and left.row["kind"] in ACKNOWLEDGING and left.to
    )
    for (kind, core), number in found.items():
        if core is None or number == 1:
            continue
        sha256 = next(each for each, of in books.cores.items() if of == core)
        read = Read(books.raws[sha256])
        if read.message_id or read.field("Date"):
            words = f"all its copies got {number} letters: {kind}"
            yield Finding(PROMISE, read.message_id or core, words)


def _in_same_words(books: Books) -> Iterator[Finding]:
    """A letter under two kinds is a second copy, whatever the outbox calls it."""
    said: dict[tuple[int, str], set[str]] = {}
    for left in books.left:
        if left.row is not None and left.to:
            words = " ".join(map(without_particulars, left.read.texts))
            key = left.row["case_id"], " ".join(words.split())
            said.setdefault(key, set()).add(left.row["kind"])
    for (case, _), kinds in said.items():
        if len(kinds) > 1:
            about = books.cases[case]["reference"] if case in books.cases else "no case"
            words = f"the same words went out as {', '.join(sorted(kinds))}"
            yield Finding(PROMISE, about, words)


def _times_written(message_id: str, books: Books) -> int:
    """Different mails may bear one Message-ID, which its writer chooses.

    What servers put before a mail makes no other one of it.
    """
    alike = {
        books.cores.get(row["sha256"])
        for row in books.messages
        if row["message_id"] == message_id and row["fate"] == "recorded"
    }
    return max(1, len(alike))


def _unanswered(came: Came, books: Books) -> Iterator[Finding]:
    if any(row["fate"] == "aside" for row in came.rows):
        return
    cases = {books.case_of(row) for row in came.rows} - {None}
    letters = [
        row for case in cases for row in books.letters_of_case.get(case or 0, ())
    ]
    replies = [row for row in letters if row["category"] == "reply"]
    if any(_is_seen_to(row, books) for row in replies):
        return
    states = ", ".join(row["state"] for row in replies) or "no letter was written"
    why = {str(books.cases[case]["withheld"]) for case in cases if case in books.cases}
    words = f"it was not answered, and no reply is held: {states} {' '.join(why)}"
    yield Finding(PROMISE, came.name, words)


def _is_seen_to(letter: Row, books: Books) -> bool:
    is_accepted = letter["message_id"] in books.accepted_ids
    return is_accepted or letter["state"] in WITH_A_PERSON
