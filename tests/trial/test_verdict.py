"""What lets an edition come into force, and what does not."""

from datetime import UTC, datetime

from triage.store import Acceptance, Blocking, Counts
from triage.trial import Comparison, Findings, Verdict, judge

COUNTS = Counts(1, 1, 1, 1)
NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
ONE = Blocking("11" * 32, "CMP-2026-00001", "school-first instead of review")
TWO = Blocking("22" * 32, None, "no acknowledgement")
WORSE = Findings(COUNTS, comparison=Comparison(500, 7, (ONE, TWO)))


def accepting(sha256: str | None) -> Acceptance:
    return Acceptance(NOW, "abc", sha256, "jane", "it is right")


def test_an_edition_without_faults_passes() -> None:
    changed = Findings(COUNTS, comparison=Comparison(compared=500, changed=7))

    assert judge(changed, ()) == Verdict()
    assert judge(changed, ()).is_passed


def test_every_fault_is_a_reason() -> None:
    faults = ("a.toml:1:1: unknown key", "b.toml:2:1: unknown signal")

    verdict = judge(Findings(None, faults), ())

    assert Verdict(faults) == verdict
    assert not verdict.is_passed


def test_messages_that_fare_worse_block() -> None:
    verdict = judge(WORSE, ())

    assert verdict.blocking == (ONE, TWO)
    assert verdict.reasons == (
        "2 of the last 500 messages would newly be turned away, or no longer be "
        "acknowledged",
    )


def test_what_somebody_answers_for_blocks_no_more() -> None:
    verdict = judge(WORSE, [accepting(ONE.sha256)])

    assert verdict.blocking == (TWO,)


def test_an_edition_passes_once_somebody_answers_for_all() -> None:
    accepted = [accepting(ONE.sha256), accepting(TWO.sha256)]

    assert judge(WORSE, accepted).is_passed


def test_an_edition_that_was_in_force_before_is_blocked_by_no_message() -> None:
    assert judge(WORSE, [accepting(None)]).is_passed


def test_nobody_can_answer_for_a_fault() -> None:
    faulty = Findings(None, ("a.toml:1:1: unknown key",))

    assert not judge(faulty, [accepting(None)]).is_passed
