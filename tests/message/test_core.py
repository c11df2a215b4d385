"""What copies of one mail have in common."""

import hashlib

import pytest

from tests.message.mails import HEAD, mail, without
from triage.mailbox.abridged import OCTETS_FIELD
from triage.message import limits, parse
from triage.message.core import core_of

WRITTEN = HEAD.partition("\r\n")[2].encode() + b"\r\nMy words.\r\n"
"""A mail as it leaves the writer's program."""
PLAIN = parse(WRITTEN).core


@pytest.mark.parametrize(
    "top",
    [
        "Return-Path: <ann@readers.example>\r\n",
        "Delivered-To: complaints@library.example\r\n",
        "X-Original-To: complaints@library.example\r\n",
        "Envelope-to: complaints@library.example\r\nDelivery-date: today\r\n",
        "Received: from a by b;\r\n\tTue, 24 Mar 2026 13:10:12 +0200\r\n",
        "Received: from a by b;\r\n \r\n today\r\n",
        "received : by c; today\r\nRECEIVED: by d; today\r\n",
        "Authentication-Results: mx.library.example; spf=pass\r\n",
        "Received-SPF: pass\r\n",
        "ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\n"
        "ARC-Authentication-Results: i=1\r\n",
        "Received: by c; today\r\nDKIM-Signature: v=1; t=17;\r\n b=x\r\n"
        "Received: by d; today\r\n",
        "X-Spam-Status: No, score=-0.1\r\nX-Virus-Scanned: yes\r\n",
        "From ann@readers.example Tue Mar 24 13:10:12 2026\r\nReceived: x\r\n",
    ],
)
def test_what_servers_write_on_top_makes_no_other_mail(top: str) -> None:
    raw = top.encode() + WRITTEN

    read = parse(raw)

    assert read.core == PLAIN
    assert read.core != read.sha256


@pytest.mark.parametrize(
    "other",
    [
        WRITTEN.replace(b"<1@", b"<2@"),
        WRITTEN.replace(b"My", b"Your"),
        WRITTEN.replace(b"From: Ann", b"From: Bob"),
        b"Reply-To: bob@readers.example\r\n" + WRITTEN,
        b"Subject: Complaint\r\n" + WRITTEN,
        b"Resent-From: bob@readers.example\r\nReceived: x\r\n" + WRITTEN,
        b"Received: x\r\nno field at all\r\nReceived: y\r\n" + WRITTEN,
        WRITTEN.replace(b"\r\n\r\n", b"\r\nReceived: below\r\n\r\n"),
        b"Received: x\r\n\r\n" + WRITTEN,
        b"Received-Not-Quite: x\r\n" + WRITTEN,
    ],
    ids=[
        "id",
        "text",
        "author",
        "answered elsewhere",
        "doubled field",
        "sent on",
        "a broken line",
        "below the writer's fields",
        "no header",
        "another field",
    ],
)
def test_whatever_else_differs_makes_another_mail(other: bytes) -> None:
    assert parse(other).core != PLAIN


def test_it_is_a_hash_of_the_octets_as_the_writers_program_left_them() -> None:
    assert hashlib.sha256(WRITTEN).hexdigest() == PLAIN


@pytest.mark.parametrize("gone", ["Message-ID", "Date"])
def test_one_of_message_id_and_date_tells_a_mail_from_others(gone: str) -> None:
    assert parse(mail(head=without(gone), body="Words.")).core is not None


def test_without_both_nothing_tells_a_copy_from_the_same_words_again() -> None:
    raw = mail("From: form@library.example", head="Subject: Complaint\r\n", body="x")

    assert parse(raw).core is None


def test_an_abridged_mail_counts_with_the_size_of_what_was_left_out() -> None:
    first, again, larger = (
        parse(OCTETS_FIELD + b": %d\r\nReceived: %d\r\n" % each + WRITTEN, size=9_999)
        for each in [(77, 1), (77, 2), (78, 3)]
    )

    assert first.core == again.core
    assert first.core not in (larger.core, PLAIN)


def test_a_run_without_an_end_is_followed_no_further_than_a_header_is_read() -> None:
    line = b"Received: x\r\n"
    endless = line * (limits.HEADER_BLOCK // len(line) + 1) + WRITTEN

    assert core_of(endless) != PLAIN
