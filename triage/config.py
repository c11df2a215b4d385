"""config.toml to Config, or every problem at once.

Paths in the file are relative to the file. Secrets are named, never written: a file, an
environment variable, a systemd credential or a command (see `Secret`).
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, PrivateAttr, model_validator

from triage.errors import ConfigError, Problem
from triage.logins import OAuth, Secret, Table, why_no_login
from triage.tomlsource import Source, read_toml, validated
from triage.web import LOOPBACK, is_loopback, why_no_web_address

LAST_PORT = 65_535

AnyTable = TypeVar("AnyTable", bound=BaseModel)


class OrganisationTable(Table):
    """Who writes the letters."""

    name: str
    short_name: str
    team: str
    phone: str


def _checked_name(name: str) -> str:
    if name and not re.fullmatch("[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", name):
        raise ValueError(
            "at most 20 small letters, digits and hyphens; no hyphen first or last"
        )
    return name


class MailboxTable(Table):
    """The complaints mailbox, read over IMAP."""

    name: Annotated[str, AfterValidator(_checked_name)] = ""
    """What tells it from others; the only one needs none."""
    host: str
    port: int | None = None
    security: Literal["imaps", "starttls", "plain"] = "imaps"
    user: str
    password: Secret | None = None
    oauth: OAuth | None = None
    ca_file: Path | None = None
    folder: str = "INBOX"
    file: bool = True
    since: date | None = None
    """Mail that arrived before this day is left alone."""
    addresses: tuple[str, ...] = Field(min_length=1)
    authserv_id: str | None = None
    web_forms: tuple[str, ...] = ()
    sent_folders: tuple[str, ...] | None = None
    """None: the folder that the server marks as that of sent mail."""
    staff: tuple[str, ...] = ()
    idle: bool = True
    poll_seconds: int = Field(default=60, ge=1, le=3600)
    large_message_kilobytes: int = Field(default=256, ge=16)

    @model_validator(mode="after")
    def _plain_stays_here(self) -> Self:
        _only_loopback_in_clear(self.security, self.host)
        if problem := why_no_login(self.password, self.oauth):
            raise ValueError(problem)
        return self


class SubmissionTable(Table):
    """The server that takes our replies, over SMTP."""

    host: str
    port: int | None = None
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str | None = None
    password: Secret | None = None
    oauth: OAuth | None = None
    ca_file: Path | None = None
    from_address: str
    from_name: str
    envelope_from: str = ""
    witness: Literal["sent", "copy", "none"] = "sent"
    sent_folder: str = "Sent"
    seconds_after_dot: int = Field(default=600, ge=10)

    @model_validator(mode="after")
    def _plain_stays_here(self) -> Self:
        _login_is_whole(self.user, self.password, self.oauth)
        _only_loopback_in_clear(self.security, self.host)
        return self


def _login_is_whole(
    user: str | None, password: Secret | None, oauth: OAuth | None
) -> None:
    if user is None and password is None and oauth is None:
        return
    if user is None or (password is None and oauth is None):
        raise ValueError("user goes together with password or oauth")
    if problem := why_no_login(password, oauth):
        raise ValueError(problem)


def _only_loopback_in_clear(security: str, host: str) -> None:
    if security == "plain" and host not in LOOPBACK:
        raise ValueError(
            'security = "plain" sends the password in clear;'
            f" it is for {', '.join(LOOPBACK)} only"
        )


def _checked_address(value: str | Secret) -> str | Secret:
    if isinstance(value, str) and (problem := why_no_web_address(value)):
        raise ValueError(problem)
    return value


WebAddress = Annotated[str | Secret, AfterValidator(_checked_address)]
"""Written as it is, or named as a secret."""


class AlarmSubmissionTable(Table):
    """A server that takes alarms, another one than takes our replies."""

    host: str
    port: int | None = None
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str | None = None
    password: Secret | None = None
    oauth: OAuth | None = None
    ca_file: Path | None = None
    from_address: str
    to: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _plain_stays_here(self) -> Self:
        _login_is_whole(self.user, self.password, self.oauth)
        _only_loopback_in_clear(self.security, self.host)
        return self


class AlarmTable(Table):
    """After which time somebody is told what, and by which channels."""

    mailbox_seconds: float = Field(default=600, gt=0)
    outbox_seconds: float = Field(default=600, gt=0)
    ledger_seconds: float = Field(default=600, gt=0)
    store_seconds: float = Field(default=600, gt=0)
    failing_seconds: float = Field(default=1800, gt=0)
    stuck_seconds: float = Field(default=1800, gt=0)
    calm_seconds: float = Field(default=300, ge=0)
    again_seconds: float = Field(default=3600, ge=0)
    remind_seconds: float = Field(default=86_400, gt=0)
    ending_days: float = Field(default=14, ge=0, le=60)
    look_seconds: float = Field(default=15, gt=0, le=30)
    reconcile_seconds: float = Field(default=300, gt=0)
    ping_seconds: float = Field(default=60, gt=0)
    free_megabytes: int = Field(default=50, ge=0)
    webhook: WebAddress | None = None
    ping: WebAddress | None = None
    ca_file: Path | None = None
    command: tuple[str, ...] | None = Field(default=None, min_length=1)
    submission: AlarmSubmissionTable | None = None


class HttpTable(Table):
    """Where it tells over HTTP how it is; nowhere without `listen`."""

    listen: str | None = None
    open_to_network: bool = False

    @model_validator(mode="after")
    def _is_an_address(self) -> Self:
        if (address := self.address) is None:
            return self
        host, _ = address
        if not (is_loopback(host) or self.open_to_network):
            raise ValueError(
                f"{host} lets other machines ask how it is;"
                " if that is meant, say open_to_network = true"
            )
        return self

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port; None: nobody is to be answered."""
        if self.listen is None:
            return None
        host, _, port = self.listen.rpartition(":")
        is_port = port.isascii() and port.isdigit() and int(port) <= LAST_PORT
        bare = host.removeprefix("[").removesuffix("]")
        if not bare or not is_port or (":" in bare and host == bare):
            raise ValueError(
                'listen takes a host and a port, as in "127.0.0.1:9464" or "[::1]:9464"'
            )
        return bare, int(port)


