"""Text of format=flowed joined into its paragraphs (RFC 3676)."""

import re

_QUOTES = re.compile(r"(>*) ?")
_SIGNATURE_LINE = "-- "


def unflow(text: str, *, is_spaced: bool = True) -> str:
    """Join the lines that end in a space; `is_spaced` is false for DelSp=yes."""
    paragraphs: list[str] = []
    pieces: list[str] = []
    open_depth = 0
    for line in text.split("\n"):
        quotes = _QUOTES.match(line)
        depth = len(quotes[1]) if quotes else 0
        content = line[quotes.end() :] if quotes else line
        if pieces and (depth != open_depth or content == _SIGNATURE_LINE):
            paragraphs.append("".join(pieces))
            pieces.clear()
        if not pieces and depth:
            pieces.append("> " * depth)
        open_depth = depth
        if content.endswith(" ") and content != _SIGNATURE_LINE:
            pieces.append(content if is_spaced else content[:-1])
        else:
            paragraphs.append("".join((*pieces, content)))
            pieces.clear()
    if pieces:
        paragraphs.append("".join(pieces))
    return "\n".join(paragraphs)
