"""What counts as which change, from values alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from triage.decision import Decision, Disposition, Opinion, Reason, ReplyPlan, Step
from triage.decision.decide import WATCHED
from triage.decision.hold import BY_MODE, FLAGGED_REDIRECTION
from triage.message import Message
from triage.reader import Reading
from triage.replay import Kind, Outcome, compare
from triage.replay.changes import change_of
from triage.ruleset import Evidence, Hit
from triage.workdays import Due

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DUE = Due(NOW + timedelta(days=1), 1, NOW.date(), (), "tomorrow")
FLAGGED = Reason(FLAGGED_REDIRECTION, "it would turn away a flagged writer")
APPROVAL = Reason(BY_MODE, "replies of this route wait for approval")
FORGED = Reason("authentication-failed", "its sender failed a check")
BUDGET = Reason("sender-budget", "this person got enough replies today")


def reply(template: str) -> ReplyPlan:
    return ReplyPlan(template, "joy@home.example", "acknowledge")


def answered(route: str = "formal-complaint", **decided: object) -> Outcome:
    decision = Decision(
        Disposition.ANSWER,
        "because",
        "hash",
        route=route,
        rule=f"line-{route}",
        role="parent",
        reply=reply(route),
    )
    return outcome(replace(decision, **decided))  # type: ignore[arg-type]


def redirected(route: str = "school-first", **decided: object) -> Outcome:
    return replace(answered(route, **decided), redirects=True)


def outcome(decision: Decision | None, **other: object) -> Outcome:
    made = Outcome(name="one", received_at=NOW, sha256="ab", decision=decision)
    return replace(made, **other)  # type: ignore[arg-type]


LEFT = outcome(Decision(Disposition.LEAVE, "not ours", "hash"))
RECORDED = outcome(Decision(Disposition.RECORD, "a machine's", "hash"))
ASIDE = outcome(None, set_aside="an unexpected ValueError")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        pytest.param(answered(), answered(), None, id="the same"),
        pytest.param(
            answered(rule="a"), answered(rule="b"), None, id="only the line's name"
        ),
        pytest.param(answered(), redirected(), Kind.TURNED_AWAY, id="turned away"),
        pytest.param(LEFT, redirected(), Kind.TURNED_AWAY, id="taken up, turned away"),
        pytest.param(
            redirected("school-first"),
            redirected("outside-remit"),
            Kind.TURNED_AWAY,
            id="another redirection",
        ),
        pytest.param(
            redirected(held=(FLAGGED,)),
            redirected(),
            Kind.TURNED_AWAY,
            id="a redirection that nobody looks at any more",
        ),
        pytest.param(
            answered(),
            redirected(withheld=(WATCHED,)),
            Kind.TURNED_AWAY,
            id="turned away, were it not watched",
        ),
        pytest.param(redirected(), answered(), Kind.ROUTE, id="no longer turned away"),
        pytest.param(answered(), LEFT, Kind.UNACKNOWLEDGED, id="left alone"),
        pytest.param(answered(), RECORDED, Kind.UNACKNOWLEDGED, id="a machine's"),
        pytest.param(answered(), ASIDE, Kind.UNACKNOWLEDGED, id="set aside"),
        pytest.param(
            answered(), answered(reply=None), Kind.UNACKNOWLEDGED, id="no reply"
        ),
        pytest.param(
            answered(),
            answered(withheld=(FORGED,)),
            Kind.UNACKNOWLEDGED,
            id="withheld",
        ),
        pytest.param(
            answered(withheld=(WATCHED,)),
            answered(withheld=(WATCHED, FORGED)),
            Kind.UNACKNOWLEDGED,
            id="withheld, were it not watched",
        ),
        pytest.param(
            answered(withheld=(FORGED,)), LEFT, Kind.ROUTE, id="had no reply before"
        ),
        pytest.param(LEFT, answered(), Kind.ROUTE, id="taken up"),
        pytest.param(LEFT, RECORDED, Kind.ROUTE, id="recorded"),
        pytest.param(answered(), answered("review"), Kind.ROUTE, id="another route"),
        pytest.param(
            answered(),
            answered(reply=reply("neutral")),
            Kind.LETTER,
            id="another letter",
        ),
        pytest.param(answered(), answered(held=(BUDGET,)), Kind.LETTER, id="waits"),
        pytest.param(
            redirected(),
            redirected(held=(FLAGGED,), meanwhile=reply("held")),
            Kind.LETTER,
            id="a redirection waits",
        ),
        pytest.param(answered(), answered(flags=("legal",)), Kind.DETAILS, id="a flag"),
        pytest.param(answered(), answered(role="school"), Kind.DETAILS, id="a role"),
        pytest.param(
            answered(), answered(missing=("centre",)), Kind.DETAILS, id="asks for more"
        ),
        pytest.param(answered(), answered(folder="X"), Kind.DETAILS, id="a folder"),
        pytest.param(
            answered(),
            answered(
                acknowledge=Due(NOW + timedelta(days=1), 1, NOW.date(), (), "soon")
            ),
            Kind.DETAILS,
            id="a deadline",
        ),
        pytest.param(
            answered(), answered(withheld=(WATCHED,)), Kind.MODE, id="only watched now"
        ),
        pytest.param(
            answered(withheld=(WATCHED,)), answered(), Kind.MODE, id="live now"
        ),
        pytest.param(
            answered(), answered(held=(APPROVAL,)), Kind.MODE, id="waits for approval"
        ),
        pytest.param(
            redirected(held=(FLAGGED,), meanwhile=reply("held")),
            redirected(withheld=(WATCHED,)),
            Kind.MODE,
            id="a flagged redirection is only watched now",
        ),
        pytest.param(
            redirected(withheld=(WATCHED,)),
            redirected(held=(FLAGGED,), meanwhile=reply("held")),
            Kind.MODE,
            id="a flagged redirection waits now",
        ),
    ],
)
def test_the_gravest_change_counts(
    old: Outcome, new: Outcome, kind: Kind | None
) -> None:
    change = change_of(old, new)

    assert (change and change.kind) == kind


def test_what_turns_away_or_leaves_somebody_without_a_word_blocks() -> None:
    changes = compare(
        [answered(), answered(), answered()], [redirected(), LEFT, answered("review")]
    )

    blocking = [change.kind for change in changes.blocking]
    assert blocking == [Kind.TURNED_AWAY, Kind.UNACKNOWLEDGED]
    assert len(changes.all) == 3


def test_outcomes_of_other_mails_are_not_compared() -> None:
    with pytest.raises(ValueError, match="other mails"):
        compare([answered()], [replace(answered(), name="other")])


def test_alike_changes_stand_together_the_gravest_first() -> None:
    old = [answered(), answered(), answered()]

    groups = compare(old, [answered("review"), redirected(), answered("review")])

    assert [(k, from_to, len(each)) for k, from_to, each in groups.grouped()] == [
        (Kind.TURNED_AWAY, "formal-complaint → school-first", 1),
        (Kind.ROUTE, "formal-complaint → review", 2),
    ]


def test_mails_that_stay_the_same_are_counted() -> None:
    changes = compare([answered()], [answered()])

    assert (changes.mails, changes.all) == (1, ())


def test_what_only_the_second_opinion_keeps_is_counted() -> None:
    believed = Opinion({"formal-complaint": 0.9}, {}, {}, decided="90% were so")
    kept = answered(second_opinion=believed)

    assert compare([answered()], [kept]).kept == 1
    assert compare([kept], [kept]).kept == 0
    assert compare([answered("concern")], [kept]).kept == 0


def seeing(outcome_: Outcome, *hits: Hit) -> Outcome:
    message = Message(sha256="ab", size=0)
    return replace(outcome_, reading=Reading(1, message, Evidence(hits)))


def test_the_reasons_name_the_line_and_the_words() -> None:
    old = answered(
        "review",
        rule="rest",
        steps=(Step("lessons", "school-first", "needs signal teaching"),),
    )
    new = replace(
        redirected(rule="lessons", steps=(Step("lessons", "school-first", None),)),
    )

    change = change_of(
        seeing(old, Hit("other", "text", "something")),
        seeing(
            new,
            Hit("also-new", "text", "by the way"),
            Hit("teaching", "text", "bad teacher"),
            Hit("other", "text", "something"),
        ),
    )

    assert change is not None
    assert change.why == (
        "line lessons holds now; it did not: needs signal teaching",
        "now seen: teaching “bad teacher”",
        "now seen: also-new “by the way”",
    )


def test_a_guard_that_stops_a_line_now_is_named() -> None:
    stopped = "the guard: signal gratitude speaks against it"
    old = redirected(rule="lessons", steps=(Step("lessons", "school-first", None),))
    new = answered(
        "review", rule="lessons", steps=(Step("lessons", "school-first", stopped),)
    )

    change = change_of(old, seeing(new, Hit("gratitude", "text", "thank you")))

    assert change is not None
    assert change.why == (
        f"line lessons does not hold now: {stopped}",
        "now seen: gratitude “thank you”",
    )


def test_a_line_that_leads_elsewhere_is_named() -> None:
    change = change_of(answered(rule="one"), answered("review", rule="one"))

    assert change is not None
    assert change.why == ("line one leads to review now",)
