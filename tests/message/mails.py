"""Mails as octets, with everything that does not matter to the case filled in."""

HEAD = (
    "Return-Path: <ann@readers.example>\r\n"
    "Date: Tue, 24 Mar 2026 13:10:12 +0200\r\n"
    "From: Ann Reader <ann@readers.example>\r\n"
    "To: complaints@library.example\r\n"
    "Subject: Complaint\r\n"
    "Message-ID: <1@readers.example>\r\n"
    "MIME-Version: 1.0\r\n"
)


def mail(*fields: str, body: str | bytes = "", head: str = HEAD) -> bytes:
    """A mail whose own fields go before, and so win over, those of `head`.

    A field that is given is not also taken from `head`.
    """
    names = {field.partition(":")[0].lower() for field in fields}
    kept = [
        line
        for line in head.split("\r\n")
        if line and line.partition(":")[0].lower() not in names
    ]
    block = "\r\n".join([*fields, *kept]).encode("utf-8", "surrogateescape")
    content = body.encode() if isinstance(body, str) else body
    return block + b"\r\n\r\n" + content


def without(name: str) -> str:
    """The usual header block without one of its fields."""
    lines = HEAD.split("\r\n")
    return "\r\n".join(li for li in lines if not li.lower().startswith(name.lower()))


def text_mail(text: str | bytes, *fields: str, charset: str = "utf-8") -> bytes:
    return mail(*fields, f"Content-Type: text/plain; charset={charset}", body=text)


def html_mail(html: str, *fields: str) -> bytes:
    return mail(*fields, "Content-Type: text/html; charset=utf-8", body=html)


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b0") -> bytes:
    """A multipart mail of parts that bring their own header blocks."""
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    content_type = f'Content-Type: multipart/{kind}; boundary="{boundary}"'
    return mail(content_type, body=body + b"--%b--\r\n" % boundary.encode())


def part(content_type: str, body: str | bytes = "", *fields: str) -> bytes:
    block = "\r\n".join([f"Content-Type: {content_type}", *fields]).encode()
    content = body.encode() if isinstance(body, str) else body
    return block + b"\r\n\r\n" + content


def nested(kind: str, *parts: bytes, boundary: str) -> bytes:
    """A multipart that is itself a part."""
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), each) for each in parts)
    return part(
        f'multipart/{kind}; boundary="{boundary}"',
        body + b"--%b--\r\n" % boundary.encode(),
    )
