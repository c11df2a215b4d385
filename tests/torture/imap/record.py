"""What the program said to the server: only known commands, only about its own mail."""

import re
from collections.abc import Iterable, Iterator

from tests.servers.hostile import HostileServer
from tests.torture.evidence import Delivered, Due
from tests.torture.finding import Finding

_TAG = rb"[A-Z]{4}\d+ "
_FOLDER = rb'"(?:INBOX|(?:Away/)?Sent|Complaints(?:/[A-Z][A-Za-z-]+)?)"'
_UIDS = rb"[1-9]\d*(?:,[1-9]\d*)*"
_BODY = rb"BODY\.PEEK\[(?:[0-9.]*(?:MIME|HEADER)?)?\]<0\.[1-9]\d*>"
_TAGGED = (
    rb"(?:CAPABILITY|NAMESPACE|NOOP|IDLE|LOGOUT|STARTTLS)",
    rb"AUTHENTICATE PLAIN",
    rb'LIST "" (?:""|"\*"|' + _FOLDER + rb")",
    rb"(?:EXAMINE|SELECT|CREATE|SUBSCRIBE) " + _FOLDER,
    rb"STATUS " + _FOLDER + rb" \(UIDVALIDITY UIDNEXT MESSAGES\)",
    rb"UID SEARCH (?:UID [1-9]\d*:(?:\*|\d+)|UID " + _UIDS + rb")",
    rb"UID SEARCH SINCE \d\d?-[A-Z][a-z]{2}-\d{4}",
    rb'UID SEARCH HEADER Message-ID "?<[A-Za-z0-9._=+@-]+>"?',
    rb"UID FETCH " + _UIDS + rb" \(UID RFC822\.SIZE INTERNALDATE " + _BODY + rb"\)",
    rb"UID FETCH " + _UIDS + rb" \(UID BODYSTRUCTURE\)",
    rb"UID FETCH " + _UIDS + rb" \(UID(?: " + _BODY + rb")+\)",
    rb"UID (?:MOVE|COPY) " + _UIDS + rb" " + _FOLDER,
    rb"UID STORE " + _UIDS + rb" \+FLAGS\.SILENT \(\\Deleted\)",
    rb"UID EXPUNGE " + _UIDS,
)
KNOWN = (
    *(re.compile(_TAG + words + rb"\r\n") for words in _TAGGED),
    re.compile(rb"DONE\r\n"),
    re.compile(rb"[A-Za-z0-9+/=]+\r\n"),
)
"""All that may ever be said; the last is the password, after AUTHENTICATE."""


def findings_in(
    server: HostileServer, delivered: Iterable[Delivered]
) -> Iterator[Finding]:
    """Yield what should not have been said, and what should not have been touched."""
    for line in dict.fromkeys(server.received):
        if not any(each.fullmatch(line) for each in KNOWN):
            yield Finding("command", repr(line[:100]), "no known command")
    others = [each for each in delivered if each.due is Due.NOTHING]
    for change in dict.fromkeys(server.changes):
        if any(each.mark.encode() in change.octets for each in others):
            words = f"{change.command} in {change.folder} on mail that is not ours"
            yield Finding("untouched", change.folder, words)
        elif change.command in ("EXPUNGE", "UID FETCH"):
            yield Finding("command", change.folder, f"{change.command} changes mail")
