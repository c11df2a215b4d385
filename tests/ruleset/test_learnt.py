"""Real mails become examples that name nobody."""

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ruleset.rule_files import FRAME
from triage.message.model import Address, Attachment, Message
from triage.ruleset import Evidence, Hit, Lesson, compile_ruleset, learn
from triage.ruleset.masking import NAME, masked

RULESET = compile_ruleset({"rules.toml": FRAME})
LESSON = Lesson(
    id="from-cmp-2026-00001",
    title="It is about our website",
    route="review",
    at=datetime(2026, 5, 4, 9, 30, 1, 5, tzinfo=UTC),
)


def table_of(message: Message, evidence: Evidence = Evidence()) -> dict[str, object]:  # noqa: B008 - frozen
    learnt = learn(message, evidence, LESSON, RULESET)
    (table,) = tomllib.loads(learnt.toml)["example"]
    assert isinstance(table, dict)
    return table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Dear Anna,", f"Dear {NAME},", id="after a greeting"),
        pytest.param("I told Mr Smith so.", f"I told Mr {NAME} so.", id="after Mr"),
        pytest.param("My son Omar sat it.", f"My son {NAME} sat it.", id="a capital"),
        pytest.param(
            "She said. Then nothing.", "She said. Then nothing.", id="a start"
        ),
        pytest.param("I sat IGCSE", "I sat IGCSE", id="I, and capitals only"),
        pytest.param("on Monday in May", "on Monday in May", id="a day, a month"),
        pytest.param("ring 020 7946 0000", "ring 000 0000 0000", id="a telephone"),
        pytest.param("centre GB123", "centre XX000", id="a centre number"),
        pytest.param("at a.b@school.example", "at nn@example.org", id="an address"),
        pytest.param(
            "see https://a.example/x?y=1", "see https://example.org", id="link"
        ),
        pytest.param("syllabus 0580/12", "syllabus 0000/00", id="a syllabus"),
        pytest.param("ask MENSAH", f"ask {NAME}", id="a known name in capitals"),
        pytest.param("ask mensah", f"ask {NAME}", id="a known name in small letters"),
        pytest.param(
            "O\u2019Brien-Ölsen came", f"{NAME} came", id="marks within a name"
        ),
    ],
)
def test_what_names_somebody_is_masked(text: str, expected: str) -> None:
    assert masked(text, ["Joy Mensah", "O\u2019Brien-Ölsen"], []) == expected


def test_words_that_a_rule_saw_stay_as_they_are() -> None:
    text = "It is on Cambridge paper, says Omar."

    assert masked(text, [], ["Cambridge paper"]) == (
        f"It is on Cambridge paper, says {NAME}."
    )


def test_an_example_says_where_the_mail_belongs() -> None:
    message = Message(
        sha256="",
        size=0,
        subject="Complaint of Joy",
        text='Your site is "down".\nJoy',
        from_=(Address("joy@post.example", "Joy Mensah"),),
        attachments=(Attachment("joy.pdf", "application/pdf", 9),),
        signature="Joy Mensah",
        quoted="> to Joy",
    )

    assert table_of(message) == {
        "id": "from-cmp-2026-00001",
        "title": "It is about our website",
        "at": datetime(2026, 5, 4, 9, 30, 1),  # noqa: DTZ001 - the board's own time
        "from": "nn@example.org",
        "subject": f"Complaint of {NAME}",
        "text": f'Your site is "down".\n{NAME}\n',
        "attachments": ["nn"],
        "expect": {"route": "review"},
    }


def test_a_field_in_which_something_was_seen_is_kept() -> None:
    message = Message(sha256="", size=0, signature="Exams Officer\nJoy Mensah")
    evidence = Evidence((Hit("school-post", "signature", "Exams Officer"),))

    assert table_of(message, evidence)[
        "signature"
    ] == f"Exams Officer\n{NAME} {NAME}\n" or (
        table_of(message, evidence)["signature"] == f"Exams Officer\nJoy {NAME}\n"
    )


def test_what_masking_takes_away_is_told() -> None:
    message = Message(sha256="", size=0, text="nothing")
    evidence = Evidence((Hit("gone", "text", "Website"),))

    assert learn(message, evidence, LESSON, RULESET).lost == ("gone",)


@given(st.text(), st.text())
def test_whatever_stands_in_a_mail_is_sound_toml(subject: str, text: str) -> None:
    message = Message(sha256="", size=0, subject=subject, text=text, signature=text)

    assert table_of(message)["id"] == "from-cmp-2026-00001"
