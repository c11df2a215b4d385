"""Kinds 21 to 42: who wrote, and where a reply would go."""

from collections.abc import Iterator
from dataclasses import replace

from tests.journeys.installing import ADDRESS
from tests.torture.evidence import Due
from tests.torture.hostile.kind import Group, Specimen
from tests.torture.hostile.writing import (
    TEXT,
    as_is,
    complaint,
    head,
    new_writer,
    octets_of,
    sent_from,
)

VICTIM = "victim@elsewhere.example"


def _from(value: str, due: Due = Due.SILENCE, sender: str = "") -> Specimen:
    return complaint(f"From: {value}", due=due, sender=sender)


def no_from() -> Iterator[Specimen]:
    yield complaint(without=("from",), due=Due.SILENCE)
    yield _from("")


def two_froms() -> Iterator[Specimen]:
    sender = new_writer()
    first, second = f"From: <{sender}>", f"From: <{VICTIM}>"
    yield complaint(first, second, due=Due.SILENCE, sender=sender)
    yield complaint(second, first, due=Due.SILENCE)


def list_of_froms() -> Iterator[Specimen]:
    yield _from(f"{new_writer()}, {VICTIM}")
    yield _from(", ".join(new_writer() for _ in range(100)))


def group() -> Iterator[Specimen]:
    yield _from(f"Friends: {new_writer()}, {VICTIM};")
    yield complaint(f"To: Board: {ADDRESS}, {VICTIM};")


def empty_group() -> Iterator[Specimen]:
    yield complaint("To: undisclosed-recipients:;", due=Due.SILENCE)
    yield _from("nobody:;")


def null_author() -> Iterator[Specimen]:
    yield _from("<>")
    yield sent_from("", _from("<>"))


def address_as_name() -> Iterator[Specimen]:
    for name in ("directors@examboard.example", VICTIM, f"Director <{VICTIM}>"):
        sender = new_writer()
        yield _from(f'"{name}" <{sender}>', Due.REPLY, sender)


def quoted_local_part() -> Iterator[Specimen]:
    for local in ('"ann reader"', '"a@b"', '"a\\"b"', '"..\\\\"'):
        yield _from(f"<{local}@post.example>")


def nested_comments() -> Iterator[Specimen]:
    for comment in ("(" * 20 + "x" + ")" * 20, "(" * 2_000 + ")" * 2_000, "(" * 2_000):
        sender = new_writer()
        yield _from(f"{comment} <{sender}>", Due.EITHER, sender)


def source_route() -> Iterator[Specimen]:
    sender = new_writer()
    route = "@relay.example,@elsewhere.example"
    yield _from(f"<{route}:{sender}>", Due.EITHER, sender)
    yield _from("<mallory%post.example@relay.example>")


def domain_literal() -> Iterator[Specimen]:
    for domain in ("[192.0.2.1]", "[IPv6:2001:db8::1]", "[post.example]"):
        yield _from(f"<mallory@{domain}>")


def look_alike_domain() -> Iterator[Specimen]:
    sender = "director@xn--exmboard-2nf.example"
    yield _from(f"Our Director <{sender}>", Due.REPLY, sender)
    yield _from("Our Director <director@ex\u0430mboard.example>")


def utf8_address() -> Iterator[Specimen]:
    yield _from("J\u00fcrgen <j\u00fcrgen@post.example>")
    yield _from("<\u4f60\u597d@post.example>")


def trailing_characters() -> Iterator[Specimen]:
    """What Python's parser once read as another address (CVE-2023-27043)."""
    for after in (")", "<", ">", "]", "[", ",", ";", ":", '"', "@", "\\", "."):
        sender = new_writer()
        yield _from(f"{sender}{after}{VICTIM}", Due.EITHER, sender)


