"""The program under the kills: its jobs, on real servers, ready in a few milliseconds.

Connected as triage.wiring does it, but for two things that would take a second at each
of a thousand starts: mail is read in this process, and rules are compiled beforehand.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from triage.answers import Answers
from triage.approvals import Approvals
from triage.backup import Restoring
from triage.config import Config
from triage.deadlines import Deadlines
from triage.dispatch import Dispatch
from triage.edition import Edition
from triage.errors import ConfigError, TransientError
from triage.intake import Intake, Rulebook
from triage.message import Fetched
from triage.reader import Reading, Unreadable, read_here
from triage.store import Store
from triage.trial import Findings, Trials
from triage.wiring.folders import RuleFolders
from triage.wiring.parts import canary_of
from triage.wiring.rulebook import edition_of, keys_bound_to, keys_of
from triage.wiring.rulebook import rulebook_without_keys as compiled
from triage.wiring.servers import (
    MailboxWitness,
    inbox_of,
    mailbox_of,
    sender_of,
    submission_of,
)
from triage.wiring.trying import counts_of


@dataclass
class Books:
    """Rules and letters, compiled once for all children that are forked later."""

    known: dict[str, Rulebook | ConfigError] = field(default_factory=dict)

    def learn(self, config: Config) -> None:
        """Compile what stands in the folders now, if it can be."""
        with suppress(ConfigError):
            self.of(config, edition_of(config))

    def of(self, config: Config, edition: Edition) -> Rulebook:
        """Return an edition compiled; raises ConfigError."""
        if edition.hash not in self.known:
            try:
                self.known[edition.hash] = compiled(config, edition)
            except ConfigError as error:
                self.known[edition.hash] = error
        found = self.known[edition.hash]
        if isinstance(found, ConfigError):
            raise found
        return found


@dataclass
class Clock:
    """Stands still until somebody moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class ReaderHere:
    """Reads in this process."""

    rulebook: Callable[[], Rulebook]

    def read(self, batch: Iterable[Fetched]) -> Iterator[Reading | Unreadable]:
        for each in batch:
            yield read_here(self.rulebook().ruleset, each)


class Office:
    """One installation, started; its store is open and nothing is connected."""

    def __init__(self, config: Config, clock: Clock, books: Books) -> None:
        self.config, self.clock, self.books = config, clock, books
        self.store = Store.open(config.store.path, exclusive=True)
        self.store.restorations.notice_older_copy(clock())
        self.trials = Trials(
            folders=RuleFolders(config),
            store=self.store,
            try_out=self._try_out,
            clock=clock,
            pause=lambda: None,
        )
        rulebook = self._bound(self._begun())
        self.trials.tell(rulebook)
        self.mailbox = mailbox_of(config)
        self.beside, self.witness = mailbox_of(config), mailbox_of(config)
        self.approving, self.restored = mailbox_of(config), mailbox_of(config)
        self.intake = Intake(
            inbox=inbox_of(config),
            mailbox=self.mailbox,
            reader=ReaderHere(lambda: self.intake.rulebook),
            store=self.store,
            rulebook=rulebook,
            clock=clock,
            files=config.mailbox.file,
        )
        self.dispatch = Dispatch(
            outbox=self.store.outbox,
            submission=submission_of(config),
            witness=self._witness(),
            sender=sender_of(config),
            clock=clock,
        )
        self._open_other_jobs()

    def _open_other_jobs(self) -> None:
        config, clock, store = self.config, self.clock, self.store
        self.approvals = Approvals(
            mailbox=self.approving,
            store=store,
            modes=lambda: self.intake.rulebook.ruleset.tables.modes,
            clock=clock,
            files=config.mailbox.file,
        )
        self.answers = Answers(
            mailbox=self.beside,
            store=store,
            read=self.intake.read_one,
            rulebook=lambda: self.intake.rulebook,
            clock=clock,
            sent_folders=config.mailbox.sent_folders,
        )
        self.deadlines = Deadlines(
            store=store, rulebook=lambda: self.intake.rulebook, clock=clock
        )
        self.canary = canary_of(
            config, store, self.beside, lambda: self.intake.rulebook, clock
        )
        self.restoring = Restoring(
            inbox=inbox_of(config),
            mailbox=self.restored,
            store=store,
            rulebook=lambda: self.intake.rulebook,
            clock=clock,
            letters_in=self._folders_with_letters,
            files=config.mailbox.file,
        )

    def look_for_canary(self) -> None:
        """Send the mail to ourselves, and look for it; one that is late is told."""
        if self.canary is not None:
            with suppress(TransientError):
                self.canary.run()

    def _begun(self) -> Rulebook:
        """Choose what to start with, as triage.wiring.rules does."""
        self._keys = keys_bound_to(self.store.salt, keys_of(self.config))
        if self.store.editions.in_force() is not None:
            return self.books.of(self.config, self.trials.begin())
        first = self.trials.first()
        rulebook = self.books.of(self.config, first)
        self.trials.begin_with(first, counts_of(rulebook))
        return rulebook

    def _bound(self, rulebook: Rulebook) -> Rulebook:
        return replace(rulebook, keys=self._keys)

    def _try_out(self, edition: Edition, _: Edition) -> Findings:
        """Stand in for the process that tries editions, which writes nothing."""
        try:
            return Findings(counts_of(self.books.of(self.config, edition)))
        except ConfigError as error:
            return Findings(faults=tuple(map(str, error.problems)))

    def _witness(self) -> MailboxWitness | None:
        submission = self.config.submission
        if submission.witness == "none":
            return None
        if submission.witness == "sent":
            return MailboxWitness(self.witness, submission.sent_folder)
        filed_in = partial(self._folder_of_automatic_mail)
        return MailboxWitness(self.witness, self.config.mailbox.folder, filed_in)

    def _folder_of_automatic_mail(self) -> str | None:
        return self.intake.rulebook.ruleset.tables.automatic.folder

    def _folders_with_letters(self) -> tuple[str, ...]:
        if self.config.submission.witness == "none":
            return ()
        if self.config.submission.witness == "sent":
            return (self.config.submission.sent_folder,)
        inbox, filed_in = self.config.mailbox.folder, self._folder_of_automatic_mail()
        return (inbox, filed_in) if filed_in else (inbox,)

    def reload(self) -> None:
        """Look at the folders until what changed there is in force, or refused."""
        for _ in range(2):
            self.trials.run(lambda: False, self._put_in_force)
            self.trials.tell(self.intake.rulebook)

    def _put_in_force(self, edition: Edition, record: Callable[[], object]) -> None:
        rulebook = self._bound(self.books.of(self.config, edition))
        with self.intake.between_passes():
            record()
            self.intake.rulebook = rulebook

    def take_up(self) -> None:
        """Connect, heed a restoration, take up what is new and file it."""
        self.mailbox.connect()
        if self.config.mailbox.file:
            self.mailbox.check_filing()
        self.restoring.run()
        self.intake.run()

    def send(self) -> None:
        self.dispatch.recover()
        self.dispatch.run()

    def run_once(self, later: timedelta = timedelta()) -> None:
        """Make one pass of every job, as triage.wiring's Installation does."""
        self.clock.now += later
        self.dispatch.recover()
        self.look_for_canary()
        self.take_up()
        self.approvals.run()
        self.answers.run()
        self.deadlines.run()
        self.dispatch.run()
        self.look_for_canary()

    def close(self) -> None:
        beside = (self.beside, self.witness, self.approving, self.restored)
        for mailbox in (self.mailbox, *beside):
            mailbox.close()
        self.store.close()
