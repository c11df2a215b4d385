"""Kinds 63 to 87: parts, charsets, encodings and names that make no sense."""

import base64
from collections.abc import Iterator

from tests.torture.evidence import Due
from tests.torture.hostile.kind import Group, Specimen
from tests.torture.hostile.writing import TEXT, complaint, in_parts, laid_down, part

PDF = part("application/pdf; name=a.pdf", "JVBERi0=", "Content-Disposition: attachment")


def _multipart(parameters: str, body: str = f"--b\r\n\r\n{TEXT}\r\n--b--") -> Specimen:
    return complaint(f"Content-Type: multipart/mixed{parameters}", body=body)


def no_boundary() -> Iterator[Specimen]:
    yield _multipart("")
    yield _multipart("; boundary")


def empty_boundary() -> Iterator[Specimen]:
    yield _multipart('; boundary=""', f"--\r\n\r\n{TEXT}\r\n----")
    yield _multipart("; boundary=")


def same_boundary_within() -> Iterator[Specimen]:
    inner = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    yield _multipart(
        "; boundary=b", f"--b\r\n{inner}--b\r\n\r\n{TEXT}\r\n--b--\r\n--b--"
    )


def boundary_that_begins_another() -> Iterator[Specimen]:
    inner = "Content-Type: multipart/mixed; boundary=bb\r\n\r\n"
    body = f"--b\r\n{inner}--bb\r\n\r\n{TEXT}\r\n--bb--\r\n--b--\r\n"
    yield _multipart("; boundary=b", body)


def boundary_of_special_characters() -> Iterator[Specimen]:
    for sign in ("(.*)+$", "a b", "=?q?", "'\\\"", "\udcff", "x" * 900):
        quoted = sign.replace("\\", "\\\\").replace('"', '\\"')
        body = f"--{sign}\r\n\r\n{TEXT}\r\n--{sign}--\r\n"
        field = f'Content-Type: multipart/mixed; boundary="{quoted}"'
        yield complaint(field, body=body.encode("utf-8", "surrogateescape"))


def never_closed() -> Iterator[Specimen]:
    yield _multipart("; boundary=b", f"--b\r\n\r\n{TEXT}")
    yield _multipart("; boundary=b", f"--b\r\nContent-Type: text/html\r\n\r\n<p>{TEXT}")


def ten_thousand_parts() -> Iterator[Specimen]:
    yield in_parts(part("text/plain"), *[b"\r\nx"] * 10_000)
    yield in_parts(part("text/plain"), *[PDF] * 2_000)


def nested_parts() -> Iterator[Specimen]:
    for depth in (50, 400, 3_000):
        heads = "".join(
            f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"
            for n in range(depth)
        )
        body = f"--b\r\n\r\n{TEXT}\r\n--b\r\n{heads}\r\ninnermost"
        yield _multipart("; boundary=b", body)


def attached_within_attached() -> Iterator[Specimen]:
    inner = b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"Subject: x\r\n\r\ny"
    yield in_parts(part("text/plain"), inner)
    yield complaint("Content-Type: message/rfc822", body=inner)


def alternatives_that_differ() -> Iterator[Specimen]:
    html = part("text/html", "<p>Thank you for the lovely website!</p>")
    yield in_parts(part("text/plain"), html, kind="alternative")
    yield in_parts(html, part("text/plain", " "), kind="alternative")


def only_html() -> Iterator[Specimen]:
    yield complaint("Content-Type: text/html", body=f"<p>{TEXT}")


def only_attachment() -> Iterator[Specimen]:
    yield complaint("Content-Type: application/pdf; name=complaint.pdf", body="JVBER")
    yield in_parts(PDF)


def partial_message() -> Iterator[Specimen]:
    yield complaint('Content-Type: message/partial; id="a@b"; number=1; total=9')


def external_body() -> Iterator[Specimen]:
    for where in ("access-type=URL; URL=file:///etc/passwd", "access-type=local-file"):
        kind = f"message/external-body; {where}; name=/etc/passwd"
        yield in_parts(part("text/plain"), part(kind, "Content-Type: text/plain\r\n"))


def winmail() -> Iterator[Specimen]:
    tnef = base64.b64encode(b"\x78\x9f\x3e\x22" + b"\xff" * 5_000)
    kind = "application/ms-tnef; name=winmail.dat"
    yield in_parts(
        part("text/plain"), part(kind, tnef, "Content-Transfer-Encoding: base64")
    )


def encrypted_and_signed() -> Iterator[Specimen]:
    kind = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    yield complaint(f"Content-Type: {kind}", body="MIIB")
    pgp = part("application/pgp-encrypted", "Version: 1")
    yield in_parts(pgp, part("application/octet-stream", "-----BEGIN PGP MESSAGE-----"))
    signature = part("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----")
    yield in_parts(part("text/plain"), signature, kind="signed")


