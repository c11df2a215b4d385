"""Whatever happens to letters, in any order: none is lost, none is sent twice."""

import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from tests.store.making import NOW, make_letter, record_case
from triage.decision.model import Reason
from triage.store import IllegalMoveError, Rerouting, State, Store
from triage.store.moving import Claim
from triage.store.outbox import Claimed
from triage.store.states import MOVES

HELD = (Reason("by-route", "replies of this route wait"),)
LEASE = timedelta(minutes=15)
LETTER = st.integers(min_value=1, max_value=4)
ANY = st.integers(min_value=0, max_value=9)


class Sending(RuleBasedStateMachine):
    """Two dispatchers, a server, a witness that tells the truth, and a person."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "store"
        self.store = Store.open(path, exclusive=True)
        self.now = NOW
        self.composed = 0
        self.claimed: list[Claimed] = []
        self.dotted: list[Claimed] = []
        self.accepted: dict[int, int] = {}
        self.stopped: set[int] = set()

    @override
    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @precondition(lambda self: self.composed < 4)
    @rule(waits=st.booleans())
    def compose(self, *, waits: bool) -> None:
        self.composed += 1
        reference = f"CMP-2026-{self.composed:05d}"
        held = HELD if waits else ()
        letter = make_letter(reference, template="letter", held=held)
        asked = {"now": self.now}
        record_case(self.store, self.composed, asked=asked, letters=(letter,))

    @rule()
    def claim(self) -> None:
        letter = self.store.outbox.claim(self.now, self.lease())
        if letter is not None:
            self.claimed.append(letter)

    @precondition(lambda self: self.claimed)
    @rule(which=ANY, is_accepted=st.booleans())
    def write_the_dot(self, which: int, *, is_accepted: bool) -> None:
        letter = self.claimed.pop(which % len(self.claimed))
        try:
            self.store.outbox.finish(letter, self.now, self.lease())
        except IllegalMoveError:
            return
        self.dotted.append(letter)
        if is_accepted:
            self.accepted[letter.id] = self.accepted.get(letter.id, 0) + 1

    @precondition(lambda self: self.claimed)
    @rule(which=ANY, is_counted=st.booleans())
    def fail_before_the_dot(self, which: int, *, is_counted: bool) -> None:
        letter = self.claimed.pop(which % len(self.claimed))
        outbox = self.store.outbox
        back = outbox.put_off if is_counted else outbox.put_back
        if self.is_still_its(letter):
            back(letter, self.now, "450 later", self.now + timedelta(minutes=1))

    @precondition(lambda self: self.dotted)
    @rule(which=ANY)
    def hear_the_truth(self, which: int) -> None:
        letter = self.dotted.pop(which % len(self.dotted))
        try:
            if self.accepted.get(letter.id):
                self.store.outbox.accept(letter, self.now, "250")
            else:
                self.store.outbox.put_off(letter, self.now, "450 later", self.now)
        except IllegalMoveError:
            pass

    @precondition(lambda self: self.dotted)
    @rule(which=ANY)
    def hear_nothing(self, which: int) -> None:
        letter = self.dotted.pop(which % len(self.dotted))
        if self.is_still_its(letter):
            self.store.outbox.lose(letter, self.now, "nothing was heard")

    @rule(minutes=st.integers(min_value=1, max_value=20))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.store.outbox.reclaim(self.now)

    @rule()
    def crash_and_start(self) -> None:
        self.claimed.clear()
        self.dotted.clear()
        self.store.outbox.recover(self.now)

    @rule()
    def ask_the_witness(self) -> None:
        for letter in self.store.outbox.uncertain():
            if self.accepted.get(letter.id):
                self.store.outbox.witnessed(letter.id, self.now, "found")
            elif not any(one.id == letter.id for one in self.dotted):
                self.store.outbox.unwitnessed(letter.id, self.now, "not found")

    @rule(letter=LETTER, act=st.sampled_from(["drop", "resend", "approve", "reject"]))
    def a_person_acts(self, letter: int, act: str) -> None:
        store, now = self.store, self.now
        acts = {
            "drop": lambda: store.outbox.drop(letter, now),
            "resend": lambda: store.outbox.resend(letter, now),
            "approve": lambda: store.approvals.approve(letter, now, "ruth"),
            "reject": lambda: store.approvals.reject(letter, now, "ruth", "no"),
        }
        with suppress(IllegalMoveError):
            acts[act]()

    @precondition(lambda self: self.composed)
    @rule(which=ANY)
    def a_person_moves_the_case(self, which: int) -> None:
        done = self.store.cases.reroute(
            Rerouting(
                reference=f"CMP-2026-{which % self.composed + 1:05d}",
                route="review",
                why="it belongs there",
                by="ruth",
                now=self.now,
                priority="normal",
                respond_by=None,
                asks_missing=False,
                wrong_templates=frozenset({"letter"}),
            )
        )
        stopped = {line.id for line in done.dropped}
        assert not stopped & self.accepted.keys()
        self.stopped |= stopped

    def lease(self) -> Claim:
        return Claim(owner="machine", deadline=self.now + LEASE)

    def is_still_its(self, letter: Claimed) -> bool:
        row = self.store._engine.one(
            "SELECT attempt, state FROM outbox WHERE id = :id", id=letter.id
        )
        is_moving = row["state"] in {State.SENDING, State.FINISHING}
        return is_moving and row["attempt"] == letter.attempt

    @invariant()
    def no_letter_is_accepted_twice(self) -> None:
        assert all(times == 1 for times in self.accepted.values()), self.accepted

    @invariant()
    def nobody_gets_what_a_person_stopped(self) -> None:
        assert not self.stopped & self.accepted.keys()

    @invariant()
    def no_letter_is_lost(self) -> None:
        assert self.composed == len(self.store.outbox.listed())

    @invariant()
    def what_is_said_to_be_sent_was_accepted(self) -> None:
        sent = {line.id for line in self.store.outbox.listed(State.SENT)}
        assert sent <= self.accepted.keys()

    @invariant()
    def every_move_is_of_the_table_and_follows_the_last(self) -> None:
        legal = {pair for table in MOVES.values() for pair in table.items()}
        for line in self.store.outbox.listed():
            item = self.store.outbox.show(line.id)
            assert item is not None
            states = [move.after for move in item.moves]
            assert [None, *states[:-1]] == [move.before for move in item.moves]
            assert {(m.before, m.after) for m in item.moves[1:]} <= legal
            assert states[-1] is line.state


TestSending = Sending.TestCase
TestSending.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
