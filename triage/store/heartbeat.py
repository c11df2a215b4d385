"""When a job last went well, and when the daemon ended, for people who look."""

from datetime import datetime

from triage.store.engine import Engine, moment_or_none

OF_THE_DAEMON = 0
"""In the place of a mailbox: the daemon is one, whichever mailboxes it serves."""
ENDED = "stopped"


class Heartbeat:
    """The last time of each job; written by the daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, job: str, now: datetime) -> None:
        """Note that a job went well."""
        self._engine.run(
            "INSERT INTO heartbeats (mailbox, job, at)"
            " VALUES (:own, :job, :now)"
            " ON CONFLICT (mailbox, job) DO UPDATE SET at = excluded.at",
            job=job,
            now=now,
        )

    def last(self, job: str) -> datetime | None:
        """Return when a job last went well; of several mailboxes, in all of them."""
        row = self._engine.one(
            "SELECT CASE WHEN count(h.at) = count(*) THEN min(h.at) END AS at"
            " FROM mailboxes b LEFT JOIN heartbeats h"
            " ON h.mailbox = b.id AND h.job = :job"
            " WHERE b.is_configured AND b.id = coalesce(:mailbox, b.id)",
            job=job,
        )
        return moment_or_none(row["at"])

    def note_end(self, now: datetime) -> None:
        """Note that the daemon ends as it should."""
        self._engine.run(
            "INSERT INTO heartbeats (mailbox, job, at) VALUES (:daemon, :job, :now)"
            " ON CONFLICT (mailbox, job) DO UPDATE SET at = excluded.at",
            daemon=OF_THE_DAEMON,
            job=ENDED,
            now=now,
        )

    def ended_at(self) -> datetime | None:
        """Return when the daemon last ended as it should; None: it runs, or broke off.

        Older daemons noted it in the name of a mailbox.
        """
        row = self._engine.one(
            "SELECT max(at) AS at FROM heartbeats WHERE job = :job", job=ENDED
        )
        return moment_or_none(row["at"])

    def forget_end(self) -> None:
        """Note that a daemon begins."""
        self._engine.run("DELETE FROM heartbeats WHERE job = :job", job=ENDED)
