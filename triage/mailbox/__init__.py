"""IMAP: what is new, fetched by peeking; filing one's own.

An `ImapMailbox` is one folder of one account, used by one thread. Its public face,
which `tests/servers/fake_mailbox.py` shares (one contract suite examines both):

connect() -> None               greeting, TLS, login; nothing when it is alive
close() -> None                 logs out, never raises; `with ImapMailbox(…)` does both
interrupt() -> None             for another thread: ends the command under way, refuses
                                every later one with a TransientError
select() -> Selected            opens the folder read-only; compare its `uidvalidity`
uids() -> list[int]             every UID in the folder, ascending
peek(uids) -> Iterator[Listed]  size, INTERNALDATE, header block; no flag changes
fetch(listed) -> Iterator[Fetched]
                                small messages whole, large ones abridged
unreadable -> Mapping[int, str] UIDs that failed three times, each with its reason: they
                                are no longer asked for, a person must look at them
check_filing() -> None          ConfigError where the server cannot file safely
ensure_folders(folders) -> None creates and subscribes to what is missing
file(uids, folder) -> frozenset[int]
                                moves them; returns those that are no longer here
turn_to(folder) -> None          makes it a connection to another folder; then `select`
standing(folders) -> Mapping[folder, Selected]
                                how folders are, without opening them; those that are
                                missing are left out
sent_folder() -> str | None     the folder that the server marks as that of sent mail
uids_since(day) -> list[int]    UIDs of what arrived on that day or later
rights(folder) -> str | None     RFC 4314's letters; None where it does not tell
capabilities() -> frozenset[str] what the server offers to who is logged in
find(message_id, folder) -> bool
                                does a reply of ours lie there? Only ids of our making
uids_named(message_id) -> list[int]
                                where in our own folder it lies
wait(seconds, stop) -> bool     IDLE, or sleep; True as soon as something new came

A UID that vanished, or that the server gives no answer for, is left out of what `peek`
and `fetch` yield, without an error. Folders are written with `/` whatever the server's
delimiter is.

Errors are ConfigError and TransientError only. After a TransientError the connection
is gone: the caller waits `backoff(failures, error)` seconds, then calls `connect` and
`select` again. Two kinds of it are told apart because trying again soon is no use:
`LoginRefusedError` (the password) and `UntrustedServerError` (TLS). No error and no log
line carries mail content, a password or a sender; a UID may appear.
"""

from triage.errors import LoginRefusedError
from triage.mailbox.account import Account, Limits, Security, Selected
from triage.mailbox.failures import UntrustedServerError, backoff
from triage.mailbox.imap import ImapMailbox

__all__ = [
    "Account",
    "ImapMailbox",
    "Limits",
    "LoginRefusedError",
    "Security",
    "Selected",
    "UntrustedServerError",
    "backoff",
]
