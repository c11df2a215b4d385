"""A program that breaks a promise is found out: the rows can fail."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.smtp.scripted import Talk, accepting
from tests.torture.smtp.away import absences, tried
from tests.torture.smtp.desk import Desk, new_desk
from tests.torture.smtp.expected import Course
from tests.torture.smtp.stages import taking
from tests.torture.smtp.trial import Trial, run_all, run_one
from triage.dispatch import Submission
from triage.smtp import Accepted, Concern, Envelope, Outcome, Refused, TryLater, Unknown

pytestmark = pytest.mark.servers


@dataclass
class Spoiled:
    """Hands a letter over as ever, and takes the outcome for another one."""

    submission: Submission
    mistaken: Callable[[Outcome], Outcome]
    mistaken_check: Callable[[TryLater | Refused | None], TryLater | Refused | None] = (
        lambda problem: problem
    )

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome:
        return self.mistaken(self.submission.submit(envelope, data, before_final_dot))

    def check(self) -> TryLater | Refused | None:
        return self.mistaken_check(self.submission.check())

    def close(self) -> None:
        self.submission.close()


@pytest.fixture
def desk(dovecot: Dovecot, tmp_path: Path) -> Desk:
    return new_desk(tmp_path / "desk", dovecot)


def found(desk: Desk, trial: Trial, mistaken: Callable[[Outcome], Outcome]) -> set[str]:
    """Return the promises that a spoiled program breaks in a trial."""
    spoiled = replace(desk, spoiled=lambda real: Spoiled(real, mistaken))
    return {each.promise for each in run_one(spoiled, trial).findings}


LOST = Trial(
    name="lost",
    course=Course.ARRIVED,
    script={"dot": [taking(Talk.hang_up), accepting(b"250 2.0.0 ok\r\n")]},
    lasts=False,
    is_whole=False,
)
REFUSED = Trial(
    name="refused",
    course=Course.REFUSED,
    script={"rcpt": b"550 5.7.1 policy\r\n"},
    is_whole=False,
)


def test_nothing_is_found_in_a_program_that_is_well(desk: Desk) -> None:
    assert found(desk, LOST, lambda outcome: outcome) == set()
    assert found(desk, REFUSED, lambda outcome: outcome) == set()


def test_sending_again_in_doubt_is_found(desk: Desk) -> None:
    def hope(outcome: Outcome) -> Outcome:
        return TryLater(None, None, "x") if isinstance(outcome, Unknown) else outcome

    assert "once" in found(desk, LOST, hope)


def test_a_refusal_taken_for_acceptance_is_found(desk: Desk) -> None:
    def hope(outcome: Outcome) -> Outcome:
        if isinstance(outcome, Refused):
            return TryLater(None, None, "x")
        return outcome

    assert "settled" in found(desk, REFUSED, hope)


def test_an_acceptance_that_is_not_believed_is_found(desk: Desk) -> None:
    def doubt(outcome: Outcome) -> Outcome:
        return TryLater(None, None, "x") if isinstance(outcome, Accepted) else outcome

    trial = Trial(name="well", course=Course.SENT, script={}, is_whole=False)

    assert {"once", "honest"} <= found(desk, trial, doubt)


def test_letters_that_wait_though_the_server_is_back_are_found(desk: Desk) -> None:
    away = TryLater(None, None, "away", Concern.SERVER)
    unasked = replace(
        desk,
        spoiled=lambda real: Spoiled(real, lambda it: it, lambda _problem: away),
    )
    absence = next(absences(timedelta(minutes=10)))

    assert {each.promise for each in tried(unasked, absence)[1]} == {"settled"}
    assert tried(desk, absence)[1] == []


def test_a_fault_at_a_stage_that_nobody_comes_to_is_no_case(desk: Desk) -> None:
    script = {"auth": b"535 5.7.8 no\r\n"}
    trial = Trial(name="unmet", course=Course.SENT, script=script, is_whole=False)

    outcome = run_all(desk, [trial], ())

    assert outcome.cases == 0
    assert outcome.note == "not met: unmet"