def name_with_line_break() -> Iterator[Specimen]:
    for name in (
        "=?utf-8?b?TWFsDQpCY2M6IHZpY3RpbUBlbHNld2hlcmUuZXhhbXBsZQ==?=",
        "=?utf-8?q?Mal=0D=0ABcc?=",
        "=?utf-8?q?Mal=00=1B=5B2J?=",
    ):
        sender = new_writer()
        yield _from(f"{name} <{sender}>", Due.REPLY, sender)
    # A colon that is not encoded begins a group: nobody is named.
    yield _from(f"=?utf-8?q?Mal=0D=0ABcc:_v=40e.example?= <{new_writer()}>")


def ten_thousand_addresses() -> Iterator[Specimen]:
    crowd = ", ".join(f"a{n}@crowd.example" for n in range(10_000))
    yield complaint(f"Cc: {crowd}")
    folded = crowd.replace(", ", ",\r\n ")
    yield complaint(f"To: {ADDRESS}, {folded}")


def endless_local_part() -> Iterator[Specimen]:
    yield _from(f"<{'a' * 500}@post.example>")
    yield _from(f"<{'a.' * 20_000}a@post.example>")


def other_return_path() -> Iterator[Specimen]:
    yield sent_from(new_writer(), _from(f"<{VICTIM}>"))
    yield sent_from(VICTIM, complaint(due=Due.SILENCE))


def reply_to() -> Iterator[Specimen]:
    """Somebody else's Reply-To: the reply waits for a person."""
    for value in (VICTIM, f"{new_writer()}, {VICTIM}", ADDRESS, "list@lists.example"):
        yield replace(complaint(f"Reply-To: {value}"), waits=True)
    yield complaint("Reply-To: <>")
    yield complaint("Reply-To: ")


def return_paths() -> Iterator[Specimen]:
    yield sent_from("", complaint(due=Due.SILENCE))
    sender = new_writer()
    yield as_is(octets_of(head(sender), TEXT), Due.SILENCE, sender)
    sender = new_writer()
    both = (f"Return-Path: <{sender}>", f"Return-Path: <{VICTIM}>")
    yield as_is(octets_of(head(sender, *both), TEXT), Due.SILENCE, sender)
    yield sent_from(ADDRESS, complaint(due=Due.SILENCE))
    for verp in (
        "bounces+123-mallory=post.example@post.example",
        "bounce-mallory@post.example",
        "list-owner@post.example",
        "SRS0=aBcD=XY=post.example=mallory@forwarder.example",
    ):
        yield sent_from(verp, complaint(due=Due.SILENCE))
    sender = new_writer()
    yield sent_from(f"prvs=1234abcdef={sender}", complaint(sender=sender))


def invisible_characters() -> Iterator[Specimen]:
    for name in (
        "\u202egro.draob@rotcerid\u202c",
        "M\u200bal\u2060\ufeff",
        "\U0001f600\U0001f9d1\u200d\U0001f692",
        "Ame\u0301lie",
        "\u00e9" * 40,
    ):
        sender = new_writer()
        yield _from(f"{name} <{sender}>", Due.REPLY, sender)
    yield complaint("Subject: Com\u200bpla\u00adint about your website")


def own_address() -> Iterator[Specimen]:
    yield sent_from(ADDRESS, _from(f"<{ADDRESS}>"))
    yield _from(f"Board <{ADDRESS.upper()}>")
    yield _from(f"<{ADDRESS.replace('@', '+tag@')}>")


ADDRESSES: Group = {
    21: no_from,
    22: two_froms,
    23: list_of_froms,
    24: group,
    25: empty_group,
    26: null_author,
    27: address_as_name,
    28: quoted_local_part,
    29: nested_comments,
    30: source_route,
    31: domain_literal,
    32: look_alike_domain,
    33: utf8_address,
    34: trailing_characters,
    35: name_with_line_break,
    36: ten_thousand_addresses,
    37: endless_local_part,
    38: other_return_path,
    39: reply_to,
    40: return_paths,
    41: invisible_characters,
    42: own_address,
}
