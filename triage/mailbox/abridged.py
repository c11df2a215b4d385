"""A large message without what its attachments contain, of the same structure.

The octets depend on nothing but the message, so their hash identifies it as the whole
message's would.
"""

from collections.abc import Mapping

from triage.mailbox.structure import Part, StructureError
from triage.message import limits

OCTETS_FIELD = b"X-Triage-Octets"
MOST_TEXT = 1_048_576
MOST_OF_A_PART_HEADER = 16_384


def wanted_sections(root: Part, of_each_text: int) -> dict[str, int]:
    """Say which sections to fetch, and how many octets of each at most.

    One that fills what was asked for has been cut, since an octet more is asked for
    than it should have.
    """
    wanted: dict[str, int] = {}
    text_left = MOST_TEXT
    for part in root.walk():
        if part.header_section:
            wanted[part.header_section] = MOST_OF_A_PART_HEADER
        share = min(part.octets + 1, of_each_text, text_left)
        if part.is_read and share > 0:
            wanted[part.section] = share
            text_left -= share
    return wanted


def abridge(root: Part, header: bytes, sections: Mapping[str, bytes]) -> bytes:
    """Return the message from its header block and the sections that were fetched.

    Raises StructureError where the result would not fall into the same parts.
    """
    block = complete(header)
    if root.is_multipart:
        if root.boundary not in block:
            raise StructureError("the boundary stands nowhere in the header")
        return block + b"".join(_delimited(root, sections))
    if root.parts:
        (enclosed,) = root.parts
        inner_header = sections.get(enclosed.header_section, b"")
        return block + abridge(enclosed, inner_header, sections)
    if root.section in sections:
        return block + sections[root.section]
    return b"%b: %d\r\n%b" % (OCTETS_FIELD, root.content_octets, block)


def cut_short(octets: bytes) -> bytes:
    """Return the octets up to their last whole line."""
    end = octets.rfind(b"\n") + 1
    return octets[:end] if end else octets


def complete(header: bytes) -> bytes:
    """Return a header block that ends with one empty line, even when it was cut off."""
    if header in (b"", b"\r\n"):
        return b"\r\n"
    if header.endswith((b"\r\n\r\n", b"\n\n")):
        return header
    is_long = len(header) - header.rfind(b"\n") > limits.FIELD
    # Of a field this long no more is read than there is.
    block = header if is_long else cut_short(header)
    return block + (b"\r\n" if block.endswith(b"\n") else b"\r\n\r\n")


def _delimited(part: Part, sections: Mapping[str, bytes]) -> list[bytes]:
    pieces = []
    for child in part.parts:
        content = abridge(child, sections.get(child.header_section, b""), sections)
        pieces.append(b"--%b\r\n%b\r\n" % (part.boundary, content))
    return [*pieces, b"--%b--\r\n" % part.boundary]
