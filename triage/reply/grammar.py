"""What may stand in a header field that we write.

RFC 5322 without its obsolete forms, in ASCII. Nothing that looks like an encoded word
(RFC 2047) passes: a parser that decodes it could find a line break inside
(CVE-2024-6923).
"""

import re

LONGEST_MESSAGE_ID = 250
LONGEST_ADDRESS = 254
"""RFC 5321 §4.5.3.1.3, less the angle brackets."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = rf"{_ATOM}(?:\.{_ATOM})*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MESSAGE_ID = re.compile(rf"<{_DOT_ATOM}@(?:{_DOT_ATOM}|\[[!-Z^-~]*\])>")
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_DOT_ATOM}@{_LABEL}(?:\.{_LABEL})*")
_REFERENCE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def is_message_id(text: str) -> bool:
    """Tell whether `text` is a msg-id of RFC 5322 §3.6.4, angle brackets included."""
    return _matches(_MESSAGE_ID, text, LONGEST_MESSAGE_ID)


def is_address(text: str) -> bool:
    """Tell whether `text` is a plain addr-spec that every submission server takes."""
    return _matches(_ADDRESS, text, LONGEST_ADDRESS)


def is_reference(text: str) -> bool:
    """Tell whether `text` may be printed as a case reference."""
    return _matches(_REFERENCE, text, 32)


def is_token(text: str) -> bool:
    """Tell whether `text` is a short word of letters, digits, dots and hyphens."""
    return _TOKEN.fullmatch(text) is not None


def is_line(text: str) -> bool:
    """Tell whether `text` is one line, not blank and without control characters."""
    return bool(text.strip()) and _LINE.fullmatch(text) is not None


def _matches(pattern: re.Pattern[str], text: str, longest: int) -> bool:
    return len(text) <= longest and "=?" not in text and bool(pattern.fullmatch(text))
