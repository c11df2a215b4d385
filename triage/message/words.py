"""Encoded words and parameters of header fields (RFC 2047, RFC 2231) in linear time."""

import re
from binascii import Error, a2b_base64, a2b_qp
from urllib.parse import unquote_to_bytes

from triage.message.characters import clean_line, decode

_ENCODED = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(
    r";\s*([^\s;=\"]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)(?:\"|$)|([^;]*))", re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SECTION = re.compile(r"(.+?)\*(\d{1,3})(\*?)")
_MAX_SECTIONS = 100


def decode_words(value: str) -> str:
    """Decode the encoded words of an unfolded header value; the result is clean.

    A word that cannot be decoded stays as it is. Neighbours in one charset are joined
    before they are decoded: mailers cut words within a character.
    """
    if "=?" not in value:
        return clean_line(value)
    pieces: list[str] = []
    waiting, waiting_charset = b"", ""
    position = 0
    for word in _ENCODED.finditer(value):
        data = _word_bytes(word[2], word[3])
        if data is None:
            continue
        charset = word[1].partition("*")[0].lower()
        between = value[position : word.start()]
        position = word.end()
        is_neighbour = bool(waiting_charset) and not between.strip()
        if not is_neighbour or charset != waiting_charset:
            pieces.append(decode(waiting, waiting_charset)[0])
            waiting, waiting_charset = b"", charset
        if not is_neighbour:
            pieces.append(between)
        waiting += data
    pieces += [decode(waiting, waiting_charset)[0], value[position:]]
    return clean_line("".join(pieces))


def _word_bytes(encoding: str, text: str) -> bytes | None:
    try:
        if encoding in "qQ":
            return a2b_qp(text.encode("ascii"), header=True)
        return a2b_base64(text.encode("ascii").rstrip(b"=") + b"==")
    except (Error, UnicodeError, ValueError):
        return None


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split `text/plain; charset="x"` into its first word and its parameters.

    Both are lower-cased but for the parameters' values; the first of two wins. A
    comment after the first word is left out.
    """
    first, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(value, len(first)):
        name = match[1].lower()
        text = match[3].strip() if match[2] is None else _ESCAPED.sub(r"\1", match[2])
        section = _SECTION.fullmatch(name)
        if section and len(sections) < _MAX_SECTIONS:
            numbered = sections.setdefault(section[1], {})
            numbered.setdefault(int(section[2]), (text, bool(section[3])))
        elif name.endswith("*"):
            plain.setdefault(name[:-1], _extended([(text, True)]))
        else:
            plain.setdefault(name, text)
    for name, numbered in sections.items():
        plain.setdefault(name, _extended([numbered[key] for key in sorted(numbered)]))
    return " ".join(first.lower().split()[:1]), plain


def _extended(sections: list[tuple[str, bool]]) -> str:
    """Join the sections of a parameter value; those marked are percent-encoded."""
    if not sections[0][1]:
        return "".join(text for text, _ in sections)
    charset, language_mark, first = sections[0][0].partition("'")
    first = first.partition("'")[2] if language_mark else charset
    data = unquote_to_bytes(first)
    for text, is_encoded in sections[1:]:
        data += (
            unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
        )
    return decode(data, charset if language_mark else "")[0]