def calendar() -> Iterator[Specimen]:
    for method in ("REQUEST", "REPLY", "COUNTER", ""):
        entry = part(f"text/calendar; method={method}", "BEGIN:VCALENDAR")
        yield in_parts(part("text/plain"), entry, kind="alternative", due=Due.SILENCE)


def reports() -> Iterator[Specimen]:
    for kind, body in (
        ("delivery-status", "Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n"),
        ("disposition-notification", "Disposition: automatic-action; deleted"),
        ("feedback-report", "Feedback-Type: abuse"),
        ("x-unknown", "?"),
    ):
        report = part(f"message/{kind}", body)
        yield in_parts(part("text/plain"), report, kind="report", due=Due.SILENCE)
    zipped = part("application/zip; name=a!b!1!2.zip", "UEsDBA==")
    yield in_parts(part("text/plain"), zipped, kind="report", due=Due.SILENCE)


def two_content_types() -> Iterator[Specimen]:
    yield complaint("Content-Type: text/plain", "Content-Type: text/html")
    yield complaint("Content-Type: image/png", "Content-Type: text/plain")


def transfer_encodings() -> Iterator[Specimen]:
    for encoding, body in (
        ("x-unknown", TEXT),
        ("x-uuencode", f"begin 644 a\r\n#0V%T\r\nend\r\n{TEXT}"),
        ("base64", b"Your website is down \xff\xfe\x80 ====== !"),
        ("base64", base64.b64encode(TEXT.encode())[:-3]),
        ("quoted-printable", f"{TEXT}=\r\n=X=ZZ=C3=\r\n==\r\n="),
        ("7bit", TEXT.encode() + bytes(range(256))),
        ("base64\r\n (comment)", base64.b64encode(TEXT.encode())),
    ):
        yield complaint(f"Content-Transfer-Encoding: {encoding}", body=body)


def charsets() -> Iterator[Specimen]:
    for name in (
        "utf-7",
        "idna",
        "punycode",
        "unicode_escape",
        "undefined",
        "rot13",
        "x-unknown",
        "hex",
        "mbcs",
        "utf-16",
        "iso-2022-jp",
        "../../etc/passwd",
        "utf-8\\",
    ):
        body = f"{TEXT}+AAA- \\ud800 xn--a- \u00e9".encode()
        yield complaint(f'Content-Type: text/plain; charset="{name}"', body=body)


def split_parameters() -> Iterator[Specimen]:
    for parameters in (
        "name*0*=utf-8''a%00; name*1*=%0D%0A; name*0*=b",
        "name*5=a; name*1=b; name*3*=%FF",
        "".join(f"; n*{n}*=a%20" for n in range(4_000)),
        "".join(f"; charset*{n}=u" for n in range(4_000)),
        "charset*=utf-8",
        "charset*=x''y''z%",
        "name*999999999999=a",
    ):
        yield complaint(f"Content-Type: text/plain; {parameters}")


def file_names() -> Iterator[Specimen]:
    for name in (
        "../../../etc/cron.d/x",
        "C:\\Windows\\System32\\x.exe",
        "CON",
        "NUL.txt",
        "a" * 5_000,
        "a\r\n b",
        "=?utf-8?q?a=0D=0Ab=00?=",
        "\u202egpj.exe",
        "",
        ".",
        "/dev/null",
        "'; rm -rf /",
    ):
        named = f'Content-Disposition: attachment; filename="{name}"'
        yield in_parts(part("text/plain"), part("application/pdf", "JVBERi0=", named))


def content_length() -> Iterator[Specimen]:
    for length in ("0", "-1", "99999999999", "x"):
        yield laid_down(complaint(f"Content-Length: {length}", f"Lines: {length}"))


def flowed() -> Iterator[Specimen]:
    field = "Content-Type: text/plain; format=flowed; delsp=yes"
    yield complaint(
        field, body="I complain: your web \r\nsite was down. \r\n>>> x \r\n"
    )
    yield complaint(field, body=TEXT + "a \r\n" * 20_000)


MIME: Group = {
    63: no_boundary,
    64: empty_boundary,
    65: same_boundary_within,
    66: boundary_that_begins_another,
    67: boundary_of_special_characters,
    68: never_closed,
    69: ten_thousand_parts,
    70: nested_parts,
    71: attached_within_attached,
    72: alternatives_that_differ,
    73: only_html,
    74: only_attachment,
    75: partial_message,
    76: external_body,
    77: winmail,
    78: encrypted_and_signed,
    79: calendar,
    80: reports,
    81: two_content_types,
    82: transfer_encodings,
    83: charsets,
    84: split_parameters,
    85: file_names,
    86: content_length,
    87: flowed,
}
