"""Mail that does not ask for us and expresses dissatisfaction."""

from collections.abc import Callable
from typing import Any

import pytest

from triage.decision.model import Decision, Disposition, History, Rules

Decide = Callable[..., Decision]
OTHER_MAIL: dict[str, Any] = {"subject": "Hello"}
ON = {"record": True, "route": "review", "any": ["unhappy"], "none": ["thanks"]}


@pytest.fixture
def decide_on(decide_on: Decide, make_rules: Callable[..., Rules]) -> Decide:
    book = make_rules(dissatisfied=ON)
    return lambda *signals, **more: decide_on(
        *signals, **({"book": book} | OTHER_MAIL | more)
    )


def test_it_is_recorded_and_nothing_else_is_done(decide_on: Decide) -> None:
    decision = decide_on("unhappy", "rude", "my-loan")

    assert decision.disposition is Disposition.RECORD
    assert (decision.route, decision.role, decision.topic) == (
        "review",
        "reader",
        "staff",
    )
    assert (decision.folder, decision.reply, decision.tell) == (None, None, ())
    assert (decision.acknowledge, decision.respond) == (None, None)


def test_unless_the_rules_say_so_it_is_left(
    decide_on: Decide, make_rules: Callable[..., Rules]
) -> None:
    book = make_rules(dissatisfied=ON | {"record": False})

    assert decide_on("unhappy", book=book).disposition is Disposition.LEAVE


@pytest.mark.parametrize(
    ("signals", "more"),
    [
        pytest.param((), {}, id="says nothing of it"),
        pytest.param(("unhappy", "thanks"), {}, id="taken back"),
        pytest.param(
            ("unhappy",), {"headers": (("List-Id", "<news>"),)}, id="newsletter"
        ),
        pytest.param(("unhappy",), {"return_path": ""}, id="machine"),
        pytest.param(("unhappy",), {"headers": (("X-Spam-Flag", "YES"),)}, id="spam"),
        pytest.param(("unhappy",), {"to": ()}, id="not to us"),
        pytest.param(("unhappy",), {"from_": ()}, id="nobody"),
        pytest.param(("unhappy",), {"history": History(was_erased=True)}, id="erased"),
        pytest.param(
            ("unhappy",), {"history": History(is_duplicate=True)}, id="a copy"
        ),
    ],
)
def test_all_other_mail_is_left(
    signals: tuple[str, ...], more: dict[str, Any], decide_on: Decide
) -> None:
    assert decide_on(*signals, **more).disposition is Disposition.LEAVE


def test_to_record_without_a_route_is_refused(make_rules: Callable[..., Rules]) -> None:
    with pytest.raises(ValueError, match="name the `route`"):
        make_rules(dissatisfied={"record": True, "any": ["unhappy"]})
