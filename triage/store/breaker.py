"""Once the hour's budget is spent, replies are held and one alert goes out."""

from datetime import datetime, timedelta

from triage.store.engine import Engine, moment
from triage.store.letters import BEYOND, Origin, charged_since, queue
from triage.store.model import Letter

HOUR = timedelta(hours=1)


class Breaker:
    """Opens on a spent budget; closes by itself an hour later, or by a person's act.

    Nothing is counted while replies are held, so an hour after it opened the budget is
    whole again, unless people released many; then it stays open until they are an hour
    old. What was held stays held: only a person knows whether it was a flood or a busy
    day.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_open(self, now: datetime) -> bool:
        return is_open(self._engine, now)

    def trip(self, now: datetime, allowed: int, alert: Letter | None = None) -> bool:
        """Open it; queue the alert and return True if it was closed until now."""
        with self._engine.writing():
            if self.is_open(now):
                return False
            self.close(now)
            self._engine.run(
                "INSERT INTO breaker (opened_at, allowed, mailbox)"
                " VALUES (:now, :allowed, :own)",
                now=now,
                allowed=allowed,
            )
            if alert is not None:
                queue(self._engine, alert, now, Origin())
            return True

    def close(self, now: datetime) -> None:
        """Let replies go out again."""
        self._engine.run(
            "UPDATE breaker SET closed_at = :now WHERE closed_at IS NULL"
            " AND mailbox = coalesce(:mailbox, mailbox)",
            now=now,
        )


def is_open(engine: Engine, now: datetime) -> bool:
    """Say whether replies are held now."""
    row = engine.row(
        "SELECT opened_at, allowed FROM breaker WHERE closed_at IS NULL"
        " AND mailbox = coalesce(:mailbox, mailbox)"
    )
    if row is None:
        return False
    # Far in the future, it was opened under a wrong clock.
    has_rested = not -BEYOND < now - moment(row["opened_at"]) < HOUR
    return not has_rested or charged_since(engine, now - HOUR) >= row["allowed"]
