from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from triage.decision.decide import RESTRICTED, is_ours
from triage.decision.model import (
    Decision,
    Disposition,
    History,
    KnownCase,
    Reason,
    ReplyPlan,
    Restricted,
    Rules,
    Spent,
)
from triage.message.model import Address, Message

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
REFERENCE = "CMP-2026-00042"
BEFORE = NOW - timedelta(days=1)
OPEN = KnownCase(REFERENCE, "complaint")
ESCALATED = KnownCase(REFERENCE, "appeal", answered_at=BEFORE, is_escalated=True)
Decide = Callable[..., Decision]
MAILER = (Address("mailer-daemon@mx.example"),)


@pytest.mark.parametrize(
    ("subject", "belongs", "expected"),
    [
        pytest.param("COMPLAINTS again", False, True, id="subject"),
        pytest.param("Hello", False, False, id="another subject"),
        pytest.param("Hello", True, True, id="belongs to a case"),
        pytest.param("", False, False, id="no subject"),
    ],
)
def test_a_message_is_ours_by_its_subject_or_its_case(
    subject: str,
    belongs: bool,
    expected: bool,
    make_message: Callable[..., Message],
    make_rules: Callable[..., Rules],
) -> None:
    message = make_message(subject=subject)

    assert expected == is_ours(message, make_rules(), belongs)


def test_what_is_not_ours_is_left(decide_on: Decide) -> None:
    decision = decide_on("rude", "hit", subject="Hello")

    expected = Decision(
        Disposition.LEAVE,
        "its subject does not ask for us, and it belongs to no case",
        "0123abcd",
    )
    assert expected == decision


def test_automatic_mail_that_is_not_ours_is_left_too(decide_on: Decide) -> None:
    decision = decide_on(subject="Hello", from_=MAILER)

    assert decision.disposition is Disposition.LEAVE


def test_a_copy_of_recorded_bytes_is_only_recorded(decide_on: Decide) -> None:
    decision = decide_on("rude", history=History(is_duplicate=True))

    expected = Decision(
        Disposition.RECORD, "the same mail was recorded before", "0123abcd"
    )
    assert expected == decision


def test_automatic_mail_is_recorded_without_case_and_reply(decide_on: Decide) -> None:
    decision = decide_on("rude", headers=(("List-Id", "<news.example>"),))

    reason = "it is a mailing list's or a newsletter (List-Id)"
    expected = Decision(
        Disposition.RECORD, reason, "0123abcd", automatic=Reason("list", reason)
    )
    assert expected == decision


@pytest.mark.parametrize(
    ("fields", "reason", "failed"),
    [
        pytest.param(
            {"from_": MAILER, "subject": "Undeliverable"},
            f"mail of ours was not delivered in {REFERENCE}: it is a delivery report",
            True,
            id="delivery report",
        ),
        pytest.param(
            {"from_": MAILER, "subject": "Delayed", "report_actions": ("delayed",)},
            f"a machine answered us in {REFERENCE}: it is a delivery report",
            False,
            id="news of a delay",
        ),
        pytest.param(
            {"from_": MAILER, "report_actions": ("delayed", "failed")},
            f"mail of ours was not delivered in {REFERENCE}: it is a delivery report",
            True,
            id="failed for one of two",
        ),
        pytest.param(
            {"headers": (("Auto-Submitted", "auto-replied"),)},
            f"a machine answered us in {REFERENCE}:"
            " it says that a machine sent it (auto-replied)",
            False,
            id="auto-reply",
        ),
    ],
)
def test_automatic_mail_that_answers_ours_is_attached_to_the_case(
    fields: dict[str, Any], reason: str, failed: bool, decide_on: Decide
) -> None:
    decision = decide_on(history=History(case=OPEN), **fields)

    assert decision.disposition is Disposition.RECORD
    assert decision.case == REFERENCE
    assert reason == decision.reason
    assert failed == decision.reports_failure
    assert decision.reply is None


def test_a_complaint_is_acknowledged_and_clocked(decide_on: Decide) -> None:
    decision = decide_on("rude", "my-card")

    assert decision.disposition is Disposition.ANSWER
    assert decision.reason == "About our staff"
    assert decision.role == "reader"
    assert decision.topic == "staff"
    assert decision.route == "complaint"
    assert decision.rule == "staff"
    assert decision.missing == ("card",)
    assert decision.reply == ReplyPlan(
        "acknowledged", "ann@readers.example", "acknowledge"
    )
    assert decision.withheld == ()
    assert decision.held == ()
    assert decision.case is None
    assert decision.folder == "Complaints"
    assert decision.priority == "normal"
    assert decision.ruleset == "0123abcd"
    assert [step.rule for step in decision.steps][-1] == "staff"


