"""Where secrets are kept, and how a login without a password is come by.

A secret is named, never written: a file, an environment variable, a systemd credential
or a command.
"""

import os
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Protocol, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from typing_extensions import override

from triage.errors import ConfigError, LoginRefusedError, Problem
from triage.web import why_no_web_address

COMMAND_SECONDS = 30
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd says in which folder the secrets of a unit are."""
OF_A_UNIT = (
    "the unit names it by LoadCredential=; elsewhere run the command as root with"
    f" their folder before it: {CREDENTIALS}=/etc/triage/credentials"
)
REFUSED_PAUSE = timedelta(minutes=5)
"""Whoever refused a login is left alone for so long."""


class Table(BaseModel):
    """A table of a file that a person wrote: no other keys, and no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Table):
    """Where a secret is kept; exactly one key is given."""

    file: Path | None = None
    env: str | None = None
    credential: str | None = None
    """The name of a systemd credential (LoadCredential=)."""
    command: tuple[str, ...] | None = None
    """A command and its arguments, run without a shell; its first line counts."""

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        given = [
            key for key in type(self).model_fields if getattr(self, key) is not None
        ]
        if len(given) != 1:
            raise ValueError("name exactly one of file, env, credential, command")
        return self

    @property
    def is_at_hand(self) -> bool:
        """False for what systemd gives to its unit, and to nobody else."""
        return self.credential is None or CREDENTIALS in os.environ

    def read(self) -> str:
        """Return the secret without its line end.

        Raises ConfigError in words that never show the secret.
        """
        text = self._text()
        first_line = text.splitlines()[0].strip() if text.strip() else ""
        if not first_line:
            raise ConfigError(f"the secret in {self} is empty")
        return first_line

    def read_whole(self) -> str:
        """Return everything that is kept there; raises ConfigError as `read` does."""
        return self._text()

    def _text(self) -> str:
        if self.env is not None:
            value = os.environ.get(self.env)
            if value is None:
                raise ConfigError(f"the environment variable {self.env} is not set")
            return value
        if self.command is not None:
            return output_of(self.command)
        if self.file is not None:
            refuse_readable_by_others(self.file)
            return _read(self.file)
        return _read(self.credential_file)

    @property
    def credential_file(self) -> Path:
        """Where systemd put it; raises ConfigError where it gave none."""
        folder = os.environ.get(CREDENTIALS)
        if folder is None:
            raise ConfigError(
                Problem(
                    f"the systemd credential {self.credential} is asked for, but"
                    " systemd gave none",
                    hint=OF_A_UNIT,
                )
            )
        return Path(folder) / str(self.credential)

    @override
    def __str__(self) -> str:
        for key in type(self).model_fields:
            if (value := getattr(self, key)) is not None:
                return f"{key} {value if not isinstance(value, tuple) else value[0]}"
        return "nowhere"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"the secret in file {path} cannot be read: {why}") from None


def refuse_readable_by_others(path: Path) -> None:
    """Raise ConfigError for a secret that anybody else can read.

    Not for systemd's credentials, whose group bits stand for an access list.
    """
    if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise ConfigError(
            Problem(
                f"the secret in file {path} can be read by other users",
                hint=f"run: chmod 600 {path}",
            )
        )


def is_read_by_all(path: Path) -> bool:
    """Tell whether every user gets at a file: by its own bits, and its folder's."""
    if not path.is_file():
        return False
    return bool(
        path.stat().st_mode & stat.S_IROTH and path.parent.stat().st_mode & stat.S_IXOTH
    )


def output_of(command: tuple[str, ...]) -> str:
    """Run a command that prints a secret; raises ConfigError that does not show it."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own, and no shell
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
    except FileNotFoundError:
        raise ConfigError(
            f"the command {command[0]} for a secret does not exist"
        ) from None
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"the command {command[0]} for a secret took too long"
        ) from None
    except subprocess.CalledProcessError as error:
        # What it said is not repeated: a secret may be in it.
        raise ConfigError(
            f"the command {command[0]} for a secret failed: exit status"
            f" {error.returncode}"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"the command {command[0]} for a secret failed") from None
    return done.stdout


def _checked_address(value: str) -> str:
    if problem := why_no_web_address(value):
        raise ValueError(problem)
    return value


TokenAddress = Annotated[str, AfterValidator(_checked_address)]
"""Where secrets are sent to: https, or http on this machine."""


class _AppTable(Table):
    """An application that is known to an issuer of tokens."""

    client_secret: Secret | None = None
    expires: date | None = None
    """The last day of the client secret, so that somebody is told before."""
    refresh_token_file: Path | None = None
    """Kept up by the program: many issuers give a new token at each use."""

    @model_validator(mode="after")
    def _expires_what_is_there(self) -> Self:
        if self.expires is not None and self.client_secret is None:
            raise ValueError("`expires` is the last day of a client_secret")
        return self


class MicrosoftTable(_AppTable):
    """An app registration at Microsoft Entra."""

    tenant: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    authority: TokenAddress = "https://login.microsoftonline.com"
    scope: str = ""
    """Empty: what IMAP and SMTP need in the worldwide service."""

    @model_validator(mode="after")
    def _has_a_way(self) -> Self:
        if self.client_secret is None and self.refresh_token_file is None:
            raise ValueError("name a client_secret or a refresh_token_file")
        return self


class GoogleTable(_AppTable):
    """A service account that acts for the user, or an OAuth client of the user's."""

    service_account: Secret | None = None
    """The account's key, as Google's console gives it (JSON)."""
    client_id: str | None = None

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        client = (self.client_id, self.client_secret, self.refresh_token_file)
        if (self.service_account is None) != all(client) or (
            self.service_account is not None and any(client)
        ):
            raise ValueError(
                "name a service_account, or else client_id, client_secret and "
                "refresh_token_file"
            )
        return self


