"""The job on a real store, with folders and trials that a test decides about."""

import logging
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.edition import Edition
from triage.errors import ConfigError, TransientError
from triage.store import (
    Acceptance,
    Activation,
    Blocking,
    Counts,
    How,
    Outcome,
    Store,
)
from triage.trial import Comparison, Findings, Trials

NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
COUNTS = Counts(3, 2, 1, 4)
GOOD = Findings(COUNTS, comparison=Comparison(500, 3))
BAD = Findings(None, ("rules/a.toml:1:1: unknown key `phrase`",))
ONE = Blocking("11" * 32, "CMP-2026-00001", "school-first instead of review")
WORSE = Findings(COUNTS, comparison=Comparison(500, 3, (ONE,)))


def edition(text: str) -> Edition:
    return Edition({"a.toml": text}, {})


OLD, NEW, OTHER = edition("old"), edition("new"), edition("other")


@dataclass
class Office:
    """Folders, trials and an intake as a test wants them, over a store."""

    store: Store
    written: Edition | ConfigError = OLD
    touched: int = 0
    findings: dict[str, Findings | Exception] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    serving: str = OLD.hash
    clock_at: datetime = NOW
    cannot_use: Exception | None = None
    while_pausing: list[Edition] = field(default_factory=list)
    """What somebody writes, one in each pause."""
    while_reading: list[Edition] = field(default_factory=list)
    """… and one during each read."""
    pauses: int = 0

    def __post_init__(self) -> None:
        self.trials = self.restarted()

    def restarted(self) -> Trials:
        return Trials(
            folders=self,
            store=self.store,
            try_out=self.try_out,
            clock=self.clock,
            pause=self.pause,
        )

    def pause(self) -> None:
        self.pauses += 1
        if self.while_pausing:
            self.write(self.while_pausing.pop(0))

    def clock(self) -> datetime:
        self.clock_at += timedelta(seconds=1)
        return self.clock_at

    def write(self, written: Edition | ConfigError) -> None:
        self.written = written
        self.touched += 1

    def look(self) -> Hashable:
        return self.touched

    def read(self) -> Edition:
        written = self.written
        if self.while_reading:
            self.write(self.while_reading.pop(0))
        if isinstance(written, ConfigError):
            raise written
        return written

    def try_out(self, tried: Edition, in_force: Edition) -> Findings:
        assert in_force.hash == self.in_force
        self.tried.append(tried.hash)
        found = self.findings.get(tried.hash, GOOD)
        if isinstance(found, Exception):
            raise found
        return found

    def put_in_force(self, swapped: Edition, record: Callable[[], object]) -> None:
        if self.cannot_use is not None:
            raise self.cannot_use
        record()
        self.serving = swapped.hash

    def look_once(self) -> Activation | None:
        return self.trials.run(lambda: False, self.put_in_force)

    def look_twice(self) -> Activation | None:
        return self.look_once() or self.look_once()

    def look_often(self) -> None:
        for _ in range(9):
            self.look_once()

    def accept(self, tried: Edition, sha256: str | None, by: str = "jane") -> None:
        self.store.editions.accept(
            Acceptance(self.clock(), tried.hash, sha256, by, "it is right")
        )

    @property
    def in_force(self) -> str:
        activation = self.store.editions.in_force()
        assert activation is not None
        return activation.hash


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as opened:
        yield opened


@pytest.fixture
def office(store: Store) -> Office:
    office = Office(store)
    office.trials.begin_with(OLD, COUNTS)
    return office


def test_the_first_edition_is_in_force_from_the_start(office: Office) -> None:
    found = office.store.editions.in_force()

    assert found is not None
    assert (found.hash, found.how, found.counts) == (OLD.hash, How.START, COUNTS)


def test_nothing_is_read_while_nothing_changes(office: Office) -> None:
    for _ in range(3):
        office.look_once()

    assert office.tried == []


def test_what_changed_comes_into_force_once_it_is_still(office: Office) -> None:
    office.write(NEW)

    at_once, later = office.look_once(), office.look_once()

    assert at_once is None
    assert later is not None
    assert (later.hash, later.how) == (NEW.hash, How.CHANGE)
    assert office.in_force == office.serving == NEW.hash


