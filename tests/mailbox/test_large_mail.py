"""Large mail of every shape, as Dovecot describes it."""

from email import message_from_bytes
from email.message import EmailMessage, Message

import pytest

from tests.mailbox.sites import ImapSite
from triage.mailbox import Limits
from triage.message import parse

pytestmark = pytest.mark.servers

SMALL = Limits(whole=16_384, text=8_192)
BULK = b"\0\1\2\3" * 20_000


def fetched(site: ImapSite, octets: bytes, limits: Limits = SMALL) -> Message:
    """Return the message as the program gets it."""
    site.deliver(octets)
    with site.mailbox(limits) as mailbox:
        mailbox.select()
        (only,) = mailbox.fetch(mailbox.peek(mailbox.uids()))
    assert (only.is_whole, only.size) == (False, len(octets))
    return message_from_bytes(only.raw)


def octets_of(message: EmailMessage) -> bytes:
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def make_message(text: str = "Nobody answers.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann <ann@example.org>"
    message["Subject"] = "A complaint"
    message.set_content(text)
    return message


def with_scan(message: EmailMessage) -> EmailMessage:
    message.add_attachment(
        BULK, maintype="application", subtype="pdf", filename="a.pdf"
    )
    return message


def texts(message: Message) -> list[str]:
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return [str(part.get_payload()).replace("\r\n", "\n") for part in parts]


def test_text_and_html_come_without_the_scan(dovecot_site: ImapSite) -> None:
    original = make_message()
    original.add_alternative("<p>Nobody answers.</p>", subtype="html")

    message = fetched(dovecot_site, octets_of(with_scan(original)))

    assert texts(message) == ["Nobody answers.\n", "<p>Nobody answers.</p>\n"]
    assert [part.get_filename() for part in message.walk()][-1] == "a.pdf"


def test_a_forwarded_complaint_keeps_its_header_and_text(
    dovecot_site: ImapSite,
) -> None:
    outer = make_message("FYI, please deal with it.\n")
    outer.add_attachment(with_scan(make_message("I was beaten.\n")))

    message = fetched(dovecot_site, octets_of(outer))

    assert texts(message) == ["FYI, please deal with it.\n", "I was beaten.\n"]
    (inner,) = [
        part.get_payload(0)
        for part in message.walk()
        if part.get_content_type() == "message/rfc822"
    ]
    assert isinstance(inner, Message)
    assert inner["From"] == "Ann <ann@example.org>"


def test_a_delivery_report_keeps_what_it_reports_on(dovecot_site: ImapSite) -> None:
    returned = with_scan(make_message())
    returned["Message-ID"] = "<ours@board.example>"
    report = (
        b"From: <>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=r1\r\n"
        b"\r\n"
        b"--r1\r\n\r\nIt came back.\r\n"
        b"--r1\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--r1\r\nContent-Type: message/rfc822\r\n\r\n"
        + octets_of(returned)
        + b"\r\n--r1--\r\n"
    )

    message = fetched(dovecot_site, report)

    assert "Status: 5.1.1" in message.as_string()
    assert "<ours@board.example>" in message.as_string()


def test_a_long_text_is_cut_after_a_whole_line(dovecot_site: ImapSite) -> None:
    lines = "".join(f"Line {number} of my complaint\n" for number in range(3_000))

    message = fetched(dovecot_site, octets_of(make_message(lines)))

    (text,) = texts(message)
    assert lines.startswith(text)
    assert text.endswith("complaint\n")
    assert 7_500 < len(text) <= 8_192


def test_a_long_text_in_base64_is_cut_where_it_can_still_be_decoded(
    dovecot_site: ImapSite,
) -> None:
    original = EmailMessage()
    original["Subject"] = "Une réclamation"
    lines = "Personne ne répond à mes réclamations.\n" * 2_000
    original.set_content(lines, cte="base64")

    message = fetched(dovecot_site, octets_of(original))

    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert lines.startswith(text.decode("utf-8", "ignore").rstrip("�"))
    assert len(text) > 5_000
    assert not message.defects


def test_a_text_that_is_attached_is_not_opened(dovecot_site: ImapSite) -> None:
    original = with_scan(make_message())
    original.add_attachment("my secret diary", filename="diary.txt")

    message = fetched(dovecot_site, octets_of(original))

    assert "diary.txt" in [part.get_filename() for part in message.walk()]
    assert "my secret" not in message.as_string()


def test_a_mail_that_is_nothing_but_a_scan_keeps_its_header(
    dovecot_site: ImapSite,
) -> None:
    original = EmailMessage()
    original["Subject"] = "A complaint"
    original.set_content(BULK, maintype="image", subtype="png", filename="a.png")

    message = fetched(dovecot_site, octets_of(original))

    assert message["Subject"] == "A complaint"
    assert (message.get_filename(), message.get_payload()) == ("a.png", "")
    assert int(message["X-Triage-Octets"]) == pytest.approx(len(BULK), rel=0.02)


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param(b"multipart/mixed; boundary*=utf-8''b%31", id="encoded boundary"),
        pytest.param(b'multipart/mixed; boundary="b\\1"', id="escaped boundary"),
        pytest.param(b"multipart/mixed", id="no boundary"),
        pytest.param(b"multipart/mixed; boundary=elsewhere", id="boundary never used"),
    ],
)
def test_what_cannot_be_abridged_by_structure_is_given_by_its_beginning(
    dovecot_site: ImapSite, content_type: bytes
) -> None:
    octets = (
        b"Subject: A complaint\r\nMIME-Version: 1.0\r\nContent-Type: " + content_type
    ) + (
        b"\r\n\r\n--b1\r\n\r\nNobody answers.\r\n--b1\r\n\r\n"
        + b"x" * 70
        + b"\r\n" * 9_000
    )

    message = fetched(dovecot_site, octets)

    assert message["Subject"] == "A complaint"
    assert "Nobody answers." in message.as_string()