class IssuerTable(_AppTable):
    """Any other issuer of tokens (RFC 6749)."""

    token_url: TokenAddress
    client_id: str = Field(min_length=1)
    credentials_in: Literal["header", "body"] = "header"
    """RFC 6749 §2.3.1: every issuer knows the header, some only the body."""
    scope: str = ""
    device_url: TokenAddress | None = None
    """Where a first refresh token is asked for (RFC 8628)."""
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _has_a_way(self) -> Self:
        if self.client_secret is None and self.refresh_token_file is None:
            raise ValueError("name a client_secret or a refresh_token_file")
        return self


class OAuth(Table):
    """Where access tokens come from; exactly one key is given."""

    microsoft: MicrosoftTable | None = None
    google: GoogleTable | None = None
    issuer: IssuerTable | None = None
    command: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Prints a token, or JSON with access_token and expires_in; run without a shell."""

    @model_validator(mode="after")
    def _names_one_issuer(self) -> Self:
        keys = type(self).model_fields
        if sum(getattr(self, key) is not None for key in keys) != 1:
            raise ValueError("name exactly one of microsoft, google, issuer, command")
        return self

    @property
    def app(self) -> MicrosoftTable | GoogleTable | IssuerTable | None:
        """The application; None: a command knows."""
        return self.microsoft or self.google or self.issuer


def why_no_login(password: Secret | None, oauth: OAuth | None) -> str | None:
    """Say why somebody cannot log in that way; None: they can."""
    if (password is None) == (oauth is None):
        return "name exactly one of password, oauth"
    return None


class Trials(Protocol):
    """Sees to it that passwords are tried with care."""

    def trying(self, password: str) -> AbstractContextManager[None]:
        """Be waited for while a password is tried; raises LoginRefusedError."""

    def taken(self, password: str) -> None:
        """Note that a server took it."""

    def refused(self, password: str, why: str) -> None:
        """Note that a server refused it, in words for who waits or comes next."""


class SharedPassword:
    """A password for all connections of a login; for many threads.

    One that no server has taken yet is tried by one connection at a time, and one that
    was refused is not tried again for a while: many servers lock an account after some
    refusals. Another one in its place is tried at once.
    """

    def __init__(self, read: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock
        self._refused: _Refusal | None = None
        self._taken: str | None = None
        self._trying = threading.Lock()

    def __call__(self) -> str:
        """Return it; raises ConfigError, and LoginRefusedError during the pause."""
        password = self._read()
        self._raise_during_pause(password)
        return password

    @contextmanager
    def trying(self, password: str) -> Iterator[None]:
        """Be waited for while a password is tried; raises LoginRefusedError.

        What is inside must end in time by itself, and when it is interrupted.
        """
        if password == self._taken:
            yield
            return
        with self._trying:
            self._raise_during_pause(password)
            yield

    def taken(self, password: str) -> None:
        """Note that a server took it."""
        self._taken, self._refused = password, None

    def refused(self, password: str, why: str) -> None:
        """Note that a server refused it, in words for who waits or comes next."""
        self._taken, self._refused = None, _Refusal(password, why, self._clock())

    def _raise_during_pause(self, password: str) -> None:
        found = self._refused
        if found is None or password != found.password:
            return
        if timedelta() <= self._clock() - found.at < REFUSED_PAUSE:
            raise LoginRefusedError(
                f"{found.why} (at {found.at:%H:%M:%S} UTC; it is not tried again for "
                "five minutes)"
            )


@dataclass(frozen=True, slots=True)
class _Refusal:
    password: str = field(repr=False)
    why: str
    at: datetime
