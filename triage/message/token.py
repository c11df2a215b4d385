"""Message-IDs of our own, which only we can have made.

An answer names the message that it answers. Anybody can write that field, so an id of
ours carries a code that binds it to its case: `<acknowledge.C-2026-0001.MAC@domain>`.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

_MAC_DIGITS = 32
"""Hexadecimal digits kept of the HMAC-SHA256: 128 bits (RFC 2104 §5)."""
_SHORTEST_KEY = 16
_REFERENCE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,38}[A-Z0-9])?")
_KIND = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,118}[a-z0-9])?")
# Some systems change the case of an id, so ours means the same in any.
_MINTED = re.compile(
    rf"<(?P<kind>[a-z][a-z0-9-]{{0,39}})\.(?P<reference>[a-z0-9-]{{1,40}})"
    rf"\.(?P<mac>[0-9a-f]{{{_MAC_DIGITS}}})@(?P<domain>[a-z0-9.-]{{1,120}})>"
)


@dataclass(frozen=True, slots=True)
class Minted:
    """What an id of ours says: the case, and which kind of message it was."""

    reference: str
    kind: str


def mint_id(reference: str, kind: str, key: bytes, domain: str) -> str:
    """Make the Message-ID of the one message of this kind for this case.

    `reference` is in capitals, `kind` and `domain` in small letters, all of letters,
    digits and hyphens; ValueError where they are not. The same arguments give the same
    id.
    """
    for pattern, value in ((_REFERENCE, reference), (_KIND, kind), (_DOMAIN, domain)):
        if not pattern.fullmatch(value):
            raise ValueError(f"not fit for a Message-ID: {value!r}")
    return f"<{kind}.{reference}.{_mac(Minted(reference, kind), key, domain)}@{domain}>"


def verify_id(message_id: str, keys: Sequence[bytes], domain: str) -> Minted | None:
    """Give what an id says where it was made with one of the keys, else None.

    Every key is tried, each in constant time, so that nothing can be learnt about which
    one fits.
    """
    match = _MINTED.fullmatch(message_id.lower()) if message_id.isascii() else None
    if match is None or match["domain"] != domain.lower():
        return None
    minted = Minted(match["reference"].upper(), match["kind"])
    is_ours = False
    for key in keys:
        is_ours |= hmac.compare_digest(_mac(minted, key, match["domain"]), match["mac"])
    return minted if is_ours else None


def _mac(minted: Minted, key: bytes, domain: str) -> str:
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"a key has {_SHORTEST_KEY} octets at least")
    said = f"{minted.kind}.{minted.reference}@{domain}"
    return hmac.digest(key, said.encode("ascii"), "sha256").hex()[:_MAC_DIGITS]
