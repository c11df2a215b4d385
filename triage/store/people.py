"""One person under several spellings.

A spelling belongs to one person row. Rows that turn out to be one person share a root
and keep their own number; `links` says what linked them, `identities` what taught us a
spelling, and `parted` who is not one person, whatever spellings say. A link carries no
authority: it counts messages and finds similar texts, but never joins a case.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from triage.store.engine import Engine


def known_spellings(engine: Engine, spellings: tuple[str, ...]) -> dict[str, int]:
    """Return the spellings that we know, each with its person's root."""
    found = {}
    for spelling in spellings:
        row = engine.row(
            "SELECT p.root FROM identities i JOIN people p ON p.id = i.person"
            " WHERE i.spelling = :spelling",
            spelling=spelling,
        )
        if row is not None:
            found[spelling] = int(row["root"])
    return found


def roots_of(engine: Engine, spellings: tuple[str, ...]) -> list[int]:
    """Return the people whom these spellings belong to, the eldest first.

    Without those of whom somebody said that they are another person: of two, the one
    with the surer spelling stays.
    """
    return _together(engine, known_spellings(engine, spellings).values())


def _together(engine: Engine, roots: Iterable[int]) -> list[int]:
    together: list[int] = []
    for root in dict.fromkeys(roots):
        if not any(_are_parted(engine, root, other) for other in together):
            together.append(root)
    return sorted(together)


def _are_parted(engine: Engine, one: int, other: int) -> bool:
    row = engine.row(
        "SELECT 1 AS yes FROM parted t JOIN people a ON a.id = t.person"
        " JOIN people b ON b.id = t.other WHERE (a.root = :one AND b.root = :other)"
        " OR (a.root = :other AND b.root = :one)",
        one=one,
        other=other,
    )
    return row is not None


def person_of(engine: Engine, spellings: tuple[str, ...], now: datetime) -> int | None:
    """Return the one person behind the spellings, learning those that are new.

    People whom the spellings tie together are merged into the eldest. None without any.
    """
    if not spellings:
        return None
    roots = roots_of(engine, spellings)
    person = roots[0] if roots else new_person(engine, now)
    for merged in roots[1:]:
        engine.run(
            "UPDATE people SET root = :kept WHERE root = :merged",
            kept=person,
            merged=merged,
        )
    for spelling in spellings:
        engine.run(
            "INSERT INTO identities (spelling, person) VALUES (:spelling, :person)"
            " ON CONFLICT (spelling) DO NOTHING",
            spelling=spelling,
            person=person,
        )
    return person


def note_links(
    engine: Engine,
    known: Mapping[str, int],
    spellings: tuple[str, ...],
    message: int,
    now: datetime,
) -> None:
    """Write down whom a message tied together, and the spellings that it taught.

    `known` are its spellings as they were before, each with its person's root.
    """
    kept, *others = _together(engine, known.values()) or [0]
    by_root = {root: spelling for spelling, root in reversed(list(known.items()))}
    for merged in others:
        engine.run(
            "INSERT INTO links (at, kept, merged, message, kept_by, merged_by)"
            " VALUES (:now, :kept, :merged, :message, :kept_by, :merged_by)",
            now=now,
            kept=kept,
            merged=merged,
            message=message,
            kept_by=by_root[kept],
            merged_by=by_root[merged],
        )
    tied_by = by_root.get(kept) or next(iter(spellings), None)
    for spelling in spellings:
        if spelling not in known:
            engine.run(
                "UPDATE identities SET message = :message, tied_by = :tied_by"
                " WHERE spelling = :spelling",
                message=message,
                tied_by=tied_by if tied_by != spelling else None,
                spelling=spelling,
            )


def new_person(engine: Engine, now: datetime) -> int:
    """Make a person whom no spelling belongs to yet."""
    row = engine.one(
        "INSERT INTO people (root, since)"
        " VALUES ((SELECT coalesce(max(id), 0) + 1 FROM people), :now) RETURNING id",
        now=now,
    )
    return int(row["id"])
