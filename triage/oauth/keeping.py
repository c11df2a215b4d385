"""The file with a refresh token, which changes at each use.

An issuer that has given a new token takes the old one no longer, so the new one must
reach the disk: the space for it is there before anything is asked, it is written beside
the old one and takes its name in one step, and where that failed it is found beside it
at the next start. Two processes never ask at once.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

from triage.errors import ConfigError, LoginRefusedError, Problem, TransientError
from triage.logins import refuse_readable_by_others
from triage.oauth.token import Granted

MOST_OCTETS = 65_536
RESERVED = 16_384
"""Octets that are on the disk before a new token is asked for."""
LOCK_SECONDS, LOCK_PAUSE = 90.0, 0.1
"""Longer than an issuer is waited for."""
PRIVATE = 0o600

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A refresh token as it is kept."""

    refresh_token: str = field(repr=False)
    renewed_at: datetime | None = None
    """When an issuer last took it; None: a person wrote it."""
    expires_at: datetime | None = None
    """None: the issuer does not say."""
    instead_of: str = ""
    """Which token in the file it takes the place of, by a digest of it."""
    life: timedelta | None = None
    """The longest that it was good for since a person agreed.

    An issuer that never lets a person agree for longer says less each time.
    """


class TokenFile:
    """One file; for many threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._beside = path.with_name(f".{path.name}.new")
        self._lock = path.with_name(f".{path.name}.lock")
        self._unwritten: Kept | None = None
        """What could not be written; the issuer takes nothing else any more."""

    def read(self) -> Kept:
        """Return what is kept; raises ConfigError."""
        if self._unwritten is not None:
            return self._unwritten
        refuse_readable_by_others(self.path)
        kept = _read(self.path)
        if kept is None:
            raise ConfigError(
                Problem(
                    f"there is no refresh token in {self.path}",
                    hint="get one with: triage login",
                )
            )
        return self._left_beside(kept) or kept

    def check(self) -> None:
        """Raise ConfigError where no token is, or a new one could not be kept."""
        self.read()
        if not os.access(self.path.parent, os.W_OK | os.X_OK):
            raise _unwritable(self.path, OSError(errno.EACCES, "no permission"))

    def renew(self, ask: Callable[[str], Granted], now: datetime) -> Granted:
        """Ask with the token that is kept, and keep the one that comes for it.

        Raises ConfigError where nothing could be kept, before anything is asked.
        """
        with self._held():
            before = self.read()
            self._write_beside(before, RESERVED)
            try:
                granted = ask(before.refresh_token)
            except LoginRefusedError:
                # A person may have put a better one into the file.
                self._unwritten = None
                raise
            self._keep(_kept(granted, now, before))
        return granted

    def begin(self, granted: Granted, now: datetime) -> None:
        """Keep a first token; raises ConfigError."""
        if granted.refresh_token is None:
            raise ConfigError("the issuer gave no refresh token: check scope")
        with self._held():
            self._write_beside(_kept(granted, now, Kept(granted.refresh_token)))
            self._beside.replace(self.path)
            _sync_folder(self.path.parent)

    def _left_beside(self, kept: Kept) -> Kept | None:
        """Return what an earlier process wrote and could not give its name any more.

        None where it is not for the token in the file: a person wrote that since.
        """
        beside = _read(self._beside)
        is_next = beside is not None and beside.instead_of == _digest(kept)
        return beside if is_next else None

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            lock = os.open(self._lock, flags, PRIVATE)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        try:
            self._give_to_owner(lock)
            self._wait_for(lock)
            yield
        finally:
            os.close(lock)

    def _wait_for(self, lock: int) -> None:
        until = monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() > until:
                    raise TransientError(
                        f"{self.path}: another process is renewing it, and does not end"
                    ) from None
                sleep(LOCK_PAUSE)
            else:
                return

    def _give_to_owner(self, number: int) -> None:
        """Who runs `triage check` as root must not shut the daemon out."""
        if os.geteuid() == 0:
            model = self.path if self.path.exists() else self.path.parent
            owner = model.stat()
            os.fchown(number, owner.st_uid, owner.st_gid)

    def _keep(self, kept: Kept) -> None:
        """Write it down; what cannot be written is kept in memory and tried again."""
        try:
            self._write_beside(kept)
            self._beside.replace(self.path)
            _sync_folder(self.path.parent)
        except (OSError, ConfigError) as error:
            self._unwritten = kept
            why = getattr(error, "strerror", None) or str(error)
            log.critical(
                "%s: a new refresh token could not be written (%s); it is lost if "
                "triage ends before it can be: make room there, and leave it running",
                self.path,
                why,
            )
        else:
            self._unwritten = None

    def _write_beside(self, kept: Kept, reserved: int = 0) -> None:
        """Write the new file; over an older one in its place, so that room is there."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        in_file = _read(self.path)
        kept = replace(kept, instead_of="" if in_file is None else _digest(in_file))
        try:
            number = os.open(self._beside, flags, PRIVATE)
            with os.fdopen(number, "wb") as file:
                os.fchmod(number, PRIVATE)
                self._give_to_owner(number)
                file.write(_written(kept).ljust(reserved))
                file.truncate()
                file.flush()
                os.fsync(number)
        except OSError as error:
            raise _unwritable(self.path, error) from None


def _kept(granted: Granted, now: datetime, before: Kept) -> Kept:
    lasts = granted.refresh_lasts
    return Kept(
        granted.refresh_token or before.refresh_token,
        now,
        None if lasts is None else now + lasts,
        life=max(
            (each for each in (lasts, before.life) if each is not None), default=None
        ),
    )


def _read(path: Path) -> Kept | None:
    """Return what stands in a file; None where that is nothing whole."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_OCTETS).decode("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    if not text.startswith("{"):
        return Kept(text.split()[0]) if text else None
    try:
        found = json.loads(text)
        return Kept(
            found["refresh_token"],
            _moment(found["renewed_at"]),
            _moment(found["expires_at"]),
            str(found.get("instead_of", "")),
            _span(found.get("life")),
        )
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _written(kept: Kept) -> bytes:
    moments = {"renewed_at": kept.renewed_at, "expires_at": kept.expires_at}
    said = {key: None if at is None else at.isoformat() for key, at in moments.items()}
    said["instead_of"] = kept.instead_of
    life = None if kept.life is None else kept.life.total_seconds()
    whole = {"refresh_token": kept.refresh_token, **said, "life": life}
    return json.dumps(whole).encode() + b"\n"


def _digest(kept: Kept) -> str:
    return sha256(kept.refresh_token.encode()).hexdigest()


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        Problem(
            f"{path} cannot be written: {error.strerror}",
            hint="a refresh token changes at each use: its folder must be triage's own",
        )
    )


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
