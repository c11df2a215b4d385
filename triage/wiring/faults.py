"""What is wrong with an installation beside its rules: secrets, commands, the store."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from triage.config import Config
from triage.errors import ConfigError, Problem
from triage.logins import Secret
from triage.store import faults_of_store
from triage.tomlsource import read_toml
from triage.web import why_no_web_address
from triage.wiring.alarms import channels_of
from triage.wiring.clock import now
from triage.wiring.logins import faults_of_logins, logins_in
from triage.wiring.rulebook import keys_of
from triage.wiring.servers import mailbox_of, submission_of

STORE_SECONDS = 10.0
"""A store that takes longer is looked at in part."""
WEB_ADDRESSES = (("alarm", "webhook"), ("alarm", "ping"))

Key = tuple[str | int, ...]


class _Written:
    """A configuration as a person wrote it, with the tables of one of its mailboxes."""

    def __init__(self, path: Path, config: Config) -> None:
        text = path.read_text("utf-8")
        self._source = read_toml(text, str(path), is_private=True)
        mailboxes = self._source.data["mailbox"]
        self._index = (
            [each["name"] for each in mailboxes].index(config.mailbox.name)
            if isinstance(mailboxes, list)
            else None
        )

    def problem(self, key: Key, message: str, hint: str | None = None) -> Problem:
        """Return a problem with its place."""
        return self._source.problem(self._of_mailbox(key), message, hint)

    def _of_mailbox(self, key: Key) -> Key:
        """Say where a key of the mailbox stands: in its own tables, or at the top."""
        if self._index is None:
            return key
        own = ("mailbox", self._index, *(key[1:] if key[0] == "mailbox" else key))
        return own if key[0] == "mailbox" or self._has(own) else key

    def _has(self, key: Key) -> bool:
        found: Any = self._source.data
        for step in key:
            if isinstance(step, str) and step not in found:
                return False
            found = found[step]
        return True


def faults_of(config: Config, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with secrets, commands, servers as written, and the store.

    Each has its place in the configuration, where one key of it is to blame. Raises
    TimeoutError at last where the store could not be looked through.
    """
    source = _Written(path, config)
    secrets = dict(secrets_in(config))
    told = [
        *(each for key, secret in secrets.items() for each in _of(source, key, secret)),
        *_command_faults(source, ("alarm", "command"), config.alarm.command),
        *_login_faults(source, config),
    ]
    yield from told
    yield from _others(config, {each.message for each in told})
    found = faults_of_store(config.store.path, STORE_SECONDS)
    yield from _placed(source, ("store", "path"), found)


def not_looked_at(config: Config) -> tuple[str, ...]:
    """Name the secrets that only systemd could give."""
    return tuple(
        str(secret) for _, secret in secrets_in(config) if not secret.is_at_hand
    )


def secrets_in(table: BaseModel, around: Key = ()) -> Iterator[tuple[Key, Secret]]:
    """Yield every secret of a table with its key."""
    for name in type(table).model_fields:
        value = getattr(table, name)
        several = isinstance(value, tuple)
        for number, each in enumerate(value if several else (value,)):
            key = (*around, name, number) if several else (*around, name)
            if isinstance(each, Secret):
                yield key, each
            elif isinstance(each, BaseModel):
                yield from secrets_in(each, key)


def _of(source: _Written, key: Key, secret: Secret) -> Iterator[Problem]:
    if secret.command is not None:
        # It is not run: it may ask for something.
        yield from _command_faults(source, key, secret.command)
    elif secret.is_at_hand:
        try:
            text = secret.read()
        except ConfigError as error:
            yield from _placed(source, key, error.problems)
            return
        if key in WEB_ADDRESSES and (why := why_no_web_address(text)):
            yield source.problem(key, why)


def _command_faults(
    source: _Written, key: Key, command: tuple[str, ...] | None
) -> Iterator[Problem]:
    if command is None or shutil.which(command[0]) is not None:
        return
    is_there = Path(command[0]).exists()
    what = "may not be run" if is_there else "is not there"
    hint = f"run: chmod +x {command[0]}" if is_there else "name it with its whole path"
    yield source.problem(key, f"the command {command[0]} {what}", hint)


def _login_faults(source: _Written, config: Config) -> Iterator[Problem]:
    for login in logins_in(config):
        yield from _command_faults(source, (*login.key, "command"), login.oauth.command)
    for key, problem in faults_of_logins(config, now()):
        yield from _placed(source, key, [problem])


def _placed(
    source: _Written, key: Key, problems: Iterable[Problem]
) -> Iterator[Problem]:
    """Give problems their place in the configuration."""
    for each in problems:
        place = source.problem(key, each.message, each.hint)
        yield replace(place, code=each.code)


def _others(config: Config, told: set[str]) -> Iterator[Problem]:
    """Yield what the parts themselves refuse, unless it was told with its place."""
    keys = (config.references.key, *config.references.old_keys)
    parts: tuple[Callable[[Config], object], ...] = (
        mailbox_of,
        submission_of,
        channels_of,
        *((keys_of,) if all(key.is_at_hand for key in keys) else ()),
    )
    for make in parts:
        try:
            make(config)
        except ConfigError as error:
            yield from (each for each in error.problems if each.message not in told)
