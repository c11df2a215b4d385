"""Letters on their way: claims, moves, and who has lost a letter."""

from datetime import timedelta

import pytest

from tests.store.making import NOW, make_letter, record_case
from tests.store.sending import UNTIL, accept, claim, lose, refuse
from triage.decision.model import Reason
from triage.store import Category, IllegalMoveError, State, Store
from triage.store.moving import Claim
from triage.store.states import MOVES, Act

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def state_of(store: Store, letter: int = 1) -> State:
    item = store.outbox.show(letter)
    assert item is not None
    return item.line.state


def test_nothing_due_is_nothing_claimed(store: Store) -> None:
    assert store.outbox.claim(NOW, UNTIL) is None


def test_a_claimed_letter_carries_what_sending_needs(store: Store) -> None:
    record_case(store)

    letter = claim(store)

    assert letter.reference == "CMP-2026-00001"
    assert letter.to == "jane@example.org"
    assert letter.data == make_letter().data
    assert letter.message_id == "<acknowledge.CMP-2026-00001@ours.example>"
    assert (letter.attempt, letter.tries) == (1, 0)


def test_a_letter_is_claimed_once(store: Store) -> None:
    record_case(store)

    claim(store)

    assert store.outbox.claim(NOW, UNTIL) is None


def test_the_letter_that_waited_longest_comes_first(store: Store) -> None:
    record_case(store, 1, asked={"now": NOW})
    record_case(store, 2, asked={"now": NOW - HOUR})

    assert claim(store).reference == "CMP-2026-00002"


def test_a_letter_is_not_claimed_before_its_time(store: Store) -> None:
    record_case(store)
    store.outbox.put_off(claim(store), NOW, "450 later", NOW + MINUTE)

    assert store.outbox.claim(NOW, UNTIL) is None
    assert store.outbox.claim(NOW + MINUTE, UNTIL) is not None


def test_a_time_that_a_wrong_clock_wrote_does_not_keep_a_letter(store: Store) -> None:
    record_case(store, asked={"now": NOW + timedelta(days=365)})

    assert store.outbox.claim(NOW, UNTIL) is not None


def test_only_letters_put_off_count_as_tried(store: Store) -> None:
    record_case(store)
    store.outbox.put_back(claim(store), NOW, "the server is away", NOW)
    store.outbox.put_off(claim(store), NOW, "450 later", NOW)
    store.outbox.put_off(claim(store), NOW + HOUR, "450 later", NOW)

    letter = claim(store)

    assert (letter.attempt, letter.tries) == (4, 2)
    assert letter.trying_since == NOW


def test_finishing_is_a_commit_of_its_own(store: Store) -> None:
    record_case(store)
    letter = claim(store)

    with store.batch(), pytest.raises(RuntimeError, match="a commit of its own"):
        store.outbox.finish(letter, NOW, UNTIL)


def test_finishing_is_on_disk_when_it_returns(store: Store) -> None:
    record_case(store)
    letter = claim(store)

    store.outbox.finish(letter, NOW, UNTIL)

    with Store.open(store._engine.path, exclusive=False) as beside:
        assert state_of(beside) is State.FINISHING


def test_whoever_lost_a_letter_may_not_write_its_dot(store: Store) -> None:
    record_case(store)
    first = claim(store)
    store.outbox.reclaim(NOW + HOUR)
    claim(store, NOW + HOUR)

    with pytest.raises(IllegalMoveError, match="another dispatcher has it"):
        store.outbox.finish(first, NOW + HOUR, UNTIL)


def test_late_news_of_an_older_claim_moves_nothing(store: Store) -> None:
    record_case(store)
    first = claim(store)
    store.outbox.reclaim(NOW + HOUR)
    claim(store, NOW + HOUR)

    with pytest.raises(IllegalMoveError, match="another dispatcher has it"):
        store.outbox.refuse(first, NOW + HOUR, "550", address_is_bad=True)

    assert state_of(store) is State.SENDING
    assert store._engine.rows("SELECT * FROM bounced") == []


