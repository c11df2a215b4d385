"""Which parts of a message are its text, and what it encloses."""

import base64

import pytest

from tests.message.mails import html_mail, mail, multipart, nested, part, text_mail
from triage.message import Attachment, limits, parse

PLAIN = part("text/plain; charset=utf-8", "the plain text " * 30)
HTML = part("text/html; charset=utf-8", "<p>the HTML text</p>")
LONG_HTML = part("text/html; charset=utf-8", "<p>" + "the HTML text " * 60 + "</p>")
PDF = part(
    "application/pdf",
    base64.encodebytes(b"x" * 1000),
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="letter.pdf"',
)


def test_plain_text_is_preferred_to_html() -> None:
    message = parse(multipart(PLAIN, HTML, kind="alternative"))

    assert message.text.startswith("the plain text")
    assert message.attachments == ()


@pytest.mark.parametrize(
    "stub",
    [
        pytest.param("", id="empty"),
        pytest.param(" \r\n \r\n", id="blank"),
        pytest.param("Your mail program cannot show HTML.", id="English"),
        pytest.param("Ce message nécessite un lecteur HTML.", id="French"),
    ],
)
def test_html_is_read_where_the_plain_text_is_a_stub(stub: str) -> None:
    plain = part("text/plain; charset=utf-8", stub)

    message = parse(multipart(plain, LONG_HTML, kind="alternative"))

    assert message.text.startswith("the HTML text")


def test_a_short_plain_text_that_says_the_same_is_no_stub() -> None:
    plain = part("text/plain; charset=utf-8", "Please ring me.")
    html = part("text/html", "<p>Please <b>ring</b> me.</p>")

    message = parse(multipart(plain, html, kind="alternative"))

    assert message.text == "Please ring me."


def test_html_alone_is_read() -> None:
    assert parse(html_mail("<div>a <b>b</b></div>")).text == "a b"


def test_html_that_calls_itself_plain_is_read_as_html() -> None:
    message = parse(text_mail("<!DOCTYPE html><html><body><p>word</p></body></html>"))

    assert message.text == "word"


def test_texts_between_attachments_are_one_text() -> None:
    first, second = part("text/plain", "first"), part("text/plain", "second")

    message = parse(multipart(first, PDF, second))

    assert message.text == "first\n\nsecond"
    assert [each.name for each in message.attachments] == ["letter.pdf"]


def test_the_text_of_a_related_part_is_its_first() -> None:
    image = part(
        "image/png; name=logo.png",
        "x",
        "Content-ID: <logo>",
        "Content-Disposition: inline",
    )
    related = nested("related", LONG_HTML, image, boundary="r")

    message = parse(multipart(part("text/plain", ""), related, kind="alternative"))

    assert message.text.startswith("the HTML text")
    assert [(a.name, a.is_inline) for a in message.attachments] == [("logo.png", True)]


def test_pictures_in_the_branch_that_is_not_read_are_listed_all_the_same() -> None:
    image = part("image/png; name=logo.png", "x", "Content-ID: <logo>")
    pdf_branch = nested("mixed", HTML, PDF, boundary="m")
    related = nested("related", HTML, image, boundary="r")

    message = parse(multipart(PLAIN, related, pdf_branch, kind="alternative"))

    assert message.text.startswith("the plain text")
    assert [(each.name, each.is_inline) for each in message.attachments] == [
        ("logo.png", True),
        ("letter.pdf", False),
    ]


def test_an_attachment_is_known_by_name_type_and_size() -> None:
    message = parse(multipart(PLAIN, PDF))

    assert (Attachment("letter.pdf", "application/pdf", 1000),) == message.attachments


def test_octets_are_believed_only_in_abridged_mail() -> None:
    pdf = part("application/pdf; name=a.pdf", "", "X-Triage-Octets: 123456")
    raw = multipart(PLAIN, pdf)

    abridged, whole = parse(raw, size=200_000, is_whole=False), parse(raw)

    assert (abridged.attachments[0].size, abridged.size) == (123_456, 200_000)
    assert (0, len(raw)) == (whole.attachments[0].size, whole.size)


