"""Every message of a mailbox has a row that says what became of it."""

import hashlib
from datetime import timedelta

import pytest

from tests.store.making import INBOX, NOW, make_record, place, record_case
from triage.errors import TransientError
from triage.store import Inbox, Ledger, Rekeying, SetAside, Store

LATER = NOW + timedelta(hours=1)


def make_aside(uid: int = 1, raw: bytes | None = b"poison") -> SetAside:
    return SetAside(
        place=place(uid),
        received_at=NOW,
        reason="it could not be read",
        due=NOW + timedelta(days=2),
        now=NOW,
        raw=raw,
    )


def rekeying(found: dict[int, bytes], *, old: int = 1, new: int = 2) -> Rekeying:
    return Rekeying(
        inbox=INBOX,
        old=old,
        new=new,
        found=tuple((uid, sha256(raw)) for uid, raw in found.items()),
        highest_uid=max(found, default=0),
        now=LATER,
    )


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def test_a_message_is_known_once_it_has_any_row(store: Store) -> None:
    store.ledger.leave(INBOX, 1, [3, 5], "not ours", NOW)
    store.ledger.set_aside(make_aside(7))
    record_case(store, 9)

    known = store.ledger.known(INBOX, 1, range(1, 20))

    assert {3, 5, 7, 9} == known


def test_nothing_asked_is_nothing_known(store: Store) -> None:
    assert set() == store.ledger.known(INBOX, 1, [])


def test_the_key_is_account_folder_uidvalidity_and_uid(store: Store) -> None:
    store.ledger.leave(INBOX, 1, [3], "not ours", NOW)

    assert set() == store.ledger.known(INBOX, 2, [3])
    assert set() == store.ledger.known(Inbox(INBOX.account, "Other"), 1, [3])
    assert set() == store.ledger.known(Inbox("other@imap.example"), 1, [3])


def test_leaving_twice_is_leaving_once(store: Store) -> None:
    for _ in range(2):
        store.ledger.leave(INBOX, 1, [3], "not ours", NOW)

    assert store.ledger.reconcile(INBOX, 1, [3], NOW).left == 1


def test_what_is_left_alone_keeps_nothing_of_the_message(store: Store) -> None:
    store.ledger.leave(INBOX, 1, [3], "not ours", NOW)

    row = store._engine.one("SELECT * FROM messages")
    kept = {name for name, value in row.items() if value is not None}
    assert kept == {"id", "inbox", "uidvalidity", "uid", "fate", "reason", "seen_at"}


def test_a_message_set_aside_is_clocked_and_keeps_its_bytes(store: Store) -> None:
    store.ledger.set_aside(make_aside(7))

    (aside,) = store.ledger.asides()
    assert aside.place == place(7)
    assert aside.due == NOW + timedelta(days=2)
    assert aside.reason == "it could not be read"
    assert aside.sha256 is not None
    assert store.ledger.raw(aside.sha256) == b"poison"


def test_a_message_without_bytes_can_be_set_aside(store: Store) -> None:
    store.ledger.set_aside(make_aside(7, raw=None))

    assert [aside.sha256 for aside in store.ledger.asides()] == [None]


def test_raw_bytes_come_back_as_they_were(store: Store) -> None:
    raw = bytes(range(256)) * 1000
    store.record(make_record(raw=raw))

    assert raw == store.ledger.raw(sha256(raw))
    assert store.ledger.raw("unknown") is None


def test_what_is_recorded_waits_to_be_filed(store: Store) -> None:
    record_case(store, 1)
    store.record(make_record(2, decided={"folder": None}))
    record_case(store, 3, decided={"folder": "Redirected"})

    assert store.ledger.unfiled(INBOX) == [(1, "Complaints"), (3, "Redirected")]


def test_what_was_filed_waits_no_more(store: Store) -> None:
    record_case(store, 1)

    store.ledger.mark_filed(INBOX, 1, [1], LATER)

    assert store.ledger.unfiled(INBOX) == []


def test_the_ledger_accounts_for_every_message(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid)
    store.ledger.mark_filed(INBOX, 1, [1, 2], LATER)
    store.ledger.set_aside(make_aside(4))
    store.ledger.leave(INBOX, 1, [5, 6, 7], "not ours", NOW)

    ledger = store.ledger.reconcile(INBOX, 1, [2, 3, 4, 5, 6, 8], LATER)

    expected = Ledger(
        filed=2,
        set_aside=1,
        left=3,
        recorded=1,
        gone=1,
        unaccounted=(8,),
        lingering=(2,),
        there={"recorded": 1, "aside": 1, "left": 2},
    )
    assert expected == ledger


def test_a_message_that_somebody_moved_waits_no_more(store: Store) -> None:
    record_case(store, 1)

    store.ledger.reconcile(INBOX, 1, [], LATER)

    assert store.ledger.unfiled(INBOX) == []


