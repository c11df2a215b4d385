"""What people do with editions: go back to one, answer for what one does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from triage.config import Config, load_config
from triage.edition import Edition
from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.ruleset import Policy, read_policy
from triage.store import Acceptance, Activation, Blocking, KeptEdition, Store
from triage.wiring.folders import FileChange, RuleFolders, changes_between
from triage.wiring.rulebook import (
    bound_to,
    config_to_look_at,
    edition_of,
    keys_of,
    rulebook_without_keys,
)

SHORTEST_HASH = 6


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when and why."""

    at: datetime
    by: str
    why: str

    def on(self, edition: Edition, sha256: str | None) -> Acceptance:
        """Return it as an acceptance of what an edition does."""
        return Acceptance(self.at, edition.hash, sha256, self.by, self.why)


@dataclass(frozen=True, slots=True)
class WentBack:
    """What going back to an edition changed in the folders."""

    edition: KeptEdition
    replaced: Edition
    """What stood there; the store keeps it."""
    changes: tuple[FileChange, ...]
    is_in_force: bool
    was_in_force: bool


def go_back(config: Config, store: Store, prefix: str | None, act: Act) -> WentBack:
    """Write a kept edition into the folders; without a name, the one in force.

    What stands there now is kept first. An edition that was in force before comes back
    into force whatever it does to messages. Raises ConfigError.
    """
    kept = edition_named(store, prefix)
    folders = RuleFolders(config)
    replaced = _standing(config, folders)
    target = kept.edition
    in_force = store.editions.in_force()
    was_in_force = any(
        isinstance(event, Activation) and event.hash == target.hash
        for event in store.editions.history()
    )
    is_in_force = in_force is not None and in_force.hash == target.hash
    store.editions.keep(replaced, None, act.at)
    if was_in_force and not is_in_force:
        store.editions.accept(act.on(target, None))
    folders.write(target, replaced)
    return WentBack(
        edition=kept,
        replaced=replaced,
        changes=tuple(changes_between(replaced, target)),
        is_in_force=is_in_force,
        was_in_force=was_in_force,
    )


def _standing(config: Config, folders: RuleFolders) -> Edition:
    """Return what stands in the folders; nothing, where they are gone.

    A file that is no text is in nobody's way only where a person moved it there.
    """
    if not config.rules.folder.exists() and not config.templates.folder.exists():
        return Edition({}, {})
    try:
        return folders.read()
    except ConfigError as error:
        raise ConfigError(
            *error.problems,
            Problem(
                "what stands in the folders cannot be kept, so nothing was changed",
                hint="move what cannot be read elsewhere, or make the folder, first",
            ),
        ) from None


def edition_named(store: Store, prefix: str | None) -> KeptEdition:
    """Return a kept edition; without a name, the one in force.

    Raises ConfigError.
    """
    if prefix is not None:
        return store.editions.get(prefix)
    in_force = store.editions.in_force()
    if in_force is None:
        raise ConfigError("no edition is in force yet: `triage run` was never started")
    return store.editions.get(in_force.hash)


def rulebook_in_force(config_path: Path, store: Store) -> Rulebook:
    """Compile what the daemon goes by, or would at its first start, to look at it.

    What people write in the folders meanwhile is in nobody's way. Raises ConfigError.
    """
    config = config_to_look_at(config_path)
    return rulebook_without_keys(config, _in_force(store))


def policy_in_force(config_path: Path, store: Store) -> Policy:
    """Read what the rules in force say of days, routes and outcomes; quickly.

    Also those of a mailbox that is not configured any more. Raises ConfigError.
    """
    edition = _in_force(store) or edition_of(config_to_look_at(config_path))
    return _policy_of(tuple(sorted(edition.rules.items())))


def policy_of(config: Config, store: Store) -> Policy:
    """Read what the rules in force say, or those that stand in the folders.

    Raises ConfigError.
    """
    edition = _in_force(store) or edition_of(config)
    return _policy_of(tuple(sorted(edition.rules.items())))


def _in_force(store: Store) -> Edition | None:
    in_force = store.editions.in_force()
    return None if in_force is None else store.editions.get(in_force.hash).edition


@lru_cache(maxsize=8)
def _policy_of(rules: tuple[tuple[str, str], ...]) -> Policy:
    """Read a policy; the daemon asks for those of its mailboxes again and again."""
    return read_policy(dict(rules))


def rulebook_that_signs(config_path: Path, store: Store) -> Rulebook:
    """Compile what the daemon goes by, with the keys for letters of this store.

    Raises ConfigError, also where the key cannot be read.
    """
    rulebook = rulebook_in_force(config_path, store)
    keys = keys_of(load_config(config_path))
    return bound_to(replace(rulebook, keys=keys), store.salt)


def accept_blocking(
    config: Config, store: Store, names: Sequence[str], act: Act
) -> tuple[tuple[Blocking, ...], tuple[Blocking, ...]]:
    """Answer for what the refused edition does to messages, named one by one.

    Returns those that are accepted now, and those that still block. Raises ConfigError.
    """
    trial = store.editions.last_trial()
    if trial is None or trial.hash is None or not trial.blocking:
        raise ConfigError(
            Problem("no message stands in the way of an edition", hint=_SEE_STATUS)
        )
    standing = RuleFolders(config).read()
    if standing.hash != trial.hash:
        raise ConfigError(
            Problem(
                f"edition {trial.hash} was refused, but {standing.hash} stands in the"
                " folders now",
                hint="wait until that was tried; see: triage status",
            )
        )
    wanted = _named(trial.blocking, names)
    done = {each.sha256 for each in store.editions.accepted(trial.hash)}
    with store.batch():
        for blocking in wanted:
            if blocking.sha256 not in done:
                store.editions.accept(act.on(standing, blocking.sha256))
    done |= {each.sha256 for each in wanted}
    rest = tuple(each for each in trial.blocking if each.sha256 not in done)
    return wanted, rest


_SEE_STATUS = "see: triage status"


def _named(blocking: Sequence[Blocking], names: Sequence[str]) -> tuple[Blocking, ...]:
    found: dict[str, Blocking] = {}
    unknown = []
    for name in names:
        meant = [each for each in blocking if _is_meant(each, name)]
        if not meant:
            unknown.append(name)
        found |= {each.sha256: each for each in meant}
    if unknown:
        known = ", ".join(dict.fromkeys(each.name for each in blocking))
        raise ConfigError(
            *(
                Problem(
                    f"`{name}` names no message that stands in the way",
                    hint=f"these do: {known}",
                )
                for name in unknown
            )
        )
    return tuple(found.values())


def _is_meant(blocking: Blocking, name: str) -> bool:
    if blocking.reference is not None and name.upper() == blocking.reference:
        return True
    is_hash = len(name) >= SHORTEST_HASH
    return is_hash and blocking.sha256.startswith(name.lower())
