"""Mails and how they are damaged: the same ones for the same number."""

import re
from random import Random  # noqa: TID251 - seeded: the same mails every time

from tests.message.mails import html_mail, mail, multipart, nested, part, text_mail

SEEDS = (
    text_mail(
        "Dear Sir\n\nI complain.\n\nRegards\nAnn\n\n"
        "On 3 May 2026 at 10:20, Office <o@x.example> wrote:\n> Dear Ann\n> Regards"
    ),
    mail(
        "Subject: =?utf-8?b?Q29tcGxhaW50?= =?iso-8859-1?q?=E9?=",
        'From: "Reader, Ann" <ann@x.example>, (x) b@x.example',
        "In-Reply-To: <1@x> <2@x>",
        "Content-Type: text/plain; charset*=utf-8''utf-8; format=flowed",
        "Content-Transfer-Encoding: quoted-printable",
        body="caf=C3=A9 =\r\nx \r\n-- \r\nAnn",
    ),
    multipart(
        nested(
            "alternative",
            part("text/plain; charset=gb2312", b"\xc4\xe3\xba\xc3 " * 9),
            part("text/html", "<p>a<blockquote style='x'>b</blockquote><br>c"),
            boundary="i",
        ),
        part("application/pdf; name*0*=utf-8''a%20; name*1=b", "JVBERi0=", "X-Y: z"),
        part("message/rfc822", b"Subject: inner\r\nMessage-ID: <3@x>\r\n\r\nforwarded"),
    ),
    multipart(
        part("text/plain", "It failed."),
        part("message/delivery-status", "Original-Message-ID: <4@x>"),
        part("text/rfc822-headers", "Message-ID: <5@x>"),
        kind="report",
    ),
    html_mail(
        "<div id=Signature>Ann</div><pre>a\n b</pre>&nbsp;&#xD800;<style>x</style>"
    ),
)
SPLICES = (
    b"\0",
    b"\r",
    b"\n\n",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"=?utf-8?q?=00=0A?=",
    b"=?x?b?!?=",
    b"Content-Type: multipart/mixed; boundary=",
    b"charset=undefined;",
    b"charset=idna;",
    b"<<<<((((",
    b'"\\',
    b"\r\n--i--\r\n",
    b"--b0",
    b"> ",
    b"From: a\nSent: b\nTo: c\nSubject: d\n",
    b"Date: Tue, 99 Foo 99999 99:99:99 +9999\r\n",
    b"<blockquote><!--",
    b"&#99999999;",
)


def damaged(seed: bytes, chance: Random) -> bytes:
    """Return a mail with one to eight changes in its octets."""
    raw = bytearray(seed)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(5):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[at : at + chance.randrange(40)]
            case 2:
                raw[at:at] = chance.choice(SPLICES) * chance.randint(1, 3)
            case 3:
                raw[at:at] = raw[at : at + chance.randrange(200)]
            case _:
                words = re.split(rb"([;:=<>\r\n ])", bytes(raw))
                end = chance.randrange(len(words) + 1)
                moved = words[:end]
                chance.shuffle(moved)
                raw = bytearray(b"".join(moved + words[end:]))
    return bytes(raw)
