"""BODYSTRUCTURE as servers write it, and the large message that is made by it."""

from email import message_from_bytes

import pytest

from triage.mailbox.abridged import abridge, cut_short, wanted_sections
from triage.mailbox.structure import Part, StructureError, read_structure

TEXT = (b"text", b"plain", (b"charset", b"utf-8"), None, None, b"7bit", 40, 2)
HTML = (b"TEXT", b"HTML", None, None, None, b"QUOTED-PRINTABLE", 400, 9)
SCAN = (
    b"application",
    b"pdf",
    None,
    None,
    None,
    b"base64",
    780,
    None,
    (b"attachment", None),
)
NOTES = (*TEXT, None, (b"ATTACHMENT", (b"filename", b"notes.txt")))
ENVELOPE = (None,) * 10


def multipart(
    *parts: object, subtype: bytes = b"mixed", boundary: bytes = b"b1"
) -> tuple[object, ...]:
    return (*parts, subtype, (b"charset", b"x", b"BOUNDARY", boundary), None, None)


def forwarded(body: object) -> tuple[object, ...]:
    return (b"message", b"rfc822", None, None, None, b"7bit", 9_000, ENVELOPE, body, 99)


def sections_of(answer: object) -> list[tuple[str, str, str]]:
    parts = read_structure(answer).walk()
    return [(part.section, part.header_section, part.content_type) for part in parts]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(TEXT, [("1", "", "text/plain")], id="one text"),
        pytest.param(
            multipart(TEXT, SCAN),
            [
                ("", "", "multipart/mixed"),
                ("1", "1.MIME", "text/plain"),
                ("2", "2.MIME", "application/pdf"),
            ],
            id="a text and a scan",
        ),
        pytest.param(
            multipart(multipart(TEXT, HTML, subtype=b"alternative"), SCAN),
            [
                ("", "", "multipart/mixed"),
                ("1", "1.MIME", "multipart/alternative"),
                ("1.1", "1.1.MIME", "text/plain"),
                ("1.2", "1.2.MIME", "text/html"),
                ("2", "2.MIME", "application/pdf"),
            ],
            id="two levels",
        ),
        pytest.param(
            multipart(TEXT, forwarded(multipart(HTML, SCAN))),
            [
                ("", "", "multipart/mixed"),
                ("1", "1.MIME", "text/plain"),
                ("2", "2.MIME", "message/rfc822"),
                ("2", "2.HEADER", "multipart/mixed"),
                ("2.1", "2.1.MIME", "text/html"),
                ("2.2", "2.2.MIME", "application/pdf"),
            ],
            id="a forwarded mail of several parts",
        ),
        pytest.param(
            multipart(TEXT, forwarded(HTML)),
            [
                ("", "", "multipart/mixed"),
                ("1", "1.MIME", "text/plain"),
                ("2", "2.MIME", "message/rfc822"),
                ("2.1", "2.HEADER", "text/html"),
            ],
            id="a forwarded mail of one part",
        ),
        pytest.param(
            forwarded(TEXT),
            [("1", "", "message/rfc822"), ("1.1", "1.HEADER", "text/plain")],
            id="nothing but a forwarded mail",
        ),
    ],
)
def test_each_part_has_the_section_that_imap_gives_it(
    answer: object, expected: list[tuple[str, str, str]]
) -> None:
    assert sections_of(answer) == expected


def nested(depth: int) -> object:
    answer: object = TEXT
    for _ in range(depth):
        answer = multipart(answer)
    return answer


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="NIL"),
        pytest.param((), id="nothing"),
        pytest.param(b"text", id="a word"),
        pytest.param((b"text",), id="only a type"),
        pytest.param((*TEXT[:6], None, 2), id="no size"),
        pytest.param((*TEXT[:6], b"40", 2), id="a size in quotes"),
        pytest.param((TEXT, b"mixed"), id="no parameters"),
        pytest.param((TEXT, b"mixed", (b"charset", b"x")), id="no boundary"),
        pytest.param((TEXT, b"mixed", (b"boundary",)), id="a boundary without a value"),
        pytest.param(multipart(TEXT, boundary=b""), id="an empty boundary"),
        pytest.param(multipart(TEXT, boundary=b"a\r\nb"), id="a boundary of two lines"),
        pytest.param((TEXT,), id="a multipart that stops"),
        pytest.param(multipart(TEXT, ()), id="a part of nothing"),
        pytest.param(nested(20), id="too deep"),
        pytest.param(multipart(*[TEXT] * 100), id="too many parts"),
    ],
)
def test_a_description_that_cannot_be_followed_is_refused(answer: object) -> None:
    with pytest.raises(StructureError):
        read_structure(answer)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(nested(19), id="depth"),
        pytest.param(multipart(*[TEXT] * 99), id="parts"),
    ],
)
def test_a_description_at_its_limits_is_followed(answer: object) -> None:
    assert read_structure(answer).is_multipart


