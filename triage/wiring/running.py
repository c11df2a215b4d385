"""The daemon and the single pass, connected."""

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from typing_extensions import override

from triage.alarm import Pulse
from triage.config import Config, load_configs
from triage.daemon import Daemon, Parts, Supervisor
from triage.errors import ConfigError, Problem, TriageError
from triage.mailbox import Limits
from triage.oauth.expiry import Expiry
from triage.smtp import Limits as SmtpLimits
from triage.store import Store
from triage.wiring.accounts import folders_of_two
from triage.wiring.alarms import Watched, alarm_of
from triage.wiring.clock import now, steady
from triage.wiring.logins import Logins
from triage.wiring.logs import log_to_stderr
from triage.wiring.monitoring import Looker, listener_of
from triage.wiring.parts import MailboxParts, Shared
from triage.wiring.servers import USUAL, inbox_of, named
from triage.wiring.supervising import supervision_of

NOTE_SECONDS = 1.0
log = logging.getLogger(__name__)

_OLDER_COPY = (
    "%s: %s; %d letters that wait in it may have been sent since, and are uncertain;"
    " it goes on as after a restoration"
)


class Installation(MailboxParts):
    """Every part of one configuration; nothing is connected yet, the store is open.

    It is its first mailbox, and has those `beside` it, which share the store. A context
    manager: leaving it closes everything. Raises ConfigError with what is wrong, a
    second daemon on the same store included. `limits` is how long an IMAP server is
    heard out.
    """

    def __init__(
        self,
        config: Config,
        clock: Callable[[], datetime] = now,
        limits: Limits = USUAL,
        smtp_limits: SmtpLimits | None = None,
        beside: Sequence[Config] = (),
    ) -> None:
        """Connect the parts; `smtp_limits` None: the usual ones."""
        shared = Shared(
            clock=clock,
            stop=threading.Event(),
            logins=Logins(clock),
            limits=limits,
            smtp_limits=smtp_limits,
        )
        super().__init__(config, shared)
        self.beside = tuple(MailboxParts(each, shared) for each in beside)
        self.pulse = Pulse(steady)
        with ExitStack() as opened:
            self._open(opened)
            # From here on, `close` is what closes them.
            self._opened = opened.pop_all()

    def _open(self, opened: ExitStack) -> None:
        path, at = self.config.store.path, self._clock()
        self.whole_store = opened.enter_context(Store.open(path, exclusive=True))
        noticed = self.whole_store.restorations.notice_older_copy(at)
        if noticed is not None:
            log.warning(_OLDER_COPY, path, noticed.why, noticed.doubted)
        _settle(self.whole_store, self.configs)
        # A mailbox that was taken out will not be asked any more.
        self.whole_store.restorations.end_asking(at)
        self._begin(opened)
        tables = {each.config.mailbox.name: each.tables() for each in self.each}
        if problems := tuple(folders_of_two(self.configs, tables)):
            raise ConfigError(*problems)
        letters = {name: parts.dispatch for name, parts in self.by_name().items()}
        self.alarm = alarm_of(
            self.configs,
            self.whole_store,
            Watched(letters, self.pulse, self.logins, self.all_that_ends),
        )

    def _begin(self, opened: ExitStack) -> None:
        problems = list[Problem]()
        for parts in self.each:
            store = self.whole_store.within(parts.config.mailbox.name)
            try:
                parts.begin(store, opened)
            except ConfigError as error:
                problems += (each for each in error.problems if each not in problems)
        if problems:
            raise ConfigError(*problems)

    @property
    def each(self) -> tuple[MailboxParts, ...]:
        """Every mailbox."""
        return self, *self.beside

    @property
    def configs(self) -> tuple[Config, ...]:
        """Their configurations."""
        return tuple(parts.config for parts in self.each)

    @property
    def names(self) -> tuple[str, ...]:
        """What tells the jobs of the mailboxes apart: nothing where there is one."""
        if not self.beside:
            return ("",)
        return tuple(config.mailbox.name for config in self.configs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    @override
    def interrupt(self) -> None:
        """End what is under way in every mailbox; for another thread."""
        self.stop.set()
        super().interrupt()
        for parts in self.beside:
            parts.interrupt()

    def by_name(self) -> Mapping[str, MailboxParts]:
        """Return every mailbox by what tells its jobs apart."""
        return dict(zip(self.names, self.each, strict=True))

    def all_that_ends(self) -> dict[str, Expiry | None]:
        """Return what comes to its end, and when; None: it cannot be told now."""
        return {
            _named(what, mailbox): expiry and _expiry_of(expiry, mailbox)
            for mailbox, parts in self.by_name().items()
            for what, expiry in parts.endings.known.items()
        }


def _named(what: str, mailbox: str) -> str:
    """The alarm's own server is everybody's."""
    return f"{mailbox}.{what}" if mailbox and not what.startswith("alarm.") else what


def _expiry_of(expiry: Expiry, mailbox: str) -> Expiry:
    name = _named(expiry.name, mailbox)
    if name == expiry.name:
        return expiry
    return replace(expiry, name=name, what=f"{expiry.what} of `{mailbox}`")


def _settle(store: Store, configs: Sequence[Config]) -> None:
    """Know the mailboxes by their names; say which ones nobody reads any more."""
    named = {each.mailbox.name: inbox_of(each) for each in configs}
    for left in store.mailboxes.settle(named):
        log.warning(
            "the store has cases of the mailbox `%s`, which is not configured: nobody"
            " is reminded of them",
            left,
        )


def daemon_parts(
    installation: Installation, supervisor: Supervisor | None = None
) -> Parts:
    """Return what the daemon runs of an installation."""
    config, store = installation.config, installation.whole_store
    pulse, alarm = installation.pulse, installation.alarm
    mailboxes = installation.by_name()
    looker = Looker(
        configs=installation.configs,
        mark=store.counting.mark(),
        routes=lambda: {name: each.routes() for name, each in mailboxes.items()},
        certificate_ends=lambda: {
            name: each.certificate_ends() for name, each in mailboxes.items()
        },
    )
    first, *others = (parts.jobs(name) for name, parts in mailboxes.items())
    return Parts(
        **{each.name: getattr(first, each.name) for each in fields(first)},
        beside=tuple(others),
        interrupt=installation.interrupt,
        stop=installation.stop,
        pulse=pulse,
        alarm=alarm,
        supervisor=supervisor,
        listener=listener_of(looker, pulse, alarm),
        reconcile_seconds=config.alarm.reconcile_seconds,
    )


def run_daemon(path: Path) -> None:
    """Run until SIGTERM or SIGINT; tell systemd how it goes, where that started us."""
    supervision = supervision_of(os.environ)
    with supervision.telling_why_not():
        config, *beside = load_configs(path)
        log_to_stderr(config.log_level, config.log_format)
        with supervision.preparing():
            installation = Installation(config, beside=beside)
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
                store.heartbeat.note_end(now())
            else:
                store.heartbeat.forget_end()
    except TriageError as error:
        log.warning("it cannot be noted that the daemon begins or ends: %s", error)


def run_once(path: Path) -> str:
    """Make one pass and say what it did."""
    config, *beside = load_configs(path)
    log_to_stderr(config.log_level, config.log_format)
    failures, said = list[TriageError](), list[str]()
    with Installation(config, beside=beside) as installation:
        for parts in installation.each:
            try:
                taken, sent = parts.run_once()
            except TriageError as error:
                if beside:
                    log.error("%s: %s", named("mailbox", parts.config), error)
                failures.append(error)
            else:
                said.append(f"{named('mailbox', parts.config)}: {taken}")
                said.append(f"{named('replies and notices', parts.config)}: {sent}")
    if failures:
        raise failures[0]
    return "\n".join(said)