def test_a_file_that_is_still_being_written_is_not_tried(office: Office) -> None:
    for half in ("n", "ne"):
        office.write(edition(half))
        office.look_once()
    office.write(NEW)

    office.look_twice()

    assert office.tried == [NEW.hash]


def test_several_files_saved_one_after_the_other_are_tried_as_one(
    office: Office,
) -> None:
    office.write(Edition({"a.toml": "new"}, {}))
    office.look_once()
    office.write(Edition({"a.toml": "new", "b.toml": "new"}, {}))

    office.look_twice()

    assert office.tried == [Edition({"a.toml": "new", "b.toml": "new"}, {}).hash]


def test_a_signal_has_it_tried_at_once(office: Office) -> None:
    office.write(NEW)
    office.trials.ask()

    activation = office.look_once()

    assert activation is not None
    assert activation.how is How.SIGNAL


def test_a_signal_without_a_change_does_nothing(office: Office) -> None:
    office.trials.ask()

    assert office.look_once() is None
    assert office.tried == []


def test_what_is_refused_changes_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.findings[NEW.hash] = BAD
    office.write(NEW)

    office.look_twice()

    assert office.in_force == office.serving == OLD.hash
    last = office.store.editions.last_trial()
    assert last is not None
    assert (last.hash, last.outcome, last.reasons) == (
        NEW.hash,
        Outcome.REFUSED,
        BAD.faults,
    )
    assert "rules/a.toml:1:1: unknown key `phrase`" in caplog.text


def test_a_refusal_is_said_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.findings[NEW.hash] = BAD
    office.write(NEW)

    for _ in range(5):
        office.look_once()

    assert caplog.text.count("unknown key") == 1
    assert office.tried == [NEW.hash]


def test_what_was_refused_is_kept_to_be_looked_at(office: Office) -> None:
    office.findings[NEW.hash] = BAD
    office.write(NEW)

    office.look_twice()

    kept = office.store.editions.get(NEW.hash)
    assert (kept.edition, kept.counts) == (NEW, None)


def test_a_mended_file_comes_into_force(office: Office) -> None:
    office.findings[NEW.hash] = BAD
    office.write(NEW)
    office.look_twice()
    office.write(OTHER)

    office.look_twice()

    assert office.in_force == office.serving == OTHER.hash


def test_going_back_to_what_is_in_force_tries_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.findings[NEW.hash] = BAD
    office.write(NEW)
    office.look_twice()
    office.write(OLD)

    with caplog.at_level(logging.INFO):
        office.look_twice()

    assert office.tried == [NEW.hash]
    assert f"as in force (edition {OLD.hash})" in caplog.text


def test_a_folder_that_vanishes_is_a_refusal_and_no_end(office: Office) -> None:
    office.write(ConfigError("the folder rules does not exist"))

    office.look_twice()

    last = office.store.editions.last_trial()
    assert last is not None
    assert (last.hash, last.reasons) == (None, ("the folder rules does not exist",))
    assert office.in_force == OLD.hash


def test_messages_block_until_somebody_answers_for_them(office: Office) -> None:
    office.findings[NEW.hash] = WORSE
    office.write(NEW)
    office.look_twice()
    before = office.in_force
    last = office.store.editions.last_trial()
    office.accept(NEW, ONE.sha256)

    office.look_once()

    assert last is not None
    assert last.blocking == (ONE,)
    assert (before, office.in_force) == (OLD.hash, NEW.hash)


def test_an_acceptance_for_another_edition_changes_nothing(office: Office) -> None:
    office.findings[NEW.hash] = WORSE
    office.write(NEW)
    office.look_twice()
    office.accept(OLD, ONE.sha256)

    office.look_twice()

    assert office.in_force == OLD.hash


