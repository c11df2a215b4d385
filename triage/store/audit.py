"""Who did what, when and why: an append-only log, each row sealed with the one before.

A row's hash covers the former row's hash and all of its own columns. Personal text
stays beside the chain: the row holds only a salted digest, so that a text can be
erased, its salt with it, and the chain still holds. That rows at the end are missing
shows only beside a hash that was noted elsewhere: the morning digest has the latest.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from triage.store.engine import Engine, Row, moment, safe_text, utc_text

BEGINNING = "0" * 64
"""Stands before the first row."""
DAEMON = "triage"
"""Who does what the program does by itself."""
WHY = "why"

Change = tuple[str | None, str | None]
"""A value before and after, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Somebody does something to a case, or to something else that is kept."""

    at: datetime
    by: str
    act: str
    """A verb: open, answer, close …"""
    why: str | None = None
    """A person's own words: personal text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A row of the log; texts that were erased are None in `personal`."""

    id: int
    at: datetime
    by: str
    act: str
    about: str
    changes: Mapping[str, Change]
    personal: Mapping[str, Change]
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at the whole log found."""

    rows: int
    head: str
    """The latest row's hash."""
    erased: int = 0
    """Personal texts that are gone."""
    broken: tuple[str, ...] = field(default=())
    """What is wrong, each with its row; empty: the log is whole."""


def note_deed(
    engine: Engine,
    deed: Deed,
    about: str,
    changes: Mapping[str, Change] | None = None,
    personal: Mapping[str, Change] | None = None,
) -> None:
    """Add a row to the log, in the caller's transaction.

    `about` names a case by its reference, else a kind and a number: `person 7`. Values
    in `changes` stay for ever, those in `personal` can be erased.
    """
    if engine.is_scratch:
        return
    texts = dict(personal or {})
    if deed.why is not None:
        texts[WHY] = (None, deed.why)
    salted = tuple(_salted(texts))
    shown: dict[str, list[str | None]] = {
        name: list(change) for name, change in (changes or {}).items()
    }
    for name, side, salt, text in salted:
        sides = shown.setdefault(name, [None, None])
        sides[_SIDES.index(side)] = _digest(salt, text)
    last = engine.row("SELECT hash FROM audit ORDER BY id DESC LIMIT 1")
    columns = {
        "at": utc_text(deed.at),
        "actor": safe_text(deed.by),
        "act": deed.act,
        "about": about,
        "changes": safe_text(json.dumps(shown, ensure_ascii=False, sort_keys=True)),
    }
    row = engine.one(
        "INSERT INTO audit (at, actor, act, about, changes, hash)"
        " VALUES (:at, :actor, :act, :about, :changes, :hash) RETURNING id",
        hash=_sealed(BEGINNING if last is None else last["hash"], columns),
        **columns,
    )
    engine.run_each(
        "INSERT INTO audit_texts (audit, field, side, salt, text)"
        " VALUES (?, ?, ?, ?, ?)",
        ((row["id"], name, side, salt, text) for name, side, salt, text in salted),
    )


_SIDES = ("before", "after")


def _salted(texts: Mapping[str, Change]) -> Iterator[tuple[str, str, bytes, str]]:
    for name, change in texts.items():
        for side, text in zip(_SIDES, change, strict=True):
            if text is not None:
                yield name, side, secrets.token_bytes(16), safe_text(text)


def _digest(salt: bytes, text: str) -> str:
    return f"sha256:{hashlib.sha256(salt + text.encode()).hexdigest()}"


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


_DIGEST = re.compile("sha256:[0-9a-f]{64}", re.ASCII)


def _digests_in(changes: str) -> dict[tuple[str, str], str]:
    return {
        (name, side): value
        for name, change in json.loads(changes).items()
        for side, value in zip(_SIDES, change, strict=True)
        if _is_digest(value)
    }


def _sealed(former: str, row: Mapping[str, str]) -> str:
    fields = [former, *(row[name] for name in ("at", "actor", "act", "about"))]
    sealed = json.dumps([*fields, row["changes"]], ensure_ascii=False)
    return hashlib.sha256(sealed.encode()).hexdigest()


class Audit:
    """The log as people read and check it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self, about: str) -> list[AuditEntry]:
        """Return what was done to a case, or to whatever else has this name."""
        rows = self._engine.rows(
            "SELECT * FROM audit WHERE about = :about ORDER BY id", about=about
        )
        return [self._entry(row) for row in rows]

    def head(self) -> str:
        """Return the latest row's hash: noted elsewhere, it proves the whole log."""
        row = self._engine.row("SELECT hash FROM audit ORDER BY id DESC LIMIT 1")
        return BEGINNING if row is None else str(row["hash"])

    def verify(self, head: str | None = None) -> Verification:
        """Check every row against the one before, and every text against its digest.

        With `head`, a hash that was noted earlier, also that this row is still there.
        """
        with self._engine.reading():
            return self._verified(head)

    def _verified(self, head: str | None) -> Verification:
        former, broken, erased, rows = BEGINNING, list[str](), 0, 0
        is_head_seen = head in (None, BEGINNING)
        last_id = 0
        while batch := self._engine.rows(
            "SELECT * FROM audit WHERE id > :last ORDER BY id LIMIT 1000", last=last_id
        ):
            for row in batch:
                if row["hash"] != _sealed(former, row):
                    broken.append(
                        f"row {row['id']} does not follow from the one before"
                    )
                gone, wrong = self._texts_of(row)
                erased += gone
                broken += (f"row {row['id']}: {each}" for each in wrong)
                former = row["hash"]
                is_head_seen = is_head_seen or former == head
                rows += 1
            last_id = batch[-1]["id"]
        if not is_head_seen:
            broken.append("the row of the hash that was noted is not there")
        return Verification(rows, former, erased, tuple(broken))

    def _texts_of(self, row: Row) -> tuple[int, list[str]]:
        """Count the erased texts of a row, and name those that were changed."""
        try:
            digests = _digests_in(row["changes"])
        except (ValueError, TypeError, AttributeError):
            return 0, ["its changes cannot be read"]
        kept = self._engine.rows(
            "SELECT * FROM audit_texts WHERE audit = :id", id=row["id"]
        )
        wrong = [
            f"the text of {text['field']} was changed"
            for text in kept
            if digests.get((text["field"], text["side"]))
            != _digest(text["salt"], text["text"])
        ]
        return len(digests) - len(kept), wrong

    def _entry(self, row: Row) -> AuditEntry:
        kept = self._engine.rows(
            "SELECT field, side, text FROM audit_texts WHERE audit = :id", id=row["id"]
        )
        texts = {(each["field"], each["side"]): each["text"] for each in kept}
        changes: dict[str, Change] = {}
        personal: dict[str, Change] = {}
        for name, (before, after) in json.loads(row["changes"]).items():
            if _is_digest(before) or _is_digest(after):
                personal[name] = (
                    texts.get((name, "before")),
                    texts.get((name, "after")),
                )
            else:
                changes[name] = (before, after)
        return AuditEntry(
            id=row["id"],
            at=moment(row["at"]),
            by=row["actor"],
            act=row["act"],
            about=row["about"],
            changes=changes,
            personal=personal,
            hash=row["hash"],
        )
