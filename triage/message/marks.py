"""The lines by which mail programs mark what is quoted and what is forwarded.

All patterns are anchored and bounded, and only short lines are tried, so that a text of
any shape is read in linear time.
"""

import re
from collections.abc import Sequence

_LONGEST_MARK = 250
_HEADER_RUN_LINES = 12
_FIELDS_OF_A_HEADER_RUN = 3
_WRAPPED_LINES = 3
_FOLDED_LINES = 2
"""Lines that a long list of recipients or an empty line may put between two fields."""

_QUOTE_SIGNS = re.compile(r"\s{0,3}>[> \t]*")
_DASHES = r"-\u2013\u2014_="
_FORWARDED = r"""
    forwarded(?:[ ](?:message|mail|email|by[ ].{1,100}))?s? | fwd | fw
    | weitergeleitete[ ](?:nachricht|mail|e-mail) | weitergeleitet(?:[ ]von[ ].{1,100})?
    | message[ ](?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])
    | transf[ée]r[ée][ ]par[ ].{1,100}
    | (?:mensaje|correo)[ ](?:original[ ])?reenviado | reenviado[ ]por[ ].{1,100}
    | mensagem[ ](?:re)?encaminhada | encaminhad[ao][ ]por[ ].{1,100}
    | messaggio[ ]inoltrato | doorgestuurd[ ]bericht
"""
_ORIGINAL = r"""
    original[ ](?:message|email|e-mail|mail|appointment) | reply[ ]message
    | (?:urspr(?:ü|ue)ngliche|original)[ -]?(?:nachricht|mail|e-mail)
    | message[ ]d.origine | message[ ]original | mensaje[ ]original
    | mensagem[ ]original | messaggio[ ]originale | oorspronkelijk[ ]bericht
"""
_BEGIN_FORWARDED = re.compile(
    r"""\s*(?: begin[ ]forwarded[ ]message
    | anfang[ ]der[ ]weitergeleiteten[ ](?:nachricht|e-mail)
    | d[ée]but[ ]du[ ]message[ ](?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])
    | inicio[ ]del[ ]mensaje[ ]reenviado
    | in[íi]cio[ ]da[ ]mensagem[ ](?:encaminhada|reencaminhada)
    | inizio[ ]messaggio[ ]inoltrato )\s*:?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_FORWARDED_DIVIDER = re.compile(
    rf"[\s*]*[{_DASHES}]{{2,}}[\s*]*(?:{_FORWARDED})[\s*:]*[{_DASHES}]*[\s*]*",
    re.IGNORECASE | re.VERBOSE,
)
_ORIGINAL_DIVIDER = re.compile(
    rf"[\s*]*[{_DASHES}]{{2,}}[\s*]*(?:{_ORIGINAL})[\s*:]*[{_DASHES}]{{2,}}[\s*]*",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_DIVIDER = re.compile(rf"[\s*]*[{_DASHES}]{{5,}}[\s*]*")

# The names under which mail programs print header fields above what they quote.
_HEADER_NAMES = {
    "from": "from von de da van från fra от",
    "sent": "sent date gesendet datum envoyé fecha enviado enviada data skickat"
    " verzonden sendt dato отправлено дата",
    "to": "to an à a para aan till til кому",
    "subject": "subject betreff objet asunto assunto oggetto onderwerp ämne emne тема",
    "other": "cc kopie copie bcc cci importance attachments reply-to",
}
_KIND_OF_NAME = {
    name: kind for kind, names in _HEADER_NAMES.items() for name in names.split()
} | {
    "date d'envoi": "sent",
    "date d\u2019envoi": "sent",
    "enviado el": "sent",
    "enviado em": "sent",
    "enviada em": "sent",
    "sent at": "sent",
}
_HEADER_LINE = re.compile(r"[\s*]{0,4}([^\W\d_][^:*<>@]{0,14}?)[\s*]{0,3}:[\s*]*(\S?)")

_ATTRIBUTION = re.compile(
    r"""[\s*-]{0,12}(?:
      (?:on|at|le|el|am|em|il|op|den|dnia|a)[ ].{4,220}?
      (?:wrote|a[ ]écrit|escribió|schrieb|escreveu|ha[ ]scritto|schreef|geschreven|skrev
        |napisał\(a\)).{0,100}
    | .{1,120}<[^<>]{3,100}>[ ,]{0,2}
      (?:wrote|a[ ]écrit|escribió|schrieb|escreveu|ha[ ]scritto|schreef|skrev).{0,60}
    | (?=.{0,150}\d).{6,160}(?:napisał\(a\)|написал|пише|写道)
    )\s*[:\uff1a]?[\s*-]{0,12}""",
    re.IGNORECASE | re.VERBOSE,
)
_BEGINNING = re.compile(
    r"[\s*-]{0,12}(?:on|at|le|el|am|em|il|op|den|dnia|a) .{0,40}\d", re.IGNORECASE
)
# How Gmail attributed in languages that it had no words for.
_DATED_ADDRESS = re.compile(
    r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[ ]\d{1,2}:\d\d)?.{0,60}<[^<>]{3,100}>\s*:?\s*"
)
# The same in any language, believed where a quotation follows.
_DATED_SENDER = re.compile(r".{0,80}\b\d{1,2}:\d\d\b.{0,120}<[^<>]{3,100}>.{0,40}:")
_CLOSING = (":", "\uff1a", "-", ">")
_DIGIT = re.compile(r"\d")
# What only a mail program puts into an attribution: a writer who quotes from a letter
# ("On 3 March the head wrote:") goes on in his own words below it.
_MACHINE_MADE = re.compile(
    r"<[^<>]*@[^<>]*>|\b\d{4}\b.*\b\d{1,2}[:.]\d\d\b|\b\d{1,2}:\d\d\b.*\b\d{4}\b"
    r"|\b[^\W\d_]{2,3}\.?,[ ].*\b\d{4}\b"
)


def is_quoted(line: str) -> bool:
    """Whether the line begins with the sign of a quotation."""
    return line[:4].lstrip()[:1] == ">"


def unquoted(line: str) -> str:
    """Take the signs of quotation from the beginning of a line."""
    match = _QUOTE_SIGNS.match(line)
    return line[match.end() :] if match else line


def begins_forwarded(line: str) -> bool:
    """Whether this line announces a forwarded message."""
    return _may_divide(line) and bool(
        _FORWARDED_DIVIDER.fullmatch(line) or _BEGIN_FORWARDED.fullmatch(line)
    )


def begins_original(line: str) -> bool:
    """Whether this line announces the message that is answered or passed on."""
    return _may_divide(line) and bool(_ORIGINAL_DIVIDER.fullmatch(line))


def is_bare_divider(line: str) -> bool:
    """Whether the line is a rule, which mail programs put above a header run."""
    return _may_divide(line) and bool(_BARE_DIVIDER.fullmatch(line))


def _may_divide(line: str) -> bool:
    """A cheap test: most lines of a text begin with a letter and end in no colon."""
    return len(line) <= _LONGEST_MARK and (
        line.lstrip()[:1] in "*-\u2013\u2014_=" or line.rstrip()[-1:] == ":"
    )


def header_run_end(lines: Sequence[str], start: int) -> int | None:
    """Find where the printed header fields that begin at `start` end, if they do.

    Three different ones are needed, the sender and a date or subject among them.
    """
    if ":" not in lines[start][:40] or _header_kind(lines[start]) not in (
        "from",
        "sent",
        "subject",
    ):
        return None
    kinds: set[str] = set()
    end = start
    others = 0
    for index in range(start, min(start + _HEADER_RUN_LINES, len(lines))):
        kind = _header_kind(lines[index])
        if kind:
            kinds.add(kind)
            end, others = index + 1, 0
        else:
            others += 1
            if others > _FOLDED_LINES:
                break
    is_run = len(kinds - {"other"}) >= _FIELDS_OF_A_HEADER_RUN and "from" in kinds
    return end if is_run else None


def _header_kind(line: str) -> str | None:
    match = _HEADER_LINE.match(unquoted(line[:_LONGEST_MARK]))
    return _KIND_OF_NAME.get(match[1].lower()) if match else None


def attribution_end(lines: Sequence[str], start: int) -> int | None:
    """Find where the attribution ends that begins at `start` ('On … wrote:').

    It may be wrapped over three lines, and takes no more of them than it needs. Where
    no quotation signs follow it, it must be one that only a mail program writes.
    """
    end = _attribution_end(lines, start)
    if end is None:
        return None
    is_beginning = _BEGINNING.match(lines[start]) is not None
    for later in range(start + 1, end):
        is_shorter = _attribution_end(lines, later) == end
        if is_shorter and (_BEGINNING.match(lines[later]) or not is_beginning):
            return None
    return end


def _attribution_end(lines: Sequence[str], start: int) -> int | None:
    joined = ""
    for index in range(start, min(start + _WRAPPED_LINES, len(lines))):
        line = unquoted(lines[index]).strip()
        if not line or len(joined) + len(line) > _LONGEST_MARK:
            return None
        joined = f"{joined} {line}".strip()
        end = index + 1
        is_quoting = _is_followed_by_quotation(lines, end)
        if _is_attribution(joined, is_quoting=is_quoting):
            return end if is_quoting or _MACHINE_MADE.search(joined) else None
    return None


def attribution_starts(lines: Sequence[str]) -> frozenset[int]:
    """List the lines where it pays to look for an attribution: it ends in a colon."""
    return frozenset(
        start
        for index, line in enumerate(lines)
        if line.rstrip("* ")[-1:] in _CLOSING and len(line) <= _LONGEST_MARK
        for start in (index - 2, index - 1, index)
        if line
    )


def _is_attribution(text: str, *, is_quoting: bool) -> bool:
    if _DATED_ADDRESS.fullmatch(text):
        return True
    if not text.rstrip("* ").endswith((":", "\uff1a", "-")):
        return False
    if is_quoting and _DATED_SENDER.fullmatch(text):
        return True
    return bool(_ATTRIBUTION.fullmatch(text) and (_DIGIT.search(text) or "@" in text))


def _is_followed_by_quotation(lines: Sequence[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 3] if line.strip()), "")
    return is_quoted(following)