def test_an_acceptance_while_it_is_tried_is_not_overlooked(office: Office) -> None:
    office.findings[NEW.hash] = WORSE
    office.write(NEW)
    office.look_twice()
    try_out = office.try_out

    def accepted_meanwhile(tried: Edition, in_force: Edition) -> Findings:
        found = try_out(tried, in_force)
        office.accept(NEW, ONE.sha256)
        office.trials.try_out = try_out
        return found

    office.trials.try_out = accepted_meanwhile
    office.trials.ask()
    office.look_once()
    before = office.in_force

    office.look_once()

    assert (before, office.in_force) == (OLD.hash, NEW.hash)


def test_going_back_is_told_with_who_did_it(office: Office) -> None:
    office.write(NEW)
    office.look_twice()
    office.findings[OLD.hash] = WORSE
    office.accept(OLD, None, by="jane")
    office.write(OLD)

    activation = office.look_twice()

    assert activation is not None
    assert (activation.hash, activation.how, activation.by) == (
        OLD.hash,
        How.ROLLBACK,
        "jane",
    )


def test_a_later_change_to_an_edition_once_gone_back_to_is_a_change(
    office: Office,
) -> None:
    office.write(NEW)
    office.look_twice()
    office.accept(OLD, None)
    for each in (OLD, NEW, OLD):
        office.write(each)
        office.look_twice()

    hows = [e.how for e in office.store.editions.history() if isinstance(e, Activation)]

    assert hows[1:] == [How.CHANGE, How.ROLLBACK, How.CHANGE, How.CHANGE]


def test_a_trial_that_could_not_be_made_is_made_later(office: Office) -> None:
    office.findings[NEW.hash] = TransientError("the store cannot be used")
    office.write(NEW)
    office.look_once()
    with pytest.raises(TransientError):
        office.look_once()
    del office.findings[NEW.hash]

    office.look_once()

    assert office.in_force == NEW.hash


def test_what_cannot_be_used_after_all_is_refused(office: Office) -> None:
    office.cannot_use = ConfigError("no memory for it")
    office.write(NEW)

    office.look_twice()

    last = office.store.editions.last_trial()
    assert last is not None
    assert (last.hash, last.reasons) == (NEW.hash, ("no memory for it",))
    assert office.in_force == office.serving == OLD.hash


def test_a_start_with_the_same_files_tries_nothing(office: Office) -> None:
    assert office.restarted().begin() == OLD
    assert office.tried == []


def test_a_start_with_other_files_tries_them(office: Office) -> None:
    office.write(NEW)

    assert office.restarted().begin() == NEW

    found = office.store.editions.in_force()
    assert found is not None
    assert (found.hash, found.how) == (NEW.hash, How.START)


def test_a_restart_is_no_way_around_a_refusal(office: Office) -> None:
    office.findings[NEW.hash] = WORSE
    office.write(NEW)

    assert office.restarted().begin() == OLD
    assert office.in_force == OLD.hash


def test_a_start_without_readable_folders_takes_what_was_in_force(
    office: Office,
) -> None:
    office.write(ConfigError("the folder rules does not exist"))

    assert office.restarted().begin() == OLD


def test_after_a_refused_start_the_folders_are_not_tried_again_and_again(
    office: Office,
) -> None:
    office.findings[NEW.hash] = BAD
    office.write(NEW)
    office.trials = office.restarted()
    office.trials.begin()

    office.look_twice()

    assert office.tried == [NEW.hash]
    assert len(office.store.editions.history()) == 2


def test_a_start_whose_trial_could_not_be_made_tries_later(office: Office) -> None:
    office.findings[NEW.hash] = TransientError("the store cannot be used")
    office.write(NEW)
    office.trials = office.restarted()
    started_with = office.trials.begin()
    del office.findings[NEW.hash]

    office.look_once()

    assert (started_with, office.in_force) == (OLD, NEW.hash)


def test_nothing_is_tried_while_stopping(office: Office) -> None:
    office.write(NEW)
    office.look_once()

    office.trials.run(lambda: True, office.put_in_force)

    assert office.tried == []


