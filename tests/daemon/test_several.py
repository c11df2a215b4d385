"""The jobs of several mailboxes: named apart, and one that fails stops no other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from tests.daemon.test_daemon import LONG, Idle, Watching
from triage.daemon import Daemon, MailboxJobs, Parts
from triage.errors import ConfigError, TransientError


@contextmanager
def two(
    uk: Idle, ie: Idle, dispatch: Idle, watcher: Watching | None = None
) -> Iterator[Daemon]:
    """Run a daemon of two mailboxes in a thread; it ends without a word."""
    daemon = Daemon(
        Parts(
            name="uk",
            intake=uk,
            dispatch=Idle(),
            ready=lambda _stopping: None,
            watcher=None,
            poll_seconds=LONG,
            beside=(
                MailboxJobs(
                    name="ie",
                    intake=ie,
                    dispatch=dispatch,
                    ready=lambda _stopping: None,
                    watcher=watcher,
                    poll_seconds=LONG,
                ),
            ),
            interrupt=lambda: None,
            stop=threading.Event(),
        )
    )
    thread = threading.Thread(target=daemon._run)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(30)
        assert not thread.is_alive()


def wait_for(idle: Idle, runs: int) -> None:
    until = monotonic() + 30
    while idle.runs < runs:
        assert monotonic() < until
        sleep(0.02)


def test_one_that_a_person_must_mend_ends_no_other() -> None:
    uk, ie, dispatch = Idle(error=ConfigError("no such folder")), Idle(), Idle()

    with two(uk, ie, dispatch) as daemon:
        wait_for(uk, 1)
        wait_for(dispatch, 2)

        assert not daemon._stop.is_set()
    assert daemon._fatal is None
    assert ie.runs == 1


def test_jobs_are_known_by_the_names_of_their_mailboxes() -> None:
    uk, ie, dispatch = Idle(error=ConfigError("no such folder")), Idle(), Idle()

    with two(uk, ie, dispatch) as daemon:
        wait_for(uk, 1)
        wait_for(ie, 1)
        jobs = daemon._pulse.jobs()

    assert set(jobs) == {"intake uk", "dispatch uk", "intake ie", "dispatch ie"}


def test_news_of_one_wakes_only_its_own_intake() -> None:
    uk, ie, dispatch = Idle(), Idle(), Idle()

    late = Watching([TransientError("the connection was lost")])
    with two(uk, ie, dispatch, late):
        wait_for(ie, 2)

    assert uk.runs == 1
