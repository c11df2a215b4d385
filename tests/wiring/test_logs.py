import json
import logging
from collections.abc import Callable

import pytest
import structlog

from triage.wiring.logs import Form, formatter_of

Line = Callable[..., str]


def line_of(form: Form, *, is_terminal: bool = False, **extra: object) -> str:
    logger = logging.getLogger("triage.test")
    record = logger.makeRecord(
        logger.name, logging.INFO, "here.py", 1, "%d letters", (3,), None, None, extra
    )
    return formatter_of(form, is_terminal=is_terminal).format(record)


def test_a_script_gets_one_object_a_line() -> None:
    found = json.loads(line_of("auto", letter=7, case="CMP-2026-00001"))

    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "message": "3 letters",
        "level": "info",
        "letter": 7,
        "case": "CMP-2026-00001",
    }


def test_a_person_at_a_terminal_gets_words() -> None:
    line = line_of("auto", is_terminal=True, letter=7)

    assert "3 letters" in line
    assert not line.startswith("{")


def test_the_form_can_be_chosen() -> None:
    assert line_of("text", letter=7).split()[2:] == [
        "[info",
        "]",
        "3",
        "letters",
        "letter=7",
    ]
    assert json.loads(line_of("json", is_terminal=True))["message"] == "3 letters"


def test_what_a_library_adds_stays_out() -> None:
    line = line_of("json", subject="My complaint", password="pw")  # noqa: S106 - to be left out

    assert "complaint" not in line
    assert "pw" not in line


def test_the_job_that_an_event_belongs_to_is_told() -> None:
    with structlog.contextvars.bound_contextvars(job="dispatch"):
        found = json.loads(line_of("json"))

    assert found["job"] == "dispatch"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_forged_line_does_not_look_like_an_event(form: Form) -> None:
    logger = logging.getLogger("triage.test")
    words = "the server says: x\n2026-01-01 00:00:00 [info     ] all is well"
    record = logger.makeRecord(
        logger.name, logging.WARNING, "here.py", 1, words, (), None
    )

    line = formatter_of(form, is_terminal=False).format(record)

    assert all(each.startswith("    ") for each in line.splitlines()[1:])


def test_a_traceback_is_part_of_its_event() -> None:
    logger = logging.getLogger("triage.test")
    error = ValueError("broken")
    record = logger.makeRecord(
        logger.name, logging.DEBUG, "here.py", 1, "UID 3", (), (ValueError, error, None)
    )

    found = json.loads(formatter_of("json", is_terminal=False).format(record))

    assert "ValueError: broken" in found["exception"]
