"""What mail is judged by: chosen at the start, replaced while the daemon runs."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from triage.config import Config
from triage.edition import Edition
from triage.errors import ConfigError
from triage.intake import Intake, Rulebook
from triage.reader import Reader
from triage.store import Store
from triage.trial import Findings, Trials
from triage.wiring.folders import RuleFolders
from triage.wiring.rule_check import faults_in
from triage.wiring.rulebook import (
    keys_bound_to,
    keys_of,
    rulebook_of,
    rulebook_without_keys,
)
from triage.wiring.trying import Attempt, counts_of, try_apart

REST_SECONDS = 2.0
"""How long nobody must have saved a file, for what is read out of turn."""


class Rules:
    """What an intake judges by, rulebook and reader, always of the same edition.

    `begin` chooses them; once an intake has them (`serve`), `run` is one pass of the
    job that replaces them.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        clock: Callable[[], datetime],
        stop: threading.Event,
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._stopping: Callable[[], bool] = stop.is_set
        """Who asks whether to stop is seen to get on."""
        self._intake: Intake | None = None
        self._reader: Reader | None = None
        self._keys: Sequence[bytes] = ()
        self._trials = Trials(
            folders=RuleFolders(config),
            store=store,
            try_out=self._try,
            clock=clock,
            pause=partial(stop.wait, REST_SECONDS),
        )

    def begin(self) -> tuple[Rulebook, Reader]:
        """Choose what to start with: what stands in the folders, or was in force.

        Raises ConfigError where neither can be used.
        """
        if self._store.editions.in_force() is None:
            rulebook, reader = self._first()
        else:
            self._keys = self._bound(keys_of(self._config))
            edition = self._trials.begin()
            reader = self._reader = Reader(edition.rules)
            rulebook = rulebook_without_keys(self._config, edition, reader.rules)
        rulebook = replace(rulebook, keys=self._keys)
        self._trials.tell(rulebook)
        return rulebook, reader

    def _first(self) -> tuple[Rulebook, Reader]:
        """Begin a new store; there is nothing to fall back to or compare with."""
        edition, today = self._trials.first(), self._clock().date()
        check = partial(faults_in, self._config, edition, today=today)
        reader = self._reader = Reader(edition.rules, check=check)
        rulebook = rulebook_of(self._config, edition, reader.rules)
        self._keys = self._bound(rulebook.keys)
        if faults := reader.faults():
            raise ConfigError(*faults)
        self._trials.begin_with(edition, counts_of(rulebook))
        return rulebook, reader

    def _bound(self, keys: Sequence[bytes]) -> Sequence[bytes]:
        """Bind keys to this store, as they were read at the start.

        They are not read again: a secret may be away for a while.
        """
        return keys_bound_to(self._store.salt, keys)

    def serve(self, intake: Intake) -> None:
        """Take over what an intake judges by."""
        self._intake = intake

    def close(self) -> None:
        """End the reader."""
        if self._reader is not None:
            self._reader.close()

    def ask(self) -> None:
        """Have the folders read at the next run; for another thread."""
        self._trials.ask()

    def run(self, stopping: Callable[[], bool]) -> object:
        """Look at the folders, and put in force what changed there and passes.

        Raises TransientError.
        """
        intake, self._stopping = self._intake, stopping
        if intake is None:
            return None
        activation = self._trials.run(stopping, partial(self._put_in_force, intake))
        self._trials.tell(intake.rulebook)
        return activation

    def _try(self, edition: Edition, in_force: Edition) -> Findings:
        now = self._clock()
        attempt = Attempt(self._config, edition, in_force, now, self._keys)
        return try_apart(attempt, self._stopping)

    def _put_in_force(
        self, intake: Intake, edition: Edition, record: Callable[[], None]
    ) -> None:
        """Make everything ready beside the passes, and swap it in between two."""
        reader = Reader(edition.rules)
        try:
            compiled = rulebook_without_keys(self._config, edition, reader.rules)
            rulebook = replace(compiled, keys=self._keys)
            with intake.between_passes():
                record()
                intake.rulebook, intake.reader = rulebook, reader
        except BaseException:
            reader.close()
            raise
        former, self._reader = self._reader, reader
        if former is not None:
            former.close()