@pytest.mark.parametrize("stated", ["-1", "1e9", "9" * 13, "\u0661", ""])
def test_octets_that_are_no_number_are_not_believed(stated: str) -> None:
    pdf = part("application/pdf", "abc", f"X-Triage-Octets: {stated}")

    message = parse(multipart(PLAIN, pdf), is_whole=False)

    assert message.attachments[0].size == 3


@pytest.mark.parametrize("disposition", ["inline", ""], ids=["inline", "none"])
def test_a_named_text_is_the_text_where_there_is_no_other(disposition: str) -> None:
    extra = [f"Content-Disposition: {disposition}"] if disposition else []

    message = parse(
        mail("Content-Type: text/plain; name=body.txt", *extra, body="I ask")
    )

    assert message.text == "I ask"
    assert message.attachments == ()


def test_a_named_text_beside_another_is_an_attachment() -> None:
    log = part("text/plain; name=log.txt", "log lines")

    message = parse(multipart(part("text/plain", "I ask"), log))

    assert message.text == "I ask"
    assert [each.name for each in message.attachments] == ["log.txt"]


def test_an_attached_text_is_never_the_text() -> None:
    attached = part(
        "text/plain", "secret", "Content-Disposition: attachment; filename=a"
    )

    message = parse(multipart(attached))

    assert message.text == ""
    assert [each.name for each in message.attachments] == ["a"]


def test_named_alternatives_are_not_read_twice() -> None:
    plain = part("text/plain; name=a.txt", "I ask")
    html = part("text/html; name=a.html", "<p>I ask</p>")

    message = parse(multipart(plain, html))

    assert message.text == "I ask"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        pytest.param('attachment; filename="../../etc/passwd"', "passwd", id="path"),
        pytest.param(
            "attachment; filename=C:\\Users\\a.doc", "a.doc", id="Windows path"
        ),
        pytest.param(
            "attachment; filename*=utf-8''caf%C3%A9.pdf", "café.pdf", id="2231"
        ),
        pytest.param(
            "attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9.; filename*2=pdf",
            "café.pdf",
            id="2231 in sections",
        ),
        pytest.param(
            'attachment; filename="=?utf-8?q?caf=C3=A9.pdf?="', "café.pdf", id="2047"
        ),
        pytest.param('attachment; filename="a\\"b.pdf"', 'a"b.pdf', id="escaped quote"),
        pytest.param('attachment; filename="a;b.pdf"', "a;b.pdf", id="semicolon"),
        pytest.param(
            "attachment; filename*=utf-8''a%0D%0AX%00.pdf", "a X .pdf", id="controls"
        ),
        pytest.param(
            "attachment; filename*=utf-8''cod%E2%80%AEfdp.exe", "codfdp.exe", id="RTL"
        ),
        pytest.param(f"attachment; filename={'a' * 5000}", "a" * 200, id="long"),
    ],
)
def test_the_name_of_an_attachment_is_safe_to_show(field: str, name: str) -> None:
    attached = part("application/pdf", "", f"Content-Disposition: {field}")

    message = parse(multipart(PLAIN, attached))

    assert [name] == [each.name for each in message.attachments]


def test_an_attached_message_is_forwarded_and_its_parts_are_not_ours() -> None:
    inner = (
        b"From: Rania <rania@home.example>\r\nSubject: =?utf-8?q?Queja?=\r\n"
        b"Message-ID: <inner@home.example>\r\nAuto-Submitted: auto-replied\r\n"
        b"Content-Type: multipart/report; boundary=i\r\n\r\n"
        b"--i\r\n\r\nthe forwarded complaint\r\n--i--"
    )
    attached = part("message/rfc822", inner)

    message = parse(multipart(part("text/plain", "see attached"), attached))

    assert message.text == "see attached"
    assert (
        message.forwarded
        == "From: Rania <rania@home.example>\nSubject: Queja\n\nthe forwarded complaint"
    )
    assert message.part_types == ("multipart/mixed", "text/plain", "message/rfc822")
    assert message.returned_ids == ("<inner@home.example>",)
    assert "Auto-Submitted" not in message.headers


