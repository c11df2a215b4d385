"""One person under several spellings.

A spelling belongs to one person row. Rows that turn out to be one person share a root
and keep their own number, so that a wrong link can be undone by hand; `links` says what
linked them. A link carries no authority: it counts messages and finds similar texts,
but never joins a case.
"""

from datetime import datetime

from triage.store.engine import Engine


def roots_of(engine: Engine, spellings: tuple[str, ...]) -> list[int]:
    """Return the people whom these spellings belong to, the eldest first."""
    found = set()
    for spelling in spellings:
        row = engine.row(
            "SELECT p.root FROM identities i JOIN people p ON p.id = i.person"
            " WHERE i.spelling = :spelling",
            spelling=spelling,
        )
        if row is not None:
            found.add(int(row["root"]))
    return sorted(found)


def person_of(engine: Engine, spellings: tuple[str, ...], now: datetime) -> int | None:
    """Return the one person behind the spellings, learning those that are new.

    People whom the spellings tie together are merged into the eldest. None without any.
    """
    if not spellings:
        return None
    roots = roots_of(engine, spellings)
    person = roots[0] if roots else _new_person(engine, now)
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


def note_links(engine: Engine, merged: list[int], message: int, now: datetime) -> None:
    """Write down which people a message tied together, the one that is kept first."""
    for other in merged[1:]:
        engine.run(
            "INSERT INTO links (at, kept, merged, message)"
            " VALUES (:now, :kept, :merged, :message)",
            now=now,
            kept=merged[0],
            merged=other,
            message=message,
        )


def _new_person(engine: Engine, now: datetime) -> int:
    row = engine.one(
        "INSERT INTO people (root, since)"
        " VALUES ((SELECT coalesce(max(id), 0) + 1 FROM people), :now) RETURNING id",
        now=now,
    )
    return int(row["id"])