class CanaryTable(Table):
    """A mail to ourselves, once a day."""

    at: time
    within_minutes: int = Field(default=15, ge=1, le=24 * 60)


class StoreTable(Table):
    """The case store, one SQLite file."""

    path: Path


class FolderTable(Table):
    """A folder of rule files or templates."""

    folder: Path


class RulesTable(FolderTable):
    """The rule files, and how a change of them is tried."""

    compare_last: int = Field(default=500, ge=0, le=100_000)


class ReferencesTable(Table):
    """What makes a Message-ID provably ours."""

    domain: str
    key: Secret
    old_keys: tuple[Secret, ...] = ()


class Config(Table):
    """Everything an operator sets, checked."""

    organisation: OrganisationTable
    mailbox: MailboxTable
    submission: SubmissionTable
    store: StoreTable
    rules: RulesTable
    templates: FolderTable
    references: ReferencesTable
    alarm: AlarmTable = AlarmTable()
    canary: CanaryTable | None = None
    http: HttpTable = HttpTable()
    contacts: dict[str, str]
    links: dict[str, str]
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"
    _siblings: tuple[str, ...] = PrivateAttr(default=())
    _colleagues: frozenset[str] = PrivateAttr(default=frozenset())
    _names: tuple[str, ...] = PrivateAttr(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all mailboxes of the same file."""
        return self._names or (self.mailbox.name,)

    @property
    def siblings(self) -> tuple[str, ...]:
        """Addresses of the other mailboxes of the same file."""
        return self._siblings

    @property
    def colleagues(self) -> frozenset[str]:
        """Addresses of the contacts of all mailboxes of the same file."""
        return self._colleagues.union(self.contacts.values())

    def beside(self, others: "tuple[Config, ...]") -> Self:
        """Return it with the names and addresses of its siblings."""
        copy = self.model_copy()
        copy._names = tuple(  # noqa: SLF001 - of its own class
            each.mailbox.name for each in others
        )
        copy._colleagues = frozenset(  # noqa: SLF001 - of its own class
            contact for each in others for contact in each.contacts.values()
        )
        copy._siblings = tuple(  # noqa: SLF001 - of its own class
            address
            for each in others
            if each.mailbox.name != self.mailbox.name
            for address in (
                *each.mailbox.addresses,
                each.submission.from_address,
                each.submission.envelope_from,
            )
            if address
        )
        return copy


class OneOfSeveral(MailboxTable):
    """A mailbox, and what it does not share with the others of the file."""

    organisation: OrganisationTable | None = None
    submission: SubmissionTable | None = None
    rules: RulesTable | None = None
    templates: FolderTable | None = None
    canary: CanaryTable | None = None
    contacts: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)


OWN = ("organisation", "submission", "rules", "templates", "canary")
"""Tables that each of several mailboxes may have for itself."""
SHARED = ("store", "references", "alarm", "http", "log_level", "log_format")


class SeveralConfig(Table):
    """Several mailboxes: what stands at the top holds for those that say nothing."""

    organisation: OrganisationTable | None = None
    mailbox: tuple[OneOfSeveral, ...] = Field(min_length=1)
    submission: SubmissionTable | None = None
    store: StoreTable
    rules: RulesTable | None = None
    templates: FolderTable | None = None
    references: ReferencesTable
    alarm: AlarmTable = AlarmTable()
    canary: CanaryTable | None = None
    http: HttpTable = HttpTable()
    contacts: dict[str, str] = Field(default_factory=dict)
    links: dict[str, str] = Field(default_factory=dict)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"

    def each(self) -> Iterator[Config]:
        """Yield the configuration of each mailbox, as if it were the only one."""
        shared = {key: getattr(self, key) for key in SHARED}
        for mailbox in self.mailbox:
            own = {key: getattr(mailbox, key) or getattr(self, key) for key in OWN}
            plain = {key: getattr(mailbox, key) for key in MailboxTable.model_fields}
            yield Config.model_construct(
                mailbox=MailboxTable.model_construct(**plain),
                contacts={**self.contacts, **mailbox.contacts},
                links={**self.links, **mailbox.links},
                **own,
                **shared,
            )

    def problems(self, source: Source) -> Iterator[Problem]:
        """Yield what is wrong with the mailboxes taken together."""
        names, places = set[str](), set[tuple[str, str, str]]()
        for index, mailbox in enumerate(self.mailbox):
            place = ("mailbox", index)
            if not mailbox.name:
                message = "a mailbox of several needs a `name`"
                yield source.problem(place, message, 'as in: name = "uk"')
            elif mailbox.name in names:
                message = f"there are two mailboxes `{mailbox.name}`"
                yield source.problem((*place, "name"), message)
            names.add(mailbox.name)
            is_inbox = mailbox.folder.upper() == "INBOX"
            folder = "INBOX" if is_inbox else mailbox.folder
            is_at = (mailbox.host.lower(), mailbox.user.lower(), folder)
            if is_at in places:
                message = f"another mailbox reads {mailbox.folder} of this account too"
                yield source.problem(place, message)
            places.add(is_at)
            for key in OWN:
                if key != "canary" and not (
                    getattr(mailbox, key) or getattr(self, key)
                ):
                    message = f"the mailbox `{mailbox.name}` has no `{key}`"
                    hint = f"write [{key}] for all, or [mailbox.{key}] below this one"
                    yield source.problem(place, message, hint)
            yield from self._foreign_sender(source, index)

    def _foreign_sender(self, source: Source, index: int) -> Iterator[Problem]:
        """Yield that letters would come from a mailbox that does not know of them."""
        mailbox = self.mailbox[index]
        submission = mailbox.submission or self.submission
        if submission is None:
            return
        own = {address.lower() for address in mailbox.addresses}
        senders = {submission.from_address.lower(), submission.envelope_from.lower()}
        for other in self.mailbox:
            theirs = {address.lower() for address in other.addresses}
            if senders & (theirs - own):
                message = (
                    f"the letters of the mailbox `{mailbox.name}` would come from an"
                    f" address of `{other.name}`"
                )
                hint = (
                    "give it a [mailbox.submission] with its from_address and from_name"
                )
                yield source.problem(("mailbox", index, "submission"), message, hint)


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
    filled = replace(source, data=_with_shared_submission(source.data))
    several = validated(SeveralConfig, filled)
    if problems := tuple(several.problems(source)):
        raise ConfigError(*problems)
    configs = tuple(_with_absolute_paths(each, folder) for each in several.each())
    return tuple(each.beside(configs) for each in configs)


TOGETHER = (
    frozenset({"user", "password", "oauth"}),
    frozenset({"from_address", "from_name", "envelope_from"}),
)
"""Keys of a submission that nobody takes from elsewhere in part."""


def _with_shared_submission(data: dict[str, Any]) -> dict[str, Any]:
    """Complete a submission that names no host by what stands at the top."""
    shared, mailboxes = data.get("submission"), data["mailbox"]
    if not isinstance(shared, dict):
        return data
    return data | {"mailbox": [_completed(each, shared) for each in mailboxes]}


def _completed(mailbox: object, shared: dict[str, Any]) -> object:
    if not isinstance(mailbox, dict):
        return mailbox
    own = mailbox.get("submission")
    # A login is for one server only.
    if not isinstance(own, dict) or "host" in own:
        return mailbox
    said = set(own).union(*(keys for keys in TOGETHER if keys & set(own)))
    taken = {key: value for key, value in shared.items() if key not in said}
    return {**mailbox, "submission": taken | own}


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


MOST_OCTETS = 8_000_000
"""Of a rule file or template; a directory of all schools has about one million."""
UNREADABLE, NOT_UTF_8 = "unreadable", "not-utf-8"


def read_folder(folder: Path, endings: tuple[str, ...]) -> dict[str, str]:
    """Return the text of every file in a folder by its name, hidden files left out.

    Raises ConfigError for a folder or file that cannot be read.
    """
    files, problems = readable_in(folder, endings)
    if problems:
        raise ConfigError(*problems)
    return files


def readable_in(
    folder: Path, endings: tuple[str, ...]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the files of a folder as `read_folder` does, and what is wrong with them.

    A file that is not UTF-8 is among them, with U+FFFD for what cannot be read. Raises
    ConfigError for a folder that cannot be read.
    """
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for path in _files_in(folder, endings):
        try:
            octets = _octets_of(path)
        except OSError as error:
            problems.append(
                Problem(f"cannot be read: {error.strerror}", str(path), code=UNREADABLE)
            )
            continue
        try:
            files[path.name] = _as_text(octets, "strict")
        except UnicodeDecodeError:
            files[path.name] = _as_text(octets, "replace")
            problems.append(_not_utf_8(path, files[path.name]))
    return files, tuple(problems)


def _octets_of(path: Path) -> bytes:
    """Read a file, and neither wait at a pipe nor read a device without end."""
    with open(path, "rb", opener=_open_at_once) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        octets = file.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise OSError(errno.EFBIG, f"it has more than {MOST_OCTETS:,} octets")
    return octets


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _as_text(octets: bytes, errors: str) -> str:
    """Decode with plain line ends, as of a file that is opened as text."""
    decoded = octets.decode("utf-8", errors)
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf_8(path: Path, text: str) -> Problem:
    line, _, _ = text.partition("\N{REPLACEMENT CHARACTER}")
    return Problem(
        "cannot be read: it is not UTF-8 text",
        str(path),
        line.count("\n") + 1,
        hint="save it as UTF-8: editors ask for the encoding under “Save as”",
        code=NOT_UTF_8,
    )


def look_at_folder(
    folder: Path, endings: tuple[str, ...]
) -> tuple[tuple[str | int, ...], ...]:
    """Return what differs as soon as a file that `read_folder` reads does.

    Nothing is opened, and nothing raised.
    """
    try:
        return tuple(_looks_of(path) for path in _files_in(folder, endings))
    except ConfigError as error:
        return ((str(error),),)


def _looks_of(path: Path) -> tuple[str | int, ...]:
    try:
        found = path.stat()
    except OSError as error:
        return path.name, str(error.strerror)
    return path.name, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def _files_in(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    if not folder.is_dir():
        raise ConfigError(f"the folder {folder} does not exist")
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise ConfigError(
            f"the folder {folder} cannot be read: {error.strerror}"
        ) from None
    return [
        path
        for path in paths
        if not path.name.startswith(".") and path.suffix in endings
    ]