def test_a_delivery_report_gives_back_the_ids_and_the_text_of_ours() -> None:
    status = part(
        "message/delivery-status", "Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n"
    )
    returned = part("message/rfc822", b"Message-ID: <ours@x.example>\r\n\r\nour reply")

    message = parse(
        multipart(part("text/plain", "It failed."), status, returned, kind="report")
    )

    assert message.text == "It failed."
    assert message.report_actions == ("failed",)
    assert message.returned_ids == ("<ours@x.example>",)
    assert "our reply" in message.quoted
    assert message.forwarded == ""


def test_ids_are_read_from_returned_headers() -> None:
    headers = part(
        "text/rfc822-headers", "Subject: x\r\nMessage-ID: <ours@x.example>\r\n"
    )

    message = parse(multipart(part("text/plain", "It failed."), headers, kind="report"))

    assert message.returned_ids == ("<ours@x.example>",)


def test_ids_are_read_from_a_receipt() -> None:
    receipt = part(
        "message/disposition-notification",
        "Final-Recipient: rfc822;a@b.example\r\n"
        "Original-Message-ID: <ours@x.example>\r\n",
    )

    message = parse(
        multipart(part("text/plain", "It was read."), receipt, kind="report")
    )

    assert message.returned_ids == ("<ours@x.example>",)


BOUNCE = (
    "It failed.\n\n--- Below is a copy:\n\nSubject: x\nMessage-ID: <ours@x.example>\n"
)


def test_ids_are_read_from_the_text_of_a_bounce() -> None:
    message = parse(mail("Return-Path: <>", body=BOUNCE))

    assert message.returned_ids == ("<ours@x.example>",)


def test_ids_are_read_from_the_text_of_a_bounce_that_nobody_sent() -> None:
    message = parse(
        mail("From: <>", "Return-Path: <postmaster@x.example>", body=BOUNCE)
    )

    assert message.returned_ids == ("<ours@x.example>",)


def test_ids_are_read_from_a_returned_message_that_is_broken() -> None:
    returned = part("message/rfc822", b"\r\nSubject: x\r\nMessage-ID: <ours@x.example>")
    raw = multipart(part("text/plain", "It failed."), returned, kind="report")

    message = parse(
        raw.replace(b"Return-Path: <ann@readers.example>", b"Return-Path: <>")
    )

    assert message.returned_ids == ("<ours@x.example>",)


def test_ids_in_the_text_of_an_ordinary_mail_are_words() -> None:
    assert parse(mail(body=BOUNCE)).returned_ids == ()


def test_encrypted_text_is_a_defect() -> None:
    enveloped = parse(
        mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data")
    )
    signed = parse(mail("Content-Type: application/pkcs7-mime; smime-type=signed-data"))

    assert any("encrypted" in defect for defect in enveloped.defects)
    assert not any("encrypted" in defect for defect in signed.defects)


def test_an_electronic_signature_is_no_enclosure() -> None:
    signature = part("application/pgp-signature; name=signature.asc", "x")

    message = parse(multipart(PLAIN, signature, kind="signed"))

    assert [each.is_inline for each in message.attachments] == [True]


@pytest.mark.parametrize(
    "content_type",
    ["multipart/mixed", 'multipart/mixed; boundary=""', "multipart/mixed; boundary=no"],
    ids=["missing", "empty", "absent from the body"],
)
def test_a_multipart_without_parts_is_read_as_text(content_type: str) -> None:
    message = parse(mail(f"Content-Type: {content_type}", body="I complain."))

    assert message.text == "I complain."
    assert message.defects


def test_a_multipart_that_is_never_closed_is_read() -> None:
    raw = multipart(part("text/plain", "I complain.")).replace(b"--b0--\r\n", b"")

    assert parse(raw).text == "I complain."


def test_a_boundary_that_begins_like_another_is_another() -> None:
    raw = multipart(part("text/plain", "one\r\n--b0x\r\ntwo"))

    assert parse(raw).text == "one\n--b0x\ntwo"


