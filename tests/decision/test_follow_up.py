"""What a message brings to a case that we know, and what it gets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from triage.decision.model import (
    Decision,
    History,
    KnownCase,
    MatterKind,
    Reason,
    ReplyPlan,
    Rules,
    Spent,
)
from triage.message.model import Address

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
REFERENCE = "CMP-2026-00042"
ANN = "ann@readers.example"
KNOWN = KnownCase(
    REFERENCE, "complaint", is_acknowledged=True, respond_by=NOW + 9 * DAY
)
LACKING = replace(KNOWN, missing=("card", "receipt"))
ANSWERED = replace(KNOWN, answered_at=NOW - 3 * DAY)
STRANGE = replace(KNOWN, by_party=False, parties=("head@school.example",))
BOB = {"from_": (Address("bob@elsewhere.example", "Bob"),)}

Decide = Callable[..., Decision]


@pytest.fixture
def decide_on(decide_on: Decide, make_rules: Callable[..., Rules]) -> Decide:
    """Decide by rules with a receipt."""
    book = make_rules(
        follow_up={"receipt": "short", "every_days": 7, "same_candidate": ["card"]}
    )

    def decide(*signals: str, case: KnownCase | None = KNOWN, **more: Any) -> Decision:
        given = {"history": History(case=case), "book": book, "subject": "Hello"}
        return decide_on(*signals, **(given | more))

    return decide


def receipt_of(decision: Decision) -> str | None:
    return None if decision.reply is None else decision.reply.kind


def test_a_follow_up_gets_a_receipt_that_acknowledges_nothing(
    decide_on: Decide,
) -> None:
    decision = decide_on()

    assert decision.reply == ReplyPlan(
        "short", ANN, "receipt-20260601", acknowledges=False
    )
    assert decision.follow_up.answer_by == NOW + 9 * DAY


def test_without_a_template_there_is_no_receipt(
    decide_on: Decide, make_rules: Callable[..., Rules]
) -> None:
    assert decide_on(book=make_rules()).reply is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(0, None, id="today"),
        pytest.param(6, None, id="the day before"),
        pytest.param(7, "receipt-20260601", id="after the days"),
    ],
)
def test_a_case_gets_one_receipt_in_so_many_days(
    days: int, expected: str | None, decide_on: Decide
) -> None:
    decision = decide_on(case=replace(KNOWN, receipt_at=NOW - days * DAY))

    assert receipt_of(decision) == expected


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(replace(KNOWN, is_acknowledged=False), id="not acknowledged yet"),
        pytest.param(ANSWERED, id="answered"),
        pytest.param(STRANGE, id="somebody else"),
    ],
)
def test_no_receipt_goes_to_whom_it_would_puzzle(
    case: KnownCase, decide_on: Decide
) -> None:
    assert decide_on(case=case).reply is None


def test_a_flagged_follow_up_gets_no_receipt(decide_on: Decide) -> None:
    decision = decide_on("swearing")

    assert decision.flags == ("abusive",)
    assert decision.reply is None


def test_a_receipt_that_could_not_go_out_by_itself_waits_for_nobody(
    decide_on: Decide,
) -> None:
    history = History(case=KNOWN, spent=Spent(to_sender_in_day=3))

    decision = decide_on(history=history)

    assert [why.code for why in decision.withheld] == ["sender-budget"]
    assert decision.held == ()


def test_a_machine_gets_no_receipt(decide_on: Decide) -> None:
    decision = decide_on(headers=(("Auto-Submitted", "auto-replied"),))

    assert decision.reply is None


def test_a_receipt_promises_no_date_that_is_past(decide_on: Decide) -> None:
    decision = decide_on(case=replace(KNOWN, respond_by=NOW - DAY))

    assert decision.follow_up.answer_by is None


def test_what_was_missing_comes_item_by_item(decide_on: Decide) -> None:
    decision = decide_on("card-number", "branch", case=LACKING)

    assert decision.follow_up.supplied == ("card",)
    assert decision.follow_up.still_missing == ("receipt",)
    assert decision.follow_up.note == "card came on 1 June 2026; still missing: receipt"
    assert receipt_of(decision) == "receipt-20260601"


def test_an_item_may_come_in_two_mails(decide_on: Decide) -> None:
    case = replace(LACKING, signals=frozenset({"branch"}))

    decision = decide_on("card-number", case=case)

    assert decision.follow_up.supplied == ("card",)


def test_a_mail_that_brings_nothing_leaves_the_case_as_it_was(
    decide_on: Decide,
) -> None:
    decision = decide_on(case=LACKING)

    assert decision.follow_up.supplied == ()
    assert decision.follow_up.still_missing == LACKING.missing
    assert decision.follow_up.note is None


def test_that_nothing_is_missing_any_more_is_told_once_and_at_once(
    decide_on: Decide,
) -> None:
    case = replace(LACKING, receipt_at=NOW - DAY)

    decision = decide_on("card-number", "branch", "attachment", case=case)

    assert receipt_of(decision) == "complete"
    assert decision.follow_up.completes
    assert decision.follow_up.note == (
        "card and receipt came on 1 June 2026; nothing is missing now"
    )


def kinds(decision: Decision) -> list[MatterKind]:
    return [finding.kind for finding in decision.follow_up.findings]


def words(decision: Decision) -> str:
    (finding,) = decision.follow_up.findings
    return finding.words


def test_nobody_is_called_for_a_mail_to_an_open_case(decide_on: Decide) -> None:
    decision = decide_on()

    assert not decision.follow_up.goes_on
    assert decision.follow_up.findings == ()


def test_to_write_after_the_answer_is_to_go_on(decide_on: Decide) -> None:
    decision = decide_on(case=ANSWERED)

    assert decision.follow_up.goes_on
    assert decision.flags == ("again",)
    assert kinds(decision) == [MatterKind.WENT_ON]
    assert words(decision) == ("the person wrote again after the answer of 29 May 2026")


def test_a_mail_that_crossed_with_the_answer_does_not_go_on(decide_on: Decide) -> None:
    crossed = replace(KNOWN, answered_at=NOW + timedelta(minutes=1))

    decision = decide_on(case=crossed)

    assert not decision.follow_up.goes_on
    assert decision.flags == ()


def test_a_mail_to_a_closed_case_says_what_it_would_be_by_itself(
    decide_on: Decide,
) -> None:
    closed = replace(KNOWN, respond_by=None, closed_at=NOW - 3 * DAY)

    decision = decide_on("rude", case=closed)

    assert decision.route == "follow-up"
    assert decision.follow_up.goes_on
    assert words(decision) == (
        "the person wrote again after the case was closed on 29 May 2026;"
        " by itself it would be complaint: About our staff"
    )


def test_who_was_sent_elsewhere_and_writes_again_is_seen(decide_on: Decide) -> None:
    redirected = replace(KNOWN, respond_by=None)

    decision = decide_on(case=redirected)

    assert not decision.follow_up.goes_on
    assert words(decision) == (
        "the person wrote again in a case in which no answer is owed"
    )
    assert receipt_of(decision) == "receipt-20260601"


def test_a_mail_to_a_quiet_case_is_as_urgent_as_by_itself(
    decide_on: Decide, make_rules: Callable[..., Rules]
) -> None:
    routes = [
        route.model_dump() | {"priority": "urgent", "tell": ("duty",)}
        if route.id == "complaint"
        else route.model_dump()
        for route in make_rules().tables.route
    ]

    decision = decide_on("rude", case=ANSWERED, book=make_rules(route=routes))

    assert decision.priority == "urgent"
    assert decision.tell == (("duty", "A complaint"),)


@pytest.mark.parametrize("answered_at", [None, NOW - DAY], ids=["open", "answered"])
def test_the_last_step_is_final(
    answered_at: datetime | None, decide_on: Decide
) -> None:
    case = replace(KNOWN, is_escalated=True, answered_at=answered_at)

    decision = decide_on("asks-head", case=case)

    assert not decision.escalates
    assert decision.reply is None
    assert kinds(decision) == [MatterKind.ASKS_AGAIN]


def test_to_ask_for_the_last_step_the_first_time_is_not_to_go_on(
    decide_on: Decide,
) -> None:
    decision = decide_on("asks-head", case=ANSWERED)

    assert decision.escalates
    assert not decision.follow_up.goes_on
    assert decision.follow_up.findings == ()


def test_the_last_step_is_not_spent_while_an_answer_is_owed(
    decide_on: Decide,
) -> None:
    decision = decide_on("asks-head", case=KNOWN)

    assert not decision.escalates
    assert decision.reply is None
    assert words(decision) == (
        "the person asks for the last step before anybody answered: it was not taken"
    )


def test_who_was_redirected_may_ask_for_the_last_step(decide_on: Decide) -> None:
    decision = decide_on("asks-head", case=replace(KNOWN, respond_by=None))

    assert decision.escalates


def test_somebody_else_is_put_before_a_person(decide_on: Decide) -> None:
    decision = decide_on("card-number", "branch", case=STRANGE, **BOB)

    assert decision.case == REFERENCE
    assert not decision.follow_up.by_party
    assert kinds(decision) == [MatterKind.OTHER_WRITER]
    assert words(decision) == (
        "somebody who is not known in this case answered a letter of ours"
    )


def test_somebody_else_supplies_nothing(decide_on: Decide) -> None:
    case = replace(STRANGE, missing=("card",))

    decision = decide_on("card-number", "branch", case=case, **BOB)

    assert decision.follow_up.supplied == ()
    assert decision.follow_up.still_missing == ("card",)


def test_somebody_else_cannot_take_the_last_step(decide_on: Decide) -> None:
    decision = decide_on("asks-head", case=STRANGE, **BOB)

    assert not decision.escalates
    assert decision.reply is None
    assert decision.priority == "normal"
    assert words(decision).endswith("; they ask for the last step, which was not taken")


def test_danger_that_somebody_else_tells_of_is_urgent(decide_on: Decide) -> None:
    decision = decide_on("hit", case=STRANGE, **BOB)

    assert decision.priority == "urgent"


def test_somebody_else_does_not_go_on_after_the_answer(decide_on: Decide) -> None:
    case = replace(STRANGE, answered_at=NOW - DAY)

    decision = decide_on(case=case, **BOB)

    assert not decision.follow_up.goes_on
    assert decision.flags == ()


def test_a_colleague_who_answers_a_notice_calls_for_nobody(
    decide_on: Decide, make_seen: Callable[..., Any]
) -> None:
    ourselves = replace(
        make_seen().ourselves, colleagues=frozenset({"bob@elsewhere.example"})
    )

    decision = decide_on(case=STRANGE, ourselves=ourselves, **BOB)

    assert not decision.follow_up.by_party
    assert decision.follow_up.findings == ()


@pytest.mark.parametrize(
    ("signals", "sender", "known", "expected"),
    [
        pytest.param(
            (),
            Address("office@mail.school.example"),
            {},
            "they write from the same organisation",
            id="organisation",
        ),
        pytest.param(
            ("branch-number",),
            Address("a@other.example"),
            {"words": (("branch-number", "Branch Number"),)},
            "they give the same centre number",
            id="centre",
        ),
        pytest.param(
            ("card",),
            Address("a@other.example"),
            {"words": (("card", "my card"),)},
            "they name the same candidate",
            id="candidate",
        ),
        pytest.param(
            (),
            Address("a@other.example", "José MENSAH"),
            {"words": (("card", "my son Kofi Mensah"),)},
            "they have the family name of the candidate",
            id="family name",
        ),
    ],
)
def test_what_speaks_for_the_same_school_or_family_is_told(
    signals: tuple[str, ...],
    sender: Address,
    known: dict[str, Any],
    expected: str,
    decide_on: Decide,
) -> None:
    claimed = replace(STRANGE, **known)
    fields: dict[str, Any] = {
        "from_": (sender,),
        "return_path": sender.address,
        "subject": "A complaint",
    }
    proven = decide_on(*signals, case=claimed, **fields)
    history = History(claims=REFERENCE, claimed=claimed)
    outside = decide_on(*signals, history=history, **fields)

    assert words(proven).endswith(f"; {expected}")
    assert outside.case is None
    assert outside.claimed is not None
    assert outside.claimed.words == (
        f"somebody who is not known in this case names it; {expected}"
    )


def test_free_mail_is_no_organisation(decide_on: Decide) -> None:
    case = replace(STRANGE, parties=("x@gmail.com",))
    history = History(claims=REFERENCE, claimed=case)
    sender = Address("y@gmail.com")

    decision = decide_on(
        history=history,
        from_=(sender,),
        return_path=sender.address,
        subject="complaint",
    )

    assert decision.claimed is None


def test_a_stranger_who_guesses_a_reference_disturbs_nobody(decide_on: Decide) -> None:
    history = History(claims=REFERENCE, claimed=STRANGE)

    decision = decide_on(history=history, subject="complaint", **BOB)

    assert decision.claimed is None


def test_nothing_of_a_sender_stands_in_what_people_are_told(decide_on: Decide) -> None:
    decision = decide_on("card", case=STRANGE, text="Zanzibar", **BOB)

    assert "bob" not in words(decision).casefold()
    assert "Zanzibar" not in words(decision)
    assert all(isinstance(why, Reason) for why in decision.withheld)
