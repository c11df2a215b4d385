"""What a person must look at in a case."""

from datetime import timedelta

import pytest

from tests.store.making import NOW, record_case
from triage.store import Deed, MatterKind, Store

KIND = MatterKind.OTHER_WRITER
WORDS = "Somebody else wrote about it."
LOOKED = Deed(at=NOW + timedelta(hours=1), by="amina", act="settle")


def test_a_matter_is_open_until_somebody_settles_it(store: Store) -> None:
    record_case(store)

    store.matters.add("CMP-2026-00001", KIND, WORDS, NOW)
    before = [each.words for each in store.matters.open_matters()]
    settled = store.matters.settle("CMP-2026-00001", LOOKED)
    after = store.matters.open_matters()

    assert (before, settled, after) == ([WORDS], 1, [])


def test_the_same_matter_is_not_put_before_people_twice_at_a_time(store: Store) -> None:
    record_case(store)

    first = store.matters.add("CMP-2026-00001", KIND, WORDS, NOW)
    second = store.matters.add("CMP-2026-00001", KIND, WORDS, NOW)

    assert (first, second) == (True, False)


def test_a_settled_matter_says_who_looked_at_it(store: Store) -> None:
    record_case(store)
    store.matters.add("CMP-2026-00001", KIND, WORDS, NOW)

    store.matters.settle("CMP-2026-00001", LOOKED)

    (matter,) = store.matters.of_case("CMP-2026-00001")
    assert ("amina", LOOKED.at) == (matter.settled_by, matter.settled_at)


def test_settling_is_in_the_audit_log(store: Store) -> None:
    record_case(store)
    store.matters.add("CMP-2026-00001", KIND, WORDS, NOW)

    store.matters.settle("CMP-2026-00001", LOOKED)

    acts = [each.act for each in store.audit.entries("CMP-2026-00001")]
    assert acts == ["open", "put before a person", "settle"]


def test_a_matter_needs_a_case(store: Store) -> None:
    with pytest.raises(LookupError):
        store.matters.add("CMP-2026-00009", KIND, WORDS, NOW)
