"""To whom a reply goes, and each condition under which it waits, both ways."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from triage.decision.gate import Seen
from triage.decision.hold import HELD, Planned, held, recipient
from triage.decision.model import History, Ourselves, Restricted, Spent
from triage.message.model import Address

Fields = dict[str, Any]
MakeSeen = Callable[..., Seen]

GMAIL: Fields = {"from_": (Address("ann.reader@gmail.com"),)}
FORM: Fields = {
    "from_": (Address("form@library.example"),),
    "reply_to": (Address("ann@readers.example"),),
    "headers": (
        (
            "Authentication-Results",
            "mx.library.example; dkim=pass header.d=library.example",
        ),
    ),
}


def reply_to(*addresses: str, **others: Any) -> Fields:
    return {"reply_to": tuple(map(Address, addresses)), **others}


def spent(sender: int = 0, domain: int = 0, everybody: int = 0) -> Fields:
    return {"history": History(spent=Spent(sender, domain, everybody))}


def restricted(*kinds: str) -> Fields:
    return {"history": History(restrictions=tuple(map(Restricted, kinds)))}


US = Address("complaints@library.example")
BRANCH = "branch@library.example"
TWO_MAILBOXES: Fields = {
    "ourselves": Ourselves(
        addresses=frozenset({US.address, BRANCH}), siblings=frozenset({BRANCH})
    )
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, "ann@readers.example", id="From"),
        pytest.param(
            reply_to("box@mail.readers.example"),
            "box@mail.readers.example",
            id="Reply-To of the same organisation",
        ),
        pytest.param(
            reply_to("x@evil.example"), "ann@readers.example", id="Reply-To elsewhere"
        ),
        pytest.param(
            reply_to("a@readers.example", "b@readers.example"),
            "ann@readers.example",
            id="several",
        ),
        pytest.param(
            GMAIL | reply_to("victim@gmail.com"),
            "ann.reader@gmail.com",
            id="another person at a public domain",
        ),
        pytest.param(
            GMAIL | reply_to("annreader+x@googlemail.com"),
            "annreader+x@googlemail.com",
            id="the same person at a public domain",
        ),
        pytest.param(reply_to("not an address"), "ann@readers.example", id="unusable"),
        pytest.param(
            {
                "from_": (Address("ann@library.example"),),
                **reply_to("complaints@library.example"),
            },
            "ann@library.example",
            id="our own address",
        ),
        pytest.param(
            reply_to("noreply@readers.example"), "ann@readers.example", id="a system's"
        ),
        pytest.param(FORM, "ann@readers.example", id="the person behind our form"),
        pytest.param({"from_": ()}, "", id="nobody"),
    ],
)
def test_a_reply_goes_to_the_person(
    fields: Fields, expected: str, make_seen: MakeSeen
) -> None:
    assert expected == recipient(make_seen(**fields))


def test_a_public_domain_is_no_organisation_though_it_is_the_same(
    make_seen: MakeSeen,
) -> None:
    fields = {"from_": (Address("a@gmail.com"),), **reply_to("b@gmail.com")}

    assert recipient(make_seen(**fields)) != "b@gmail.com"


# (code, id, fields of the message, route, flags): the condition holds.
HOLDS: list[tuple[str, str, Fields, str, tuple[str, ...]]] = [
    ("by-route", "mode hold", {}, "watched", ()),
    ("flagged-redirection", "abusive", {}, "fines-desk", ("abusive",)),
    (
        "redirected-by-one",
        "to both",
        TWO_MAILBOXES | {"to": (US, Address(BRANCH))},
        "fines-desk",
        (),
    ),
    ("reply-to", "elsewhere", reply_to("x@evil.example"), "complaint", ()),
    (
        "reply-to",
        "one of two",
        reply_to("ann@readers.example", "x@evil.example"),
        "complaint",
        (),
    ),
    (
        "reply-to",
        "public domain",
        GMAIL | reply_to("victim@gmail.com"),
        "complaint",
        (),
    ),
    ("sender-budget", "spent", spent(sender=3), "complaint", ()),
    ("domain-budget", "spent", spent(domain=20), "complaint", ()),
    ("budget-of-all", "spent", spent(everybody=60), "complaint", ()),
    ("restricted", "in force", restricted("quiet"), "complaint", ()),
    ("restricted", "two", restricted("in-writing", "quiet"), "complaint", ()),
    ("restricted", "unknown kind", restricted("was-once"), "complaint", ()),
    ("breaker", "open", {"history": History(breaker_is_open=True)}, "complaint", ()),
]

HOLDS_NOT: list[tuple[str, str, Fields, str, tuple[str, ...]]] = [
    ("by-route", "mode live", {}, "complaint", ()),
    ("restricted", "none", {}, "complaint", ()),
    ("restricted", "holds nothing", restricted("in-writing"), "complaint", ()),
    ("flagged-redirection", "no redirection", {}, "complaint", ("abusive",)),
    ("flagged-redirection", "another flag", {}, "fines-desk", ("often",)),
    ("redirected-by-one", "to one", TWO_MAILBOXES | {"to": (US,)}, "fines-desk", ()),
    (
        "redirected-by-one",
        "no redirection",
        TWO_MAILBOXES | {"to": (US, Address(BRANCH))},
        "complaint",
        (),
    ),
    ("reply-to", "inside", reply_to("b@mail.readers.example"), "complaint", ()),
    ("reply-to", "none", {}, "complaint", ()),
    ("reply-to", "our form", FORM, "complaint", ()),
    ("sender-budget", "one left", spent(sender=2), "complaint", ()),
    ("domain-budget", "one left", spent(domain=19), "complaint", ()),
    ("domain-budget", "public domain", GMAIL | spent(domain=500), "complaint", ()),
    ("budget-of-all", "one left", spent(everybody=59), "complaint", ()),
    ("breaker", "closed", {}, "complaint", ()),
]


def codes(
    make_seen: MakeSeen, fields: Fields, route: str, flags: tuple[str, ...]
) -> list[str]:
    seen = make_seen(**fields)
    routes = {one.id: one for one in seen.tables.route}
    routes["watched"] = routes["complaint"].model_copy(update={"mode": "hold"})
    raised = tuple(flag for flag in seen.tables.flag if flag.id in flags)
    return [reason.code for reason in held(Planned(seen, routes[route], raised))]


@pytest.mark.parametrize(
    ("code", "fields", "route", "flags"),
    [pytest.param(c, f, r, g, id=f"{c}: {i}") for c, i, f, r, g in HOLDS],
)
def test_a_reply_waits_for_a_person(
    code: str, fields: Fields, route: str, flags: tuple[str, ...], make_seen: MakeSeen
) -> None:
    expected = [code]

    assert expected == codes(make_seen, fields, route, flags)


@pytest.mark.parametrize(
    ("fields", "route", "flags"),
    [pytest.param(f, r, g, id=f"{c}: {i}") for c, i, f, r, g in HOLDS_NOT],
)
def test_a_reply_goes_out_at_once(
    fields: Fields, route: str, flags: tuple[str, ...], make_seen: MakeSeen
) -> None:
    expected: list[str] = []

    assert expected == codes(make_seen, fields, route, flags)


@pytest.mark.parametrize("cases", [HOLDS, HOLDS_NOT], ids=["holds", "holds not"])
def test_every_condition_is_tested_both_ways(
    cases: list[tuple[str, str, Fields, str, tuple[str, ...]]],
) -> None:
    expected = {code for code, _, _ in HELD}

    assert expected == {case[0] for case in cases}


def test_an_unproven_form_does_not_choose_who_is_answered(make_seen: MakeSeen) -> None:
    seen = make_seen(**(FORM | {"headers": ()}))

    assert recipient(seen) != "x@evil.example"
    assert codes(
        make_seen, FORM | {"headers": (), **reply_to("x@evil.example")}, "complaint", ()
    ) == ["reply-to"]


def test_unknown_own_addresses_hold_nothing(make_seen: MakeSeen) -> None:
    seen = replace(make_seen(), ourselves=Ourselves())

    assert not held(Planned(seen, seen.tables.route[3], ()))