@pytest.mark.parametrize("since", [State.UNCERTAIN, State.HELD])
def test_a_late_2xx_is_proof_if_nothing_was_tried_since(
    store: Store, since: State
) -> None:
    record_case(store)
    letter = claim(store)
    lose(store, letter)
    if since is State.HELD:
        store.outbox.unwitnessed(letter.id, NOW, "no copy was found")

    store.outbox.accept(letter, NOW + HOUR, "250 at last")

    assert state_of(store) is State.SENT


def test_a_late_2xx_says_nothing_of_a_letter_that_was_sent_again(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    lose(store, letter)
    store.outbox.unwitnessed(letter.id, NOW, "no copy was found")
    store.outbox.resend(letter.id, NOW)

    with pytest.raises(IllegalMoveError):
        store.outbox.accept(letter, NOW + HOUR, "250 at last")


def test_a_stale_claim_goes_back_to_the_queue(store: Store) -> None:
    record_case(store)
    claim(store)

    found = store.outbox.reclaim(UNTIL.deadline)

    assert (found.put_back, found.uncertain) == (1, 0)
    assert state_of(store) is State.QUEUED


def test_a_claim_that_still_runs_is_left_alone(store: Store) -> None:
    record_case(store)
    claim(store)

    store.outbox.reclaim(UNTIL.deadline - timedelta(microseconds=1))

    assert state_of(store) is State.SENDING


def test_a_stale_finishing_is_uncertain_and_never_queued(store: Store) -> None:
    record_case(store)
    store.outbox.finish(claim(store), NOW, UNTIL)

    found = store.outbox.reclaim(UNTIL.deadline)

    assert (found.put_back, found.uncertain) == (0, 1)
    assert state_of(store) is State.UNCERTAIN
    assert store.outbox.claim(NOW + timedelta(days=9), UNTIL) is None


def test_at_the_start_every_claim_is_stale_whatever_the_clock_says(
    store: Store,
) -> None:
    for uid in (1, 2):
        record_case(store, uid)
    claim(store)
    store.outbox.finish(claim(store), NOW, UNTIL)

    found = store.outbox.recover(NOW - timedelta(days=365))

    assert (found.put_back, found.uncertain) == (1, 1)
    assert [state_of(store, 1), state_of(store, 2)] == [State.QUEUED, State.UNCERTAIN]


def test_uncertain_letters_wait_since_they_became_so(store: Store) -> None:
    record_case(store)
    letter = claim(store)
    lose(store, letter)

    (uncertain,) = store.outbox.uncertain()
    assert uncertain.since == NOW
    assert uncertain.message_id == letter.message_id


def test_a_witness_makes_an_uncertain_letter_sent_and_acknowledges(
    store: Store,
) -> None:
    record_case(store)
    lose(store, claim(store))

    store.outbox.witnessed(1, NOW + HOUR, "its copy was found")

    assert state_of(store) is State.SENT
    assert store.cases.listed()[0].acknowledged_at == NOW + HOUR


def test_without_a_witness_a_person_decides(store: Store) -> None:
    record_case(store)
    lose(store, claim(store))

    store.outbox.unwitnessed(1, NOW, "no copy was found")

    (line,) = store.outbox.listed(State.HELD)
    assert line.reason == "no copy was found"


def test_a_person_may_send_a_held_letter_as_it_was_composed(store: Store) -> None:
    record_case(store, letters=(make_letter(held=(Reason("m", "waits"),)),))

    store.outbox.resend(1, NOW)

    assert claim(store).data == make_letter().data


def test_a_person_may_send_a_refused_letter_again_from_the_beginning(
    store: Store,
) -> None:
    record_case(store)
    store.outbox.put_off(claim(store), NOW, "450", NOW)
    refuse(store, claim(store))

    store.outbox.resend(1, NOW)

    letter = claim(store)
    assert (letter.tries, letter.trying_since, letter.attempt) == (0, None, 3)


def test_an_uncertain_letter_cannot_be_sent_again_by_hand(store: Store) -> None:
    record_case(store)
    lose(store, claim(store))

    with pytest.raises(IllegalMoveError) as refusal:
        store.outbox.resend(1, NOW)

    expected = "letter 1 is uncertain; resend is possible from held, refused"
    assert str(refusal.value) == expected


def test_a_dropped_letter_is_never_sent(store: Store) -> None:
    record_case(store)

    store.outbox.drop(1, NOW)

    assert store.outbox.claim(NOW + HOUR, UNTIL) is None
    with pytest.raises(IllegalMoveError):
        store.outbox.resend(1, NOW)


def test_a_letter_that_does_not_exist_cannot_move(store: Store) -> None:
    with pytest.raises(IllegalMoveError, match="letter 7 does not exist"):
        store.outbox.drop(7, NOW)


def test_a_refusal_as_unknown_notes_the_address(store: Store) -> None:
    record_case(store)

    refuse(store, claim(store), address_is_bad=True)

    rows = store._engine.rows("SELECT address, why FROM bounced")
    assert rows == [{"address": "jane@example.org", "why": "refused as unknown"}]


def test_any_other_refusal_says_nothing_of_the_address(store: Store) -> None:
    record_case(store)

    refuse(store, claim(store))

    assert store._engine.rows("SELECT address FROM bounced") == []


def test_letters_are_listed_by_state(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid)
    accept(store, claim(store))
    store.outbox.drop(2, NOW)

    assert [line.id for line in store.outbox.listed(State.QUEUED)] == [3]
    sent_or_dropped = store.outbox.listed(State.SENT, State.DROPPED)
    assert [line.id for line in sent_or_dropped] == [1, 2]
    assert [line.id for line in store.outbox.listed()] == [1, 2, 3]


def test_a_letter_that_does_not_exist_is_none(store: Store) -> None:
    assert store.outbox.show(404) is None


def test_an_illegal_move_changes_nothing(store: Store) -> None:
    record_case(store)
    before = list(store._engine.database.iterdump())

    with pytest.raises(IllegalMoveError):
        store.outbox.witnessed(1, NOW, "wrong")

    assert before == list(store._engine.database.iterdump())


def test_no_way_leads_from_uncertain_to_the_queue_but_through_a_person() -> None:
    """Nothing that the program does by itself sends again what may have gone out."""
    by_a_person = {Act.APPROVE, Act.REJECT, Act.EDIT, Act.RESEND, Act.DROP}
    moves = {
        (before, after)
        for act, table in MOVES.items()
        if act not in by_a_person
        for before, after in table.items()
    }

    reached = {State.UNCERTAIN}
    while more := {after for before, after in moves if before in reached} - reached:
        reached |= more

    assert reached == {State.UNCERTAIN, State.HELD, State.SENT}


def test_sent_and_dropped_are_the_end() -> None:
    leaving = {before for table in MOVES.values() for before in table}

    assert set(State) - leaving == {State.SENT, State.DROPPED}


def test_two_stores_do_not_claim_one_letter(store: Store) -> None:
    record_case(store)
    with Store.open(store._engine.path, exclusive=False) as other:
        taken = [
            each.outbox.claim(NOW, Claim(owner=name, deadline=UNTIL.deadline))
            for each, name in ((store, "one"), (other, "two"))
        ]

    assert [letter is not None for letter in taken] == [True, False]


def test_a_claim_does_not_outlast_a_clock_that_is_set_back(store: Store) -> None:
    record_case(store)
    claim(store)

    store.outbox.reclaim(NOW - timedelta(days=1))

    (line,) = store.outbox.listed()
    assert line.state is State.QUEUED


def test_a_notice_of_no_case_is_queued_once(store: Store) -> None:
    notice = make_letter("RULES", category=Category.NOTICE)

    first, again = store.outbox.notify(notice, NOW), store.outbox.notify(notice, NOW)

    assert (first, again) == (True, False)
    assert [line.reference for line in store.outbox.listed(State.QUEUED)] == [None]


def test_letters_are_counted_by_state_until_they_are_done_with(store: Store) -> None:
    for uid in (1, 2, 3):
        record_case(store, uid)
    accept(store, claim(store))
    claim(store)

    assert store.outbox.counted() == {"queued": 1, "sending": 1}