def test_texts_and_reports_are_read_and_attachments_are_not() -> None:
    status = (b"message", b"delivery-status", None, None, None, b"7bit", 300)
    outside = (b"message", b"external-body", None, None, None, b"7bit", 300)
    picture = (b"image", b"png", None, None, None, b"base64", 300)

    root = read_structure(multipart(TEXT, HTML, status, NOTES, outside, picture, SCAN))

    assert [part.is_read for part in root.parts] == [True] * 3 + [False] * 4


def test_the_size_of_an_attachment_is_that_of_its_file() -> None:
    scan = read_structure(multipart(SCAN)).parts[0]

    assert (scan.octets, scan.content_octets) == (780, 570)


def test_of_each_text_no_more_than_the_limit_is_asked_for() -> None:
    long_text = (*TEXT[:6], 5_000_000, 2)

    wanted = wanted_sections(read_structure(multipart(TEXT, long_text, SCAN)), 1_000)

    assert wanted == {
        "1.MIME": 16_384,
        "1": 41,
        "2.MIME": 16_384,
        "2": 1_000,
        "3.MIME": 16_384,
    }


def test_of_many_texts_no_more_than_a_megabyte_is_asked_for() -> None:
    long_text = (*TEXT[:6], 5_000_000, 2)

    wanted = wanted_sections(read_structure(multipart(*[long_text] * 9)), 262_144)

    texts = {section: most for section, most in wanted.items() if section.isdigit()}
    assert texts == dict.fromkeys("1234", 262_144)


def test_an_abridged_message_falls_into_the_same_parts() -> None:
    root = read_structure(
        multipart(TEXT, forwarded(multipart(HTML, SCAN, boundary=b"b2")))
    )
    sections = {
        "1.MIME": b"Content-Type: text/plain\r\n\r\n",
        "1": b"please see below",
        "2.MIME": b"Content-Type: message/rfc822\r\n\r\n",
        "2.HEADER": b"Subject: inner\r\n"
        b"Content-Type: multipart/mixed; boundary=b2\r\n\r\n",
        "2.1.MIME": b"Content-Type: text/html\r\n\r\n",
        "2.1": b"<p>beaten</p>\r\n",
        "2.2.MIME": b"Content-Type: application/pdf; name=scan.pdf\r\n\r\n",
    }
    header = b"Subject: outer\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n"

    message = message_from_bytes(abridge(root, header, sections))

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "text/plain",
        "message/rfc822",
        "multipart/mixed",
        "text/html",
        "application/pdf",
    ]
    *_, text, _, inner, html, scan = message.walk()
    assert text.get_payload() == "please see below"
    assert inner["Subject"] == "inner"
    assert html.get_payload() == "<p>beaten</p>\r\n"
    assert (scan["X-Triage-Octets"], scan.get_payload()) == ("570", "")
    assert not [defect for part in message.walk() for defect in part.defects]


def test_our_octet_count_stands_before_one_that_a_sender_wrote() -> None:
    root = read_structure(multipart(SCAN))
    header = b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n"
    sections = {"1.MIME": b"X-Triage-Octets: 1\r\nContent-Type: image/png\r\n\r\n"}

    _, scan = message_from_bytes(abridge(root, header, sections)).walk()

    assert scan["X-Triage-Octets"] == "570"


def test_a_boundary_that_stands_nowhere_in_the_header_is_not_used() -> None:
    root = read_structure(multipart(TEXT))

    with pytest.raises(StructureError, match="nowhere"):
        abridge(
            root, b"Content-Type: multipart/mixed; boundary*=utf-8''b%31\r\n\r\n", {}
        )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(b"A: b\r\n\r\n", b"A: b\r\n\r\n", id="whole"),
        pytest.param(b"A: b\n\n", b"A: b\n\n", id="bare line ends"),
        pytest.param(b"", b"\r\n", id="none"),
        pytest.param(b"\r\n", b"\r\n", id="only its end"),
        pytest.param(b"A: b\r\n", b"A: b\r\n\r\n", id="no empty line"),
        pytest.param(b"A: b\r\nC: d", b"A: b\r\n\r\n", id="cut in a field"),
        pytest.param(b"A: b", b"A: b\r\n\r\n", id="cut in the first field"),
        pytest.param(
            b"A: b\r\nSubject: c" + b"d" * 20_000,
            b"A: b\r\nSubject: c" + b"d" * 20_000 + b"\r\n\r\n",
            id="cut in a field of which nobody reads more",
        ),
    ],
)
def test_a_header_block_always_ends_with_one_empty_line(
    header: bytes, expected: bytes
) -> None:
    root = Part(section="1", header_section="", content_type="text/plain")

    assert abridge(root, header, {"1": b""}) == expected


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"one\r\ntwo", b"one\r\n"),
        (b"one\r\n", b"one\r\n"),
        (b"one", b"one"),
        (b"", b""),
    ],
)
def test_what_was_cut_ends_with_a_whole_line(octets: bytes, expected: bytes) -> None:
    assert cut_short(octets) == expected
