"""BODYSTRUCTURE to a tree of parts with their sections (RFC 9051 §7.5.2, §6.4.5)."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_PARTS = 100
DEEPEST = 20

_UNREAD_MESSAGES = ("message/external-body", "message/partial")
_OCTETS, _ENCLOSED = 6, 8
_DISPOSITION = {"text": 9, "message/rfc822": 11, "message/global": 11}
_DISPOSITION_ELSE = 8


class StructureError(ValueError):
    """A description of a message that cannot be followed, or goes too far."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message.

    `section` is where its content lies, `header_section` where its header block does
    ('' for the message itself). `octets` counts the content as encoded for transfer.
    """

    section: str
    header_section: str
    content_type: str
    octets: int = 0
    encoding: str = ""
    disposition: str = ""
    boundary: bytes = b""
    parts: tuple["Part", ...] = ()

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    @property
    def is_read(self) -> bool:
        """True where the content is text or a report on other mail, not attached."""
        if self.parts or self.disposition == "attachment":
            return False
        if self.content_type in _UNREAD_MESSAGES:
            return False
        return self.content_type.startswith(("text/", "message/"))

    @property
    def content_octets(self) -> int:
        """The size of what is encoded; base64 stands in lines of 76 (RFC 2045 §6.8)."""
        return self.octets * 57 // 78 if self.encoding == "base64" else self.octets

    @property
    def leaf_octets(self) -> int:
        """The size of all contents below this part, as encoded for transfer."""
        return sum(part.octets for part in self.walk() if not part.parts)

    def walk(self) -> Iterator["Part"]:
        """Yield this part and all below it, in the order of the message."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class _Place:
    """How a part is addressed: its children, itself if it has none, its header."""

    prefix: str = ""
    own: str = "1"
    header: str = ""

    def child(self, number: int) -> "_Place":
        section = f"{self.prefix}.{number}" if self.prefix else str(number)
        return _Place(section, section, f"{section}.MIME")

    def enclosed(self) -> "_Place":
        return _Place(self.own, f"{self.own}.1", f"{self.own}.HEADER")


def read_structure(answer: object) -> Part:
    """Return the tree that a BODYSTRUCTURE describes; raises StructureError."""
    root = _read(answer, _Place(), DEEPEST)
    if sum(1 for _ in root.walk()) > MOST_PARTS:
        raise StructureError("too many parts")
    return root


def _read(node: object, place: _Place, depth: int) -> Part:
    if not isinstance(node, tuple) or not node or depth == 0:
        raise StructureError("a part without a description, or too deep")
    if isinstance(node[0], tuple):
        return _multipart(node, place, depth)
    content_type = f"{_word(node, 0)}/{_word(node, 1)}"
    octets = node[_OCTETS] if len(node) > _OCTETS else None
    if not isinstance(octets, int):
        raise StructureError("a part without a size")
    enclosed: tuple[Part, ...] = ()
    if content_type in _DISPOSITION and len(node) > _ENCLOSED:
        enclosed = (_read(node[_ENCLOSED], place.enclosed(), depth - 1),)
    kind = content_type if enclosed else content_type.partition("/")[0]
    return Part(
        section=place.own,
        header_section=place.header,
        content_type=content_type,
        octets=octets,
        encoding=_word(node, 5),
        disposition=_disposition(node, _DISPOSITION.get(kind, _DISPOSITION_ELSE)),
        parts=enclosed,
    )


def _multipart(node: tuple[object, ...], place: _Place, depth: int) -> Part:
    children = [child for child in node if isinstance(child, tuple)]
    count = next(
        (n for n, child in enumerate(node) if not isinstance(child, tuple)), len(node)
    )
    parameters = node[count + 1] if len(node) > count + 1 else None
    return Part(
        section=place.prefix,
        header_section=place.header,
        content_type=f"multipart/{_word(node, count)}",
        boundary=_boundary(parameters),
        parts=tuple(
            _read(child, place.child(number), depth - 1)
            for number, child in enumerate(children[:count], start=1)
        ),
    )


def _boundary(parameters: object) -> bytes:
    pairs = parameters if isinstance(parameters, tuple) else ()
    for name, value in zip(pairs[::2], pairs[1::2], strict=False):
        if isinstance(name, bytes) and name.lower() == b"boundary":
            text = str(value).encode() if isinstance(value, int) else value
            if isinstance(text, bytes) and text and not set(text) & set(b"\r\n"):
                return text
    raise StructureError("a multipart without a boundary")


def _disposition(node: tuple[object, ...], index: int) -> str:
    value = node[index] if len(node) > index else None
    return _word(value, 0) if isinstance(value, tuple) and value else ""


def _word(node: tuple[object, ...], index: int) -> str:
    value = node[index] if len(node) > index else None
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""
