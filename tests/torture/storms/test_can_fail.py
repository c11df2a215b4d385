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
from tests.torture.storms.floods import (
    AFTER,
    BEFORE,
    amiss_for_her,
    amiss_of_bounces,
    hers,
    lost,
)
from tests.torture.storms.stock import COMPLAINS_EVERY, amiss_of_old_mail, lay_down
from tests.torture.storms.zoo import Keeper, amiss

pytestmark = pytest.mark.servers
UNMARKED = HELP_DESK[-2:]
FORGET = (
    "CREATE TRIGGER forget AFTER INSERT ON messages"
    " BEGIN UPDATE messages SET core = NULL; END"
)
"""What copies have in common."""
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
        change(house, FORGET)
        house.deliver(*repetition.mails(repetition.sender, 3))
        go_on(house, lambda _: ())
        found = [each.words for each in amiss_again(repetition, house)]

    assert found == ["3 letters, not 1"]


def test_a_repetition_without_a_letter_is_no_trial(ground: Ground) -> None:
    with House(ground) as house:
        assert list(amiss_again(REPETITIONS[-1], house))


def change(house: House, statement: str) -> None:
    with closing(sqlite3.connect(house.path)) as store, store:
        store.execute(statement)


def test_a_victim_without_an_answer_is_found_out(ground: Ground) -> None:
    with House(ground) as house:
        house.work()

        assert [str(each) for each in amiss_for_her(house)] == [
            "once: victim: her own complaint got 0 letters"
        ]


def test_a_victim_with_more_letters_than_a_day_allows_is_found_out(
    ground: Ground,
) -> None:
    others = (hers(f"<{n}@post.example>") for n in range(3))

    with House(ground) as house:
        house.deliver(hers(BEFORE), *others)
        house.work()

        assert [str(each) for each in amiss_for_her(house)] == [
            "gate: victim: she got 4 letters"
        ]


def test_a_later_complaint_of_hers_that_is_dropped_is_found_out(ground: Ground) -> None:
    with House(ground) as house:
        house.deliver(hers(BEFORE), hers(AFTER))
        house.work()
        change(
            house, "DELETE FROM outbox WHERE message = (SELECT max(id) FROM messages)"
        )

        assert [str(each) for each in amiss_for_her(house)] == [
            "settled: victim: the reply to her later complaint is not there"
        ]


def test_letters_that_nobody_sends_back_are_no_trial(ground: Ground) -> None:
    with House(ground) as house:
        house.deliver(post())
        house.work()

        assert [each.words for each in amiss_of_bounces(house, 1)] == [
            "0 of 1 cases are owed a word again"
        ]
        assert list(amiss_of_bounces(house, 2))


def test_mails_without_a_row_are_found_out(ground: Ground) -> None:
    with House(ground) as house:
        house.deliver(post())
        house.work()

        assert [str(each) for each in lost(house, 2)] == [
            "fate: the flood: 1 of 2 mails are known"
        ]


def test_old_mail_that_is_answered_or_lost_is_found_out(ground: Ground) -> None:
    with House(ground) as house:
        lay_down(house, COMPLAINS_EVERY, age=0, fresh_every=1)
        house.work()

        assert [each.words for each in amiss_of_old_mail(house, 10)] == [
            "1 letters went out",
            "5 of 10 are known",
            "10 mails made 1 cases",
        ]


@pytest.mark.parametrize("meeting", two.MEETINGS, ids=lambda each: each.name)
def test_two_of_which_one_writes_too_much_are_found_out(meeting: two.Meeting) -> None:
    assert list(two.amiss(meeting, (meeting.most + 1, 0)))
    assert list(two.amiss(meeting, (0, meeting.most + 1)))


def test_two_of_which_none_writes_are_no_trial_unless_they_know_each_other() -> None:
    silent = [each.name for each in two.MEETINGS if not list(two.amiss(each, (0, 0)))]

    assert silent == ["the other's address is one of ours"]
