"""The mailbox, the submission server and the witness, from a config."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from triage.config import Config, SmtpTable
from triage.dispatch import Sender
from triage.mailbox import Account, ImapMailbox, Limits, Security
from triage.smtp import Limits as SmtpLimits
from triage.smtp import Server, Submission
from triage.store import Inbox
from triage.wiring.logins import Logins

IMAP_PORTS = {"imaps": 993, "starttls": 143, "plain": 143}
KILOBYTE = 1024
USUAL = Limits()


def named(what: str, config: Config) -> str:
    """Name something of a mailbox: alone it needs no more than what it is."""
    return f"{what} {config.mailbox.name}" if config.mailbox.name else what


def account_of(config: Config, logins: Logins | None = None) -> Account:
    """Return the account of the watched mailbox; raises ConfigError."""
    mailbox, logins = config.mailbox, logins or Logins()
    name = named("mailbox", config)
    password = logins.password(name, mailbox.password)
    return Account(
        host=mailbox.host,
        port=mailbox.port or IMAP_PORTS[mailbox.security],
        security=Security(mailbox.security),
        user=mailbox.user,
        password=password,
        trials=password,
        folder=mailbox.folder,
        ca_file=mailbox.ca_file,
        tokens=logins.tokens(name, mailbox.user, mailbox.oauth),
    )


def mailbox_of(
    config: Config, limits: Limits = USUAL, logins: Logins | None = None
) -> ImapMailbox:
    """Return the watched mailbox, not yet connected."""
    return ImapMailbox(
        account_of(config, logins),
        _limits_of(config, limits),
        idles=config.mailbox.idle,
    )


def _limits_of(config: Config, limits: Limits) -> Limits:
    return replace(limits, whole=config.mailbox.large_message_kilobytes * KILOBYTE)


def inbox_of(config: Config) -> Inbox:
    """Return the name under which the store knows the mailbox."""
    mailbox = config.mailbox
    return Inbox(f"{mailbox.user}@{mailbox.host}", mailbox.folder)


def server_of(config: Config, logins: Logins | None = None) -> Server:
    """Return the submission server and the login there; raises ConfigError."""
    return server_in(config.submission, named("submission", config), logins or Logins())


def server_in(table: SmtpTable, name: str, logins: Logins) -> Server:
    """Return the server that a table names; raises ConfigError."""
    password = logins.password(name, table.password)
    return Server(
        host=table.host,
        port=table.port,
        security=table.security,
        user=table.user,
        password=password,
        trials=password,
        tokens=logins.tokens(name, table.user or "", table.oauth),
        ca_file=table.ca_file,
    )


def submission_of(
    config: Config,
    stop: threading.Event | None = None,
    limits: SmtpLimits | None = None,
    logins: Logins | None = None,
) -> Submission:
    """Return the submission server, not yet connected; raises ConfigError."""
    usual = replace(SmtpLimits(), after_dot=config.submission.seconds_after_dot)
    return Submission(server_of(config, logins), limits or usual, stop)


def sender_of(config: Config) -> Sender:
    """Return who sends, and where the witnessing copy goes."""
    table = config.submission
    copy_to = config.mailbox.addresses[0] if table.witness == "copy" else None
    return Sender(
        name=named("daemon", config), envelope_from=table.envelope_from, copy_to=copy_to
    )


class Searched(Protocol):
    """The part of a mailbox that a witness uses (see triage.mailbox)."""

    def connect(self) -> None: ...
    def ensure_folders(self, folders: Iterable[str]) -> None: ...
    def find(self, message_id: str, folder: str) -> bool: ...
    def close(self) -> None: ...


class MailboxWitness:
    """Looks for letters of ours in folders of the account, over its own connection.

    `filed_in` names a folder of our own, made when it is missing: where nothing was
    filed yet, no copy is there. A Sent folder that is missing proves nothing.
    """

    def __init__(
        self,
        mailbox: Searched,
        folder: str,
        filed_in: Callable[[], str | None] | None = None,
    ) -> None:
        self._mailbox = mailbox
        self._folder = folder
        self._filed_in = filed_in

    def has(self, message_id: str) -> bool:
        """Tell whether a copy is there; TransientError when that cannot be told."""
        filed_in = self._filed_in() if self._filed_in else None
        ours = (filed_in,) if filed_in else ()
        self._mailbox.connect()
        try:
            self._mailbox.ensure_folders(ours)
            folders = (self._folder, *ours)
            return any(self._mailbox.find(message_id, folder) for folder in folders)
        finally:
            # It is seldom asked, and servers count connections.
            self._mailbox.close()
