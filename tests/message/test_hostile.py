"""What was made to exhaust a parser is read in bounded time, and never raises."""

import base64
import re
from collections.abc import Callable
from time import process_time

import pytest

from tests.message.mails import HEAD, html_mail, mail, text_mail
from triage.message import Message, parse, peek

Mails = dict[str, Callable[[], bytes]]

MOST_SECONDS = 8.0
"""Of processor time: generous, since the machine is shared; quadratic reading takes
minutes with these inputs."""

UNSAFE_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
UNSAFE_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_BOMB = 'Content-Type: text/plain; a="' + '\\";' * 200_000


def address(value: str) -> Callable[[], bytes]:
    return lambda: mail(f"From: {value}", f"To: {value}", body="x")


def lines(line: str, times: int = 100_000) -> Callable[[], bytes]:
    return lambda: text_mail(line * times)


def html(source: str) -> Callable[[], bytes]:
    return lambda: html_mail(source)


def parts(body: bytes, boundary: str = "b") -> Callable[[], bytes]:
    content_type = f"Content-Type: multipart/mixed; boundary={boundary}"
    return lambda: mail(content_type, body=b"--b\r\n\r\n" + body)


def nested_multiparts(levels: int) -> bytes:
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(levels)
    )
    return HEAD.encode() + heads + b"\r\nthe innermost"


def encoded(encoding: str, body: bytes) -> bytes:
    return mail(f"Content-Transfer-Encoding: {encoding}", body=body)


HEADERS: Mails = {
    "one line of 1 MB": lambda: mail(f"Subject: {'a' * 1_000_000}"),
    "100,000 From fields": lambda: b"From: a@b.example\r\n" * 100_000 + b"\r\nx",
    "100,000 names": lambda: b"".join(b"X-%d: y\r\n" % n for n in range(100_000)),
    "parameter bomb": lambda: mail(_BOMB),
    "parameter bomb in a part": parts(f"--b\r\n{_BOMB}\r\n\r\nx".encode()),
    "parameters without end": lambda: mail("Content-Type: text/plain" + ';a="' * 4_000),
    "parameter sections": lambda: mail(
        "Content-Type: text/plain" + "".join(f"; n*{n}*=a%20" for n in range(4_000))
    ),
    "encoded words of 1 MB": lambda: mail("Subject: " + "=?utf-8?q?a?= " * 75_000),
    "encoded words without end": lambda: mail("Subject: " + "=?utf-8?q?" * 1_600),
    "punycode": lambda: text_mail("a-" * 100_000, charset="punycode"),
    "id of brackets": lambda: mail("Message-ID: " + "<" * 4_000),
    "id without end": lambda: mail("References: <" + "a" * 16_000 + "@"),
    "ids": lambda: mail("References: " + " ".join(f"<{n}@x>" for n in range(2_000))),
    "date of digits": lambda: mail("Date: " + "1" * 16_000),
    "date of comments": lambda: mail("Date: " + "(" * 16_000),
    "no line end": lambda: b"X" * 5_000_000,
    "no empty line": lambda: b"a\n" * 2_500_000,
    "10 MB of NUL": lambda: b"\0" * 10_000_000,
}
ADDRESSES: Mails = {
    "8,000 mailboxes": address(", ".join(f"a{n}@b.example" for n in range(8_000))),
    "open comments": address("(" * 16_000 + "a@b.example"),
    "nested comments": address(f"{'(' * 15}a{')' * 15}" * 500 + " a@b.example"),
    "comments": address("(a) " * 4_000 + "<a@b.example>"),
    "brackets": address("<" * 16_000),
    "quotes": address('"' * 16_001),
    "backslashes": address('"' + "\\" * 16_000),
    "dots": address("a." * 8_000 + "@b.example"),
    "at signs": address("@" * 16_000),
    "words": address("a " * 8_000 + "<a@b.example>"),
    "route": address("<" + "@a," * 5_000 + ":a@b.example>"),
    "groups": address("a:;" * 5_000),
    "commas": address("," * 16_000),
    "square brackets": address("[" * 16_000),
    "encoded words in a name": address("=?utf-8?q?a?= " * 1_100 + "<a@b.example>"),
}
STRUCTURE: Mails = {
    "50 levels": lambda: nested_multiparts(50),
    "400 levels": lambda: nested_multiparts(400),
    "3,000 levels": lambda: nested_multiparts(3_000),
    "1,000 attached messages": lambda: (
        HEAD.encode() + b"Content-Type: message/rfc822\r\n\r\n" * 1_000
    ),
    "10,000 parts": parts(b"\r\n--b\r\n\r\nx" * 10_000),
    "a million boundaries": parts(b"--b\r\n" * 1_000_000),
    "boundaries within a line": parts(b"--b" * 1_000_000),
    "boundaries after CR": parts(b"\r--b" * 1_000_000),
    "boundaries that are none": parts(b"\n--b x" * 1_000_000),
    "base64": lambda: encoded("base64", base64.encodebytes(b"x" * 10_000_000)),
    "quoted-printable": lambda: encoded("quoted-printable", b"=41" * 3_000_000),
}
TEXTS: Mails = {
    "10 MB in one line": lines("a", 10_000_000),
    "empty lines": lines("\n", 1_000_000),
    "On": lines("On ", 16_000),
    "On in lines": lines("On \n"),
    "attributions": lines("On 1 wrote:\n"),
    "long attributions": lines("On " + "a " * 110 + "wrote:\n", 4_000),
    "signs in one line": lines(">", 1_000_000),
    "signs in lines": lines("> x\n"),
    "signs in every other line": lines("> x\ny\n"),
    "header runs": lines("From: a\nSent: b\nTo: c\nx\n", 30_000),
    "header run without end": lines("From: a\n"),
    "rules": lines("-----\n"),
    "rule above nothing": lines("-----" + "\n" * 500_000, 2),
    "long rules": lines("-" * 249 + "\n", 4_000),
    "stars": lines("*" * 249 + "\n", 4_000),
    "spaces": lines(" " * 249 + ":\n", 4_000),
    "formulas": lines("Regards\n"),
    "names": lines("A B\n"),
    "separators": lines("-- \n"),
    "postscripts": lines("PS \n"),
    "devices": lines("sent from my \n", 70_000),
    "apostrophes": lines("a'", 400_000),
    "dates and brackets": lines("12:30 " * 30 + "<aaa>:\n>x\n", 4_000),
    "disclaimer": lines("confidential intended recipient ", 30_000),
    "shifts of UTF-7": lambda: text_mail("+AAA-" * 200_000, charset="utf-7"),
    "shifts of ISO 2022": lambda: text_mail(b"\x1b$B" * 300_000, charset="iso-2022-jp"),
    "shifts of HZ": lambda: text_mail("~{" * 500_000, charset="hz"),
    "no UTF-8": lambda: text_mail(b"\xff" * 1_000_000),
    "surrogates": lambda: text_mail(b"\xed\xa0\x80" * 300_000),
    "flowed": lambda: mail(
        "Content-Type: text/plain; format=flowed", body="a \n" * 300_000
    ),
    "ids in a bounce": lambda: mail(
        "Return-Path: <>", body="Message-ID: <a\n" * 60_000
    ),
}
MARKUP: Mails = {
    "nested div": html("<div>" * 52_000 + "x"),
    "nested quotations": html("<blockquote>" * 5_000 + "x<br>" * 15_000),
    "nested bars": html('<div style="border-left:1px">' * 8_000 + "x"),
    "attributes": html("<a " + " ".join(f"a{n}=1" for n in range(30_000)) + ">x</a>"),
    "open tags": html("<a " * 87_000),
    "a tag of 20 MB": html('<img src="' + "a" * 20_000_000),
    "open styles": html("<style" * 1_000_000),
    "open comments": html("<!--" * 65_000),
    "open sections": html("<![" * 65_000),
    "entities": html("&amp" * 65_000),
    "misnested": html("<b><i><p>" * 20_000),
    "open attributes": html('<a b="' * 40_000),
    "line breaks": html("<br>" * 65_000),
    "preformatted": html("<pre>" + "\n" * 250_000),
    "style values": html('<p style="display' * 10_000),
}
HOSTILE = HEADERS | ADDRESSES | STRUCTURE | TEXTS | MARKUP


