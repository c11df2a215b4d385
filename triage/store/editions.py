"""Editions: what was in force when, what was tried and how that ended."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from triage.edition import Edition
from triage.errors import ConfigError, Problem
from triage.store.columns import list_of, list_text
from triage.store.engine import Engine, Row, moment


class How(StrEnum):
    """What brought an edition into force."""

    START = "start"
    CHANGE = "change"
    SIGNAL = "signal"
    ROLLBACK = "rollback"


class Outcome(StrEnum):
    """How a trial ended."""

    LIVE = "live"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Counts:
    """How large an edition is."""

    signals: int
    lines: int
    routes: int
    letters: int


@dataclass(frozen=True, slots=True)
class KeptEdition:
    """An edition with its texts."""

    edition: Edition
    counts: Counts | None
    """None: it does not compile."""
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Activation:
    """An edition came into force."""

    at: datetime
    hash: str
    how: How
    by: str
    counts: Counts | None = None
    notes: tuple[str, ...] = ()
    """What was left out of its trial, which keeps them, each a text for people."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """A message that an edition would treat worse than the one in force does."""

    sha256: str
    reference: str | None
    why: str
    """In words: what it gets now, and what it would get."""

    @property
    def name(self) -> str:
        """What a person calls it by: its case, else the beginning of its hash."""
        return self.reference or self.sha256[:12]


@dataclass(frozen=True, slots=True)
class Trial:
    """An edition was tried."""

    at: datetime
    hash: str | None
    """None: the folders could not be read."""
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    """Why it was refused, each a text for people, perhaps of several lines.

    Of one that came into force: what was left out of the trial.
    """
    blocking: tuple[Blocking, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.outcome is Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person answers for what one edition, and no other, does to a message."""

    at: datetime
    hash: str
    sha256: str | None
    """None: to any message; the edition was in force before."""
    by: str
    why: str


