from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.reply.words import date_in_words, fill

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(
            datetime(2026, 4, 8, 16, tzinfo=UTC), "Wednesday 8 April 2026", id="plain"
        ),
        pytest.param(
            datetime(2026, 7, 31, 23, 30, tzinfo=UTC),
            "Saturday 1 August 2026",
            id="already-tomorrow-in-summer-time",
        ),
        pytest.param(
            datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
            "Saturday 31 January 2026",
            id="still-today-in-winter-time",
        ),
        pytest.param(
            datetime(2024, 2, 29, 12, tzinfo=UTC),
            "Thursday 29 February 2024",
            id="leap-day",
        ),
    ],
)
def test_a_date_is_written_out_in_the_boards_time_zone(
    moment: datetime, expected: str
) -> None:
    assert expected == date_in_words(moment, LONDON)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 4, 8)  # noqa: DTZ001 - the mistake under test

    with pytest.raises(ValueError, match="time zone"):
        date_in_words(naive, LONDON)


def test_a_paragraph_is_filled_and_blank_lines_are_made_one() -> None:
    text = "\n one two\n  three four\n\n \n\nfive\n"

    assert fill(text, width=10) == "one two\nthree four\n\nfive\n"


def test_an_item_hangs_below_its_first_word() -> None:
    text = "Send:\n- the name of\n  the school\n- 1. a\n10. last of the list"

    expected = (
        "Send:\n- the name\n  of the\n  school\n- 1. a\n10. last of\n    the list\n"
    )
    assert expected == fill(text, width=12)


def test_marked_lines_and_underlined_headings_stand_alone() -> None:
    text = "some words\nWhat next\n---------\nmore words\n| Kind regards,\n| The team"

    expected = "some words\nWhat next\n---------\nmore words\nKind regards,\nThe team\n"
    assert expected == fill(text, width=40)


def test_a_long_link_is_never_broken() -> None:
    link = "https://www.examboard.example/" + "a" * 90

    assert f"Read this:\n{link}\n" == fill(f"Read this: {link}", width=20)


@given(st.lists(st.text("ab-1.", min_size=1), max_size=30), st.integers(1, 80))
def test_filling_loses_and_adds_no_word(words: list[str], width: int) -> None:
    assert words == fill(" ".join(words), width).split()