def test_what_could_not_be_compared_passes_and_is_said(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    why = "nothing was compared: what was in force has no contact"
    office.findings[NEW.hash] = Findings(COUNTS, comparison=Comparison(impossible=why))
    office.write(NEW)

    activation = office.look_twice()

    last, found = office.store.editions.last_trial(), office.store.editions.in_force()
    assert last is not None
    assert (last.hash, last.outcome, last.reasons) == (NEW.hash, Outcome.LIVE, (why,))
    assert activation == found
    assert found is not None
    assert found.notes == (why,)
    assert f"edition {NEW.hash}: {why}" in caplog.text


HALF, MOST = edition("half of it"), edition("most of it")


def test_a_signal_in_the_midst_of_a_change_waits_for_its_end(office: Office) -> None:
    office.write(HALF)
    office.while_pausing = [NEW]
    office.trials.ask()

    in_the_midst, later = office.look_once(), office.look_once()

    assert in_the_midst is None
    assert later is not None
    assert (later.hash, later.how) == (NEW.hash, How.SIGNAL)
    assert office.tried == [NEW.hash]


def test_a_signal_right_after_a_look_in_the_midst_of_a_change_waits_too(
    office: Office,
) -> None:
    office.write(HALF)
    office.look_once()
    office.while_pausing = [NEW]
    office.trials.ask()

    office.look_often()

    assert office.tried == [NEW.hash]


def test_what_changes_while_it_is_read_is_not_tried(office: Office) -> None:
    office.write(HALF)
    office.look_once()
    office.while_reading = [NEW]

    office.look_often()

    assert office.tried == [NEW.hash]


def test_a_signal_is_kept_while_what_is_read_changes(office: Office) -> None:
    office.trials.ask()
    office.while_reading = [NEW]

    in_the_midst, later = office.look_once(), office.look_once()

    assert in_the_midst is None
    assert later is not None
    assert later.how is How.SIGNAL


def test_files_that_cannot_be_read_while_they_change_are_no_refusal(
    office: Office,
) -> None:
    office.write(ConfigError("the folder rules does not exist"))
    office.look_once()
    office.while_reading = [NEW]

    office.look_often()

    last = office.store.editions.last_trial()
    assert last is not None
    assert (last.hash, last.outcome) == (NEW.hash, Outcome.LIVE)


def test_going_back_beside_a_look_puts_no_mixed_set_in_force(office: Office) -> None:
    """What is accepted has the folders read, though no file has changed yet."""
    office.write(NEW)
    office.look_twice()
    office.accept(OLD, None)
    office.while_reading = [HALF, OLD]

    office.look_often()

    assert office.tried == [NEW.hash, OLD.hash]
    assert office.in_force == OLD.hash


def test_a_start_in_the_midst_of_a_change_waits_for_its_end(office: Office) -> None:
    office.write(HALF)
    office.while_reading = [MOST]
    office.while_pausing = [edition("nearly all of it"), NEW]

    started_with = office.restarted().begin()

    assert started_with == NEW
    assert office.tried == [NEW.hash]


def test_a_start_beside_files_that_never_rest_takes_what_was_in_force(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.write(HALF)
    office.while_pausing = [edition(str(number)) for number in range(100)]
    office.trials = office.restarted()
    started_with = office.trials.begin()
    office.while_pausing = []
    office.write(NEW)

    office.look_twice()

    assert started_with == OLD
    assert "tried once they stay the same" in caplog.text
    assert office.tried == [NEW.hash]


def test_a_start_with_the_same_files_takes_no_pause(office: Office) -> None:
    office.restarted().begin()

    assert office.pauses == 0


def test_a_first_start_in_the_midst_of_a_change_waits_for_its_end(
    store: Store,
) -> None:
    office = Office(store, written=HALF, while_reading=[MOST], while_pausing=[NEW])

    assert office.trials.first() == NEW


def test_a_first_start_beside_files_that_never_rest_is_refused(store: Store) -> None:
    office = Office(store, while_reading=[edition(str(each)) for each in range(100)])

    with pytest.raises(ConfigError, match="being changed"):
        office.trials.first()


def test_a_first_start_without_folders_is_refused(store: Store) -> None:
    office = Office(store, ConfigError("the folder rules does not exist"))

    with pytest.raises(ConfigError, match="does not exist"):
        office.trials.first()
