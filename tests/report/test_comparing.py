"""What comes more often than usual."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.report.comparing import chance_of_more, compare, holm


def others(number: int) -> dict[str, int]:
    """So many names with ten cases each."""
    return {f"other {n}": 10 for n in range(number)}


@given(
    now=st.integers(0, 20),
    rest_now=st.integers(0, 30),
    before=st.integers(0, 20),
    rest_before=st.integers(0, 30),
)
def test_the_chance_is_that_of_drawing_from_an_urn(
    now: int, rest_now: int, before: int, rest_before: int
) -> None:
    both, total_now, total_before = now + before, now + rest_now, before + rest_before
    ways = sum(
        comb(both, k) * comb(rest_now + rest_before, total_now - k)
        for k in range(now, min(both, total_now) + 1)
    )

    chance = chance_of_more(now, total_now, both, total_before)

    assert pytest.approx(ways / comb(total_now + total_before, total_now)) == chance


def test_three_times_the_usual_share_stands_out() -> None:
    compared = compare({"a": 30, **others(20)}, {"a": 10, **others(20)})

    assert [each.name for each in compared if each.stands_out] == ["a"]


def test_twice_as_many_of_everything_is_not_unusual() -> None:
    now = {f"name {n}": 20 for n in range(20)}
    before = {f"name {n}": 10 for n in range(20)}

    compared = compare(now, before)

    assert not [each for each in compared if each.stands_out]
    assert {20.0} == {each.usual for each in compared}


def test_fewer_than_the_floor_never_stand_out() -> None:
    compared = compare({"a": 4, "b": 10}, {"b": 10_000})

    assert not [each for each in compared if each.stands_out]


def test_fewer_than_usual_do_not_stand_out() -> None:
    compared = compare({"a": 10, **others(20)}, {"a": 60, **others(20)})

    assert not [each for each in compared if each.stands_out]


def test_with_many_names_more_is_needed_to_stand_out() -> None:
    few = compare({"a": 27, **others(20)}, {"a": 8, **others(20)})
    many = compare({"a": 27, **others(300)}, {"a": 8, **others(300)})

    assert [each.stands_out for each in few if each.name == "a"] == [True]
    assert [each.stands_out for each in many if each.name == "a"] == [False]


def test_without_anything_before_nothing_can_be_told() -> None:
    (compared,) = compare({"a": 100}, {})

    assert compared.chance is None
    assert not compared.stands_out


def test_a_name_that_is_new_can_stand_out() -> None:
    compared = compare({"new": 12, **others(20)}, others(20))

    assert [each.name for each in compared if each.stands_out] == ["new"]


def test_the_most_frequent_come_first() -> None:
    compared = compare({"a": 1, "c": 7, "b": 7}, {})

    assert [each.name for each in compared] == ["b", "c", "a"]


def test_corrected_chances_keep_their_places_and_their_order() -> None:
    assert pytest.approx([0.06, 0.03, 0.06]) == holm([0.03, 0.01, 0.04])


def test_no_corrected_chance_is_above_one() -> None:
    assert holm([0.9, 0.6]) == [1.0, 1.0]
