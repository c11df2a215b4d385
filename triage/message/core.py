"""What two copies of one mail have in common, whatever servers wrote on top of them."""

import hashlib
import re

from triage.message import limits

# The sending side's servers are among them: one that heard no answer to the dot gives
# the mail up once more, and stamps and signs it anew.
_SERVERS_FIELD = re.compile(
    rb"(?:return-path|received|x-received"
    rb"|delivered-to|x-delivered-to|x-original-to|envelope-to|x-envelope-to"
    rb"|delivery-date|received-spf|authentication-results"
    rb"|arc-seal|arc-message-signature|arc-authentication-results"
    rb"|dkim-signature|x-google-dkim-signature|domainkey-signature"
    rb"|x-gm-[a-z-]+|x-google-smtp-source|x-spam-[a-z-]+|x-virus-[a-z-]+"
    rb")[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(rb">?From [^\n]*\n")
"""Of an mbox."""
_SIZE = re.compile(rb"X-Triage-Octets:[^\n]*\n")
"""What an abridged message says of the content that was left out (mailbox.abridged)."""


def core_of(raw: bytes) -> str:
    """Return the sha256 of a mail's octets behind what servers wrote on top of it.

    Of the header only the leading run of such fields is left out: from the first field
    of the writer's program on, every octet counts. Whatever is irregular ends the run
    early, so that one mail may count as two and two never as one.
    """
    start = _end_of(_SEPARATOR, raw, 0)
    top = _end_of(_SIZE, raw, start)
    digest = hashlib.sha256(raw[start:top])
    end = top
    while (behind := _end_of(_SERVERS_FIELD, raw, end)) > end:
        end = behind
    digest.update(memoryview(raw)[end:])
    return digest.hexdigest()


def _end_of(pattern: re.Pattern[bytes], raw: bytes, start: int) -> int:
    """Return where a match that begins at `start` ends, else `start`."""
    found = pattern.match(raw, start, limits.HEADER_BLOCK)
    return found.end() if found else start
