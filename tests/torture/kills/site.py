"""An installation that is prepared once and copied for each kill, its mailbox too."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from tests.journeys.installing import ADDRESS, Servers, Settings, install
from tests.mailbox.sites import ImapSite
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.smtp.scripted import Received
from tests.torture.evidence import Accepted, Delivered, Evidence
from tests.torture.kills.mails import ARRIVED
from tests.torture.site import KEY, OWN_ADDRESSES
from triage.demo.servers import HOST

INDEXES = "dovecot.index*"
"""Dovecot makes them anew; UIDs and UIDVALIDITY stand elsewhere."""
STORE = "triage.sqlite3"
NOWHERE = 9


@dataclass(frozen=True)
class Site:
    """A folder with config, rules and store, and a user's mailbox at Dovecot."""

    folder: Path
    dovecot: Dovecot
    user: str
    settings: Settings
    delivered: tuple[Delivered, ...] = ()
    accepted: tuple[Received, ...] = ()
    """Letters that a server took before the kill."""
    wording: tuple[str, ...] = ()
    """Config and rules of what this is a copy of."""

    @classmethod
    def new(cls, folder: Path, dovecot: Dovecot, settings: Settings) -> Self:
        folder.mkdir()
        return cls(folder, dovecot, dovecot.new_user(), settings)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def store(self) -> Path:
        return self.folder / STORE

    @property
    def mailbox(self) -> ImapSite:
        return ImapSite(self.dovecot.imap, self.user, PASSWORD)

    def install(self, smtp_port: int = NOWHERE) -> None:
        """Write config and rules as they are at first."""
        servers = Servers(
            imap_port=self.dovecot.imap,
            user=self.user,
            password=PASSWORD,
            smtp_port=smtp_port,
        )
        shutil.rmtree(self.folder / "rules", ignore_errors=True)
        install(self.folder, servers, self.settings)

    def with_mails(self, *mails: Delivered) -> "Site":
        """Deliver mails; return the site that knows of them."""
        for mail in mails:
            self.mailbox.deliver(mail.octets, ARRIVED, mail.folder)
        return replace(self, delivered=(*self.delivered, *mails))

    def take_copies(self, letters: Iterable[Received]) -> None:
        """Have the mailbox get what a server keeps of our letters, as is configured."""
        match self.settings.submission.get("witness", "none"):
            case "sent":
                for letter in letters:
                    self.mailbox.deliver(letter.octets, ARRIVED, "Sent")
            case "copy":
                for letter in letters:
                    if ADDRESS in letter.recipients:
                        self.mailbox.deliver(letter.octets, ARRIVED, "INBOX")
            case _:
                pass

    def copy_to(self, folder: Path, smtp_port: int) -> "Site":
        """Return the same installation with a mailbox of its own."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("log"))
        files = (self.config, *sorted((self.folder / "rules").glob("*.toml")))
        copy = replace(
            self,
            folder=folder,
            user=self.dovecot.new_user(),
            wording=tuple(path.read_text("utf-8") for path in files),
        )
        config = copy.config.read_text("utf-8")
        config = config.replace(f'"{self.user}"', f'"{copy.user}"')
        copy.config.write_text(
            config.replace(f"port = {NOWHERE}\n", f"port = {smtp_port}\n"), "utf-8"
        )
        _copy_mail(self.dovecot.maildir(self.user), self.dovecot.maildir(copy.user))
        _rename_account(copy.store, f"{self.user}@{HOST}", f"{copy.user}@{HOST}")
        return copy

    @property
    def aside(self) -> Path:
        return self.folder / "aside"

    def keep_aside(self) -> None:
        """Keep the store's files as they are now, for a power cut."""
        self.aside.mkdir()
        for path in self.folder.glob(f"{STORE}*"):
            shutil.copy(path, self.aside)

    def forget(self) -> None:
        """Remove it; nothing was found wrong."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.dovecot.maildir(self.user), ignore_errors=True)

    def folders(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return what lies in the mailbox, read from the server's disk."""
        root = self.dovecot.maildir(self.user)
        places = {"INBOX": root} | {
            path.name[1:].replace(".", "/"): path
            for path in sorted(root.glob(".*"))
            if path.is_dir()
        }
        return {
            name: tuple(
                path.read_bytes()
                for kind in ("cur", "new")
                for path in sorted((place / kind).glob("*"))
            )
            for name, place in places.items()
        }

    def evidence(self, accepted: tuple[Received, ...]) -> Evidence:
        """Return what is left now."""
        log = self.folder / "log"
        return Evidence(
            delivered=self.delivered,
            accepted=tuple(
                Accepted(
                    octets=each.data,
                    envelope_from=each.sender,
                    recipients=each.recipients,
                )
                for each in (*self.accepted, *accepted)
            ),
            folders=self.folders(),
            store=self.store,
            own_addresses=OWN_ADDRESSES,
            logs=log.read_text("utf-8") if log.exists() else "",
            secrets=(KEY,),
            wording=self.wording,
        )


def _copy_mail(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(INDEXES))
    if os.getuid() == 0:
        for path in (target, *target.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")


def _rename_account(store: Path, before: str, after: str) -> None:
    """Let a store know its mailbox by another name; its log stays, if it has one."""
    files = [store, store.with_name(f"{store.name}-wal")]
    kept = [path.with_name(f"{path.name}.kept") for path in files]
    with closing(sqlite3.connect(store)) as rows:
        has_log = files[1].exists()
        rows.execute(
            "UPDATE inboxes SET account = ? WHERE account = ?", (after, before)
        )
        rows.commit()
        if has_log:
            # Who closes it last would empty the log.
            for path, aside in zip(files, kept, strict=True):
                shutil.copy(path, aside)
    if has_log:
        for path, aside in zip(files, kept, strict=True):
            aside.rename(path)


def rows_of(path: Path, question: str, *values: object) -> list[sqlite3.Row]:
    """Ask a store's file as somebody who knows only SQL."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        store.row_factory = sqlite3.Row
        return store.execute(question, values).fetchall()
