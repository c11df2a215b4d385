"""Asking about folders without opening them."""

import imaplib

from triage.mailbox.account import Selected
from triage.mailbox.session import Session

_ITEMS = ("UIDVALIDITY", "UIDNEXT", "MESSAGES")


def standing(session: Session, folder: str) -> Selected | None:
    """Return how a folder is; None where there is none that could be opened."""
    name = session.spelled(folder)
    with session.step("asking how a folder is") as client:
        try:
            answer = client.folder_status(name, _ITEMS)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return None
        return Selected(
            uidvalidity=int(answer[b"UIDVALIDITY"]),
            uidnext=answer.get(b"UIDNEXT"),
            exists=int(answer[b"MESSAGES"]),
        )


def rights(session: Session, folder: str) -> str | None:
    """Return our rights in a folder, a letter each (RFC 4314 §2.1).

    None where there is no such folder, or the server does not tell.
    """
    name = session.spelled(folder)
    with session.step("asking for our rights in a folder") as client:
        if not client.can("ACL"):
            return None
        try:
            return client.rights(name)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return None


def marked(session: Session, flag: bytes) -> str | None:
    """Return the first folder that bears a flag, as a person writes it."""
    with session.step("looking for folders") as client:
        found = client.list_folders()
    for flags, _, name in found:
        if flag.lower() in (each.lower() for each in flags):
            return session.spelling.read(name)
    return None
