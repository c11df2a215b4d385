"""What the store recalls about one message."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.store.making import (
    INBOX,
    NOW,
    make_inquiry,
    make_letter,
    make_record,
    place,
    record_case,
)
from triage.decision.model import Disposition, History, KnownCase, Reason, Spent
from triage.decision.sender import fingerprint
from triage.ruleset.evidence import Evidence, Hit
from triage.store import Category, Deed, Rekeying, State, Store
from triage.workdays import Due

DAY = timedelta(days=1)
WORDS = "the school lost my paper and nobody answers my letters about it any more"


def recalled(store: Store, uid: int = 99, **changes: Any) -> History:
    return store.recall(make_inquiry(uid, **changes))


def test_an_empty_store_recalls_nothing(store: Store) -> None:
    assert History() == recalled(store)


def test_recalling_writes_nothing(store: Store) -> None:
    before = list(store._engine.database.iterdump())

    recalled(store, named=("CMP-2026-00001",))

    assert before == list(store._engine.database.iterdump())


@pytest.mark.parametrize(
    ("ago", "is_recalled"),
    [
        (timedelta(days=7), True),
        (timedelta(days=7, microseconds=1), False),
        (timedelta(), True),
    ],
    ids=["at the edge of the window", "just before it", "now"],
)
def test_earlier_messages_are_those_within_the_window(
    store: Store, ago: timedelta, *, is_recalled: bool
) -> None:
    store.record(make_record(received_at=NOW - ago))

    expected = (NOW - ago,) if is_recalled else ()
    assert expected == recalled(store).earlier


def test_earlier_messages_come_in_the_order_of_time(store: Store) -> None:
    for uid, hours in ((1, 1), (2, 3), (3, 2)):
        store.record(make_record(uid, received_at=NOW - timedelta(hours=hours)))

    hours_ago = [NOW - at for at in recalled(store).earlier]
    assert [timedelta(hours=hours) for hours in (3, 2, 1)] == hours_ago


def test_one_key_in_common_is_one_person(store: Store) -> None:
    keys = ("addr:jane@example.org", "name-centre:doe jane:GB123")
    store.record(make_record(asked={"identity_keys": keys}))

    other = recalled(
        store, identity_keys=("addr:other@x.org", "name-centre:doe jane:GB123")
    )

    assert len(other.earlier) == 1


def test_another_person_has_another_history(store: Store) -> None:
    store.record(make_record())

    assert recalled(store, identity_keys=("addr:joe@example.org",)).earlier == ()


def test_a_message_that_ties_two_people_together_makes_them_one(store: Store) -> None:
    one, two = ("addr:a@x.org",), ("addr:b@x.org",)
    store.record(make_record(1, asked={"identity_keys": one}))
    store.record(make_record(2, asked={"identity_keys": two}))

    store.record(make_record(3, asked={"identity_keys": (*one, *two)}))

    assert len(recalled(store, identity_keys=one).earlier) == 3
    assert len(recalled(store, identity_keys=two).earlier) == 3


def test_tying_people_together_is_written_down(store: Store) -> None:
    one, two = ("addr:a@x.org",), ("addr:b@x.org",)
    store.record(make_record(1, asked={"identity_keys": one}))
    store.record(make_record(2, asked={"identity_keys": two}))

    store.record(make_record(3, asked={"identity_keys": (*two, *one)}))

    (link,) = store._engine.rows("SELECT kept, merged, message FROM links")
    assert link == {"kept": 1, "merged": 2, "message": 3}


def test_the_history_before_they_are_tied_counts_both_already(store: Store) -> None:
    one, two = ("addr:a@x.org",), ("addr:b@x.org",)
    store.record(make_record(1, asked={"identity_keys": one}))
    store.record(make_record(2, asked={"identity_keys": two}))

    assert len(recalled(store, identity_keys=(*one, *two)).earlier) == 2


def test_automatic_mail_is_nobodys_earlier_message(store: Store) -> None:
    automatic = {"disposition": Disposition.RECORD}
    store.record(make_record(decided=automatic, reference=None))

    assert recalled(store).earlier == ()


def test_a_verified_reference_attaches_whoever_writes(store: Store) -> None:
    record_case(store)

    history = recalled(store, address="stranger@x.org", verified=("CMP-2026-00001",))

    expected = KnownCase(
        "CMP-2026-00001",
        "formal-complaint",
        by_party=False,
        parties=("jane@example.org",),
    )
    assert expected == history.case


def test_a_known_case_tells_where_it_stands(store: Store) -> None:
    respond = Due(NOW + DAY, 10, NOW.date(), (), "")
    record_case(store, decided={"missing": ("centre",), "respond": respond})
    deed = Deed(at=NOW, by="Ann", act="answer")
    store.register.answer("CMP-2026-00001", deed)
    store.register.close("CMP-2026-00001", deed, "answered")

    case = recalled(store, verified=("CMP-2026-00001",)).case

    assert case is not None
    assert case.is_acknowledged
    assert (case.answered_at, case.closed_at) == (NOW, NOW)
    assert (case.respond_by, case.missing) == (NOW + DAY, ("centre",))


def test_whom_a_letter_went_to_is_a_party(store: Store) -> None:
    letter = make_letter(to="office@example.org")
    record_case(store, letters=(letter,))

    case = recalled(
        store, address="office@example.org", verified=("CMP-2026-00001",)
    ).case

    assert case is not None
    assert case.by_party


def test_another_spelling_of_a_partys_address_is_the_partys(store: Store) -> None:
    record_case(store)

    history = recalled(
        store,
        address="jane+exams@example.org",
        verified=("CMP-2026-00001",),
        spell=lambda address: address.replace("+exams", ""),
    )

    assert history.case is not None
    assert history.case.by_party


def test_what_the_parties_wrote_is_recalled_while_something_is_missing(
    store: Store,
) -> None:
    seen = Evidence((Hit("centre-number", "text", "KE204"),))
    record_case(store, decided={"missing": ("centre",)}, evidence=seen)

    case = recalled(store, verified=("CMP-2026-00001",)).case

    assert case is not None
    assert case.signals == {"centre-number"}
    assert case.words == ()


def test_a_claimed_case_tells_whose_it_is(store: Store) -> None:
    seen = Evidence((Hit("centre-number", "text", "KE204"),))
    record_case(store, evidence=seen)

    history = recalled(store, address="x@y.org", named=("CMP-2026-00001",))

    assert history.case is None
    assert history.claimed is not None
    assert history.claimed.parties == ("jane@example.org",)
    assert history.claimed.words == (("centre-number", "KE204"),)


@pytest.mark.parametrize("kind", ["complete", "receipt-20260402"])
def test_the_latest_receipt_is_recalled(kind: str, store: Store) -> None:
    receipt = make_letter(kind=kind, acknowledges=False)
    record_case(store, letters=(make_letter(), receipt))

    case = recalled(store, verified=("CMP-2026-00001",)).case

    assert case is not None
    assert case.receipt_at == NOW


def test_no_other_letter_counts_as_a_receipt(store: Store) -> None:
    record_case(store)

    case = recalled(store, verified=("CMP-2026-00001",)).case

    assert case is not None
    assert case.receipt_at is None


def test_a_named_reference_attaches_for_a_party(store: Store) -> None:
    record_case(store)

    history = recalled(store, named=("CMP-2026-00001",))

    assert history.case == KnownCase(
        "CMP-2026-00001", "formal-complaint", by_claim=True
    )
    assert history.claims is None


def test_a_stranger_who_names_a_case_does_not_join_it(store: Store) -> None:
    record_case(store)

    history = recalled(store, address="stranger@x.org", named=("CMP-2026-00001",))

    assert history.case is None
    assert history.claims == "CMP-2026-00001"


def test_the_same_person_from_an_unknown_address_does_not_join_by_claim(
    store: Store,
) -> None:
    record_case(store)

    history = recalled(store, address="jane+x@example.org", named=("CMP-2026-00001",))

    assert history.case is None


def test_a_message_without_an_address_joins_nothing_by_claim(store: Store) -> None:
    record_case(store)

    assert recalled(store, address=None, named=("CMP-2026-00001",)).case is None


def test_of_several_references_the_first_that_attaches_wins(store: Store) -> None:
    record_case(store, 1, asked={"address": "other@x.org"})
    record_case(store, 2)

    history = recalled(store, named=("CMP-2026-00001", "CMP-2026-00002"))

    assert history.case is not None
    assert history.case.reference == "CMP-2026-00002"


def test_a_reference_that_is_no_case_is_nothing(store: Store) -> None:
    unknown = ("CMP-2026-77777",)

    history = recalled(store, verified=unknown, named=unknown)

    assert (history.case, history.claims) == (None, None)


def test_whoever_joined_by_proof_may_name_the_case_later(store: Store) -> None:
    record_case(store)
    joined = {"case": "CMP-2026-00001"}
    asked = {"address": "mother@x.org", "identity_keys": ("addr:mother@x.org",)}
    store.record(make_record(2, decided=joined, asked=asked))

    history = recalled(store, address="mother@x.org", named=("CMP-2026-00001",))

    assert history.case is not None


def test_a_nearly_equal_text_names_the_case_it_is_like(store: Store) -> None:
    record_case(store, 1, asked={"fingerprint": fingerprint(WORDS)})
    record_case(store, 2, asked={"fingerprint": fingerprint("quite another matter")})

    history = recalled(store, fingerprint=fingerprint(WORDS + " please"))

    assert history.near_identical_to == "CMP-2026-00001"


def test_the_most_alike_text_is_named(store: Store) -> None:
    record_case(store, 1, asked={"fingerprint": fingerprint(WORDS)})
    record_case(store, 2, asked={"fingerprint": fingerprint(WORDS + " please")})

    history = recalled(store, fingerprint=fingerprint(WORDS + " please do"))

    assert history.near_identical_to == "CMP-2026-00002"


def test_a_text_that_is_less_alike_than_asked_for_is_another(store: Store) -> None:
    record_case(store, 1, asked={"fingerprint": fingerprint(WORDS)})

    history = recalled(
        store, fingerprint=fingerprint(WORDS + " please"), alike_from=0.99
    )

    assert history.near_identical_to is None


def test_another_persons_text_is_not_compared(store: Store) -> None:
    record_case(store, 1, asked={"fingerprint": fingerprint(WORDS)})

    history = recalled(
        store, identity_keys=("addr:b@x.org",), fingerprint=fingerprint(WORDS)
    )

    assert history.near_identical_to is None


def test_no_text_is_like_nothing(store: Store) -> None:
    record_case(store, 1, asked={"fingerprint": b""})

    assert recalled(store, fingerprint=b"").near_identical_to is None


def test_answered_cases_of_the_person_are_recalled(store: Store) -> None:
    for uid in (1, 2):
        record_case(store, uid)
    record_case(store, 3, asked={"identity_keys": ("addr:other@x.org",)})

    store.register.answer("CMP-2026-00002", Deed(at=NOW, by="Ann", act="answer"))
    store.register.answer("CMP-2026-00003", Deed(at=NOW, by="Ann", act="answer"))

    assert recalled(store).answered_cases == ("CMP-2026-00002",)


def test_a_known_case_says_that_it_was_answered(store: Store) -> None:
    record_case(store)
    store.register.answer("CMP-2026-00001", Deed(at=NOW, by="Ann", act="answer"))

    history = recalled(store, verified=("CMP-2026-00001",))

    assert history.case is not None
    assert history.case.answered_at is not None


def test_queued_replies_are_spent_and_held_ones_are_not(store: Store) -> None:
    record_case(store, 1)
    held = make_letter("CMP-2026-00002", held=(Reason("mode", "the route waits"),))
    record_case(store, 2, letters=(held,))

    assert Spent(1, 1, 1) == recalled(store).spent


def test_notices_to_our_own_people_spend_nothing(store: Store) -> None:
    notice = make_letter(category=Category.NOTICE, to="team@ours.example")
    record_case(store, letters=(notice,))

    assert Spent() == recalled(store).spent


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(minutes=59), Spent(1, 1, 1)),
        (timedelta(minutes=60), Spent(1, 0, 0)),
        (timedelta(hours=24), Spent(0, 0, 0)),
    ],
    ids=["within the hour", "an hour ago", "a day ago"],
)
def test_budgets_are_counted_over_their_time(
    store: Store, ago: timedelta, expected: Spent
) -> None:
    record_case(store, 1, asked={"now": NOW - ago})

    assert expected == recalled(store).spent


def without_tag(address: str) -> str:
    return re.sub(r"\+.*@", "@", address)


def test_replies_to_other_spellings_of_an_address_count_for_it(store: Store) -> None:
    letter = make_letter(to="jane+a@example.org")
    record_case(store, 1, asked={"address": "jane+a@example.org"}, letters=(letter,))

    history = recalled(store, address="jane+b@example.org", spell=without_tag)

    assert history.spent.to_sender_in_day == 1


def test_replies_to_a_namesake_count_for_nobody_else(store: Store) -> None:
    keys = ("name-centre:jane doe:IN123",)
    asked = {"address": "x@evil.example", "identity_keys": ("addr:x@e", *keys)}
    record_case(store, 1, asked=asked, letters=(make_letter(to="x@evil.example"),))

    history = recalled(store, identity_keys=("addr:jane@example.org", *keys))

    assert history.spent.to_sender_in_day == 0


def test_replies_that_went_to_where_somebody_asked_for_them_count(
    store: Store,
) -> None:
    record_case(store, 1, letters=(make_letter(to="head@example.org"),))

    history = recalled(store, reply_to=("head@example.org",))

    assert history.spent.to_sender_in_day == 1


def test_replies_count_for_whoever_writes_whatever_reply_to_they_name(
    store: Store,
) -> None:
    record_case(store, 1, letters=(make_letter(to="ticket-1@example.org"),))

    history = recalled(store, reply_to=("ticket-2@example.org",))

    assert history.spent.to_sender_in_day == 1


def test_replies_to_somebody_count_whoever_asks_for_them_to_go_there(
    store: Store,
) -> None:
    asked = {"address": "a@x.org", "identity_keys": ("addr:a@x.org",)}
    record_case(store, 1, asked=asked, letters=(make_letter(to="head@example.org"),))

    history = recalled(store, reply_to=("head@example.org",))

    assert history.spent.to_sender_in_day == 1


def test_replies_to_an_address_count_whoever_it_was_then(store: Store) -> None:
    record_case(store, 1, asked={"identity_keys": ("addr:other@x.org",)})

    assert recalled(store).spent.to_sender_in_day == 1


def test_other_domains_count_in_the_whole_only(store: Store) -> None:
    record_case(store, 1)

    history = recalled(
        store, address="a@x.org", domain="x.org", identity_keys=("addr:a@x.org",)
    )

    assert Spent(0, 0, 1) == history.spent


def test_a_released_reply_is_spent_when_it_is_released(store: Store) -> None:
    held = make_letter(held=(Reason("mode", "the route waits"),))
    record_case(store, letters=(held,), asked={"now": NOW - timedelta(days=3)})

    store.outbox.resend(1, NOW)

    assert Spent(1, 1, 1) == recalled(store).spent


def test_what_lies_there_is_old_stock_also_for_a_store_that_knows_no_mailbox(
    store: Store,
) -> None:
    store.restorations.mark_old_stock(INBOX, 2, 40)

    old = recalled(store, place=place(40, uidvalidity=2))
    new = recalled(store, place=place(41, uidvalidity=2))

    assert (old.is_rekeyed, new.is_rekeyed) == (True, False)


def test_old_stock_after_a_uidvalidity_change_is_said_to_be_so(store: Store) -> None:
    record_case(store, 1)
    store.ledger.rekey(
        Rekeying(inbox=INBOX, old=1, new=2, found=(), highest_uid=40, now=NOW)
    )

    old = recalled(store, place=place(40, uidvalidity=2))
    new = recalled(store, place=place(41, uidvalidity=2))

    assert (old.is_rekeyed, new.is_rekeyed) == (True, False)


def test_a_message_under_a_uidvalidity_nobody_rekeyed_is_old_stock(
    store: Store,
) -> None:
    record_case(store, 1)

    assert recalled(store, place=place(5, uidvalidity=2)).is_rekeyed


def test_bytes_recorded_from_another_place_are_a_duplicate(store: Store) -> None:
    record_case(store, 1, raw=b"same")

    assert recalled(store, 2, raw=b"same").is_duplicate
    assert not recalled(store, 1, raw=b"same").is_duplicate
    assert not recalled(store, 2, raw=b"other").is_duplicate


def test_a_copy_with_other_lines_of_servers_on_top_is_a_duplicate(
    store: Store,
) -> None:
    record_case(store, 1, asked={"core": "same"})

    assert recalled(store, 2, core="same").is_duplicate
    assert not recalled(store, 1, core="same").is_duplicate
    assert not recalled(store, 2, core="other").is_duplicate
    assert not recalled(store, 2, core=None).is_duplicate


def test_mails_without_a_core_are_no_copies_of_each_other(store: Store) -> None:
    record_case(store, 1, asked={"core": None})

    assert not recalled(store, 2, core=None).is_duplicate


def test_a_copy_that_came_first_and_got_no_reply_silences_nobody(store: Store) -> None:
    record_case(store, 1, asked={"core": "same"}, letters=())

    assert not recalled(store, 2, core="same").is_duplicate


def test_a_notice_to_colleagues_is_no_reply_to_the_writer(store: Store) -> None:
    notice = make_letter(category=Category.NOTICE)
    record_case(store, 1, asked={"core": "same"}, letters=(notice,))

    assert not recalled(store, 2, core="same").is_duplicate


@pytest.mark.parametrize(
    ("state", "expected"),
    [(state, state not in ("refused", "dropped")) for state in State],
)
def test_a_copy_is_one_as_long_as_the_first_has_its_reply(
    store: Store, state: State, expected: bool
) -> None:
    record_case(store, 1, asked={"core": "same"})
    store._engine.run("UPDATE outbox SET state = :state", state=state)

    assert recalled(store, 2, core="same").is_duplicate is expected


def test_bytes_that_were_only_set_aside_are_no_duplicate(store: Store) -> None:
    record_case(store, 1, raw=b"same")
    store._engine.run("UPDATE messages SET fate = 'aside', due_at = seen_at")

    assert not recalled(store, 2, raw=b"same").is_duplicate


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(timedelta(days=1), Spent(1, 1, 1)), (timedelta(days=365), Spent())],
    ids=["a step", "a wrong clock"],
)
def test_what_was_spent_in_the_future_counts_after_a_step_of_the_clock_alone(
    store: Store, ahead: timedelta, expected: Spent
) -> None:
    record_case(store, asked={"now": NOW + ahead})

    assert expected == recalled(store).spent
