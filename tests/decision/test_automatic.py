"""Each condition of automatic mail, both ways."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from triage.decision.automatic import AUTOMATIC, automatic
from triage.decision.gate import Seen
from triage.decision.model import Ourselves
from triage.message.model import Address

Fields = dict[str, Any]

DAEMON = (Address("mailer-daemon@mx.example", "Mail Delivery System"),)
NULL_PATH: Fields = {"return_path": ""}
FORM = (Address("form@library.example"),)
REPORT: Fields = {"content_type": "multipart/report"}
NESTED_REPORT = ("text/plain", "message/rfc822", "multipart/report")


def headers(*fields: tuple[str, str], **others: Any) -> Fields:
    return {"headers": fields, **others}


# (code, id, fields): the condition holds.
HOLDS: list[tuple[str, str, Fields]] = [
    ("loop-mark", "our mark", headers(("X-Triage-Loop", "library-loop"))),
    ("loop-mark", "with spaces", headers(("x-triage-loop", " library-loop "))),
    (
        "loop-mark",
        "through our form",
        headers(("X-Triage-Loop", "library-loop"), from_=FORM),
    ),
    ("own-address", "ours", {"from_": (Address("complaints@library.example"),)}),
    ("own-address", "tagged", {"from_": (Address("complaints+ack@library.example"),)}),
    (
        "own-address",
        "among several",
        {"from_": (Address("a@b.example"), Address("complaints@library.example"))},
    ),
    (
        "read-receipt",
        "report",
        REPORT | {"part_types": ("text/plain", "message/disposition-notification")},
    ),
    (
        "read-receipt",
        "international",
        REPORT | {"part_types": ("message/global-disposition-notification",)},
    ),
    (
        "feedback-report",
        "report",
        REPORT | {"part_types": ("text/plain", "message/feedback-report")},
    ),
    (
        "delivery-report",
        "report",
        REPORT | {"part_types": ("text/plain", "message/delivery-status")},
    ),
    (
        "delivery-report",
        "international",
        REPORT | {"part_types": ("message/global-delivery-status",)},
    ),
    ("delivery-report", "whole", {"content_type": "message/delivery-status"}),
    (
        "delivery-report",
        "mixed parts from nobody",
        NULL_PATH
        | {
            "content_type": "multipart/mixed",
            "part_types": ("message/delivery-status",),
        },
    ),
    ("delivery-report", "by a daemon", {"from_": DAEMON}),
    (
        "delivery-report",
        "returned mail from nobody",
        NULL_PATH | {"returned_ids": ("<a@library.example>",)},
    ),
    (
        "delivery-report",
        "returned mail from a system",
        {
            "from_": (Address("postmaster@mx.example"),),
            "returned_ids": ("<a@library.example>",),
        },
    ),
    ("report", "of another kind", REPORT | {"part_types": ("text/plain",)}),
    (
        "calendar-answer",
        "reply",
        headers(
            ("Content-Type", "text/calendar; charset=utf-8; METHOD=REPLY"),
            content_type="text/calendar",
        ),
    ),
    (
        "calendar-answer",
        "counter-proposal in a part",
        {"part_types": ("text/plain", 'text/calendar; method="counter"')},
    ),
    (
        "calendar-answer",
        "no method and no words",
        {"part_types": ("text/plain", "text/calendar"), "text": " \n"},
    ),
    ("auto-submitted", "replied", headers(("Auto-Submitted", "auto-replied"))),
    ("auto-submitted", "generated", headers(("AUTO-SUBMITTED", "Auto-Generated"))),
    (
        "auto-submitted",
        "comment",
        headers(("Auto-Submitted", "(no) auto-replied (vacation (till May))")),
    ),
    (
        "auto-submitted",
        "unclosed comment",
        headers(("Auto-Submitted", "auto-replied (no")),
    ),
    (
        "auto-submitted",
        "parameter",
        headers(("Auto-Submitted", 'auto-notified; owner-email="no@b.example"')),
    ),
    (
        "auto-submitted",
        "repeated",
        headers(("Auto-Submitted", "no"), ("Auto-Submitted", "auto-replied")),
    ),
    ("auto-submitted", "unknown keyword", headers(("Auto-Submitted", "yes"))),
    (
        "auto-submitted",
        "broken parameter",
        headers(("Auto-Submitted", "auto-replied;;=")),
    ),
    ("auto-reply", "null path and subject", NULL_PATH | {"subject": "Auto: complaint"}),
    (
        "auto-reply",
        "null path and suppression",
        NULL_PATH | headers(("X-Auto-Response-Suppress", "All")),
    ),
    (
        "auto-reply",
        "subject and suppression",
        headers(
            ("X-Auto-Response-Suppress", "DR, OOF"),
            subject="automatic reply: complaint",
        ),
    ),
    ("list", "List-Id", headers(("List-Id", "<news.example>"))),
    ("list", "odd case", headers(("LIST-UNSUBSCRIBE", "<mailto:x@y.example>"))),
    ("list", "empty", headers(("Mailing-List", ""))),
    ("list", "nobody may post", headers(("List-Post", "NO"))),
    ("list", "value", headers(("X-Mailer", "Newsletter 3.1"))),
    ("precedence", "bulk", headers(("Precedence", "bulk"))),
    ("precedence", "odd case", headers(("precedence", " JUNK "))),
    ("precedence", "X-Precedence", headers(("X-Precedence", "auto_reply"))),
    ("precedence", "comment", headers(("Precedence", "list (really)"))),
    ("vendor-field", "present", headers(("X-Autoreply", "yes"))),
    ("vendor-field", "odd case", headers(("x-AUTOREPLY", "1"))),
    ("vendor-field", "value", headers(("Delivered-To", "Autoresponder"))),
    ("system-sender", "no-reply", {"from_": (Address("no-reply@shop.example"),)}),
    ("system-sender", "no_reply", {"from_": (Address("no_reply@shop.example"),)}),
    ("system-sender", "tagged", {"from_": (Address("noreply+12@shop.example"),)}),
    ("system-sender", "owner", {"from_": (Address("owner-news@lists.example"),)}),
    ("system-sender", "request", {"from_": (Address("news-request@lists.example"),)}),
    ("system-sender", "bounce", {"from_": (Address("bounces+a=b@esp.example"),)}),
    ("system-sender", "postmaster", {"from_": (Address("postmaster@mx.example"),)}),
]

# (code, id, fields): nearly, yet a person may have sent it.
HOLDS_NOT: list[tuple[str, str, Fields]] = [
    ("loop-mark", "another's mark", headers(("X-Triage-Loop", "museum-loop"))),
    ("own-address", "like ours", {"from_": (Address("complaint@library.example"),)}),
    ("own-address", "no sender", {"from_": ()}),
    (
        "read-receipt",
        "attached to a complaint",
        {
            "content_type": "multipart/mixed",
            "part_types": (*NESTED_REPORT, "message/disposition-notification"),
        },
    ),
    (
        "feedback-report",
        "attached to a complaint",
        {
            "content_type": "multipart/mixed",
            "part_types": (*NESTED_REPORT, "message/feedback-report"),
        },
    ),
    (
        "delivery-report",
        "attached to a complaint",
        {
            "content_type": "multipart/mixed",
            "part_types": (*NESTED_REPORT, "message/delivery-status"),
            "returned_ids": ("<a@library.example>",),
        },
    ),
    (
        "delivery-report",
        "daemon only in the name",
        {"from_": (Address("ann@readers.example", "MAILER-DAEMON"),)},
    ),
    ("report", "a report as an attachment", {"part_types": ("multipart/report",)}),
    (
        "calendar-answer",
        "invitation",
        headers(
            ("Content-Type", "text/calendar; method=REQUEST"),
            content_type="text/calendar",
            text="",
        ),
    ),
    (
        "calendar-answer",
        "entry with words",
        {"part_types": ("text/plain", "text/calendar"), "text": "I complain."},
    ),
    ("calendar-answer", "no calendar", {"part_types": ("text/plain",), "text": ""}),
    ("auto-submitted", "no", headers(("Auto-Submitted", "no"))),
    ("auto-submitted", "no, in capitals", headers(("Auto-Submitted", "NO"))),
    ("auto-submitted", "no, comment", headers(("Auto-Submitted", "no (auto-replied)"))),
    ("auto-submitted", "no, parameter", headers(("Auto-Submitted", "no; x=auto"))),
    ("auto-submitted", "empty", headers(("Auto-Submitted", " "))),
    ("auto-reply", "null path only", NULL_PATH),
    ("auto-reply", "subject only", {"subject": "Auto: complaint"}),
    ("auto-reply", "suppression only", headers(("X-Auto-Response-Suppress", "All"))),
    (
        "auto-reply",
        "other suppression",
        NULL_PATH | headers(("X-Auto-Response-Suppress", "DR, RN, NRN")),
    ),
    (
        "auto-reply",
        "an answer to an auto-reply",
        NULL_PATH | {"subject": "Re: Automatic reply: complaint"},
    ),
    ("list", "a field like it", headers(("X-List-Id", "a"), ("Listing", "b"))),
    ("list", "another value", headers(("X-Mailer", "Mail for people"))),
    ("precedence", "normal", headers(("Precedence", "first-class"))),
    ("precedence", "within a word", headers(("Precedence", "bulky"))),
    ("vendor-field", "denied", headers(("X-Autoreply", "no"))),
    ("vendor-field", "another value", headers(("Delivered-To", "ann@readers.example"))),
    ("system-sender", "a person", {"from_": (Address("norbert@readers.example"),)}),
    ("system-sender", "in the domain", {"from_": (Address("ann@noreply.example"),)}),
    (
        "system-sender",
        "Return-Path only",
        {"return_path": "bounces+1@esp.example"},
    ),
]


def test_an_ordinary_mail_is_not_automatic(make_seen: Callable[..., Seen]) -> None:
    assert automatic(make_seen()) is None


@pytest.mark.parametrize(
    ("code", "fields"),
    [pytest.param(code, fields, id=f"{code}: {id_}") for code, id_, fields in HOLDS],
)
def test_automatic_mail_is_told_with_its_reason(
    code: str, fields: Fields, make_seen: Callable[..., Seen]
) -> None:
    reason = automatic(make_seen(**fields))

    assert reason is not None
    assert code == reason.code


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        pytest.param(code, fields, id=f"{code}: {id_}")
        for code, id_, fields in HOLDS_NOT
    ],
)
def test_what_a_person_may_have_sent_is_not_automatic(
    code: str, fields: Fields, make_seen: Callable[..., Seen]
) -> None:
    reason = automatic(make_seen(**fields))

    assert reason is None, f"a near miss of {code}"


@pytest.mark.parametrize("cases", [HOLDS, HOLDS_NOT], ids=["holds", "holds not"])
def test_every_condition_is_tested_both_ways(
    cases: list[tuple[str, str, Fields]],
) -> None:
    expected = {gate.code for gate in AUTOMATIC}

    assert expected == {code for code, _, _ in cases}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            headers(("List-Id", "<news.example>")),
            "it is a mailing list's or a newsletter (List-Id)",
            id="list",
        ),
        pytest.param(
            headers(("Auto-Submitted", "auto-replied (gone)")),
            "it says that a machine sent it (auto-replied)",
            id="auto-submitted",
        ),
        pytest.param(
            headers(("Auto-Submitted", "secret-word")),
            "it says that a machine sent it",
            id="a sender's own keyword is not repeated",
        ),
        pytest.param(
            headers(("Precedence", "BULK")),
            "it is marked as bulk mail (bulk)",
            id="bulk",
        ),
        pytest.param(
            headers(("Delivered-To", "autoresponder")),
            "it bears an auto-responder's mark (Delivered-To: autoresponder)",
            id="vendor",
        ),
        pytest.param(
            {"from_": (Address("noreply@shop.example"),)},
            "it comes from a system's address",
            id="system",
        ),
    ],
)
def test_the_reason_says_what_was_found_in_our_own_words(
    fields: Fields, expected: str, make_seen: Callable[..., Seen]
) -> None:
    reason = automatic(make_seen(**fields))

    assert reason is not None
    assert expected == reason.words


def test_a_web_form_of_ours_is_neither_automatic_nor_our_own_mail(
    make_seen: Callable[..., Seen],
) -> None:
    seen = make_seen(
        from_=FORM,
        headers=(("Auto-Submitted", "auto-generated"), ("Precedence", "bulk")),
        ourselves=Ourselves(
            addresses=frozenset({"form@library.example"}),
            web_forms=frozenset({"form@library.example"}),
        ),
    )

    assert automatic(seen) is None


def test_without_a_loop_mark_none_is_looked_for(make_seen: Callable[..., Seen]) -> None:
    seen = make_seen(headers=(("X-Triage-Loop", ""),))

    assert automatic(replace(seen, ourselves=Ourselves())) is None