def test_the_answer_is_due_after_the_planned_acknowledgement(decide_on: Decide) -> None:
    decision = decide_on("rude")

    assert decision.acknowledge is not None
    assert decision.respond is not None
    assert (
        decision.acknowledge.words == "2 working days from Mon 1 June 2026 → Wed 3 June"
    )
    assert (
        decision.respond.words == "10 working days from Wed 3 June 2026 → Wed 17 June"
    )


@pytest.mark.parametrize(
    ("signals", "history", "route"),
    [
        pytest.param(("fine",), History(), "fines-desk", id="a redirection"),
        pytest.param(
            (), History(case=OPEN), "follow-up", id="a route without an answer"
        ),
    ],
)
def test_no_answer_is_due_where_none_is_written(
    signals: tuple[str, ...], history: History, route: str, decide_on: Decide
) -> None:
    decision = decide_on(*signals, history=history)

    assert route == decision.route
    assert decision.acknowledge is not None
    assert decision.respond is None


def test_a_follow_up_joins_its_case_and_gets_no_reply(decide_on: Decide) -> None:
    decision = decide_on("rude", history=History(case=OPEN), subject="Hello")

    assert decision.disposition is Disposition.ANSWER
    assert decision.route == "follow-up"
    assert decision.case == REFERENCE
    assert decision.reply is None
    assert not decision.escalates


def test_nothing_is_withheld_where_no_reply_is_called_for(decide_on: Decide) -> None:
    history = History(case=OPEN, breaker_is_open=True)

    decision = decide_on("rude", history=history, return_path=None)

    assert decision.withheld == ()
    assert decision.held == ()


def test_a_routes_letter_is_not_written_to_somebody_whose_case_we_know(
    decide_on: Decide, make_rules: Callable[..., Rules]
) -> None:
    routes = [
        route.model_dump() | {"template": "acknowledged"}
        for route in make_rules().tables.route
    ]

    decision = decide_on(history=History(case=OPEN), book=make_rules(route=routes))

    assert decision.reply is None


@pytest.mark.parametrize(
    ("case", "reference"),
    [pytest.param(OPEN, REFERENCE, id="known"), pytest.param(None, None, id="unknown")],
)
def test_an_escalation_is_acknowledged_as_one(
    case: KnownCase | None, reference: str | None, decide_on: Decide
) -> None:
    decision = decide_on("asks-head", history=History(case=case))

    assert decision.route == "appeal"
    assert decision.case == reference
    assert decision.reply == ReplyPlan("appeal", "ann@readers.example", "escalate")
    assert decision.escalates
    assert decision.respond is not None


def test_the_last_step_is_taken_once(decide_on: Decide) -> None:
    decision = decide_on("asks-head", history=History(case=ESCALATED))

    assert decision.route == "appeal"
    assert decision.reply is None
    assert not decision.escalates
    assert decision.flags == ("again",)


def test_somebody_in_danger_is_answered_in_neutral_words(decide_on: Decide) -> None:
    decision = decide_on("fine", "hit")

    assert decision.flags == ("danger",)
    assert decision.route == "review"
    assert decision.reply == ReplyPlan("neutral", "ann@readers.example", "acknowledge")
    assert decision.priority == "urgent"
    assert decision.tell == (
        ("duty", "Somebody is in danger"),
        ("team", "Somebody is in danger"),
    )
    assert decision.respond is not None


def test_neutral_words_stand_on_other_routes_too(decide_on: Decide) -> None:
    decision = decide_on("rude", "hit")

    assert decision.route == "complaint"
    assert decision.reply is not None
    assert decision.reply.template == "neutral"


def test_danger_in_a_follow_up_is_told_without_a_reply(decide_on: Decide) -> None:
    decision = decide_on("hit", history=History(case=OPEN))

    assert decision.reply is None
    assert decision.priority == "urgent"
    assert ("duty", "Somebody is in danger") in decision.tell


def test_a_redirection_of_an_abusive_writer_waits(decide_on: Decide) -> None:
    decision = decide_on("fine", "swearing")

    assert decision.route == "fines-desk"
    assert decision.reply == ReplyPlan("fines-desk", "ann@readers.example", "redirect")
    assert [reason.code for reason in decision.held] == ["flagged-redirection"]
    assert decision.tell == (("team", "Abuse"),)


