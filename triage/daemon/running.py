"""Runs the jobs until it is told to stop, and then stops cleanly.

Every job can be repeated and none remembers anything: what is due stands in the store.
IDLE only wakes the intake job early, so that there is one way in.
"""

import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from structlog.contextvars import bound_contextvars

from triage.daemon.parts import Alarm, MailboxJobs, Parts, Rules, Timed, Watcher
from triage.daemon.patience import Patience
from triage.daemon.signals import heeding
from triage.errors import CANNOT_RUN, ConfigError, TransientError, TriageError

DISPATCH_SECONDS = 5
RULES_SECONDS = 10
CLOCK_SECONDS = 5.0
RECONCILE_AGAIN_SECONDS = 60.0
"""After a balance that was not even; or what came meanwhile was not taken up yet."""
INDISPENSABLE = frozenset({"intake", "dispatch"})
"""Without these jobs there is no service."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RELOAD_SIGNAL = signal.SIGHUP
STOP_SECONDS = 8.0
"""After this long a stop is no longer clean, only safe: what is done is not lost."""

log = logging.getLogger(__name__)


class _Mailbox:
    """A mailbox, and what its jobs were told meanwhile."""

    def __init__(self, jobs: MailboxJobs) -> None:
        self.jobs = jobs
        self.news = threading.Event()
        self.reconcile_from = 0.0

    def named(self, job: str) -> str:
        return f"{job} {self.jobs.name}" if self.jobs.name else job

    def names(self) -> Iterator[str]:
        """Yield the names of all its jobs."""
        others = (other.name for other in self.jobs.others)
        yield from map(self.named, ("intake", "dispatch", "rules", *others))


class Daemon:
    """The jobs on their schedule; `run` returns once a signal has stopped them.

    A ConfigError of intake or dispatch, before it ever went well, ends the daemon and
    is raised by `run`. Later the same job is tried again, as after a TransientError: a
    secret or a right that is missing for a while must not keep the letters of a night.
    No other job ends anything: mail is taken up and answered without it. Nor does one
    of several mailboxes: the others go on.
    """

    def __init__(self, parts: Parts) -> None:
        self._mailboxes = tuple(map(_Mailbox, (parts, *parts.beside)))
        self._interrupt = parts.interrupt
        self._stop = parts.stop
        names = [name for each in self._mailboxes for name in each.names()]
        self._patience = {name: Patience() for name in names}
        self._indispensable = frozenset[str]() if parts.beside else INDISPENSABLE
        self._went_well: set[str] = set()
        self._said: dict[str, str] = {}
        self._pulse = parts.pulse
        self._alarm = parts.alarm
        self._supervisor = parts.supervisor
        self._was_told_to_reload = set[str]()
        self._listener = parts.listener
        self._reconcile_seconds = parts.reconcile_seconds
        self._fatal: ConfigError | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(names))},
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
        )

    def run(self) -> None:
        """Run until SIGTERM or SIGINT, or until something only a person can mend."""
        with heeding((*STOP_SIGNALS, RELOAD_SIGNAL), self._heed):
            self._run()
        if self._fatal is not None:
            raise self._fatal

    def _run(self) -> None:
        for mailbox in self._mailboxes:
            mailbox.jobs.dispatch.recover()
            self._plan(mailbox)
        watching = tuple(self._watching())
        for thread in watching:
            thread.start()
        self._scheduler.start()
        self._beside("alarm", self._alarm)
        self._beside("supervisor", self._supervisor)
        self._beside("http", self._listener)
        log.info("running")
        while not self._stop.wait(CLOCK_SECONDS):
            self._heed_clock()
        self._shut_down(watching)
        log.info("stopped")

    def _plan(self, mailbox: _Mailbox) -> None:
        """Schedule the jobs of a mailbox."""
        jobs, named = mailbox.jobs, mailbox.named
        self._every(jobs.poll_seconds, named("intake"), partial(self._take_up, mailbox))
        self._every(DISPATCH_SECONDS, named("dispatch"), partial(self._send, mailbox))
        if jobs.rules is not None:
            renew = partial(self._renew, named("rules"), jobs.rules)
            self._every(RULES_SECONDS, named("rules"), renew)
        for other in jobs.others:
            run = partial(self._run_other, mailbox, other)
            self._every(other.seconds, named(other.name), run)

    def _watching(self) -> Iterator[threading.Thread]:
        for mailbox in self._mailboxes:
            if mailbox.jobs.watcher is not None:
                yield threading.Thread(
                    target=self._watch,
                    args=(mailbox, mailbox.jobs.watcher),
                    name=mailbox.named("watch"),
                    daemon=True,
                )

    def _beside(self, name: str, watching: Alarm | None) -> None:
        """Start what is no job's thread: it must see when none of them gets on."""
        if watching is not None:
            threading.Thread(
                target=watching.run, args=(self._stop,), name=name, daemon=True
            ).start()

    def _heed_clock(self) -> None:
        """Run at once what a clock that was set back would put off for as long.

        And what was asked for just when the job was about to end.
        """
        for mailbox in self._mailboxes:
            if mailbox.news.is_set():
                self._hurry(mailbox.named("intake"))
        now = datetime.now(UTC)  # noqa: TID251 - APScheduler's own clock
        for job in self._scheduler.get_jobs():
            if job.next_run_time - now > job.trigger.interval:
                self._hurry(job.id)

    def stop(self) -> None:
        """End what is under way and let `run` return; for another thread."""
        self._stop.set()

    def reload(self) -> None:
        """Have changed rules and templates looked at now; for another thread."""
        asked = [each for each in self._mailboxes if each.jobs.rules is not None]
        if asked and self._supervisor is not None:
            self._supervisor.reloading()
        for mailbox in asked:
            if mailbox.jobs.rules is not None:
                mailbox.jobs.rules.ask()
            self._was_told_to_reload.add(mailbox.named("rules"))
            self._hurry(mailbox.named("rules"))

    def _shut_down(self, watching: Iterable[threading.Thread]) -> None:
        last_resort = threading.Timer(STOP_SECONDS, self._leave_now)
        last_resort.daemon = True
        last_resort.start()
        if self._supervisor is not None:
            self._supervisor.stopping()
        self._interrupt()
        self._scheduler.shutdown(wait=True)
        for thread in watching:
            thread.join()
        last_resort.cancel()

    def _leave_now(self) -> None:
        """Leave without waiting any longer; the store is made for it."""
        log.warning("something did not end in time; leaving it to the next start")
        logging.shutdown()
        self._leave(0 if self._fatal is None else CANNOT_RUN)

    def _leave(self, status: int) -> None:
        os._exit(status)

    def _heed(self, number: int) -> None:
        """Do what a signal asks for."""
        if number in STOP_SIGNALS:
            log.info("%s: stopping", signal.Signals(number).name)
            self.stop()
        elif number == RELOAD_SIGNAL:
            log.info("%s: reading the rules", RELOAD_SIGNAL.name)
            self.reload()

    def _every(self, seconds: int, name: str, job: Callable[[], None]) -> None:
        self._pulse.expect(name, seconds)
        self._scheduler.add_job(
            self._guarded,
            "interval",
            (name, job),
            seconds=seconds,
            id=name,
            next_run_time=datetime.now(UTC),  # noqa: TID251 - APScheduler's own clock
        )

    def _guarded(self, name: str, job: Callable[[], None]) -> None:
        """Run a job; say what failed without a word that could come from a mail."""
        patience = self._patience[name]
        self._pulse.see(name)
        if self._stop.is_set() or not patience.is_over:
            return
        self._pulse.begin(name)
        try:
            with bound_contextvars(job=name):
                job()
        except TriageError as error:
            # First, whether that is the end: who sees the failure asks for it.
            self._note(name, error)
            self._pulse.fail(name, str(error))
        except Exception as error:  # noqa: BLE001 - our fault must not end the service
            self._pulse.fail(name, f"an unexpected {type(error).__name__}")
            _say_unexpected(name, error, patience.fail(error))
        else:
            self._pulse.succeed(name)
            self._went_well.add(name)
            self._said.pop(name, None)
            patience.succeed()

    def _note(self, name: str, error: TriageError) -> None:
        """Say why a job failed, and whether it is tried again."""
        if (
            isinstance(error, ConfigError)
            and name in self._indispensable - self._went_well
        ):
            log.critical("%s cannot go on: %s", name, error)
            self._fatal = error
            self.stop()
        elif self._stop.is_set():
            return
        elif isinstance(error, ConfigError) and name not in self._indispensable:
            self._patience[name].fail(error)
            self._say_once(name, str(error))
        else:
            is_usual = isinstance(error, TransientError)
            level = logging.WARNING if is_usual else logging.ERROR
            pause = self._patience[name].fail(error)
            words = "%s: %s; again in %.0f s at the earliest"
            log.log(level, words, name, error, pause)

    def _say_once(self, name: str, cause: str) -> None:
        """Say why a job cannot go on, unless that was said since it last went well."""
        if self._said.get(name) != cause:
            log.error("%s: %s; tried again until it works", name, cause)
        self._said[name] = cause

    def _take_up(self, mailbox: _Mailbox) -> None:
        """Take up what is new, and once more if news came meanwhile."""
        name, news = mailbox.named("intake"), mailbox.news
        news.set()
        while news.is_set() and not self._stop.is_set():
            news.clear()
            mailbox.jobs.ready(self._getting_on(name))
            began = monotonic()
            done = mailbox.jobs.intake.run(self._getting_on(name))
            self._pulse.get_on(name)
            if done:
                log.info("%s: %s", mailbox.named("mailbox"), done, extra=_took(began))
                self._hurry(mailbox.named("dispatch"))
            self._reconcile_now_and_then(mailbox)

    def _reconcile_now_and_then(self, mailbox: _Mailbox) -> None:
        if monotonic() >= mailbox.reconcile_from and not self._stop.is_set():
            is_even = mailbox.jobs.intake.reconcile()
            pause = self._reconcile_seconds
            if not is_even:
                pause = min(pause, RECONCILE_AGAIN_SECONDS)
            mailbox.reconcile_from = monotonic() + pause

    def _getting_on(self, name: str) -> Callable[[], bool]:
        """Return what a job asks before each part of its work.

        It got on when it asks for the second time, and every time from then on.
        """
        asked = 0

        def is_stopping() -> bool:
            nonlocal asked
            asked += 1
            if asked > 1:
                self._pulse.get_on(name)
            return self._stop.is_set()

        return is_stopping

    def _send(self, mailbox: _Mailbox) -> None:
        began = monotonic()
        done = mailbox.jobs.dispatch.run(self._getting_on(mailbox.named("dispatch")))
        if done:
            what = mailbox.named("replies and notices")
            log.info("%s: %s", what, done, extra=_took(began))

    def _renew(self, name: str, rules: Rules) -> None:
        """Put changed rules in force, if they pass; what they are, the job says."""
        # Asked for during this run, it is done by the next one.
        was_told = name in self._was_told_to_reload
        self._was_told_to_reload.discard(name)
        try:
            rules.run(self._getting_on(name))
        finally:
            if was_told:
                self._tell_of_reloading()

    def _tell_of_reloading(self) -> None:
        """Tell it once the rules of every mailbox were looked at."""
        if not self._was_told_to_reload and self._supervisor is not None:
            self._supervisor.reloaded()

    def _run_other(self, mailbox: _Mailbox, other: Timed) -> None:
        began, name = monotonic(), mailbox.named(other.name)
        done = other.job.run(self._getting_on(name))
        if done:
            log.info("%s: %s", name, done, extra=_took(began))
            self._hurry(mailbox.named("dispatch"))

    def _hurry(self, name: str) -> None:
        """Run a job now; while it runs already, its own loop takes the news up."""
        if not self._stop.is_set():
            now = datetime.now(UTC)  # noqa: TID251 - APScheduler's own clock
            # Before it is planned: its first run is at once anyway.
            with suppress(JobLookupError):
                self._scheduler.modify_job(name, next_run_time=now)

    def _watch(self, mailbox: _Mailbox, watcher: Watcher) -> None:
        """Wait for new mail on a connection of its own, and wake the intake job."""
        patience, name = Patience(), mailbox.named("watch")
        while not self._stop.is_set():
            try:
                watcher.connect()
                watcher.select()
                is_news = True  # What came before it stands is none to a connection.
                while not self._stop.is_set():
                    if is_news:
                        # Noted before it is told: what comes in between is news again.
                        watcher.uids()
                        self._tell_of_news(mailbox)
                    is_news = watcher.wait(mailbox.jobs.poll_seconds, self._stop)
                    patience.succeed()
            except TriageError as error:
                pause = patience.fail(error)
                log.debug("watching: %s; again in %.0f s", error, pause)
                self._stop.wait(pause)
            except Exception as error:  # noqa: BLE001 - as for the jobs
                pause = patience.fail(error)
                _say_unexpected(name, error, pause)
                self._stop.wait(pause)

    def _tell_of_news(self, mailbox: _Mailbox) -> None:
        mailbox.news.set()
        self._hurry(mailbox.named("intake"))


def _took(began: float) -> dict[str, object]:
    return {"seconds": round(monotonic() - began, 3)}


def _say_unexpected(name: str, error: Exception, pause: float) -> None:
    """Log the kind and place of an error; its text may quote a mail."""
    kind, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
    at = (
        f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    )
    log.critical("%s: %s at %s; again in %.0f s", name, kind, at, pause)