@pytest.mark.parametrize(
    ("parts", "depth"),
    [pytest.param(150, 1, id="parts"), pytest.param(1, 40, id="depth")],
)
def test_a_mail_of_too_many_parts_is_given_by_its_beginning(
    dovecot_site: ImapSite, parts: int, depth: int
) -> None:
    octets = b"Nobody answers.\r\n" * 1_200
    for level in range(depth):
        boundary = b"level-%d" % level
        body = b"".join(b"--%b\r\n%b\r\n" % (boundary, octets) for _ in range(parts))
        octets = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n%b--%b--\r\n" % (
            boundary,
            body if level else body.replace(b"\r\nNobody", b"\r\n\r\nNobody", 1),
            boundary,
        )
    octets = b"Subject: A complaint\r\nMIME-Version: 1.0\r\n" + octets

    message = fetched(dovecot_site, octets)

    assert message["Subject"] == "A complaint"
    assert len(message.as_bytes()) < 10_000


def test_a_header_block_without_end_is_cut_at_its_limit(dovecot_site: ImapSite) -> None:
    octets = (
        b"Subject: A complaint\r\n" + b"X-Pad: 12345678\r\n" * 3_000 + b"\r\nHello\r\n"
    )
    limits = Limits(whole=16_384, header=4_096)

    message = fetched(dovecot_site, octets, limits)

    assert message["Subject"] == "A complaint"
    assert len(message.as_bytes()) < 6_000


@pytest.mark.parametrize(
    ("octets", "line"),
    [
        pytest.param(0, 70, id="as long as is asked for"),
        pytest.param(1, 70, id="an octet longer"),
        pytest.param(300_000, 70, id="much longer"),
        pytest.param(300_000, 15_000, id="much longer, in long lines"),
        pytest.param(300_000, 100_000, id="much longer, in endless lines"),
    ],
)
@pytest.mark.parametrize("kind", [b"text/plain", b"multipart/mixed"])
def test_of_a_header_that_was_cut_it_is_known(
    octets: int, line: int, kind: bytes, dovecot_site: ImapSite
) -> None:
    ends = b"Content-Type: " + kind + b"; boundary=b\r\nAuto-Submitted: auto-replied"
    wanted = Limits().header + octets - len(ends) - len(b"\r\n\r\n")
    pad = b"X-Pad: " + b"1" * (line - 9) + b"\r\n"
    block = b"Subject: A complaint\r\n" + pad * (wanted // line)
    block = block[: wanted - 10] + b"\r\nX-Z: 12\r\n"
    site = dovecot_site
    site.deliver(block + ends + b"\r\n\r\n--b\r\n\r\nHello\r\n--b--\r\n")

    with site.mailbox() as mailbox:
        mailbox.select()
        (one,) = mailbox.fetch(mailbox.peek(mailbox.uids()))
    message = parse(one.raw, size=one.size, is_whole=one.is_whole)

    assert message.subject == "A complaint"
    assert not message.has_whole_header
