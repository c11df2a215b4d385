"""The tables of a configuration file, and all of them together for one mailbox."""

import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from triage.logins import OAuth, Secret, Table, why_no_login
from triage.web import LOOPBACK, is_loopback, why_no_web_address

LAST_PORT = 65_535


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


class SmtpTable(Table):
    """A server that is logged in to over SMTP, where that is wanted."""

    host: str
    port: int | None = None
    security: Literal["tls", "starttls", "plain"] = "tls"
    user: str | None = None
    password: Secret | None = None
    oauth: OAuth | None = None
    ca_file: Path | None = None
    from_address: str

    @model_validator(mode="after")
    def _plain_stays_here(self) -> Self:
        _login_is_whole(self.user, self.password, self.oauth)
        _only_loopback_in_clear(self.security, self.host)
        return self


class SubmissionTable(SmtpTable):
    """The server that takes our replies."""

    from_name: str
    envelope_from: str = ""
    witness: Literal["sent", "copy", "none"] = "sent"
    sent_folder: str = "Sent"
    seconds_after_dot: int = Field(default=600, ge=10)


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


class AlarmSubmissionTable(SmtpTable):
    """A server that takes alarms, another one than takes our replies."""

    to: tuple[str, ...] = Field(min_length=1)


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