def test_while_a_redirection_waits_the_writer_is_acknowledged(
    decide_on: Decide,
) -> None:
    decision = decide_on("fine", "swearing")

    assert decision.meanwhile == ReplyPlan(
        "acknowledged", "ann@readers.example", "acknowledge"
    )


def test_nothing_goes_out_meanwhile_where_replies_wait_as_such(
    decide_on: Decide,
) -> None:
    decision = decide_on("fine", "swearing", history=History(breaker_is_open=True))

    assert decision.meanwhile is None
    assert decision.reply is not None
    assert decision.reply.kind == "acknowledge"


def test_a_redirection_that_does_not_wait_needs_no_other_letter(
    decide_on: Decide,
) -> None:
    assert decide_on("fine").meanwhile is None


def test_everybody_is_told_once_with_the_reason(decide_on: Decide) -> None:
    decision = decide_on("asks-head", "swearing", "hit")

    assert decision.tell == (
        ("team", "Abuse"),
        ("duty", "Somebody is in danger"),
        ("team", "Somebody is in danger"),
        ("head", "To the head librarian"),
    )


def test_a_flag_never_lowers_the_priority(decide_on: Decide) -> None:
    assert decide_on("asks-head", "swearing").priority == "high"


def test_a_withheld_reply_is_not_held_as_well(decide_on: Decide) -> None:
    history = History(spent=Spent(in_hour=1000), breaker_is_open=True)

    decision = decide_on("rude", history=history, return_path=None)

    assert decision.reply is not None
    assert [reason.code for reason in decision.withheld] == ["no-return-path"]
    assert decision.held == ()
    assert decision.acknowledge is not None


def test_a_spent_budget_holds_the_reply(decide_on: Decide) -> None:
    decision = decide_on("rude", history=History(spent=Spent(to_sender_in_day=3)))

    assert decision.withheld == ()
    assert [reason.code for reason in decision.held] == ["sender-budget"]


@pytest.mark.parametrize(
    ("mode", "withheld", "held"),
    [
        pytest.param("live", [], [], id="live"),
        pytest.param("hold", [], ["by-route"], id="hold"),
        pytest.param("watch", ["watch"], [], id="watch"),
    ],
)
def test_a_route_says_whether_its_replies_go_out(
    mode: str,
    withheld: list[str],
    held: list[str],
    decide_on: Decide,
    make_rules: Callable[..., Rules],
) -> None:
    routes = [
        route.model_dump() | {"mode": mode} for route in make_rules().tables.route
    ]

    decision = decide_on("rude", book=make_rules(route=routes))

    assert withheld == [reason.code for reason in decision.withheld]
    assert held == [reason.code for reason in decision.held]


def test_the_age_of_a_mail_is_told_by_the_clock_that_is_given(
    decide_on: Decide,
) -> None:
    decision = decide_on("rude", received_at=NOW - timedelta(days=3))

    assert [reason.code for reason in decision.withheld] == ["too-old"]
    assert decision.acknowledge is not None
    assert decision.acknowledge.counted_from == date(2026, 5, 29)


def test_a_web_form_is_answered_to_the_person(decide_on: Decide) -> None:
    proof = "mx.library.example; dkim=pass header.d=library.example"

    decision = decide_on(
        "rude",
        from_=(Address("form@library.example"),),
        reply_to=(Address("ann@readers.example"),),
        return_path="",
        headers=(
            ("Auto-Submitted", "auto-generated"),
            ("Authentication-Results", proof),
        ),
    )

    assert decision.reply == ReplyPlan(
        "acknowledged", "ann@readers.example", "acknowledge"
    )
    assert decision.withheld == ()
    assert decision.held == ()


def test_who_answers_a_restricted_writer_is_told_of_every_mail(
    decide_on: Decide,
) -> None:
    history = History(restrictions=(Restricted("quiet", "ombudsman"),))

    decision = decide_on("rude", history=history)

    assert ("ombudsman", RESTRICTED) in decision.tell


def test_a_restricted_writers_complaint_is_answered_and_clocked_like_any(
    decide_on: Decide,
) -> None:
    history = History(restrictions=(Restricted("quiet"),))

    free, bound = decide_on("rude"), decide_on("rude", history=history)

    assert free == replace(bound, held=())
    assert [reason.code for reason in bound.held] == ["restricted"]
