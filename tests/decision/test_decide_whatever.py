"""What holds for every decision, whatever the message, its history and the rules."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.decision.decide import decide
from triage.decision.model import (
    Decision,
    Disposition,
    History,
    KnownCase,
    Ourselves,
    Restricted,
    Rules,
    Sighting,
    Spent,
)
from triage.message.model import Address
from triage.ruleset.schema import RuleFiles

OURSELVES = Ourselves(
    addresses=frozenset({"complaints@library.example"}),
    authserv_id="mx.library.example",
    web_forms=frozenset({"form@library.example"}),
    loop_mark="library-loop",
)
SIGNALS = (
    "asks-head",
    "attachment",
    "branch",
    "card-number",
    "desk-refused",
    "fine",
    "fined-by-mistake",
    "formal",
    "hit",
    "ill",
    "in-a-novel",
    "my-card",
    "my-loan",
    "noisy",
    "not-about-fines",
    "our-branch",
    "overdue",
    "paid",
    "rude",
    "swearing",
    "thanks",
    "unhelpful",
)
ADDRESSES = (
    "ann@readers.example",
    "ann.reader@gmail.com",
    "complaints@library.example",
    "form@library.example",
    "mailer-daemon@mx.example",
    "no-reply@readers.example",
    "ann",
    "",
    "@",
    "zoë@büro.example",
)
FIELDS = (
    ("Auto-Submitted", "auto-replied"),
    ("Auto-Submitted", "no"),
    ("Auto-Submitted", ""),
    ("Authentication-Results", "mx.library.example; dmarc=fail"),
    (
        "Authentication-Results",
        "mx.library.example; dkim=pass header.d=library.example",
    ),
    ("Authentication-Results", ""),
    ("Content-Type", "text/calendar; method=reply"),
    ("List-Id", "<x>"),
    ("Precedence", "bulk"),
    ("Received", "x"),
    ("Return-Path", "<x@y.example>"),
    ("X-Auto-Response-Suppress", "All"),
    ("X-Loop", "x"),
    ("X-Spam-Flag", "YES"),
    ("X-Triage-Loop", "library-loop"),
)
REFERENCES = ("CMP-2026-00001", "CMP-2026-00002")

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

# Half of each is ordinary, or nearly every mail would stop at the first gate.
moments = st.just(NOW) | st.datetimes(timezones=st.just(UTC))
few_signals = st.lists(st.sampled_from(("fine", "overdue", "rude", "hit", "swearing")))
some_signals = few_signals | st.lists(st.sampled_from(SIGNALS), max_size=6)
some_addresses = st.lists(st.sampled_from(ADDRESSES).map(Address), max_size=2).map(
    tuple
)
references = st.none() | st.sampled_from(REFERENCES)
cases = st.none() | st.builds(
    KnownCase,
    st.sampled_from(REFERENCES),
    st.just("complaint"),
    st.booleans(),
    st.booleans(),
)
histories = st.just(History()) | st.builds(
    History,
    earlier=st.lists(moments, max_size=6).map(tuple),
    case=cases,
    claims=references,
    near_identical_to=references,
    answered_cases=st.sets(st.sampled_from(REFERENCES)).map(tuple),
    has_bounced=st.booleans(),
    spent=st.builds(Spent, *[st.integers(0, 100)] * 3),
    breaker_is_open=st.booleans(),
    is_rekeyed=st.booleans(),
    restrictions=st.sets(
        st.builds(Restricted, st.sampled_from(("quiet", "in-writing", "was-once")))
    ).map(tuple),
)
messages: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {},
    optional={
        "subject": st.sampled_from(("A complaint", "Auto: complaint", "Hello", "")),
        "from_": some_addresses,
        "reply_to": some_addresses,
        "to": some_addresses,
        "return_path": st.none() | st.sampled_from(ADDRESSES),
        "returned_ids": st.sampled_from(((), ("<a@b>",))),
        "content_type": st.sampled_from(
            ("text/plain", "multipart/report", "text/calendar")
        ),
        "part_types": st.sampled_from(((), ("message/delivery-status",))),
        "headers": st.lists(st.sampled_from(FIELDS), max_size=3).map(tuple),
        "text": st.sampled_from(("", "I complain about CMP-2026-00001.")),
    },
)
signal_lists = st.lists(st.sampled_from(SIGNALS), max_size=2)
topics = st.lists(st.sampled_from(("fines", "staff", "noise")), max_size=2)
conditions: dict[str, st.SearchStrategy[Any]] = {
    "role": st.lists(st.sampled_from(("reader", "librarian", "unknown")), max_size=2),
    "topic": topics,
    "touches": topics,
    "touches_none": topics,
    "all": signal_lists,
    "any": signal_lists,
    "none": signal_lists,
    "flags": st.lists(st.sampled_from(("abusive", "danger", "often")), max_size=1),
    "known_case": st.none() | st.booleans(),
    "series_running": st.none() | st.booleans(),
}
some_conditions = st.fixed_dictionaries({}, optional=conditions)
lines = st.lists(
    st.tuples(
        some_conditions,
        st.sampled_from(("follow-up", "appeal", "fines-desk", "complaint", "review")),
        st.lists(some_conditions, max_size=1),
    ),
    max_size=5,
).map(
    lambda found: [
        {
            "id": f"line-{n}",
            "title": "A line",
            "route": route,
            "unless": unless,
            **given_,
        }
        for n, (given_, route, unless) in enumerate(found)
    ]
)
books = st.none() | st.fixed_dictionaries(
    {
        "rule": lines,
        "guard": st.fixed_dictionaries(
            {"margin": st.integers(0, 3), "points": st.integers(0, 3)}
        ),
    }
)


@pytest.fixture(scope="session")
def decide_whatever(
    make_sighting: Callable[..., Sighting], make_rules: Callable[..., Rules]
) -> Callable[..., tuple[Decision, Sighting, RuleFiles]]:
    def decide_it(
        world: tuple[list[str], dict[str, Any], History, datetime, datetime, Any],
    ) -> tuple[Decision, Sighting, RuleFiles]:
        signals, fields, history, received_at, now, changes = world
        sighting = make_sighting(*signals, received_at=received_at, **fields)
        ruleset = make_rules(**(changes or {}))
        return (
            decide(sighting, history, ruleset, OURSELVES, now),
            sighting,
            ruleset.tables,
        )

    return decide_it


worlds = st.tuples(some_signals, messages, histories, moments, moments, books)


@settings(max_examples=400)
@given(world=worlds)
def test_every_decision_keeps_the_promises(
    world: Any, decide_whatever: Callable[..., tuple[Decision, Sighting, RuleFiles]]
) -> None:
    decision, sighting, tables = decide_whatever(world)

    match decision.disposition:
        case Disposition.LEAVE:
            assert world[2].case is None
            assert_untouched(decision)
        case Disposition.RECORD:
            assert decision.automatic is not None
            assert_untouched(decision)
        case Disposition.ANSWER:
            assert decision.automatic is None
            assert_answered(decision, world[2])
            assert_not_turned_away_wrongly(decision, sighting, tables)


def assert_untouched(decision: Decision) -> None:
    assert decision.reply is None
    assert decision.acknowledge is None
    assert decision.route is None
    assert decision.tell == ()


def assert_answered(decision: Decision, history: History) -> None:
    assert decision.acknowledge is not None
    assert decision.folder is not None
    assert decision.respond is None or decision.respond.at > decision.acknowledge.at
    assert decision.case == (history.case.reference if history.case else None)
    assert not (decision.held and decision.withheld)
    if decision.reply is None:
        assert not decision.held
        assert not decision.withheld
    elif not decision.withheld:
        assert decision.reply.to in ("ann@readers.example", "ann.reader@gmail.com")


def assert_not_turned_away_wrongly(
    decision: Decision, sighting: Sighting, tables: RuleFiles
) -> None:
    route = next(route for route in tables.route if route.id == decision.route)
    if not route.redirects:
        return
    signals = sighting.evidence.signals
    topic = next(topic for topic in tables.topic if topic.id == decision.topic)
    points = sum(n for signal, n in topic.points.items() if signal in signals)
    assert points >= tables.guard.points
    assert signals.isdisjoint((*tables.guard.contrary, *route.contrary))
    assert "danger" not in decision.flags
    if "abusive" in decision.flags and decision.reply and not decision.withheld:
        assert "flagged-redirection" in {reason.code for reason in decision.held}