@pytest.mark.parametrize("make", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_mail_is_read_in_bounded_time(make: Callable[[], bytes]) -> None:
    raw = make()
    begun = process_time()

    message = parse(raw)

    assert process_time() - begun < MOST_SECONDS
    assert_safe(message)


@pytest.mark.parametrize(
    "make", (HEADERS | ADDRESSES).values(), ids=[*HEADERS, *ADDRESSES]
)
def test_a_hostile_header_is_peeked_at_in_bounded_time(
    make: Callable[[], bytes],
) -> None:
    raw = make()
    begun = process_time()

    message = peek(raw)

    assert process_time() - begun < MOST_SECONDS
    assert_safe(message)


@pytest.mark.parametrize(
    "raw",
    [b"", b"x", b"\n", b"\r", b"\0", b":", b"\n\n\n", b"\xff\xfeS\0u\0"],
    ids=repr,
)
def test_next_to_nothing_is_read(raw: bytes) -> None:
    assert_safe(parse(raw))
    assert_safe(peek(raw))


def assert_safe(message: Message) -> None:
    """No field holds a control character or a lone surrogate, whatever the octets."""
    text = "\n".join(
        (message.text, message.forwarded, message.quoted, message.signature)
    )
    values = [value for _, value in message.headers]
    values += [message.subject, *message.references, *message.returned_ids]
    values += [each.name for each in message.attachments]
    values += [f"{each.name} {each.address}" for each in message.from_ + message.to]

    assert not UNSAFE_IN_TEXT.search(text)
    assert not UNSAFE_IN_LINE.search(" ".join(values))
