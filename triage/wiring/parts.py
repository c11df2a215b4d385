"""The parts of one mailbox, connected."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from triage.answers import Answers
from triage.approvals import Approvals
from triage.backup import Restoring
from triage.canary import Canary
from triage.canary import Mailbox as Searched
from triage.config import Config
from triage.daemon import MailboxJobs, Timed
from triage.deadlines import Deadlines
from triage.digest import MorningDigest
from triage.dispatch import Dispatch, Tally
from triage.endings import Endings
from triage.errors import TransientError, TriageError
from triage.intake import Intake, Pass, Rulebook
from triage.mailbox import Limits
from triage.retention import Retention
from triage.ruleset.schema import RuleFiles
from triage.smtp import Limits as SmtpLimits
from triage.store import Store
from triage.wiring.logins import Logins, expiries_of, names_of_expiries
from triage.wiring.rules import Rules
from triage.wiring.servers import (
    MailboxWitness,
    inbox_of,
    mailbox_of,
    named,
    sender_of,
    submission_of,
)
from triage.wiring.shown import Pair, shown_by
from triage.wiring.status import surroundings_of

DEADLINES_SECONDS = 300
DIGEST_SECONDS = 60
RETENTION_SECONDS = 3600
ENDINGS_SECONDS = 600
CANARY, CANARY_SECONDS = "canary", 30
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What the mailboxes of a daemon have together, beside the store."""

    clock: Callable[[], datetime]
    stop: threading.Event
    logins: Logins
    limits: Limits
    """How long an IMAP server is heard out."""
    smtp_limits: SmtpLimits | None
    """None: the usual ones."""


