"""One examination for the fake submission and the real one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.dispatch.fakes import LOST, NEVER, NOT_NOW, QUEUED, AtTheDot, FakeSubmission
from tests.smtp.scripted import ScriptedServer, Step, Talk
from tests.smtp.sending import ENVELOPE, LETTER, PATIENT
from triage.dispatch import Submission
from triage.smtp import Accepted, Outcome, Refused, Server, TryLater, Unknown
from triage.smtp import Submission as RealSubmission

# What a server does, in words → how the fake is told, how the scripted server is told.
COURSES: dict[str, tuple[Outcome | AtTheDot, dict[str, Step]]] = {
    "accepts": (QUEUED, {}),
    "puts off before": (NOT_NOW, {"rcpt": b"451 4.3.0 not now\r\n"}),
    "refuses before": (NEVER, {"rcpt": b"550 5.7.1 never\r\n"}),
    "puts off at the dot": (AtTheDot(NOT_NOW), {"dot": b"451 4.3.0 not now\r\n"}),
    "refuses at the dot": (AtTheDot(NEVER), {"dot": b"550 5.7.1 never\r\n"}),
    "vanishes after the dot": (LOST, {"dot": Talk.hang_up}),
}

Maker = Callable[[str], Submission]


@pytest.fixture(params=["fake", "real"])
def facing(request: pytest.FixtureRequest) -> Iterator[Maker]:
    """Return a submission to a server that takes such a course."""
    with ExitStack() as servers:

        def make(course: str) -> Submission:
            told, script = COURSES[course]
            if request.param == "fake":
                return FakeSubmission([told])
            server = servers.enter_context(ScriptedServer(script))
            return RealSubmission(Server("127.0.0.1", server.port, "plain"), PATIENT)

        yield make


@pytest.mark.parametrize(
    ("course", "expected", "commits"),
    [
        ("accepts", Accepted, 1),
        ("puts off before", TryLater, 0),
        ("refuses before", Refused, 0),
        ("puts off at the dot", TryLater, 1),
        ("refuses at the dot", Refused, 1),
        ("vanishes after the dot", Unknown, 1),
    ],
)
def test_a_course_has_its_outcome_and_commits_once_before_a_dot(
    facing: Maker, course: str, expected: type[Outcome], commits: int
) -> None:
    committed: list[None] = []
    submission = facing(course)

    outcome = submission.submit(ENVELOPE, LETTER, lambda: committed.append(None))
    submission.close()

    assert isinstance(outcome, expected)
    assert len(committed) == commits


def test_codes_and_words_are_carried(facing: Maker) -> None:
    submission = facing("puts off at the dot")

    outcome = submission.submit(ENVELOPE, LETTER, lambda: None)
    submission.close()

    assert (outcome.code, outcome.enhanced, outcome.text) == (
        451,
        "4.3.0",
        "4.3.0 not now",
    )


def test_what_the_commit_raises_comes_through(facing: Maker) -> None:
    def fail() -> None:
        raise LookupError("the letter is not ours any more")

    submission = facing("accepts")

    with pytest.raises(LookupError):
        submission.submit(ENVELOPE, LETTER, fail)
    submission.close()


def test_several_letters_may_follow_each_other(facing: Maker) -> None:
    submission = facing("accepts")

    outcomes = [submission.submit(ENVELOPE, LETTER, lambda: None) for _ in range(3)]
    submission.close()

    assert {type(outcome) for outcome in outcomes} == {Accepted}


def test_closing_twice_does_no_harm(facing: Maker) -> None:
    submission = facing("accepts")

    submission.close()
    submission.close()
