"""Everything around one dispatch: store, clock, a fake server and a fake witness."""

from datetime import datetime, timedelta
from typing import Any

from tests.dispatch.fakes import AtTheDot, FakeSubmission, FakeWitness
from tests.store.making import NOW, make_letter, record_case
from triage.dispatch import Dispatch, Sender, Tally, Witness
from triage.smtp import Outcome
from triage.store import OutboxLine, Store

MINUTE = timedelta(minutes=1)


class Office:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.server = FakeSubmission()
        self.witness: FakeWitness | None = FakeWitness(says=False)
        self.dispatch = self.new_dispatch()

    def new_dispatch(self, **changes: Any) -> Dispatch:
        return Dispatch(
            outbox=self.store.outbox,
            submission=changes.get("submission", self.server),
            witness=changes.get("witness", _Asked(self)),
            sender=changes.get("sender", Sender("test")),
            clock=self.clock,
        )

    def clock(self) -> datetime:
        return self.now

    def compose(self, count: int = 1, **changes: Any) -> None:
        """Record complaints whose acknowledgements are due now."""
        for uid in range(1, count + 1):
            letter = make_letter(f"CMP-2026-{uid:05d}", **changes)
            record_case(self.store, uid, asked={"now": self.now}, letters=(letter,))

    def answers(self, *outcomes: Outcome | AtTheDot) -> None:
        self.server.outcomes = list(outcomes)

    def run(self, after: timedelta = timedelta()) -> Tally:
        self.now += after
        return self.dispatch.run()

    def line(self, letter: int = 1) -> OutboxLine:
        item = self.store.outbox.show(letter)
        assert item is not None
        return item.line


class _Asked:
    """Asks whatever witness the office has at the time."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def has(self, message_id: str) -> bool | None:
        witness: Witness | None = self._office.witness
        return None if witness is None else witness.has(message_id)
