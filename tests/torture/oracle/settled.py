"""Whether everything is done, or held for a person."""

from collections.abc import Iterator
from pathlib import Path

from tests.torture.finding import Finding
from tests.torture.oracle.rows import reading

PROMISE = "settled"
ON_ITS_WAY = ("queued", "sending", "finishing")


def unsettled(store: Path, in_mailbox: int | None = None) -> list[Finding]:
    """Return what is still to be done.

    `in_mailbox` is how many mails lie in the watched folder: each needs a row of the
    present numbering that is not filed elsewhere.
    """
    return list(_unsettled(store, in_mailbox))


def _unsettled(store: Path, in_mailbox: int | None) -> Iterator[Finding]:
    with reading(store) as rows:
        letters = rows.execute("SELECT message_id, state FROM outbox").fetchall()
        messages = rows.execute(
            "SELECT id, folder, filed_at FROM messages"
            " WHERE retired_at IS NULL AND gone_at IS NULL"
        ).fetchall()
    for letter in letters:
        if letter["state"] in ON_ITS_WAY:
            words = f"it is still {letter['state']}"
            yield Finding(PROMISE, letter["message_id"], words)
    for message in messages:
        if message["folder"] is not None and message["filed_at"] is None:
            yield Finding(PROMISE, f"row {message['id']}", "it is not filed yet")
    there = sum(message["filed_at"] is None for message in messages)
    if in_mailbox is not None and in_mailbox != there:
        words = f"{in_mailbox} mails lie there, {there} rows say so"
        yield Finding(PROMISE, "the mailbox", words)
