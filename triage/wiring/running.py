"""The daemon and the single pass, connected."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from triage.alarm import Pulse
from triage.answers import Answers
from triage.approvals import Approvals
from triage.backup import Restoring
from triage.canary import Canary
from triage.config import Config, load_config
from triage.daemon import Daemon, Parts, Supervisor, Timed
from triage.deadlines import Deadlines
from triage.digest import MorningDigest
from triage.dispatch import Dispatch, Tally
from triage.errors import TransientError, TriageError
from triage.intake import Intake, Pass
from triage.mailbox import ImapMailbox, Limits
from triage.retention import Retention
from triage.smtp import Limits as SmtpLimits
from triage.store import Store
from triage.wiring.alarms import alarm_of
from triage.wiring.clock import now, steady
from triage.wiring.liveness import STOPPED
from triage.wiring.logins import Logins
from triage.wiring.logs import log_to_stderr
from triage.wiring.monitoring import Looker, listener_of
from triage.wiring.rules import Rules
from triage.wiring.servers import (
    USUAL,
    Folders,
    MailboxWitness,
    inbox_of,
    mailbox_of,
    sender_of,
    submission_of,
)
from triage.wiring.status import surroundings_of
from triage.wiring.supervising import supervision_of

DEADLINES_SECONDS = 300
DIGEST_SECONDS = 60
RETENTION_SECONDS = 3600
CANARY, CANARY_SECONDS = "canary", 30
NOTE_SECONDS = 1.0
log = logging.getLogger(__name__)

_OLDER_COPY = (
    "%s: %s; %d letters that wait in it may have been sent since, and are uncertain;"
    " it goes on as after a restoration"
)


class Installation:
    """Every part of one configuration; nothing is connected yet, the store is open.

    A context manager: leaving it closes everything. Raises ConfigError with what is
    wrong, a second daemon on the same store included. `limits` is how long an IMAP
    server is heard out.
    """

    def __init__(
        self,
        config: Config,
        clock: Callable[[], datetime] = now,
        limits: Limits = USUAL,
        smtp_limits: SmtpLimits | None = None,
    ) -> None:
        """Connect the parts; `smtp_limits` None: the usual ones."""
        self.config = config
        self._clock = clock
        self._smtp_limits = smtp_limits
        self.stop = threading.Event()
        self._limits = limits
        self.logins = Logins(clock)
        with ExitStack() as opened:
            self._connect(opened, clock)
            # From here on, `close` is what closes them.
            self._opened = opened.pop_all()

    def _connect(self, opened: ExitStack, clock: Callable[[], datetime]) -> None:
        config = self.config
        mailboxes = [mailbox_of(config, self._limits, self.logins) for _ in range(5)]
        self.mailbox, self.watcher, self._witness, *others = mailboxes
        self._other_folders, self._canary_mailbox = others
        self._folders = Folders(config, self._limits, self.logins)
        self._folders_of_intake = Folders(config, self._limits, self.logins)
        opened.callback(self._folders.close)
        opened.callback(self._folders_of_intake.close)
        for mailbox in self._mailboxes():
            opened.callback(mailbox.close)
        self.submission = submission_of(
            config, self.stop, self._smtp_limits, self.logins
        )
        self.store = opened.enter_context(Store.open(config.store.path, exclusive=True))
        noticed = self.store.restorations.notice_older_copy(clock())
        if noticed is not None:
            path = config.store.path
            log.warning(_OLDER_COPY, path, noticed.why, noticed.doubted)
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
            mailbox_of=self._folders,
            store=self.store,
            modes=lambda: self.intake.rulebook.ruleset.tables.modes,
            clock=clock,
            files=config.mailbox.file,
        )
        self.restoring = Restoring(
            inbox=inbox_of(config),
            mailbox_of=self._folders_of_intake,
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
        self.pulse = Pulse(steady)
        self.alarm = alarm_of(
            config, self.store, self.dispatch, self.pulse, self.logins
        )

    def canaries(self) -> Iterator[Canary]:
        """Yield the job of the test mail, where it is wanted."""
        table = self.config.canary
        if table is not None:
            yield Canary(
                store=self.store,
                mailbox=self._canary_mailbox,
                rulebook=lambda: self.intake.rulebook,
                clock=self._clock,
                address=self.config.mailbox.addresses[0],
                at=table.at,
                within=timedelta(minutes=table.within_minutes),
                files=self.config.mailbox.file,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

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
                log.error("%s: %s", name, error)
                failures.append(error)
        sent = self.dispatch.run(self.stop.is_set)
        if failures:
            raise failures[0]
        return taken, sent

    def ready_mailbox(self) -> None:
        """Connect, refuse a server that cannot file safely, heed a restoration.

        Raises ConfigError with the reason, TransientError when the server is away.
        """
        self.mailbox.connect()
        if self.config.mailbox.file:
            self.mailbox.check_filing()
        self.restoring.run()

    def routes(self) -> tuple[str, ...]:
        """Return the routes as the rules have them now."""
        return tuple(route.id for route in self.intake.rulebook.ruleset.tables.route)

    def certificate_ends(self) -> dict[str, datetime]:
        """Return when the certificates of the servers end, as last seen."""
        seen = {
            "mailbox.certificate": self.mailbox.last_certificate_ends,
            "submission.certificate": self.submission.last_certificate_ends,
        }
        return {what: at for what, at in seen.items() if at is not None}

    def interrupt(self) -> None:
        """End what is under way; for another thread or a signal handler."""
        self.stop.set()
        for mailbox in self._mailboxes():
            mailbox.interrupt()
        self._folders.interrupt()
        self._folders_of_intake.interrupt()

    def _mailboxes(self) -> tuple[ImapMailbox, ...]:
        return (
            self.mailbox,
            self.watcher,
            self._witness,
            self._other_folders,
            self._canary_mailbox,
        )

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
        return self.intake.rulebook.ruleset.tables.automatic.folder


def daemon_parts(
    installation: Installation, supervisor: Supervisor | None = None
) -> Parts:
    """Return what the daemon runs of an installation."""
    config, mailbox = installation.config, installation.config.mailbox
    pulse, alarm = installation.pulse, installation.alarm
    looker = Looker(
        config=config,
        mark=installation.store.counting.mark(),
        routes=installation.routes,
        certificate_ends=installation.certificate_ends,
    )
    return Parts(
        intake=installation.intake,
        dispatch=installation.dispatch,
        rules=installation.rules,
        ready=installation.ready_mailbox,
        watcher=installation.watcher if mailbox.idle else None,
        interrupt=installation.interrupt,
        stop=installation.stop,
        poll_seconds=mailbox.poll_seconds,
        pulse=pulse,
        alarm=alarm,
        supervisor=supervisor,
        listener=listener_of(looker, pulse, alarm),
        reconcile_seconds=config.alarm.reconcile_seconds,
        others=(
            Timed("approvals", mailbox.poll_seconds, installation.approvals),
            Timed("answers", mailbox.poll_seconds, installation.answers),
            Timed("deadlines", DEADLINES_SECONDS, installation.deadlines),
            Timed("digest", DIGEST_SECONDS, installation.digest),
            Timed("retention", RETENTION_SECONDS, installation.retention),
            *(Timed(CANARY, CANARY_SECONDS, each) for each in installation.canaries()),
        ),
    )


def run_daemon(path: Path) -> None:
    """Run until SIGTERM or SIGINT; tell systemd how it goes, where that started us."""
    supervision = supervision_of(os.environ)
    with supervision.telling_why_not():
        config = load_config(path)
        log_to_stderr(config.log_level, config.log_format)
        with supervision.preparing():
            installation = Installation(config)
        with installation:
            _note_life(config.store.path, is_over=False)
            supervisor = supervision.supervisor_of(installation)
            Daemon(daemon_parts(installation, supervisor)).run()
            _note_life(config.store.path, is_over=True)


def _note_life(path: Path, *, is_over: bool) -> None:
    """Note that the daemon begins, or that it ends as it should; never for long.

    One that is killed notes nothing, and `triage status` tells the one from the other.
    """
    try:
        with Store.open(path, exclusive=False, busy_seconds=NOTE_SECONDS) as store:
            if is_over:
                store.heartbeat.note(STOPPED, now())
            else:
                store.heartbeat.forget(STOPPED)
    except TriageError as error:
        log.warning("it cannot be noted that the daemon begins or ends: %s", error)


def run_once(path: Path) -> str:
    """Make one pass and say what it did."""
    config = load_config(path)
    log_to_stderr(config.log_level, config.log_format)
    with Installation(config) as installation:
        taken, sent = installation.run_once()
    return f"mailbox: {taken}\nreplies and notices: {sent}"


def open_store(path: Path) -> Store:
    """Open the store beside a daemon that may be running."""
    return Store.open(load_config(path).store.path, exclusive=False)
