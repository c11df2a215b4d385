"""Answers of a scripted server that has two mails, and the program's side of it."""

from collections.abc import Callable

from tests.mailbox.mails import make_mail
from tests.servers.scripted import Answer, Say, ScriptedServer
from triage.mailbox import Account, ImapMailbox, Limits, Security

PASSWORD = "s3cret pässword"  # noqa: S105 - of a server that has no users
PATIENT = Limits()
HASTY = Limits(connect=0.2, command=0.2, farewell=0.1, idle_renewal=0.2, poll=0.2)
MAIL = make_mail()


def literal(octets: bytes) -> bytes:
    return b"{%d}\r\n%b" % (len(octets), octets)


def header_of(uid: int, octets: bytes = MAIL) -> bytes:
    header = octets.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return (
        b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE " 2-Mar-2026 09:30:00 +0100" '
        b"BODY[HEADER]<0> %b)\r\n" % (uid, uid, len(octets), literal(header))
    )


def body_of(uid: int, octets: bytes = MAIL) -> bytes:
    return b"* %d FETCH (UID %d BODY[]<0> %b)\r\n" % (uid, uid, literal(octets))


def two_mails(line: bytes) -> Answer:
    """Answer a UID FETCH from a folder with two mails."""
    uids = [int(uid) for uid in line.split()[3].split(b",")]
    said = [header_of(u) if b"HEADER" in line else body_of(u) for u in uids if u < 3]
    return [Say(b"".join(said) + b"TAG OK done\r\n")]


def mailbox_at(
    server: ScriptedServer,
    limits: Limits = PATIENT,
    *,
    user: str = "ann",
    password: str | Callable[[], str] = PASSWORD,
) -> ImapMailbox:
    """Return the program's side, not yet connected."""
    secret = password if callable(password) else lambda: password
    account = Account("127.0.0.1", server.port, Security.PLAIN, user, secret)
    return ImapMailbox(account, limits)


def everything(mailbox: ImapMailbox) -> list[bytes]:
    mailbox.connect()
    mailbox.select()
    return [one.raw for one in mailbox.fetch(mailbox.peek(mailbox.uids()))]
