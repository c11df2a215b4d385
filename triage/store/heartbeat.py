"""When a job last went well, for people who look at the store."""

from datetime import datetime

from triage.store.engine import Engine, moment


class Heartbeat:
    """The last time of each job; written by the daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, job: str, now: datetime) -> None:
        """Note that a job went well."""
        self._engine.run(
            "INSERT INTO heartbeats (job, at) VALUES (:job, :now)"
            " ON CONFLICT (job) DO UPDATE SET at = excluded.at",
            job=job,
            now=now,
        )

    def last(self, job: str) -> datetime | None:
        """Return when a job last went well."""
        row = self._engine.row("SELECT at FROM heartbeats WHERE job = :job", job=job)
        return None if row is None else moment(row["at"])

    def forget(self, job: str) -> None:
        """Forget when a job last went well."""
        self._engine.run("DELETE FROM heartbeats WHERE job = :job", job=job)