class MailboxParts:
    """What reads, judges and answers the mail of one mailbox.

    Nothing is connected yet; `begin` gives it the store. Raises ConfigError.
    """

    def __init__(self, config: Config, shared: Shared) -> None:
        self.config = config
        self.stop = shared.stop
        self.logins = shared.logins
        self._clock = shared.clock
        limits, logins = shared.limits, shared.logins
        self._mailboxes = [mailbox_of(config, limits, logins) for _ in range(8)]
        self.mailbox, self.watcher, self._witness, *others = self._mailboxes
        self._other_folders, self._approving, self._restoring, *more = others
        self._canary_mailbox, self._shown_mailbox = more
        self.submission = submission_of(config, self.stop, shared.smtp_limits, logins)
        # Another thread's, for its certificate alone.
        shown = submission_of(config, self.stop, shared.smtp_limits, logins)
        self.endings = Endings(
            logins=partial(expiries_of, config),
            names=tuple(names_of_expiries(config)),
            servers=tuple(
                shown_by(
                    config,
                    Pair(
                        mailbox=(self.mailbox, self._shown_mailbox),
                        submission=(self.submission, shown),
                    ),
                )
            ),
            clock=shared.clock,
            within=timedelta(days=config.alarm.ending_days),
        )

    def begin(self, store: Store, opened: ExitStack) -> None:
        """Choose what to judge by, and make the jobs; `opened` closes what they use.

        `store` shows what belongs to this mailbox.
        """
        config, clock = self.config, self._clock
        for mailbox in self._mailboxes:
            opened.callback(mailbox.close)
        self.store = store
        self.rules = Rules(config, self.store, clock, self.stop)
        opened.callback(self.rules.close)
        rulebook, reader = self.rules.begin()
        self.intake = Intake(
            inbox=inbox_of(config),
            mailbox=self.mailbox,
            reader=reader,
            store=self.store,
            rulebook=rulebook,
            clock=clock,
            files=config.mailbox.file,
            since=config.mailbox.since,
        )
        self.rules.serve(self.intake)
        self.dispatch = Dispatch(
            outbox=self.store.outbox,
            submission=self.submission,
            witness=self._witness_of_letters(),
            sender=sender_of(config),
            clock=clock,
        )
        self.approvals = Approvals(
            mailbox=self._approving,
            store=self.store,
            modes=lambda: self.intake.rulebook.ruleset.tables.modes,
            clock=clock,
            files=config.mailbox.file,
        )
        self.restoring = Restoring(
            inbox=inbox_of(config),
            mailbox=self._restoring,
            store=self.store,
            rulebook=lambda: self.intake.rulebook,
            clock=clock,
            letters_in=self._folders_with_letters,
            files=config.mailbox.file,
        )
        self.retention = Retention(
            store=self.store, rulebook=lambda: self.intake.rulebook, clock=clock
        )
        self.answers = Answers(
            mailbox=self._other_folders,
            store=self.store,
            read=self.intake.read_one,
            rulebook=lambda: self.intake.rulebook,
            clock=clock,
            sent_folders=config.mailbox.sent_folders,
        )
        self.deadlines = Deadlines(
            store=self.store, rulebook=lambda: self.intake.rulebook, clock=clock
        )
        self.digest = MorningDigest(
            store=self.store,
            rulebook=lambda: self.intake.rulebook,
            around=partial(surroundings_of, config),
            clock=clock,
        )

    def canaries(self) -> Iterator[Canary]:
        """Yield the job of the test mail, where it is wanted."""
        found = canary_of(
            self.config,
            self.store,
            self._canary_mailbox,
            lambda: self.intake.rulebook,
            self._clock,
        )
        if found is not None:
            yield found

    def jobs(self, name: str = "") -> MailboxJobs:
        """Return what the daemon runs; `name` tells its jobs from those of others."""
        table = self.config.mailbox
        return MailboxJobs(
            name=name,
            intake=self.intake,
            dispatch=self.dispatch,
            rules=self.rules,
            ready=self.ready_mailbox,
            watcher=self.watcher if table.idle else None,
            poll_seconds=table.poll_seconds,
            others=(
                Timed("approvals", table.poll_seconds, self.approvals),
                Timed("answers", table.poll_seconds, self.answers),
                Timed("deadlines", DEADLINES_SECONDS, self.deadlines),
                Timed("digest", DIGEST_SECONDS, self.digest),
                Timed("retention", RETENTION_SECONDS, self.retention),
                Timed("endings", ENDINGS_SECONDS, self.endings),
                *(Timed(CANARY, CANARY_SECONDS, each) for each in self.canaries()),
            ),
        )

    def run_once(self) -> tuple[Pass, Tally]:
        """Take up what is there and send what is due, once.

        A mailbox that is away keeps no letter, and a job that cannot be done keeps
        nothing else; what failed first is raised at the end.
        """
        self.dispatch.recover()
        taken, failures = Pass(), list[TriageError]()
        try:
            self.ready_mailbox()
            taken = self.intake.run(self.stop.is_set)
        except TransientError as error:
            failures.append(error)
        for name, job in (
            ("approvals", self.approvals),
            ("answers", self.answers),
            ("deadlines", self.deadlines),
            # Before the digest, which tells of its list.
            ("retention", self.retention),
            ("digest", self.digest),
        ):
            try:
                job.run(self.stop.is_set)
            except TriageError as error:
                log.error("%s: %s", named(name, self.config), error)
                failures.append(error)
        sent = self.dispatch.run(self.stop.is_set)
        if failures:
            raise failures[0]
        return taken, sent

    def ready_mailbox(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Connect, refuse a server that cannot file safely, heed a restoration.

        Raises ConfigError with the reason, TransientError when the server is away.
        """
        self.mailbox.connect()
        if self.config.mailbox.file:
            self.mailbox.check_filing()
        self.restoring.run(stopping)

    def routes(self) -> tuple[str, ...]:
        """Return the routes as the rules have them now."""
        return tuple(route.id for route in self.tables().route)

    def tables(self) -> RuleFiles:
        """Return the rules in force."""
        return self.intake.rulebook.ruleset.tables

    def certificate_ends(self) -> dict[str, datetime]:
        """Return when the certificates of the servers end, as last seen."""
        seen = {each.name: each.seen() for each in self.endings.servers}
        return {what: at.ends for what, at in seen.items() if at is not None}

    def interrupt(self) -> None:
        """End what is under way; for another thread or a signal handler."""
        for mailbox in self._mailboxes:
            mailbox.interrupt()

    def _witness_of_letters(self) -> MailboxWitness | None:
        submission, mailbox = self.config.submission, self.config.mailbox
        if submission.witness == "none":
            return None
        if submission.witness == "sent":
            return MailboxWitness(self._witness, submission.sent_folder)
        filed_in = self._folder_of_automatic_mail if mailbox.file else None
        return MailboxWitness(self._witness, mailbox.folder, filed_in)

    def _folders_with_letters(self) -> tuple[str, ...]:
        """Where copies of our letters lie; empty: nothing can be looked for."""
        if self.config.submission.witness == "sent":
            return (self.config.submission.sent_folder,)
        if self.config.submission.witness == "none":
            return ()
        filed_in = self._folder_of_automatic_mail()
        inbox = self.config.mailbox.folder
        return (inbox, filed_in) if filed_in else (inbox,)

    def _folder_of_automatic_mail(self) -> str | None:
        """Return it as the rules have it now."""
        return self.tables().automatic.folder


def canary_of(
    config: Config,
    store: Store,
    mailbox: Searched,
    rulebook: Callable[[], Rulebook],
    clock: Callable[[], datetime],
) -> Canary | None:
    """Return the job of the test mail; None: it is not wanted."""
    table = config.canary
    if table is None:
        return None
    return Canary(
        store=store,
        mailbox=mailbox,
        rulebook=rulebook,
        clock=clock,
        address=config.mailbox.addresses[0],
        at=table.at,
        within=timedelta(minutes=table.within_minutes),
        files=config.mailbox.file,
    )
