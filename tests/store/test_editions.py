"""Editions are kept whole, and what became of them is never changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.store.making import NOW
from triage.edition import Edition
from triage.errors import ConfigError
from triage.store import (
    Acceptance,
    Activation,
    Blocking,
    Counts,
    How,
    Outcome,
    Store,
    Trial,
)

FIRST = Edition({"10-roles.toml": "# Rôles 🦉 \ud800\0\n"}, {"review.txt": "Dear all"})
SECOND = Edition({"10-roles.toml": "# other\n"}, {"review.txt": "Dear all"})
COUNTS = Counts(signals=3, lines=2, routes=1, letters=4)
HOUR = timedelta(hours=1)


def in_force(hash_: str, **changes: object) -> Activation:
    activation = Activation(NOW, hash_, How.CHANGE, "daemon")
    return replace(activation, **changes)  # type: ignore[arg-type]  # by name


def test_an_edition_comes_back_as_it_was_written(store: Store) -> None:
    store.editions.keep(FIRST, COUNTS, NOW)

    kept = store.editions.get(FIRST.hash)

    assert kept.edition == FIRST
    assert (kept.counts, kept.first_seen_at) == (COUNTS, NOW)


def test_an_edition_kept_twice_keeps_its_first_date(store: Store) -> None:
    store.editions.keep(FIRST, None, NOW)

    store.editions.keep(FIRST, COUNTS, NOW + HOUR)

    kept = store.editions.get(FIRST.hash)
    assert (kept.counts, kept.first_seen_at) == (COUNTS, NOW)


def test_a_text_that_many_editions_have_is_kept_once(store: Store) -> None:
    for edition in (FIRST, SECOND):
        store.editions.keep(edition, COUNTS, NOW)

    texts = store._engine.one("SELECT count(*) AS texts FROM texts")["texts"]

    assert texts == 3
    assert store.editions.get(SECOND.hash).edition == SECOND


def test_the_beginning_of_a_hash_is_enough(store: Store) -> None:
    store.editions.keep(FIRST, COUNTS, NOW)

    assert store.editions.get(FIRST.hash[:5].upper()).edition == FIRST


@pytest.mark.parametrize("prefix", ["", "%", "_", "zz", "0123456789abcdef"])
def test_what_names_no_edition_is_said_in_words(store: Store, prefix: str) -> None:
    store.editions.keep(FIRST, COUNTS, NOW)

    with pytest.raises(ConfigError, match="no kept edition"):
        store.editions.get(prefix)


def test_a_beginning_of_two_hashes_names_neither(store: Store) -> None:
    editions = [Edition({"a.toml": str(n)}, {}) for n in range(17)]
    for edition in editions:
        store.editions.keep(edition, None, NOW)
    digits = [edition.hash[0] for edition in editions]
    shared = next(digit for digit in digits if digits.count(digit) > 1)

    with pytest.raises(ConfigError, match=f"`{shared}` begins"):
        store.editions.get(shared)


def test_before_the_first_start_nothing_is_in_force(store: Store) -> None:
    assert store.editions.in_force() is None
    assert store.editions.last_trial() is None


def test_the_last_activation_is_in_force(store: Store) -> None:
    for edition in (FIRST, SECOND):
        store.editions.keep(edition, COUNTS, NOW)
    store.editions.activate(in_force(SECOND.hash))

    # The clock may have been set back meanwhile.
    store.editions.activate(in_force(FIRST.hash, at=NOW - HOUR, how=How.ROLLBACK))

    expected = in_force(FIRST.hash, at=NOW - HOUR, how=How.ROLLBACK, counts=COUNTS)
    assert expected == store.editions.in_force()


def test_a_trial_comes_back_with_its_reasons_and_messages(store: Store) -> None:
    store.editions.keep(FIRST, None, NOW)
    trial = Trial(
        NOW,
        FIRST.hash,
        Outcome.REFUSED,
        ("10-roles.toml:1:1: no\n    # Rôles\n    ^",),
        (Blocking("ab" * 32, "CMP-2026-00001", "turned away"),),
    )

    store.editions.note_trial(trial)

    assert trial == store.editions.last_trial()


def test_folders_that_could_not_be_read_are_a_trial_too(store: Store) -> None:
    trial = Trial(NOW, None, Outcome.REFUSED, ("the folder rules does not exist",))

    store.editions.note_trial(trial)

    assert trial == store.editions.last_trial()


def test_history_tells_what_came_into_force_and_what_was_refused(store: Store) -> None:
    for edition in (FIRST, SECOND):
        store.editions.keep(edition, COUNTS, NOW)
    refused = Trial(NOW + HOUR, SECOND.hash, Outcome.REFUSED, ("no",))
    store.editions.activate(in_force(FIRST.hash))
    store.editions.note_trial(refused)
    store.editions.note_trial(Trial(NOW + 2 * HOUR, SECOND.hash, Outcome.LIVE))
    store.editions.activate(in_force(SECOND.hash, at=NOW + 2 * HOUR))

    assert store.editions.history() == [
        in_force(FIRST.hash, counts=COUNTS),
        refused,
        in_force(SECOND.hash, at=NOW + 2 * HOUR, counts=COUNTS),
    ]


def test_an_acceptance_holds_for_one_edition(store: Store) -> None:
    for edition in (FIRST, SECOND):
        store.editions.keep(edition, COUNTS, NOW)
    acceptance = Acceptance(NOW, FIRST.hash, "ab" * 32, "jane", "it is right")

    store.editions.accept(acceptance)

    assert store.editions.accepted(FIRST.hash) == (acceptance,)
    assert store.editions.accepted(SECOND.hash) == ()


def test_a_heartbeat_is_the_last_one(store: Store) -> None:
    before = store.heartbeat.last("intake")

    store.heartbeat.note("intake", NOW)
    store.heartbeat.note("intake", NOW + HOUR)

    assert (before, store.heartbeat.last("intake")) == (None, NOW + HOUR)