def test_a_message_that_comes_back_to_sight_waits_again(store: Store) -> None:
    record_case(store, 1)
    store.ledger.reconcile(INBOX, 1, [], LATER)

    ledger = store.ledger.reconcile(INBOX, 1, [1], LATER)

    assert ledger.gone == 0
    assert store.ledger.unfiled(INBOX) == [(1, "Complaints")]


def test_the_last_uidvalidity_is_unknown_at_first_sight(store: Store) -> None:
    assert store.ledger.last_uidvalidity(INBOX) is None

    store.ledger.leave(INBOX, 17, [1], "not ours", NOW)

    assert store.ledger.last_uidvalidity(INBOX) == 17


def test_nothing_is_written_under_a_uidvalidity_that_nobody_rekeyed(
    store: Store,
) -> None:
    record_case(store, 1)

    with pytest.raises(TransientError, match="re-keyed first"):
        store.ledger.leave(INBOX, 2, [1], "not ours", NOW)


def test_rekeying_knows_messages_by_their_bytes(store: Store) -> None:
    record_case(store, 1, raw=b"first")
    record_case(store, 2, raw=b"second")

    known = store.ledger.rekey(rekeying({10: b"second", 11: b"stranger"}))

    assert {10} == known
    assert {10} == store.ledger.known(INBOX, 2, [1, 2, 10, 11])
    assert store.ledger.unfiled(INBOX) == [(10, "Complaints")]
    assert store.ledger.last_uidvalidity(INBOX) == 2


def test_rekeying_sends_nothing_and_opens_nothing(store: Store) -> None:
    record_case(store, 1, raw=b"first")
    before = (store.cases.listed(), store.outbox.listed())

    store.ledger.rekey(rekeying({10: b"first", 11: b"stranger"}))

    assert before == (store.cases.listed(), store.outbox.listed())


def test_rekeying_twice_gives_the_same_answer(store: Store) -> None:
    record_case(store, 1, raw=b"first")
    change = rekeying({10: b"first", 11: b"stranger"})

    assert store.ledger.rekey(change) == store.ledger.rekey(change)


def test_of_several_copies_each_takes_a_row(store: Store) -> None:
    for uid in (1, 2):
        store.record(make_record(uid, raw=b"same"))

    known = store.ledger.rekey(rekeying({10: b"same", 11: b"same", 12: b"same"}))

    assert {10, 11} == known


def test_the_row_that_still_lies_there_is_preferred(store: Store) -> None:
    for uid in (1, 2):
        store.record(make_record(uid, raw=b"same"))
    store.ledger.mark_filed(INBOX, 1, [1], LATER)

    store.ledger.rekey(rekeying({10: b"same"}))

    assert store.ledger.unfiled(INBOX) == [(10, "Complaints")]


def test_a_uid_that_comes_back_under_an_old_uidvalidity_is_a_new_message(
    store: Store,
) -> None:
    record_case(store, 1, raw=b"first")
    store.ledger.rekey(rekeying({}, old=1, new=2))

    store.ledger.rekey(rekeying({1: b"another"}, old=2, new=1))

    assert set() == store.ledger.known(INBOX, 1, [1])
    store.record(make_record(1, raw=b"another", reference="CMP-2026-00002"))
    assert {1} == store.ledger.known(INBOX, 1, [1])


def test_a_change_back_to_the_old_uidvalidity_is_rekeyed_too(store: Store) -> None:
    record_case(store, 1, raw=b"first")
    store.ledger.rekey(rekeying({5: b"first"}, old=1, new=2))

    known = store.ledger.rekey(rekeying({9: b"first"}, old=2, new=1))

    assert {9} == known
    assert {9} == store.ledger.known(INBOX, 1, [1, 5, 9])


def test_a_uid_that_is_yet_to_be_given_stands_for_no_known_message(
    store: Store,
) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid, raw=b"%d" % uid, reference=f"CMP-2026-0000{uid}")

    retired = store.ledger.retire_given_again(INBOX, 1, 2, (), LATER)

    assert retired == 2
    assert {1} == store.ledger.known(INBOX, 1, [1, 2, 3])


def test_where_uids_are_given_again_what_is_there_may_be_something_else(
    store: Store,
) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid, raw=b"%d" % uid, reference=f"CMP-2026-0000{uid}")

    retired = store.ledger.retire_given_again(INBOX, 1, 3, (2,), LATER)

    assert retired == 2
    assert {1} == store.ledger.known(INBOX, 1, [1, 2, 3])


def test_a_message_that_is_there_is_known_though_its_uid_is_said_to_be_next(
    store: Store,
) -> None:
    record_case(store, 1)

    retired = store.ledger.retire_given_again(INBOX, 1, 1, (1,), LATER)

    assert retired == 0
    assert {1} == store.ledger.known(INBOX, 1, [1])
