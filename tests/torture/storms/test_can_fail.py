"""What is counted here can be too much: without a guard, it is found out."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.torture.access.house import House, post
from tests.torture.ground import Ground
from tests.torture.storms import two
from tests.torture.storms.again import REPETITIONS, Repetition
from tests.torture.storms.again import amiss as amiss_again
from tests.torture.storms.animals import HELP_DESK, Animal
from tests.torture.storms.answering import go_on
from tests.torture.storms.zoo import Keeper, amiss

pytestmark = pytest.mark.servers
UNMARKED = HELP_DESK[-2:]
unmarked = pytest.mark.parametrize("animal", UNMARKED, ids=lambda each: each.name)


@pytest.fixture
def ground(dovecot: Dovecot, tmp_path: Path) -> Ground:
    return Ground(folder=tmp_path, is_full=False, dovecot=lambda: dovecot, say=print)


def wrong_with(
    ground: Ground, animal: Animal, change: Callable[[House], None]
) -> list[str]:
    """Return what is found of a machine without a mark, after a change of rules."""
    keeper = Keeper((animal,))
    with House(ground) as house:
        change(house)
        house.deliver(*(post(sender=address) for address in keeper.by_address))
        try:
            go_on(house, keeper.answer)
        except LookupError as endless:
            return [str(endless)]
        return [str(each) for each in amiss(keeper, house)]


@unmarked
def test_the_budget_of_a_person_ends_a_loop(ground: Ground, animal: Animal) -> None:
    assert wrong_with(ground, animal, lambda house: house.allow(sender_per_day=3)) == []


@unmarked
def test_without_budgets_the_loop_goes_on_and_is_found_out(
    ground: Ground, animal: Animal
) -> None:
    assert wrong_with(ground, animal, lambda _: None) == [
        "letters are still answered after 6 rounds"
    ]


@pytest.mark.parametrize("repetition", REPETITIONS[:2], ids=lambda each: each.name)
def test_copies_that_nobody_knows_again_are_found_out(
    ground: Ground, repetition: Repetition
) -> None:
    with House(ground, budgets=True) as house:
        house.work()
        forget_what_copies_have_in_common(house)
        house.deliver(*repetition.mails(repetition.sender, 3))
        go_on(house, lambda _: ())
        found = [each.words for each in amiss_again(repetition, house)]

    assert found == ["3 letters, not 1"]


def test_a_repetition_without_a_letter_is_no_trial(ground: Ground) -> None:
    with House(ground) as house:
        assert list(amiss_again(REPETITIONS[-1], house))


def forget_what_copies_have_in_common(house: House) -> None:
    with closing(sqlite3.connect(house.path)) as store, store:
        store.execute(
            "CREATE TRIGGER forget AFTER INSERT ON messages"
            " BEGIN UPDATE messages SET core = NULL; END"
        )


@pytest.mark.parametrize("sent", [(2, 1), (1, 2), (0, 0)])
def test_two_letters_to_each_other_are_too_many_and_none_is_no_trial(
    sent: tuple[int, int],
) -> None:
    assert list(two.amiss(two.MEETINGS[0], sent))