def test_a_boundary_within_a_line_is_text() -> None:
    raw = multipart(part("text/plain", "one --b0\r\ntwo"))

    assert parse(raw).text == "one --b0\ntwo"


def test_the_outer_boundary_ends_an_inner_multipart() -> None:
    inner = part(
        "multipart/mixed; boundary=b0", "--b0\r\n\r\nI complain.\r\n--b0--\r\n"
    )

    assert "I complain." in parse(multipart(inner)).text


def test_parts_of_a_digest_are_messages() -> None:
    digest = b"\r\nSubject: one\r\n\r\nthe first"

    message = parse(multipart(digest, kind="digest"))

    assert message.forwarded == "Subject: one\n\nthe first"


def test_parts_that_are_too_many_are_cut_with_a_defect() -> None:
    texts = [part("text/plain", f"text {number}") for number in range(limits.PARTS + 1)]

    message = parse(multipart(*texts))

    assert "text 0" in message.text
    assert len(message.part_types) == limits.PARTS
    assert any("too many parts" in defect for defect in message.defects)


def deep(levels: int) -> bytes:
    inner = part("text/plain", "the innermost")
    for level in range(levels):
        inner = nested("mixed", inner, boundary=f"b{level}")
    return inner


def test_parts_are_read_down_to_the_limit_and_not_below() -> None:
    at_limit, below = parse(deep(limits.DEPTH)), parse(deep(limits.DEPTH + 1))

    assert at_limit.text == "the innermost"
    assert below.text == ""
    assert any("nested too deeply" in defect for defect in below.defects)


@pytest.mark.parametrize("encoding", ["Base64", "BASE64 ", "base64 (comment)"])
def test_the_name_of_an_encoding_is_read_without_regard_to_case(encoding: str) -> None:
    raw = mail(
        f"Content-Transfer-Encoding: {encoding}", body=base64.b64encode(b"I ask")
    )

    assert parse(raw).text == "I ask"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b"SSBhc2s", "I ask", id="no padding"),
        pytest.param(b"SSBh c2s=\r\n!\r\n", "I ask", id="noise"),
        pytest.param(b"SSBhc2sgZ", "I ask ", id="one character too many"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_broken_base64_is_read_as_far_as_it_goes(body: bytes, text: str) -> None:
    message = parse(mail("Content-Transfer-Encoding: base64", body=body))

    assert text.strip() == message.text.strip()


def test_broken_quoted_printable_is_read_as_far_as_it_goes() -> None:
    raw = mail(
        "Content-Transfer-Encoding: quoted-printable", body="caf=C3=A9 =ZZ =\r\nx"
    )

    assert parse(raw).text == "café =ZZ x"


def test_an_unknown_encoding_is_read_as_it_stands_and_is_a_defect() -> None:
    message = parse(mail("Content-Transfer-Encoding: x-new", body="I ask"))

    assert message.text == "I ask"
    assert any("encoded in a way" in defect for defect in message.defects)


def test_text_beyond_the_limit_is_cut_with_a_defect() -> None:
    message = parse(text_mail("ab " * limits.TEXT))

    assert len(message.text) <= limits.TEXT
    assert any("text is too long" in defect for defect in message.defects)


def test_the_limit_of_text_is_that_of_all_parts_together() -> None:
    half = part("text/plain", "ab " * (limits.TEXT // 4))

    message = parse(multipart(half, half, half))

    assert len(message.text) <= limits.TEXT + 10
    assert any("text is too long" in defect for defect in message.defects)


def test_a_text_of_exactly_the_limit_is_whole() -> None:
    message = parse(text_mail("a" * limits.TEXT))

    assert len(message.text) == limits.TEXT
    assert message.defects == ()


def test_the_hash_is_that_of_the_octets() -> None:
    raw = mail(body="x").replace(b"\r\n", b"\r")

    assert parse(raw).sha256 == parse(bytes(raw)).sha256
    assert parse(raw).sha256 != parse(mail(body="x")).sha256
