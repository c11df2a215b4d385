"""Of the list of bad input nothing is missing, and each kind can be made."""

from itertools import islice

from tests.torture.hostile.kinds import GROUPS, KINDS


def test_every_number_of_the_list_has_its_kind() -> None:
    numbers = [number for group in GROUPS.values() for number in group]

    assert numbers == list(range(1, 121))


def test_every_kind_has_a_function_of_its_own() -> None:
    assert len(set(KINDS.values())) == len(KINDS)


def test_every_kind_has_a_light_mail() -> None:
    for make in KINDS.values():
        (specimen,) = islice(make(), 1)

        assert len(specimen.octets) < 4_000_000
