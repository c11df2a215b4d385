"""One person as people look at them; who is one person, and who is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.store.making import NOW, make_inquiry, make_record, record_case
from triage.ruleset.evidence import Evidence, Hit
from triage.store import CaseState, Deed, NothingLeftError, SenderFile, Store

JANE, JANE_ALSO, OTTO = "jane@example.org", "j.doe@post.example", "otto@example.org"
NAME = "name-centre:doe jane:GB123"
DAY = timedelta(days=1)
DEED = Deed(at=NOW, by="anna", act="unlink", why="two sisters")


def wrote(
    store: Store, uid: int, address: str, *others: str, at: datetime = NOW
) -> None:
    """Record a complaint from an address that also has other spellings."""
    asked = {
        "address": address,
        "identity_keys": (f"addr:{address}", *others),
        "now": at,
    }
    record_case(store, uid, asked=asked)


def went_on(store: Store, uid: int, reference: str, at: datetime) -> None:
    asked = {"now": at}
    store.record(make_record(uid, asked=asked, decided={"case": reference}))


def shown(store: Store, root: int = 1) -> SenderFile:
    found = store.senders.show(root)
    assert found is not None
    return found


def test_there_is_no_page_of_nobody(store: Store) -> None:
    assert store.senders.show(1) is None


def test_a_person_is_found_by_a_spelling_or_by_a_case(store: Store) -> None:
    wrote(store, 1, JANE)

    assert store.senders.find(f"addr:{JANE}") == 1
    assert store.senders.of_case("CMP-2026-00001") == 1
    assert store.senders.find(f"addr:{OTTO}") is None
    with pytest.raises(LookupError):
        store.senders.of_case("CMP-2026-00009")


def test_addresses_are_counted_with_their_dates(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE, NAME, at=NOW + DAY)
    wrote(store, 3, JANE_ALSO, NAME, at=NOW + 2 * DAY)

    jane, also = shown(store).addresses

    assert (
        jane.address,
        jane.mails,
        jane.first_at,
        jane.last_at,
    ) == (JANE, 2, NOW, NOW + DAY)
    assert (also.address, also.mails) == (JANE_ALSO, 1)


def test_an_address_says_by_which_mail_and_spelling_it_is_theirs(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME, at=NOW + DAY)

    ties = {tie.spelling: tie for tie in shown(store).ties}

    assert ties[f"addr:{JANE}"].by is None
    assert f"addr:{JANE}" == ties[NAME].by
    also = ties[f"addr:{JANE_ALSO}"]
    assert (also.by, also.at, also.reference) == (NAME, NOW + DAY, "CMP-2026-00002")


def test_two_people_who_become_one_say_by_what(store: Store) -> None:
    wrote(store, 1, JANE)
    wrote(store, 2, JANE_ALSO, NAME)
    wrote(store, 3, JANE, NAME, at=NOW + DAY)

    tie = shown(store).ties[-1]

    assert (NAME, f"addr:{JANE}", NOW + DAY) == (tie.spelling, tie.by, tie.at)
    assert len(shown(store).cases) == 3


def test_mails_after_the_answer_stand_with_their_case(store: Store) -> None:
    wrote(store, 1, JANE)
    went_on(store, 2, "CMP-2026-00001", NOW + DAY)
    answered = Deed(at=NOW + 2 * DAY, by="anna", act="answer")
    store.register.answer("CMP-2026-00001", answered)
    went_on(store, 3, "CMP-2026-00001", NOW + 3 * DAY)

    (case,) = shown(store).cases

    assert case.after_answer == (NOW + 3 * DAY,)
    assert (case.state, case.mails) == (CaseState.ANSWERED, 3)


def test_a_flagged_mail_shows_what_was_seen_in_it(store: Store) -> None:
    hit = Hit("foul", "text", "idiots", "You are idiots.")
    evidence = Evidence((hit,), (), ())
    record_case(store, 1, decided={"flags": ("abusive",)}, evidence=evidence)
    record_case(store, 2, evidence=evidence)

    plain, flagged = shown(store).mails

    assert (("abusive",), (hit,)) == (flagged.flags, flagged.hits)
    assert (plain.flags, plain.hits) == ((), ())


def test_letters_to_a_person_are_those_of_their_cases(store: Store) -> None:
    wrote(store, 1, JANE)
    wrote(store, 2, OTTO)

    assert [each.reference for each in shown(store).letters] == ["CMP-2026-00001"]


def test_who_wrote_most_stands_first(store: Store) -> None:
    wrote(store, 1, OTTO)
    wrote(store, 2, JANE)
    wrote(store, 3, JANE)
    wrote(store, 4, "old@example.org", at=NOW - 40 * DAY)

    lines = store.senders.listed(NOW - 30 * DAY, NOW, 10)

    assert [(line.person, line.mails) for line in lines] == [(2, 2), (1, 1)]


def test_who_is_flagged_most_stands_first_if_asked_for(store: Store) -> None:
    wrote(store, 1, JANE)
    wrote(store, 2, JANE)
    asked = {"address": OTTO, "identity_keys": (f"addr:{OTTO}",)}
    record_case(store, 3, asked=asked, decided={"flags": ("abusive",)})

    first, _ = store.senders.listed(NOW - DAY, NOW, 10, by_flags=True)

    assert (first.addresses, first.flagged, first.flags) == ((OTTO,), 1, ("abusive",))


def part(store: Store, address: str) -> int:
    return store.senders.part(1, (f"addr:{address}",), (address,), DEED)


def test_a_parted_address_takes_its_mails_and_cases_along(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)

    other = part(store, JANE_ALSO)

    stays, goes = shown(store), shown(store, other)
    assert [each.address for each in stays.addresses] == [JANE]
    assert [each.reference for each in stays.cases] == ["CMP-2026-00001"]
    assert [each.address for each in goes.addresses] == [JANE_ALSO]
    assert [each.reference for each in goes.cases] == ["CMP-2026-00002"]


@pytest.mark.parametrize("again", [JANE, JANE_ALSO])
def test_what_was_parted_is_not_tied_again(again: str, store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)
    other = part(store, JANE_ALSO)

    wrote(store, 3, again, NAME, at=NOW + DAY)

    assert store.senders.find(f"addr:{JANE}") == 1
    assert other == store.senders.find(f"addr:{JANE_ALSO}")
    writer = 1 if again == JANE else other
    assert len(shown(store, writer).mails) == 2


def test_the_log_of_a_case_says_that_it_went_to_another_person(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)

    other = part(store, JANE_ALSO)

    latest = store.audit.entries("CMP-2026-00002")[-1]
    assert (latest.act, latest.changes) == ("unlink", {"person": ("1", str(other))})


def test_what_was_parted_counts_for_nobody_else(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)
    part(store, JANE_ALSO)

    keys = (f"addr:{JANE_ALSO}", NAME)
    history = store.recall(make_inquiry(3, identity_keys=keys, now=NOW + DAY))

    assert history.earlier == (NOW,)


def test_a_third_spelling_ties_only_one_of_two_that_were_parted(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)
    other = part(store, JANE_ALSO)

    wrote(store, 3, JANE_ALSO, f"addr:{OTTO}")
    wrote(store, 4, OTTO, NAME)

    assert other == store.senders.find(f"addr:{OTTO}")
    assert store.senders.find(NAME) == 1


def test_somebody_must_be_left(store: Store) -> None:
    wrote(store, 1, JANE)

    with pytest.raises(NothingLeftError):
        part(store, JANE)

    assert [each.address for each in shown(store).addresses] == [JANE]


def test_a_name_that_only_the_parted_mails_gave_goes_along(store: Store) -> None:
    wrote(store, 1, JANE)
    wrote(store, 2, JANE_ALSO, f"addr:{JANE}", NAME)

    other = part(store, JANE_ALSO)

    assert other == store.senders.find(NAME)


def test_who_was_parted_can_be_joined_again(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)
    other = part(store, JANE_ALSO)

    kept = store.senders.join(other, 1, replace(DEED, act="link"))

    assert 1 == kept == store.senders.find(f"addr:{JANE_ALSO}")
    assert len(shown(store).cases) == 2
    assert [each.act for each in store.audit.entries("person 1")] == ["unlink", "link"]


def test_the_log_names_no_address_in_its_chain(store: Store) -> None:
    wrote(store, 1, JANE, NAME)
    wrote(store, 2, JANE_ALSO, NAME)
    part(store, JANE_ALSO)

    (entry,) = store.audit.entries("person 1")

    assert JANE_ALSO not in str(entry.changes)
    assert {"spellings", "why"} == set(entry.personal)


class _Explaining:
    """Runs questions of a store, and keeps how SQLite answers them."""

    def __init__(self, store: Store) -> None:
        self._rows = store._engine.rows
        self.scans: list[str] = []

    def __call__(self, sql: str, **values: object) -> list[dict[str, Any]]:
        plan = self._rows(f"EXPLAIN QUERY PLAN {sql}", **values)
        self.scans += (
            row["detail"] for row in plan if row["detail"].startswith("SCAN ")
        )
        return self._rows(sql, **values)


QUESTIONS: dict[str, Callable[[Store], object]] = {
    "show": lambda store: store.senders.show(1),
    "list": lambda store: store.senders.listed(NOW, NOW, 10),
    "restrictions": lambda store: store.restrictions.of_person(1, NOW),
    "due": lambda store: store.restrictions.due(NOW, NOW),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_nothing_about_a_person_reads_a_whole_table(
    ask: Callable[[Store], object], store: Store
) -> None:
    wrote(store, 1, JANE)
    explaining = _Explaining(store)
    store._engine.rows = explaining  # type: ignore[method-assign]  # listens in

    ask(store)

    assert explaining.scans == []
