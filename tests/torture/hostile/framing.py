"""Kinds 1 to 20: what is wrong with the octets before anybody reads a field."""

from collections.abc import Iterator

from tests.torture.evidence import Due
from tests.torture.hostile.kind import Group, Specimen
from tests.torture.hostile.writing import (
    SUBJECT,
    TEXT,
    as_is,
    complaint,
    head,
    laid_down,
    mark_of,
    new_writer,
    octets_of,
)

MEGABYTE = 1_000_000


def empty() -> Iterator[Specimen]:
    yield as_is(b"", Due.NOTHING)


def one_byte() -> Iterator[Specimen]:
    for octet in (b"C", b"\0", b"\n", b"\r", b":", b" ", b"\xff"):
        yield as_is(octet, Due.NOTHING)


def only_headers() -> Iterator[Specimen]:
    whole = complaint(body="")
    yield whole
    sender = new_writer()
    lines = head(sender, f"Return-Path: <{sender}>")
    yield as_is("\r\n".join(lines).encode(), Due.REPLY, sender)


def no_headers() -> Iterator[Specimen]:
    sender = new_writer()
    body = f"\r\nThis is a complaint, {mark_of(sender)}\r\n".encode()
    yield as_is(body, Due.NOTHING, sender)
    yield as_is(body.lstrip(), Due.NOTHING, sender)


def only_nuls() -> Iterator[Specimen]:
    yield as_is(b"\0" * 1_000, Due.NOTHING)
    yield as_is(b"\0" * MEGABYTE, Due.NOTHING)


def _ended_by(line_end: bytes, due: Due) -> Specimen:
    sender = new_writer()
    octets = octets_of(head(sender, f"Return-Path: <{sender}>"), TEXT)
    return as_is(octets.replace(b"\r\n", line_end), due, sender)


def bare_lf() -> Iterator[Specimen]:
    yield _ended_by(b"\n", Due.REPLY)


def bare_cr() -> Iterator[Specimen]:
    yield _ended_by(b"\r", Due.EITHER)


def mixed_line_ends() -> Iterator[Specimen]:
    yield complaint(body="I complain.\rYour site\nis down\r\n\r\rfor a week.\n\r")
    sender = new_writer()
    lines = head(sender, f"Return-Path: <{sender}>")
    ends = ("\r\n", "\n")
    octets = "".join(f"{line}{ends[n % 2]}" for n, line in enumerate(lines))
    yield as_is(f"{octets}\n{TEXT}".encode(), Due.REPLY, sender)


def mbox_line() -> Iterator[Specimen]:
    whole = laid_down(complaint())
    line = b"From mallory@post.example Mon Jun  1 09:00:00 2026\r\n"
    yield as_is(line + whole.octets, Due.REPLY, whole.sender)
    yield complaint(body=f"{TEXT}\r\nFrom now on I shall complain daily.\r\n")


def byte_order_mark() -> Iterator[Specimen]:
    whole = laid_down(complaint())
    # The mark spoils the field that it stands before, here Return-Path.
    yield as_is(b"\xef\xbb\xbf" + whole.octets, Due.EITHER, whole.sender)
    yield complaint("\ufeffX-First: 1")
    yield complaint(body=f"\ufeff{TEXT}")


def utf_16() -> Iterator[Specimen]:
    sender = new_writer()
    octets = octets_of(head(sender, f"Return-Path: <{sender}>"), TEXT)
    yield as_is(octets.decode().encode("utf-16"), Due.NOTHING, sender)
    yield as_is(octets.decode().encode("utf-16-be"), Due.NOTHING, sender)


