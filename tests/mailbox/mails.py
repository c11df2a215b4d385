"""Messages as they lie in a mailbox, CRLF and all."""

from base64 import encodebytes


def make_mail(
    subject: str = "A complaint", text: str = "Nobody answers.", message_id: str = ""
) -> bytes:
    """Return a small mail in plain text."""
    fields = [
        "From: Ann <ann@example.org>",
        "To: complaints@board.example",
        f"Subject: {subject}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    if message_id:
        fields.append(f"Message-ID: {message_id}")
    return "\r\n".join([*fields, "", text, ""]).encode()


def make_large_mail(
    attachment_octets: int = 600_000, text: str = "See the scan."
) -> bytes:
    """Return a mail with a text, the same in HTML, and a scan."""
    scan = encodebytes(bytes(range(256)) * (attachment_octets // 256)).replace(
        b"\n", b"\r\n"
    )
    return (
        b"From: Ann <ann@example.org>\r\n"
        b"Subject: A complaint with a scan\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="outer-1"\r\n'
        b"\r\n"
        b"A preamble that nobody reads.\r\n"
        b"--outer-1\r\n"
        b'Content-Type: multipart/alternative; boundary="inner-2"\r\n'
        b"\r\n"
        b"--inner-2\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"\r\n" + text.encode() + b"\r\n"
        b"--inner-2\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n"
        b"\r\n"
        b"<p>" + text.encode() + b"</p>\r\n"
        b"--inner-2--\r\n"
        b"--outer-1\r\n"
        b'Content-Type: application/pdf; name="scan.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="scan.pdf"\r\n'
        b"\r\n" + scan + b"\r\n"
        b"--outer-1--\r\n"
    )
