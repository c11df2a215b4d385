"""One pass over the folders in which we see what people do."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from triage.answers.filing import Filing
from triage.answers.look import Look, Mailbox, Taking
from triage.answers.sent import Read, Sent
from triage.intake import Rulebook
from triage.moved import Selected
from triage.store import Store, Watch
from triage.store.watches import LOOKED

NO_FOLDER = 0
"""Stands for a UIDVALIDITY, which is never 0 (RFC 9051 §2.3.1.1)."""

log = logging.getLogger(__name__)


class Done(Counter[str]):
    """What one pass noticed, in mails: by what each of them did."""

    @override
    def __str__(self) -> str:
        return ", ".join(f"{number} {what}" for what, number in sorted(self.items()))


@dataclass(kw_only=True)
class Answers:
    """Notices what people do in their mail program; `run` may be repeated."""

    mailbox: Mailbox
    """A connection of its own, which turns from folder to folder."""
    store: Store
    read: Read
    """Where hostile mail does no harm: officers quote what strangers wrote."""
    rulebook: Callable[[], Rulebook]
    """What is in force now."""
    clock: Callable[[], datetime]
    sent_folders: tuple[str, ...] | None = None
    """None: the one that the server marks."""
    _said_missing: set[str] = field(default_factory=set, init=False)

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Done:
        """Look into every folder that got mail since the last look.

        Raises TransientError when the mailbox or the store fails, ConfigError for a
        folder that cannot be.
        """
        done = Done()
        self.mailbox.connect()
        self._make_closed_folder()
        takings = self._takings()
        at = self.clock()
        standing = self.mailbox.standing(takings)
        unchanged: list[str] = []
        for folder, taking in takings.items():
            if stopping():
                return done
            stands, last = standing.get(folder), self.store.watches.last(folder)
            if _is_as_before(last, stands):
                unchanged.append(folder)
            elif stands is None:
                self.store.watches.note(folder, _missing(at))
            else:
                self._look_into(folder, stands, taking, at, done)
        self.store.watches.touch(unchanged, at)
        self._say_missing(standing)
        if self._is_sent_mail_seen(standing):
            self.store.heartbeat.note(LOOKED, at)
        return done

    def _is_sent_mail_seen(self, standing: Mapping[str, Selected]) -> bool:
        """Whether answers can be noticed, or nobody wants them to be."""
        folders = self._folders_of_sent_mail()
        is_unwanted = self.sent_folders == ()
        return is_unwanted or (bool(folders) and standing.keys() >= set(folders))

    def _make_closed_folder(self) -> None:
        folder = self.rulebook().ruleset.tables.answers.closed_folder
        self.mailbox.ensure_folders([] if folder is None else [folder])

    def _takings(self) -> dict[str, Taking]:
        """Say what is done about the mails of each folder; sent mail goes first.

        So that a case is answered before it is closed.
        """
        rulebook = self.rulebook()
        sent = Sent(self.store, rulebook, self.read)
        filing = Filing(self.store, rulebook)
        takings: dict[str, Taking] = dict.fromkeys(filing.folders, filing)
        return dict.fromkeys(self._folders_of_sent_mail(), sent) | takings

    def _folders_of_sent_mail(self) -> tuple[str, ...]:
        if self.sent_folders is not None:
            return self.sent_folders
        marked = self.mailbox.sent_folder()
        return () if marked is None else (marked,)

    def _look_into(
        self,
        folder: str,
        stands: Selected,
        taking: Taking,
        at: datetime,
        done: Counter[str],
    ) -> None:
        self.mailbox.turn_to(folder)
        uidvalidity = self.mailbox.select().uidvalidity
        last = self.store.watches.last(folder)
        is_known = last is not None and last.uidvalidity in (uidvalidity, NO_FOLDER)
        look = Look(
            folder,
            uidvalidity,
            at,
            before=last.at if last is not None and is_known else None,
            since=last.since if last is not None and is_known else at,
        )
        seen = self.store.watches.seen(folder, uidvalidity)
        new = sorted(set(self.mailbox.uids()) - seen)
        left = taking.take(self.mailbox, look, new, done)
        with self.store.batch():
            self.store.watches.mark_seen(folder, uidvalidity, set(new) - left)
            # What came after `stands` was asked for shows at the next pass.
            is_settled = not left and uidvalidity == stands.uidvalidity
            watch = Watch(
                uidvalidity=uidvalidity,
                uidnext=stands.uidnext if is_settled else None,
                since=look.since,
                at=at,
            )
            self.store.watches.note(folder, watch)

    def _say_missing(self, standing: Mapping[str, Selected]) -> None:
        """Say once that a folder of sent mail that the configuration names is none."""
        missing = set(self.sent_folders or ()) - standing.keys()
        for folder in sorted(missing - self._said_missing):
            log.warning('there is no folder "%s" (sent_folders in [mailbox])', folder)
        self._said_missing = missing


def _is_as_before(last: Watch | None, stands: Selected | None) -> bool:
    if last is None:
        return False
    if stands is None:
        return last.uidvalidity == NO_FOLDER
    return last.uidvalidity == stands.uidvalidity and (
        last.uidnext is not None and last.uidnext == stands.uidnext
    )


def _missing(at: datetime) -> Watch:
    """A look that found no folder, and so no mail in it."""
    return Watch(uidvalidity=NO_FOLDER, uidnext=None, since=at, at=at)
