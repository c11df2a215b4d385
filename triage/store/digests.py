"""On which days the team had its digest, and until when it told what came in."""

from dataclasses import dataclass
from datetime import date, datetime

from triage.store.engine import Engine, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRow:
    """The digest of one day."""

    day: date
    at: datetime
    """When it was made."""
    since: datetime
    """What came in is told from then on …"""
    until: datetime
    """… up to, and without, this moment."""
    audit_head: str


class Digests:
    """One digest a day, whatever happens to the clock or the daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_made(self, day: date) -> bool:
        """Tell whether a day has had its digest."""
        found = self._engine.row(
            "SELECT day FROM digests WHERE day = :day"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            day=day.isoformat(),
        )
        return found is not None

    def last_before(self, day: date) -> DigestRow | None:
        """Return the latest digest of an earlier day."""
        row = self._engine.row(
            "SELECT * FROM digests WHERE day < :day"
            " AND mailbox = coalesce(:mailbox, mailbox) ORDER BY day DESC LIMIT 1",
            day=day.isoformat(),
        )
        if row is None:
            return None
        return DigestRow(
            day=date.fromisoformat(row["day"]),
            at=moment(row["at"]),
            since=moment(row["since"]),
            until=moment(row["until"]),
            audit_head=row["audit_head"],
        )

    def note(self, made: DigestRow) -> None:
        """Write down a day's digest; belongs into one batch with the mail itself."""
        self._engine.run(
            "INSERT INTO digests (mailbox, day, at, since, until, audit_head)"
            " VALUES (:own, :day, :at, :since, :until, :audit_head)",
            day=made.day.isoformat(),
            at=made.at,
            since=made.since,
            until=made.until,
            audit_head=made.audit_head,
        )
