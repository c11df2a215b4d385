"""Each condition that keeps back the automatic reply to a person, both ways."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from triage.decision.automatic import automatic
from triage.decision.gate import Seen
from triage.decision.model import History, Ourselves
from triage.decision.withhold import WITHHELD, withheld
from triage.message.model import Address

Fields = dict[str, Any]
MakeSeen = Callable[..., Seen]

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
OUR_SERVER = "mx.library.example"
PROVEN = ("Authentication-Results", f"{OUR_SERVER}; dkim=pass header.d=library.example")


def headers(*fields: tuple[str, str], **others: Any) -> Fields:
    return {"headers": fields, **others}


def results(text: str, server: str = OUR_SERVER) -> tuple[str, str]:
    return ("Authentication-Results", f"{server}; {text}")


def form(*fields: tuple[str, str], **others: Any) -> Fields:
    ordinary = {
        "from_": (Address("form@library.example", "Web form"),),
        "reply_to": (Address("ann@readers.example"),),
        "return_path": "",
    }
    return {**ordinary, "headers": fields, **others}


ELSEWHERE: Fields = {"return_path": "x@forwarder.example"}

# (code, id, fields): the condition holds.
HOLDS: list[tuple[str, str, Fields]] = [
    ("rekeyed", "after a UIDVALIDITY change", {"history": History(is_rekeyed=True)}),
    ("too-old", "by a second", {"received_at": NOW - timedelta(hours=48, seconds=1)}),
    ("no-author", "none", {"from_": ()}),
    (
        "several-authors",
        "in one field",
        {"from_": (Address("a@readers.example"), Address("b@readers.example"))},
    ),
    (
        "several-authors",
        "in two fields",
        headers(("From", "a@b.example"), ("From", "c")),
    ),
    ("no-usable-address", "no domain", {"from_": (Address("ann"),)}),
    ("no-usable-address", "one label", {"from_": (Address("ann@localhost"),)}),
    ("no-usable-address", "never exists", {"from_": (Address("ann@here.invalid"),)}),
    ("no-usable-address", "not ASCII", {"from_": (Address("zoë@readers.example"),)}),
    ("no-usable-address", "a form without a person", form(PROVEN, reply_to=())),
    (
        "no-usable-address",
        "a form with several",
        form(PROVEN, reply_to=(Address("a@b.example"), Address("c@d.example"))),
    ),
    (
        "no-usable-address",
        "a form filled in with our address",
        form(PROVEN, reply_to=(Address("complaints@library.example"),)),
    ),
    (
        "no-usable-address",
        "a form filled in with a system's address",
        form(PROVEN, reply_to=(Address("noreply@shop.example"),)),
    ),
    ("unproven-form", "no result", form()),
    ("unproven-form", "failed", form(results("dkim=fail header.d=library.example"))),
    ("unproven-form", "another's", form(results("dkim=pass header.d=evil.example"))),
    (
        "unproven-form",
        "another server's word",
        form(results("dkim=pass header.d=library.example", "mx.evil.example")),
    ),
    ("null-return-path", "null", {"return_path": ""}),
    ("no-return-path", "none", {"return_path": None}),
    (
        "several-return-paths",
        "two",
        headers(
            ("Return-Path", "<ann@readers.example>"),
            ("Return-Path", "<x@evil.example>"),
        ),
    ),
    ("system-return-path", "bounces", {"return_path": "bounce-1@readers.example"}),
    ("auto-submitted", "empty", headers(("Auto-Submitted", ""))),
    ("auto-submitted", "comment only", headers(("Auto-Submitted", "(what?)"))),
    ("suppress", "All", headers(("X-Auto-Response-Suppress", "All"))),
    ("suppress", "AutoReply", headers(("x-auto-response-suppress", "dr, autoreply"))),
    ("suppress", "OOF", headers(("X-Auto-Response-Suppress", "OOF"))),
    ("doubtful-field", "X-Loop", headers(("X-Loop", "x@y.example"))),
    ("doubtful-field", "X-Ack: no", headers(("X-Ack", "No"))),
    ("doubtful-field", "Feedback-ID", headers(("Feedback-ID", "1:2:esp"))),
    ("subject-prefix", "prefix", {"subject": "AUTO: complaint"}),
    ("calendar-entry", "part", {"part_types": ("text/plain", "text/calendar")}),
    ("not-addressed", "blind copy", {"to": (Address("ann@readers.example"),)}),
    ("not-addressed", "no recipient", {"to": ()}),
    (
        "not-addressed",
        "another mailbox of ours",
        {
            "to": (Address("branch@library.example"),),
            "ourselves": Ourselves(
                addresses=frozenset(
                    {"complaints@library.example", "branch@library.example"}
                ),
                siblings=frozenset({"branch@library.example"}),
            ),
        },
    ),
    ("too-many-hops", "30", headers(*[("Received", "x")] * 28)),
    ("header-cut", "the end was not read", {"has_whole_header": False}),
    ("header-cut", "our form", form(PROVEN, has_whole_header=False)),
    ("spam", "flag", headers(("X-Spam-Flag", "YES"))),
    ("spam", "status", headers(("X-Spam-Status", "Yes, score=9.1"))),
    ("spam", "virus", headers(("X-Virus-Status", "Infected (Eicar)"))),
    ("authentication-failed", "DMARC", headers(results("dmarc=fail"))),
    ("authentication-failed", "SPF", headers(results("spf=fail"))),
    (
        "authentication-failed",
        "DMARC in spite of DKIM",
        headers(results("dkim=pass header.d=readers.example; dmarc=fail (p=none)")),
    ),
    (
        "colleague",
        "answers a notice",
        {"ourselves": Ourselves(colleagues=frozenset({"ann@readers.example"}))},
    ),
    ("not-aligned", "another organisation", ELSEWHERE),
    ("not-aligned", "another school", {"return_path": "ann@other.readers.co.uk"}),
    (
        "not-aligned",
        "DKIM of the forwarder",
        ELSEWHERE | headers(results("dkim=pass header.d=forwarder.example")),
    ),
    (
        "not-aligned",
        "somebody else's word",
        ELSEWHERE
        | headers(results("dmarc=pass header.from=readers.example", "mx.evil")),
    ),
    ("bounced", "before", {"history": History(has_bounced=True)}),
    ("bounced", "through our form", form(PROVEN, history=History(has_bounced=True))),
]

# (code, id, fields): the condition nearly holds.
HOLDS_NOT: list[tuple[str, str, Fields]] = [
    ("rekeyed", "not rekeyed", {"history": History(is_rekeyed=False)}),
    ("too-old", "just young enough", {"received_at": NOW - timedelta(hours=48)}),
    ("too-old", "from the future", {"received_at": NOW + timedelta(days=400)}),
    ("no-author", "one", {"from_": (Address("a@readers.example"),)}),
    ("several-authors", "none", {"from_": ()}),
    ("several-authors", "one field", headers(("From", "a@b.example"))),
    ("no-usable-address", "ordinary", {}),
    ("no-usable-address", "no author is another reason", {"from_": ()}),
    ("unproven-form", "DKIM", form(PROVEN)),
    (
        "unproven-form",
        "DKIM above",
        form(results("dkim=pass header.i=@library.example")),
    ),
    (
        "unproven-form",
        "DMARC",
        form(results("dmarc=pass (p=none) header.from=library.example")),
    ),
    (
        "unproven-form",
        "SPF",
        form(results("spf=pass smtp.mailfrom=bounce@web.library.example")),
    ),
    (
        "unproven-form",
        "logged in",
        form(results("auth=pass smtp.auth=form@library.example")),
    ),
    ("unproven-form", "a person", {}),
    ("null-return-path", "a person's", {}),
    ("null-return-path", "our form's", form(PROVEN)),
    ("no-return-path", "null", {"return_path": ""}),
    ("no-return-path", "our form's", form(PROVEN, return_path=None)),
    (
        "several-return-paths",
        "twice the same",
        headers(
            ("Return-Path", "<ann@readers.example>"),
            ("Return-Path", "Ann@readers.example"),
        ),
    ),
    ("system-return-path", "BATV", {"return_path": "prvs=1234=ann@readers.example"}),
    ("auto-submitted", "no", headers(("Auto-Submitted", "no"))),
    ("suppress", "reports only", headers(("X-Auto-Response-Suppress", "DR, NDR, RN"))),
    ("suppress", "none", headers(("X-Auto-Response-Suppress", "None"))),
    ("doubtful-field", "X-Ack: yes", headers(("X-Ack", "yes"))),
    ("doubtful-field", "denied", headers(("X-Loop", "no"))),
    ("subject-prefix", "answered", {"subject": "Re: Auto: complaint"}),
    ("calendar-entry", "none", {"part_types": ("text/plain",)}),
    (
        "not-addressed",
        "copy",
        {"to": (), "cc": (Address("complaints@library.example"),)},
    ),
    (
        "not-addressed",
        "resent",
        {"to": (), "resent": (Address("complaints@library.example"),)},
    ),
    (
        "not-addressed",
        "tagged",
        {"to": (Address("complaints+2026@library.example"),)},
    ),
    ("not-addressed", "addresses not known", {"to": (), "ourselves": Ourselves()}),
    ("not-addressed", "our form", form(PROVEN, to=())),
    ("too-many-hops", "29", headers(*[("Received", "x")] * 27)),
    ("header-cut", "read to the end", {"has_whole_header": True}),
    ("spam", "clean", headers(("X-Spam-Flag", "NO"), ("X-Spam-Status", "No, score=1"))),
    ("authentication-failed", "soft fail", headers(results("spf=softfail"))),
    ("authentication-failed", "no result", headers(results("none"))),
    (
        "authentication-failed",
        "another's word",
        headers(results("dmarc=fail", "mx.evil")),
    ),
    (
        "authentication-failed",
        "forwarded and signed",
        headers(results("spf=fail; dkim=pass header.d=readers.example")),
    ),
    (
        "authentication-failed",
        "ARC",
        headers(("ARC-Authentication-Results", f"i=1; {OUR_SERVER}; dmarc=fail")),
    ),
    ("not-aligned", "same address", {}),
    ("not-aligned", "subdomain", {"return_path": "ann@mail.readers.example"}),
    ("not-aligned", "no Return-Path is another reason", {"return_path": None}),
    (
        "not-aligned",
        "DKIM of the sender",
        ELSEWHERE | headers(results("dkim=pass header.d=readers.example")),
    ),
    (
        "not-aligned",
        "DMARC of the sender",
        ELSEWHERE | headers(results("dmarc=pass header.from=readers.example")),
    ),
    ("bounced", "never", {"history": History(has_bounced=False)}),
    (
        "colleague",
        "of the same domain",
        {"ourselves": Ourselves(colleagues=frozenset({"team@readers.example"}))},
    ),
]


@pytest.mark.parametrize(
    "fields",
    [pytest.param({}, id="a person"), pytest.param(form(PROVEN), id="our form")],
)
def test_an_ordinary_mail_gets_its_reply(fields: Fields, make_seen: MakeSeen) -> None:
    expected = ()

    assert expected == withheld(make_seen(**fields))


@pytest.mark.parametrize(
    ("code", "fields"),
    [pytest.param(code, fields, id=f"{code}: {id_}") for code, id_, fields in HOLDS],
)
def test_a_reply_is_withheld_with_its_reason(
    code: str, fields: Fields, make_seen: MakeSeen
) -> None:
    seen = make_seen(**fields)

    assert automatic(seen) is None
    assert code in {reason.code for reason in withheld(seen)}


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        pytest.param(code, fields, id=f"{code}: {id_}")
        for code, id_, fields in HOLDS_NOT
    ],
)
def test_a_near_miss_is_no_reason(
    code: str, fields: Fields, make_seen: MakeSeen
) -> None:
    seen = make_seen(**fields)

    assert code not in {reason.code for reason in withheld(seen)}


@pytest.mark.parametrize("cases", [HOLDS, HOLDS_NOT], ids=["holds", "holds not"])
def test_every_condition_is_tested_both_ways(
    cases: list[tuple[str, str, Fields]],
) -> None:
    expected = {gate.code for gate in WITHHELD}

    assert expected == {code for code, _, _ in cases}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            headers(("X-Loop", "x@y.example")),
            ["a machine may have sent it (X-Loop)"],
            id="field",
        ),
        pytest.param(
            headers(results("dmarc=fail")),
            ["its sender failed a check of our mail server (DMARC)"],
            id="check",
        ),
        pytest.param(
            {"return_path": None, "history": History(has_bounced=True)},
            ["it has no Return-Path", "an earlier reply to this person came back"],
            id="every reason, in order",
        ),
    ],
)
def test_the_reasons_say_what_was_found(
    fields: Fields, expected: list[str], make_seen: MakeSeen
) -> None:
    reasons = withheld(make_seen(**fields))

    assert expected == [reason.words for reason in reasons]
