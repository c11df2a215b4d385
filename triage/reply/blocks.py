"""Plain text as it stands in our letters, to HTML that says the same.

A blank line parts blocks. A line that the next one underlines with hyphens is a
heading; lines that begin with `- ` or a number are a list; a line of hyphens alone ends
the letter proper. A line break counts where the next word would have fitted.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby, pairwise

from triage.errors import MessageError
from triage.reply.grammar import is_address
from triage.reply.model import LANGUAGE
from triage.reply.words import LINE_WIDTH

_RULE = re.compile(r"-{3,}")
_ITEM = re.compile(r"(-|\d{1,2}\.) +(\S.*)")
_TARGET = re.compile(
    r"(?<![^\s(<\[\"'])(?:https://[^\s<>\"']+|[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+)"
)
_TRAILING = ".,;:!?)]"


def body_of(text: str, sender: str) -> str:
    """Return the body element; `sender` is set apart where the text begins with it."""
    blocks = [block.split("\n") for block in re.split(r"\n\s*\n", text.strip())]
    above = ""
    if blocks[0] == [sender]:
        above = f'<p class="sender">{escape(sender)}</p>\n'
        blocks = blocks[1:]
    letter, small = _parted(blocks)
    inner = f'{above}<main class="letter" role="main">\n{_html(letter)}</main>\n'
    if small:
        inner += f'<div class="small">\n{_html(small)}</div>\n'
    return f'<body>\n<div class="page" lang="{LANGUAGE}">\n{inner}</div>\n</body>\n'


def _parted(
    blocks: list[list[str]],
) -> tuple[list[list[str]], list[list[str]]]:
    """Part the letter from what stands below its line of hyphens."""
    for number, block in enumerate(blocks):
        if len(block) == 1 and _RULE.fullmatch(block[0]):
            return blocks[:number], blocks[number + 1 :]
    return blocks, []


def _html(blocks: Sequence[Sequence[str]]) -> str:
    pieces = [piece for block in blocks for piece in _pieces(block)]
    has_title = False
    html = ""
    for kind, lines in pieces:
        match kind:
            case "heading":
                level = 2 if has_title else 1
                has_title = True
                html += f"<h{level}>{_inline(' '.join(lines))}</h{level}>\n"
            case "list":
                html += _list(lines)
            case _:
                html += f"<p>{_broken(lines)}</p>\n"
    return html


def _pieces(block: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield headings, lists and paragraphs of one block."""
    marked: list[tuple[str, str]] = []
    for line, below in zip(block, [*block[1:], ""], strict=True):
        if _RULE.fullmatch(line):
            continue
        if _RULE.fullmatch(below):
            kind = "heading"
        elif _ITEM.fullmatch(line.strip()) or (marked and marked[-1][0] == "list"):
            kind = "list"
        else:
            kind = "paragraph"
        marked.append((kind, line.strip()))
    for kind, lines in groupby(marked, key=lambda each: each[0]):
        yield kind, [line for _, line in lines]


def _list(lines: Sequence[str]) -> str:
    """Return a list; a line without a bullet goes on with the item above."""
    items: list[tuple[str, str]] = []
    for line in lines:
        if (item := _ITEM.fullmatch(line)) is not None:
            items.append((item[1], item[2]))
        else:
            bullet, said = items[-1]
            items[-1] = (bullet, f"{said} {line}")
    bullets = [bullet for bullet, _ in items]
    numbers = [f"{number}." for number in range(1, len(items) + 1)]
    if bullets not in (["-"] * len(items), numbers):
        raise MessageError(
            "a list has either hyphens or the numbers 1., 2., 3. at its items"
        )
    tag = "ul" if bullets[0] == "-" else "ol"
    inner = "".join(f"<li>{_inline(said)}</li>\n" for _, said in items)
    return f"<{tag}>\n{inner}</{tag}>\n"


def _broken(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph; a break stays where filling made none."""
    joined = _inline(lines[0])
    for above, line in pairwise(lines):
        is_filled = len(above) + 1 + len(line.split(" ")[0]) > LINE_WIDTH
        joined += f"{'' if is_filled else '<br>'}\n{_inline(line)}"
    return joined


def _inline(said: str) -> str:
    """Escape text, and link the addresses in it."""
    html, end = "", 0
    for found in _TARGET.finditer(said):
        target = found[0].rstrip(_TRAILING)
        if target.startswith("https://"):
            href = target
        elif is_address(target):
            href = f"mailto:{target}"
        else:
            continue
        html += escape(said[end : found.start()])
        html += f'<a href="{escape(href)}">{escape(target)}</a>'
        end = found.start() + len(target)
    return html + escape(said[end:])
