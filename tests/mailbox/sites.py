"""The same mailbox in three places: in memory, at pymap, at Dovecot.

A site is also what others see of the mailbox, by a connection of their own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no types

from tests.servers.fake_mailbox import ARRIVAL, FakeMailbox
from triage.demo.servers import HOST
from triage.mailbox import Account, ImapMailbox, Limits, Security

Mailbox = ImapMailbox | FakeMailbox


@dataclass(frozen=True, slots=True)
class Seen:
    """What anybody can see of a message; without \\Recent, which no one can set."""

    uid: int
    octets: bytes
    received_at: datetime
    flags: frozenset[str]


class Site(Protocol):
    """One mailbox, empty at first."""

    def mailbox(self, limits: Limits | None = None, folder: str = "INBOX") -> Mailbox:
        """Return it as the program has it, not yet connected."""

    def deliver(
        self,
        octets: bytes,
        received_at: datetime = ARRIVAL,
        folder: str = "INBOX",
        flags: Iterable[str] = (),
    ) -> None: ...

    def expunge(self, uid: int) -> None: ...

    def contents(self, folder: str = "INBOX") -> list[Seen]: ...


class FakeSite:
    """A fake, which has one mailbox only."""

    def __init__(self) -> None:
        self._fake = FakeMailbox()

    def mailbox(
        self, limits: Limits | None = None, folder: str = "INBOX"
    ) -> FakeMailbox:
        self._fake.limits = limits or Limits()
        return self._fake if folder == "INBOX" else self._fake.beside(folder)

    def deliver(
        self,
        octets: bytes,
        received_at: datetime = ARRIVAL,
        folder: str = "INBOX",
        flags: Iterable[str] = (),
    ) -> None:
        self._fake.deliver(octets, received_at, folder, flags)

    def expunge(self, uid: int) -> None:
        self._fake.expunge(uid)

    def contents(self, folder: str = "INBOX") -> list[Seen]:
        return [
            Seen(kept.uid, kept.octets, kept.received_at, kept.flags)
            for kept in self._fake.folders[folder]
        ]


class ImapSite:
    """A user at a server that listens in clear on loopback."""

    def __init__(
        self,
        port: int,
        user: str,
        password: str,
        spelled: Callable[[str], str] = str,
    ) -> None:
        self._port, self._user, self._password = port, user, password
        self._spelled = spelled

    def mailbox(
        self, limits: Limits | None = None, folder: str = "INBOX"
    ) -> ImapMailbox:
        account = replace(self.account(), folder=folder)
        return ImapMailbox(account, limits or Limits())

    def move(self, folder: str, to: str) -> None:
        """Move everything in a folder, as a person does in a mail program."""
        with self.somebody_else() as client:
            source, target = self._spelled(folder), self._spelled(to)
            if not client.folder_exists(target):
                client.create_folder(target)
            client.select_folder(source)
            client.move(client.search(["ALL"]), target)

    @property
    def address(self) -> tuple[int, str]:
        """Return the port and the user."""
        return self._port, self._user

    def account(
        self,
        security: Security = Security.PLAIN,
        port: int | None = None,
        ca_file: Path | None = None,
    ) -> Account:
        return Account(
            HOST,
            port or self._port,
            security,
            self._user,
            lambda: self._password,
            ca_file=ca_file,
        )

    def deliver(
        self,
        octets: bytes,
        received_at: datetime = ARRIVAL,
        folder: str = "INBOX",
        flags: Iterable[str] = (),
    ) -> None:
        with self.somebody_else() as client:
            name = self._spelled(folder)
            if not client.folder_exists(name):
                client.create_folder(name)
            client.append(name, octets, tuple(flags), received_at)

    def expunge(self, uid: int) -> None:
        with self.somebody_else() as client:
            client.select_folder("INBOX")
            client.delete_messages([uid])
            client.uid_expunge([uid])

    def contents(self, folder: str = "INBOX") -> list[Seen]:
        with self.somebody_else() as client:
            client.select_folder(self._spelled(folder), readonly=True)
            uids = client.search(["ALL"])
            found = client.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
            # What somebody else moved in between is not there any more.
            return [_seen(uid, found[uid]) for uid in uids if uid in found]

    @contextmanager
    def somebody_else(self) -> Iterator[Any]:
        """Lend a client that shares nothing with the code under test."""
        with IMAPClient(HOST, self._port, ssl=False, timeout=10) as client:
            client.normalise_times = False
            client.login(self._user, self._password)
            yield client


def _seen(uid: int, found: dict[bytes, Any]) -> Seen:
    flags = {flag.decode() for flag in found[b"FLAGS"]} - {"\\Recent"}
    received_at = found[b"INTERNALDATE"].astimezone(UTC)
    return Seen(uid, found[b"BODY[]"], received_at, frozenset(flags))
