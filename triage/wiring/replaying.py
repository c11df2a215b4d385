"""What a replay judges by: rules, and what the store knows of its own letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from triage.config import Config
from triage.deadlines import Shifts, foresee
from triage.decision import Ourselves
from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.store import Store
from triage.wiring.rulebook import (
    bound_to,
    config_to_look_at,
    keys_of,
    rulebook_without_keys,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where mails are judged once more: rulebooks that never send, and the store.

    With a store, its own letters are known again in the mails that answer them.
    """

    path: Path | None
    """Of the configuration; None: there is only what comes with the program."""
    config: Config
    store: Store | None
    """None: there is no installation, or it has received nothing yet."""

    def by_folder(self, rules: Path | None = None) -> Rulebook:
        """Compile the rule files of a folder, or of the config; raises ConfigError."""
        config = config_to_look_at(self.path, rules)
        return self._bound(rulebook_without_keys(config))

    def by_hash(self, prefix: str) -> Rulebook:
        """Compile a kept edition, letters included; raises ConfigError."""
        if self.store is None:
            raise ConfigError(
                Problem(
                    f"there is no folder {prefix}, and no store that keeps editions",
                    hint="name the installation with --config",
                )
            )
        edition = self.store.editions.get(prefix).edition
        return self._bound(rulebook_without_keys(self.config, edition))

    def in_force(self) -> Rulebook:
        """Compile what the daemon goes by, or would at its first start."""
        now = self.store.editions.in_force() if self.store else None
        return self.by_folder() if now is None else self.by_hash(now.hash)

    def known_cases(self) -> dict[str, str]:
        """Return which case a mail opened, by its Message-ID."""
        return self.store.opened_by() if self.store else {}

    def accepted(self, hash_: str) -> frozenset[str | None]:
        """Return the mails for which a person answers; None among them: all of them."""
        if self.store is None:
            return frozenset()
        return frozenset(each.sha256 for each in self.store.editions.accepted(hash_))

    def shifts(self, old: Rulebook, new: Rulebook, now: datetime) -> Shifts:
        """Return which due dates of open cases other rules would move."""
        if self.store is None:
            return Shifts()
        promises = self.store.clocks.calendars.promises()
        return foresee(promises, old.ruleset.calendar, new.ruleset, now)

    def _bound(self, rulebook: Rulebook) -> Rulebook:
        if self.path is None:
            return replace(rulebook, ourselves=Ourselves())
        if self.store is None:
            return rulebook
        with_keys = replace(rulebook, keys=keys_of(self.config))
        return bound_to(with_keys, self.store.salt)


@contextmanager
def desk(config_path: Path | None) -> Iterator[Desk]:
    """Ready what a replay needs; the store is open until it is left.

    Raises ConfigError.
    """
    config = config_to_look_at(config_path)
    if config_path is None or not config.store.path.is_file():
        yield Desk(config_path, config, None)
        return
    with Store.open(config.store.path, exclusive=False) as store:
        yield Desk(config_path, config, store.within(config.mailbox.name))
