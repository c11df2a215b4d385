"""What a replay judges by: rules, and what the store knows of its own letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from triage.config import load_config
from triage.intake import Rulebook
from triage.store import Store
from triage.wiring.rulebook import bound_to, keys_of, rulebook_to_look_at


@dataclass(frozen=True, slots=True)
class Desk:
    """A rulebook that judges but never sends, and the installation's store."""

    rulebook: Rulebook
    store: Store | None
    """None: there is no installation, or it has received nothing yet."""

    def known_cases(self) -> dict[str, str]:
        """Return which case a mail opened, by its Message-ID."""
        return self.store.opened_by() if self.store else {}


@contextmanager
def desk(config: Path | None, rules: Path | None) -> Iterator[Desk]:
    """Ready what a replay needs; the store is open until it is left.

    With a store, letters that it minted are known again in the mails that answer them.
    Raises ConfigError.
    """
    rulebook = rulebook_to_look_at(config, rules)
    installation = load_config(config) if config else None
    if installation is None or not installation.store.path.is_file():
        yield Desk(rulebook, None)
        return
    with Store.open(installation.store.path, exclusive=False) as store:
        with_keys = replace(rulebook, keys=keys_of(installation))
        yield Desk(bound_to(with_keys, store.salt), store)