class Editions:
    """Whole sets of rule files and templates, and what became of them.

    Nothing is ever changed or removed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, edition: Edition, counts: Counts | None, now: datetime) -> None:
        """Keep the texts of an edition; twice changes nothing but unknown counts."""
        sizes = asdict(counts) if counts else dict.fromkeys(_COUNTS)
        with self._engine.writing():
            files = {
                "rules": self._kept_texts(edition.rules),
                "templates": self._kept_texts(edition.templates),
            }
            self._engine.run(
                _KEEP, hash=edition.hash, now=now, files=json.dumps(files), **sizes
            )

    def _kept_texts(self, files: Mapping[str, str]) -> dict[str, str]:
        """Keep texts that are not there yet; return what names each, by file."""
        named = {}
        for name, text in files.items():
            octets = text.encode("utf-8", "surrogatepass")
            named[name] = hashlib.sha256(octets).hexdigest()
            self._engine.run(
                "INSERT INTO texts (sha256, compressed) VALUES (:sha256, :compressed)"
                " ON CONFLICT (sha256) DO NOTHING",
                sha256=named[name],
                compressed=zlib.compress(octets),
            )
        return named

    def get(self, prefix: str) -> KeptEdition:
        """Return the edition that a hash, or the beginning of only one, names.

        Raises ConfigError in words for people.
        """
        wanted = prefix.lower()
        rows = self._engine.rows(
            "SELECT hash FROM editions WHERE substr(hash, 1, :length) = :prefix"
            " ORDER BY hash",
            prefix=wanted,
            length=len(wanted),
        )
        if not wanted or not rows:
            raise ConfigError(
                Problem(
                    f"there is no kept edition `{prefix}`",
                    hint="see: triage rules history",
                )
            )
        if len(rows) > 1:
            names = ", ".join(row["hash"] for row in rows)
            raise ConfigError(f"`{prefix}` begins {len(rows)} editions: {names}")
        row = self._engine.one(
            "SELECT * FROM editions WHERE hash = :hash", hash=rows[0]["hash"]
        )
        return KeptEdition(
            edition=Edition(
                **{
                    folder: {name: self._text(sha256) for name, sha256 in files.items()}
                    for folder, files in json.loads(row["files"]).items()
                }
            ),
            counts=_counts(row),
            first_seen_at=moment(row["first_seen_at"]),
        )

    def _text(self, sha256: str) -> str:
        row = self._engine.one(
            "SELECT compressed FROM texts WHERE sha256 = :sha256", sha256=sha256
        )
        return zlib.decompress(row["compressed"]).decode("utf-8", "surrogatepass")

    def activate(self, activation: Activation) -> None:
        """Note that a kept edition is in force from now on.

        Its notes are those of the trial of the same moment, which is noted apart.
        """
        self._engine.run(
            "INSERT INTO activations (mailbox, at, edition, how, by)"
            " VALUES (:own, :at, :hash, :how, :by)",
            at=activation.at,
            hash=activation.hash,
            how=activation.how,
            by=activation.by,
        )

    def in_force(self) -> Activation | None:
        """Return what is in force, since when and how; None before the first start."""
        row = self._engine.row(f"{_ACTIVATIONS} ORDER BY a.id DESC LIMIT 1")
        return None if row is None else _activation(row)

    def note_trial(self, trial: Trial) -> None:
        """Note how a trial ended; its edition must be kept."""
        blocking = tuple(json.dumps(asdict(each)) for each in trial.blocking)
        self._engine.run(
            "INSERT INTO trials (mailbox, at, edition, outcome, reasons, blocking)"
            " VALUES (:own, :at, :hash, :outcome, :reasons,"
            " :blocking)",
            at=trial.at,
            hash=trial.hash,
            outcome=trial.outcome,
            reasons=list_text(trial.reasons),
            blocking=list_text(blocking),
        )

    def last_trial(self) -> Trial | None:
        """Return how the last trial ended."""
        row = self._engine.row(
            "SELECT * FROM trials WHERE mailbox = coalesce(:mailbox, mailbox)"
            " ORDER BY id DESC LIMIT 1"
        )
        return None if row is None else _trial(row)

    def history(self) -> list[Activation | Trial]:
        """Return what came into force and what was refused, the eldest first."""
        with self._engine.reading():
            activations = self._engine.rows(f"{_ACTIVATIONS} ORDER BY a.id")
            refused = self._engine.rows(
                "SELECT * FROM trials WHERE outcome = 'refused'"
                " AND mailbox = coalesce(:mailbox, mailbox) ORDER BY id"
            )
        events: list[Activation | Trial] = [*map(_activation, activations)]
        events += map(_trial, refused)
        return sorted(events, key=lambda event: event.at)

    def accept(self, acceptance: Acceptance) -> None:
        """Note that a person answers for what an edition does."""
        self._engine.run(
            "INSERT INTO acceptances (mailbox, at, edition, sha256, by, why)"
            " VALUES (coalesce(:mailbox, 1), :at, :hash, :sha256, :by, :why)",
            at=acceptance.at,
            hash=acceptance.hash,
            sha256=acceptance.sha256,
            by=acceptance.by,
            why=acceptance.why,
        )

    def accepted(self, hash_: str) -> tuple[Acceptance, ...]:
        """Return what people answer for in exactly this edition, the eldest first."""
        rows = self._engine.rows(
            "SELECT * FROM acceptances WHERE edition = :hash"
            " AND mailbox = coalesce(:mailbox, mailbox) ORDER BY id",
            hash=hash_,
        )
        return tuple(
            Acceptance(
                at=moment(row["at"]),
                hash=row["edition"],
                sha256=row["sha256"],
                by=row["by"],
                why=row["why"],
            )
            for row in rows
        )

    def count_acceptances(self) -> int:
        """Return how often people answered for something, in any edition."""
        row = self._engine.one(
            "SELECT count(*) AS acceptances FROM acceptances"
            " WHERE mailbox = coalesce(:mailbox, mailbox)"
        )
        return int(row["acceptances"])


_COUNTS = ("signals", "lines", "routes", "letters")

_KEEP = """
INSERT INTO editions (hash, first_seen_at, files, signals, lines, routes, letters)
VALUES (:hash, :now, :files, :signals, :lines, :routes, :letters)
ON CONFLICT (hash) DO UPDATE SET
    signals = coalesce(signals, excluded.signals),
    lines = coalesce(lines, excluded.lines),
    routes = coalesce(routes, excluded.routes),
    letters = coalesce(letters, excluded.letters)
"""

_ACTIVATIONS = """
SELECT a.*, e.signals, e.lines, e.routes, e.letters, coalesce(
    (
        SELECT t.reasons FROM trials t
        WHERE t.edition = a.edition AND t.at = a.at AND t.outcome = 'live'
        AND t.mailbox = a.mailbox
        ORDER BY t.id DESC LIMIT 1
    ),
    '[]'
) AS notes
FROM activations a JOIN editions e ON e.hash = a.edition
WHERE a.mailbox = coalesce(:mailbox, a.mailbox)
"""


def _counts(row: Row) -> Counts | None:
    if row["signals"] is None:
        return None
    return Counts(**{name: row[name] for name in _COUNTS})


def _activation(row: Row) -> Activation:
    return Activation(
        at=moment(row["at"]),
        hash=row["edition"],
        how=How(row["how"]),
        by=row["by"],
        counts=_counts(row),
        notes=list_of(row["notes"]),
    )


def _trial(row: Row) -> Trial:
    return Trial(
        at=moment(row["at"]),
        hash=row["edition"],
        outcome=Outcome(row["outcome"]),
        reasons=list_of(row["reasons"]),
        blocking=tuple(
            Blocking(**json.loads(each)) for each in list_of(row["blocking"])
        ),
    )
