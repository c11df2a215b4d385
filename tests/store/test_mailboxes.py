"""Several mailboxes over one store: whose is what, and who is known to all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlite_utils import Database

from tests.store.making import NOW, make_inquiry, make_letter, make_record, record_case
from triage.edition import Edition
from triage.errors import ConfigError
from triage.store import (
    Acceptance,
    Activation,
    Balance,
    CaseQuery,
    Deed,
    How,
    Inbox,
    Outcome,
    Place,
    Store,
    Trial,
)
from triage.store.digests import DigestRow
from triage.store.letters import Origin, queue
from triage.store.migrations import steps
from triage.store.moving import Claim
from triage.store.restorations import Restoration
from triage.store.watches import Watch

UK = Inbox("uk@imap.example", "INBOX")
IE = Inbox("ie@imap.example", "INBOX")


@pytest.fixture
def two(store: Store) -> tuple[Store, Store]:
    store.mailboxes.settle({"uk": UK, "ie": IE})
    return store.within("uk"), store.within("ie")


def in_(inbox: Inbox, uid: int = 1) -> dict[str, Place]:
    return {"place": Place(inbox, 1, uid)}


def claim() -> Claim:
    return Claim(owner="dispatch", deadline=NOW + timedelta(minutes=10))


def a_case_each(two: tuple[Store, Store]) -> None:
    uk, ie = two
    record_case(uk, 1, asked=in_(UK))
    record_case(ie, 2, asked=in_(IE))


def test_a_dispatcher_claims_only_letters_of_its_mailbox(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    record_case(ie, 2, asked=in_(IE))

    assert uk.outbox.claim(NOW, claim()) is None

    letter = ie.outbox.claim(NOW, claim())
    assert letter is not None
    assert letter.reference == "CMP-2026-00002"


def test_a_restart_of_one_takes_back_no_claim_of_another(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    record_case(ie, 2, asked=in_(IE))
    ie.outbox.claim(NOW, claim())

    found = uk.outbox.recover(NOW)

    assert found.put_back == 0
    assert ie.outbox.recover(NOW).put_back == 1


def test_a_notice_belongs_to_the_mailbox_that_composed_it(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    uk.outbox.notify(make_letter(kind="digest"), NOW)

    assert [line.kind for line in uk.outbox.listed()] == ["digest"]
    assert ie.outbox.listed() == []


def test_what_is_owed_is_told_by_the_mailbox_of_the_case(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, _ = two
    a_case_each(two)

    assert uk.overview.open_cases() == 1
    assert store.overview.open_cases() == 2
    assert store.mailboxes.name_of_case("CMP-2026-00002") == "ie"
    assert store.mailboxes.name_of_letter(2) == "ie"


def test_cases_are_looked_for_and_counted_in_one_or_in_all(
    store: Store, two: tuple[Store, Store]
) -> None:
    _, ie = two
    a_case_each(two)
    span = (NOW - timedelta(days=1), NOW + timedelta(days=1))

    assert [line.reference for line in ie.cases.search(CaseQuery()).lines] == [
        "CMP-2026-00002"
    ]
    assert (ie.figures.came(span).cases, store.figures.came(span).cases) == (1, 2)


def test_who_wrote_to_one_is_known_to_the_other(two: tuple[Store, Store]) -> None:
    uk, ie = two
    record_case(uk, 1, asked=in_(UK))

    history = ie.recall(make_inquiry(2, **in_(IE)))

    assert history.earlier == (NOW,)
    assert history.spent.to_sender_in_day == 1


def test_a_copy_is_filed_into_a_folder_of_its_own_mailbox(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    uk.record(make_record(1, asked=in_(UK)))

    copy = replace(make_record(1, asked=in_(IE)), copies_to="Ireland/Automatic")
    recorded = ie.record(copy)

    assert recorded.is_duplicate
    assert (recorded.reference, recorded.folder) == (
        "CMP-2026-00001",
        "Ireland/Automatic",
    )


def test_a_spent_budget_of_one_holds_no_reply_of_another(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    record_case(uk, 1, asked=in_(UK))
    uk.breaker.trip(NOW, allowed=1)

    assert uk.breaker.is_open(NOW)
    assert not ie.breaker.is_open(NOW)
    assert ie.recall(make_inquiry(2, **in_(IE))).spent.in_hour == 0


def test_what_answers_no_mail_goes_out_by_the_mailbox_of_its_case(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    record_case(uk, 1, asked=in_(UK))
    closing = make_letter(kind="closing")
    engine = ie._engine

    with pytest.raises(ConfigError, match="belongs to the mailbox `uk`"):
        queue(engine, closing, NOW, Origin(case_id=1))

    assert queue(uk._engine, closing, NOW, Origin(case_id=1))


def test_folders_of_two_accounts_are_two_folders(two: tuple[Store, Store]) -> None:
    uk, ie = two
    uk.watches.note("Sent", Watch(uidvalidity=1, uidnext=9, since=NOW, at=NOW))
    uk.watches.mark_seen("Sent", 1, [3, 4])

    assert ie.watches.last("Sent") is None
    assert ie.watches.seen("Sent", 1) == set()
    assert uk.watches.seen("Sent", 1) == {3, 4}


SAME = Edition({"10-roles.toml": "# the same\n"}, {})


def test_what_is_in_force_and_was_refused_is_of_each_mailbox(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    uk.editions.keep(SAME, None, NOW)
    uk.editions.activate(Activation(NOW, SAME.hash, How.START, "daemon"))
    ie.editions.note_trial(Trial(NOW, SAME.hash, Outcome.REFUSED, ("no",)))

    assert uk.editions.in_force() is not None
    assert ie.editions.in_force() is None
    assert uk.editions.last_trial() is None
    assert [len(each.editions.history()) for each in two] == [1, 1]


def test_who_answers_for_an_edition_in_one_mailbox_does_not_in_another(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    uk.editions.keep(SAME, None, NOW)
    uk.editions.accept(Acceptance(NOW, SAME.hash, None, "Ann", "it was in force"))

    assert len(uk.editions.accepted(SAME.hash)) == 1
    assert ie.editions.accepted(SAME.hash) == ()


def test_each_has_its_digest_of_a_day(two: tuple[Store, Store]) -> None:
    uk, ie = two
    day = date(2026, 4, 2)
    made = DigestRow(day=day, at=NOW, since=NOW, until=NOW, audit_head="")
    uk.digests.note(made)

    assert uk.digests.is_made(day)
    assert not ie.digests.is_made(day)
    ie.digests.note(made)


def test_a_job_went_well_when_it_did_in_every_mailbox(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, ie = two
    uk.heartbeat.note("intake", NOW)
    ie.heartbeat.note("intake", NOW - timedelta(hours=3))

    assert uk.heartbeat.last("intake") == NOW
    assert store.heartbeat.last("intake") == NOW - timedelta(hours=3)


def test_a_job_that_one_mailbox_never_did_was_not_done_in_all(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, _ = two

    uk.heartbeat.note("intake", NOW)

    assert store.heartbeat.last("intake") is None


def test_the_end_of_the_daemon_is_of_no_mailbox(store: Store) -> None:
    store.mailboxes.settle({"uk": UK, "ie": IE})
    store.heartbeat.note_end(NOW)

    store.mailboxes.settle({"ie": IE})

    assert store.heartbeat.ended_at() == NOW
    assert store.within("ie").heartbeat.ended_at() == NOW
    store.within("ie").heartbeat.forget_end()
    assert store.heartbeat.ended_at() is None


def test_a_restored_store_is_reconciled_once_every_mailbox_was_asked(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, ie = two
    store.restorations.begin(NOW, NOW, beyond=None)

    uk.restorations.finish({"mails put back": 2}, NOW)

    assert uk.restorations.pending() is None
    assert isinstance(ie.restorations.pending(), Restoration)
    ie.restorations.finish({"mails put back": 1}, NOW)
    last = store.restorations.last()
    assert last is not None
    assert (last.reconciled_at, last.found) == (NOW, {"mails put back": 3})


def test_the_one_mailbox_that_was_there_is_known_again_by_its_account(
    store: Store,
) -> None:
    record_case(store, 1, asked=in_(UK))

    store.mailboxes.settle({"ie": IE, "uk": UK})

    assert store.mailboxes.name_of_case("CMP-2026-00001") == "uk"
    assert store.mailboxes.names() == ("uk", "ie")


def test_cases_that_no_mailbox_goes_on_with_are_refused(store: Store) -> None:
    record_case(store, 1)

    with pytest.raises(ConfigError, match=r"no \[\[mailbox\]\] goes on with them"):
        store.mailboxes.settle({"uk": UK, "ie": IE})

    assert store.mailboxes.names() == ("",)


def test_a_single_mailbox_may_move_to_another_server(store: Store) -> None:
    record_case(store, 1)

    assert store.mailboxes.settle({"": UK}) == ()


def test_a_mailbox_without_a_name_may_get_one_and_move(store: Store) -> None:
    record_case(store, 1)

    store.mailboxes.settle({"uk": IE})

    assert store.mailboxes.name_of_case("CMP-2026-00001") == "uk"


def test_another_mailbox_in_the_place_of_the_only_one_gets_nothing_of_it(
    store: Store,
) -> None:
    store.mailboxes.settle({"uk": UK})
    record_case(store.within("uk"), 1, asked=in_(UK))

    left = store.mailboxes.settle({"ie": IE})

    assert left == ("uk",)
    assert store.mailboxes.name_of_case("CMP-2026-00001") == "uk"
    assert store.within("ie").outbox.claim(NOW, claim()) is None


def test_a_mailbox_that_was_tried_and_never_used_is_told_no_more(store: Store) -> None:
    store.mailboxes.settle({"uk": UK, "ie": IE})
    record_case(store.within("uk"), 1, asked=in_(UK))

    assert store.mailboxes.settle({"uk": UK, "eire": IE}) == ()
    assert store.mailboxes.settle({"": UK}) == ()
    assert store.mailboxes.name_of_case("CMP-2026-00001") == ""


def test_a_copy_in_another_mailbox_is_not_where_a_mail_was_taken_up(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    record = make_record(1, asked=in_(UK))
    uk.record(record)

    here = uk.handed_in.by_bytes(record.inquiry.sha256)
    there = ie.handed_in.by_bytes(record.inquiry.sha256)

    assert here is not None
    assert there is not None
    assert (here.is_ours, there.is_ours) == (True, False)


def test_a_restoration_is_over_though_a_mailbox_was_taken_out_before_it_was_asked(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, _ = two
    store.restorations.begin(NOW, NOW, beyond=None)
    uk.restorations.finish({"mails put back": 2}, NOW)

    store.mailboxes.settle({"uk": UK})
    store.restorations.end_asking(NOW)

    assert store.restorations.pending() is None


def test_a_restoration_that_no_mailbox_was_asked_about_is_not_over(
    store: Store,
) -> None:
    store.restorations.begin(NOW, NOW, beyond=None)

    store.restorations.end_asking(NOW)

    assert store.restorations.pending() is not None


def test_a_renamed_mailbox_keeps_its_cases(two: tuple[Store, Store]) -> None:
    a_case_each(two)
    store = two[0]

    store.mailboxes.settle({"britain": UK, "ie": IE})

    assert store.mailboxes.name_of_case("CMP-2026-00001") == "britain"


def test_two_mailboxes_cannot_take_each_others_names(two: tuple[Store, Store]) -> None:
    a_case_each(two)

    with pytest.raises(ConfigError, match="which the store knows as `ie`"):
        two[0].mailboxes.settle({"uk": IE, "ie": UK})


def test_one_of_several_goes_on_alone_only_by_its_name(
    two: tuple[Store, Store],
) -> None:
    a_case_each(two)
    store = two[0]

    with pytest.raises(ConfigError, match="has cases of other mailboxes: ie"):
        store.mailboxes.settle({"": UK})

    assert store.mailboxes.settle({"uk": UK}) == ("ie",)


def test_what_waits_in_a_mailbox_that_was_taken_out_is_told(
    two: tuple[Store, Store],
) -> None:
    a_case_each(two)
    store = two[0]

    (left,) = store.mailboxes.left(("uk",))

    assert (left.name, left.open_cases, left.letters) == ("ie", 1, 1)
    assert store.mailboxes.left(("uk", "ie")) == ()


def test_of_a_mailbox_that_was_taken_out_only_what_is_open_is_told(
    two: tuple[Store, Store],
) -> None:
    uk, ie = two
    record_case(ie, 2, asked=in_(IE), letters=())
    ie.register.close("CMP-2026-00002", Deed(at=NOW, by="Ann", act="close"), "upheld")

    assert uk.mailboxes.left(("uk",)) == ()


def test_the_ledger_of_a_mailbox_that_was_taken_out_is_told_no_more(
    store: Store, two: tuple[Store, Store]
) -> None:
    a_case_each(two)
    for each, inbox in zip(two, (UK, IE), strict=True):
        each.balances.note(Balance(inbox=inbox, at=NOW, unaccounted=1, lingering=0))
    both = [each.inbox for each in store.balances.last()]

    store.mailboxes.settle({"uk": UK})

    assert both == [UK, IE]
    assert [each.inbox for each in store.balances.last()] == [UK]


def test_a_sum_that_does_not_come_out_is_told_by_one_mailbox(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, ie = two
    a_case_each(two)
    store._engine.run("UPDATE outbox SET next_at = NULL WHERE id = 2")

    found = [each.balances.amiss(NOW) for each in (uk, ie, store)]

    assert [len(each) for each in found] == [0, 1, 1]


def test_what_passed_is_counted_for_its_mailbox(
    store: Store, two: tuple[Store, Store]
) -> None:
    uk, ie = two
    mark = store.counting.mark()
    record_case(ie, 2, asked=in_(IE))

    british, irish = (each.counting.since(mark)[0] for each in (uk, ie))

    assert (british.messages, british.letters) == ({}, {})
    assert irish.messages == {("recorded", "formal-complaint"): 1}
    assert irish.letters == {"queued": 1}
    assert uk.counting.oldest_due(NOW) is None
    assert ie.counting.oldest_due(NOW) == NOW


def test_nothing_is_written_to_one_of_several_that_nobody_named(store: Store) -> None:
    store.mailboxes.settle({"uk": UK, "ie": IE})

    with pytest.raises(LookupError, match="of several mailboxes"):
        store.heartbeat.note("intake", NOW)


def test_an_unknown_mailbox_is_refused(store: Store) -> None:
    with pytest.raises(ConfigError, match="does not know the mailbox `nobody`"):
        store.within("nobody")


def test_a_store_of_one_is_seen_whole_by_whoever_names_none(store: Store) -> None:
    record_case(store, 1)

    assert store.within("").overview.open_cases() == 1
    assert store.within(None).overview.open_cases() == 1


def test_everything_old_belongs_to_the_one_mailbox_that_was_there() -> None:
    database = Database(memory=True, strict=True)
    steps.apply(database, stop_before="0020_mailboxes")
    at = "2026-04-02T09:30:00.000000Z"
    rows: dict[str, dict[str, object]] = {
        "watches": {"folder": "Sent", "uidvalidity": 1, "since": at, "at": at},
        "watched": {"folder": "Sent", "uidvalidity": 1, "uid": 7},
        "handed_in": {
            "folder": "OK",
            "uidvalidity": 1,
            "uid": 7,
            "at": at,
            "reason": "moved",
        },
        "looks": {"folder": "OK", "uidvalidity": 1, "at": at},
        "alerts": {"day": "2026-04-02"},
        "digests": {
            "day": "2026-04-02",
            "at": at,
            "since": at,
            "until": at,
            "audit_head": "",
        },
        "calendars": {"id": 1, "at": at, "calendar": "{}"},
        "retention_lists": {"month": "2026-04", "made_at": at, "cases": "[]"},
        "heartbeats": {"job": "intake", "at": at},
        "inboxes": {"account": "a", "folder": "INBOX", "uidvalidity": 1},
        "breaker": {"opened_at": at, "allowed": 1},
    }
    for table, row in rows.items():
        database.table(table).insert(row)

    steps.apply(database)

    kept = {table: list(database.query(f"SELECT * FROM {table}")) for table in rows}  # noqa: S608 - our own names
    assert {table: len(found) for table, found in kept.items()} == dict.fromkeys(
        rows, 1
    )
    assert {found[0]["mailbox"] for found in kept.values()} == {1}
