"""Moving one's own mail into folders, and touching nothing else.

UID MOVE (RFC 6851), or COPY, STORE and UID EXPUNGE of exactly the messages in question
(RFC 4315). Never EXPUNGE alone: it removes what somebody else marked as deleted.
"""

import imaplib
from collections.abc import Iterable, Sequence

from triage.errors import ConfigError, Problem
from triage.mailbox.client import Client
from triage.mailbox.failures import response_code
from triage.mailbox.folders import folder_problems
from triage.mailbox.session import Session

_FOR_A_PERSON = frozenset({"CANNOT", "NOPERM"})
_ONLY_A_PARENT = frozenset({b"\\noselect", b"\\nonexistent"})


def check_filing(session: Session) -> None:
    """Raise ConfigError where this server or this user cannot file safely."""
    account = session.account
    with session.step(f'opening the folder "{account.folder}" for writing') as client:
        if not client.can("MOVE") and not client.can("UIDPLUS"):
            raise ConfigError(
                f"{account} has neither MOVE nor UIDPLUS, so nothing can be filed "
                "without touching other mail: set file = false in [mailbox], "
                "or use another server"
            )
    name = session.spelled(account.folder)
    with session.step(f'opening the folder "{account.folder}" for writing') as client:
        try:
            client.select_folder(name)
        except imaplib.IMAP4.readonly:
            raise ConfigError(
                f'{account}: the user "{account.user}" may only read the folder '
                f'"{account.folder}": set file = false in [mailbox], '
                "or ask for write access"
            ) from None


def ensure_folders(session: Session, folders: Iterable[str]) -> None:
    """Make and subscribe to folders that are missing; ConfigError has every problem."""
    problems: list[Problem | str] = []
    for folder in dict.fromkeys(folders):
        if wrong := folder_problems(folder):
            problems += wrong
            continue
        try:
            _ensure(session, folder)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)


def can_move(session: Session) -> bool:
    """Tell whether filing is one step here, or a copy and a removal."""
    with session.step("asking what the server can do") as client:
        return client.can("MOVE")


def move(session: Session, uids: Sequence[int], name: str) -> None:
    """Move messages of the folder that is open for writing."""
    with session.step("filing messages") as client:
        client.move(uids, name)


def copy(session: Session, uids: Sequence[int], name: str) -> frozenset[int]:
    """Copy messages; return those of which the server tells where the copy is."""
    with session.step("filing messages") as client:
        return client.copied(uids, name)


def remove(session: Session, uids: Sequence[int]) -> None:
    """Remove messages of the folder that is open for writing, and no others."""
    with session.step("filing messages") as client:
        client.delete_messages(uids, silent=True)
        client.uid_expunge(uids)


def still_here(session: Session, uids: Sequence[int]) -> list[int]:
    """Return which of these messages, and no others, are in the folder that is open."""
    with session.step("looking at what was filed") as client:
        found = client.search(["UID", ",".join(map(str, uids))])
    return sorted(set(found).intersection(uids))


def _ensure(session: Session, folder: str) -> None:
    name = session.spelled(folder)
    with session.step("looking for folders") as client:
        found = client.list_folders("", name)
    if any(
        _ONLY_A_PARENT.isdisjoint(flag.lower() for flag in flags)
        for flags, _, _ in found
    ):
        return
    with session.step(f'making the folder "{folder}"') as client:
        try:
            client.create_folder(name)
        except imaplib.IMAP4.error as error:
            _look_into(error, folder)
        _subscribe(client, name)


def _look_into(error: imaplib.IMAP4.error, folder: str) -> None:
    """Let pass that somebody made it first; ConfigError where a person must act."""
    code = response_code(error)
    if code in _FOR_A_PERSON:
        raise ConfigError(
            f'the server does not let us make the folder "{folder}": '
            "make it by hand, or choose another name"
        ) from None
    if code != "ALREADYEXISTS":
        raise error


def _subscribe(client: Client, name: str) -> None:
    try:
        client.subscribe_folder(name)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        # It only decides whether mail programs show the folder; some servers have none.
        return
