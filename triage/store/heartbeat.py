"""When a job last went well, for people who look at the store."""

from datetime import datetime

from triage.store.engine import Engine, moment_or_none


class Heartbeat:
    """The last time of each job; written by the daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, job: str, now: datetime) -> None:
        """Note that a job went well."""
        self._engine.run(
            "INSERT INTO heartbeats (mailbox, job, at)"
            " VALUES (coalesce(:mailbox, 1), :job, :now)"
            " ON CONFLICT (mailbox, job) DO UPDATE SET at = excluded.at",
            job=job,
            now=now,
        )

    def last(self, job: str) -> datetime | None:
        """Return when a job last went well; of several mailboxes, in all of them."""
        row = self._engine.one(
            "SELECT min(at) AS at FROM heartbeats WHERE job = :job"
            " AND mailbox = coalesce(:mailbox, mailbox)"
            " AND mailbox IN (SELECT id FROM mailboxes WHERE is_configured)",
            job=job,
        )
        return moment_or_none(row["at"])

    def forget(self, job: str) -> None:
        """Forget when a job last went well."""
        self._engine.run(
            "DELETE FROM heartbeats WHERE job = :job"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            job=job,
        )
