"""A configuration file, read; and which of its mailboxes is meant."""

from dataclasses import replace
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel

from triage.config.several import SeveralConfig, with_shared_submission
from triage.config.tables import Config
from triage.errors import ConfigError, Problem
from triage.tomlsource import Source, read_toml, validated

AnyTable = TypeVar("AnyTable", bound=BaseModel)


class OneMailbox(type(Path())):  # type: ignore[misc]  # the class of this system
    """A configuration file, and which of its mailboxes is meant."""

    mailbox: str | None = None

    @classmethod
    def of(cls, path: Path, mailbox: str | None) -> Self:
        """Name a mailbox of a file; None: the only one."""
        meant = cls(path)
        meant.mailbox = mailbox
        return meant


def load_config(path: Path) -> Config:
    """Read a configuration file: of several mailboxes, the one that is meant.

    Raises ConfigError with every problem and its place.
    """
    configs = load_configs(path)
    name = meant_mailbox(path)
    if name is None and len(configs) == 1:
        return configs[0]
    known = [each.mailbox.name for each in configs]
    for each in configs:
        if name is not None and each.mailbox.name == name:
            return each
    if name is None:
        message = f"{path} has several mailboxes: {', '.join(known)}"
    else:
        message = f"{path} has no mailbox `{name}`"
    is_named = any(known)
    hint = f"name one of {', '.join(known)}: --mailbox NAME" if is_named else None
    raise ConfigError(Problem(message, hint=hint))


def meant_configs(path: Path) -> tuple[Config, ...]:
    """Read the mailbox that is meant, or all of them where none was named.

    Raises ConfigError as `load_config` does.
    """
    return load_configs(path) if meant_mailbox(path) is None else (load_config(path),)


def meant_mailbox(path: Path) -> str | None:
    """Return the mailbox that was named together with a configuration file."""
    return path.mailbox if isinstance(path, OneMailbox) else None


def load_configs(path: Path) -> tuple[Config, ...]:
    """Read a configuration file into one configuration for each mailbox.

    Raises ConfigError with every problem and its place.
    """
    source = _read(path)
    folder = path.resolve().parent
    if not isinstance(source.data.get("mailbox"), list):
        return (_with_absolute_paths(validated(Config, source), folder),)
    filled = replace(source, data=with_shared_submission(source.data))
    several = validated(SeveralConfig, filled)
    if problems := tuple(several.problems(source)):
        raise ConfigError(*problems)
    configs = tuple(_with_absolute_paths(each, folder) for each in several.each())
    return tuple(each.beside(configs) for each in configs)


def _read(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            Problem(
                f"there is no configuration at {path}",
                hint="make one: triage init FOLDER; or name one: --config FILE",
            )
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    return read_toml(text, str(path), is_private=True)


def _with_absolute_paths(table: AnyTable, folder: Path) -> AnyTable:
    """Copy a table with every path in it taken from the file's own folder."""
    changes = {
        key: _resolved(getattr(table, key), folder) for key in type(table).model_fields
    }
    return table.model_copy(update=changes)


def _resolved(value: object, folder: Path) -> object:
    if isinstance(value, Path):
        return folder / value.expanduser()
    if isinstance(value, BaseModel):
        return _with_absolute_paths(value, folder)
    if isinstance(value, tuple):
        return tuple(_resolved(item, folder) for item in value)
    return value
