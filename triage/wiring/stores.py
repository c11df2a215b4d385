"""The store as commands open it: beside a daemon, with a mailbox in view."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from triage.config import (
    Config,
    OneMailbox,
    load_config,
    load_configs,
    meant_mailbox,
)
from triage.errors import ConfigError, Problem
from triage.store import Store
from triage.wiring.servers import inbox_of


def open_store(path: Path) -> Store:
    """Open the store beside a daemon that may be running.

    Where a mailbox is named, or only one of several is configured any more, what
    belongs to it is in view; else all.
    """
    configs = load_configs(path)
    return _opened(configs[0].store.path, lambda store: _in_view(path, configs, store))


def open_store_of_one(path: Path) -> Store:
    """Open it likewise for what each mailbox has for itself: one must be meant.

    Raises ConfigError where that is not told.
    """
    config = load_config(path)
    return _opened(config.store.path, lambda store: _in_view(path, (config,), store))


@contextmanager
def store_of_case(path: Path, reference: str) -> Iterator[tuple[Store, Path]]:
    """Open it for what is done to a case, with the mailbox of the case in view.

    Yields with it the configuration file as of that mailbox, by whose rules the case
    goes and which writes its letters. Raises ConfigError where another one was named.
    """
    configs = load_configs(path)
    with Store.open(configs[0].store.path, exclusive=False) as store:
        name = store.mailboxes.name_of_case(reference.strip().upper())
        if name is None or _is_only_one(configs, store):
            yield store.within(_in_view(path, configs, store)), path
            return
        meant = meant_mailbox(path)
        if meant not in {None, name}:
            raise ConfigError(
                Problem(
                    f"{reference.upper()} belongs to the mailbox `{name}`, not to"
                    f" `{meant}`",
                    hint=f"leave --mailbox and TRIAGE_MAILBOX out, or name {name}",
                )
            )
        yield store.within(name), OneMailbox.of(path, name)


def config_of_letter(path: Path, store: Store, letter: int) -> Config:
    """Return the configuration of the mailbox that a letter goes out by.

    Raises ConfigError where it is not configured any more: nobody would send it.
    """
    configs = load_configs(path)
    name = store.mailboxes.name_of_letter(letter)
    for config in configs:
        if config.mailbox.name == name or _is_only_one(configs, store):
            return config
    raise ConfigError(
        Problem(
            f"letter {letter} goes out by the mailbox `{name}`, which is not in"
            f" {path.name} any more: nobody would send it",
            hint="write to the person yourself, and then: triage outbox drop or reject",
        )
    )


def _is_only_one(configs: Sequence[Config], store: Store) -> bool:
    return len(configs) == 1 and len(store.mailboxes.names()) == 1


def _opened(path: Path, in_view: Callable[[Store], str | None]) -> Store:
    store = Store.open(path, exclusive=False)
    try:
        return store.within(in_view(store))
    except BaseException:
        store.close()
        raise


def _in_view(path: Path, configs: Sequence[Config], store: Store) -> str | None:
    named = meant_mailbox(path)
    if named is None and len(configs) == 1 and not _is_only_one(configs, store):
        named = configs[0].mailbox.name
    for config in configs:
        if named is not None and config.mailbox.name == named:
            return store.mailboxes.known_as(named, inbox_of(config)) or named
    return named