def large() -> Iterator[Specimen]:
    for megabytes in (1, 35):
        body = f"--b\r\n\r\n{TEXT}\r\n--b\r\nContent-Type: video/mp4\r\n\r\n".encode()
        body += b"x" * 75 + (b"\r\n" + b"x" * 75) * (megabytes * MEGABYTE // 77)
        field = "Content-Type: multipart/mixed; boundary=b"
        yield laid_down(complaint(field, body=body + b"\r\n--b--\r\n"))


def line_of_a_megabyte() -> Iterator[Specimen]:
    """What may hide behind the cut of a header keeps a reply back."""
    sender = new_writer()
    lines = [*head(sender, f"Return-Path: <{sender}>"), f"X-Long: {'a' * MEGABYTE}"]
    yield as_is(octets_of(lines, TEXT), Due.SILENCE, sender)
    sender = new_writer()
    lines = [f"X-Long: {'a' * MEGABYTE}", *head(sender, f"Return-Path: <{sender}>")]
    yield as_is(octets_of(lines, TEXT), Due.EITHER, sender)


def hundred_thousand_fields() -> Iterator[Specimen]:
    many = [f"X-{n}: y" for n in range(100_000)]
    sender = new_writer()
    lines = [*head(sender, f"Return-Path: <{sender}>"), *many]
    yield as_is(octets_of(lines, TEXT), Due.SILENCE, sender)
    sender = new_writer()
    lines = [*many, *head(sender, f"Return-Path: <{sender}>")]
    yield as_is(octets_of(lines, TEXT), Due.EITHER, sender)


def no_colon() -> Iterator[Specimen]:
    sender = new_writer()
    lines = [*head(sender, f"Return-Path: <{sender}>"), "this is no field", "X: y"]
    yield as_is(octets_of(lines, TEXT), Due.REPLY, sender)
    yield complaint("this is no field at all", "X-Y: z")
    # Before a name that no mail has, such a line is where the text begins.
    yield complaint("this is no field at all", "Y: z", due=Due.NOTHING)


def space_before_colon() -> Iterator[Specimen]:
    yield complaint("Subject : Complaint about your website")
    yield complaint(
        "From\t : Mal <mallory@post.example>", sender="mallory@post.example"
    )


def folds_of_spaces() -> Iterator[Specimen]:
    yield complaint("X-Folded: a\r\n \r\n\t\r\n   b")
    yield complaint("Subject:\r\n \r\n Complaint about\r\n\t\r\n your website")
    yield complaint("X-Folded: a" + "\r\n " * 5_000)


def leading_dots() -> Iterator[Specimen]:
    yield complaint(body=f".\r\n..\r\n.hidden\r\n{TEXT}\r\n.\r\n")
    yield complaint(body=f"{TEXT}.\r\nMAIL FROM:<x@post.example>\r\n.\r\nQUIT\r\n")


def truncated() -> Iterator[Specimen]:
    """Cut at each octet: ours once the subject's word is whole, answerable then."""
    wanted = len(_cut_seed(new_writer()))
    yield _cut_at(wanted - 10)
    for end in range(wanted):
        yield _cut_at(end)


def _cut_seed(sender: str) -> bytes:
    usual = ("date", "message-id", "mime-version")
    first, *others = head(sender, without=usual)
    lines = [f"Return-Path: <{sender}>", *others, first]
    return octets_of(lines, TEXT)


def _cut_at(end: int) -> Specimen:
    sender = new_writer()
    seed = _cut_seed(sender)
    has_word = end >= seed.index(SUBJECT.encode()) + len("Subject: Complaint")
    return as_is(seed[:end], Due.REPLY if has_word else Due.NOTHING, sender)


def no_blank_line() -> Iterator[Specimen]:
    sender = new_writer()
    lines = [*head(sender, f"Return-Path: <{sender}>"), "I complain: it is down."]
    yield as_is("\r\n".join(lines).encode(), Due.REPLY, sender)


FRAMING: Group = {
    1: empty,
    2: one_byte,
    3: only_headers,
    4: no_headers,
    5: only_nuls,
    6: bare_lf,
    7: bare_cr,
    8: mixed_line_ends,
    9: mbox_line,
    10: byte_order_mark,
    11: utf_16,
    12: large,
    13: line_of_a_megabyte,
    14: hundred_thousand_fields,
    15: no_colon,
    16: space_before_colon,
    17: folds_of_spaces,
    18: leading_dots,
    19: truncated,
    20: no_blank_line,
}
