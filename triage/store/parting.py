"""Two people who were taken for one, or one for two: a person says so."""

from collections.abc import Sequence

from triage.errors import TriageError
from triage.store.audit import Deed, note_deed
from triage.store.changing import change_case
from triage.store.engine import Engine
from triage.store.people import new_person
from triage.store.restrictions import person_named


class NothingLeftError(TriageError):
    """Of a person, not all spellings can be taken away."""


def part(
    engine: Engine,
    root: int,
    spellings: Sequence[str],
    addresses: Sequence[str],
    deed: Deed,
) -> int:
    """Make spellings of a person another person, for good; return that one's root.

    `addresses` are all that the spellings stand for: what was written from them goes
    along. Raises NothingLeftError.
    """
    with engine.writing():
        other = new_person(engine, deed.at)
        for spelling in spellings:
            engine.run(
                "UPDATE identities SET person = :other, tied_by = NULL"  # noqa: S608 - our own words
                f" WHERE spelling = :spelling AND person IN ({_ROWS})",
                other=other,
                root=root,
                spelling=spelling,
            )
        for address in addresses:
            _take_along(engine, root, other, address, deed)
        rest = engine.row(
            "SELECT 1 AS yes FROM people p JOIN identities i ON i.person = p.id"
            " WHERE p.root = :root",
            root=root,
        )
        if rest is None:
            raise NothingLeftError("these are all addresses of this person")
        engine.run(
            "INSERT INTO parted (person, other, at, made_by)"
            " VALUES (:root, :other, :at, :by)",
            root=root,
            other=other,
            at=deed.at,
            by=deed.by,
        )
        named = ", ".join(spellings)
        for person, before, after in ((root, named, None), (other, None, named)):
            note_deed(
                engine,
                deed,
                person_named(person),
                {"parted": (person_named(root), person_named(other))},
                {"spellings": (before, after)},
            )
    return other


def join(engine: Engine, one: int, other: int, deed: Deed) -> int:
    """Take two people for one, whatever was decided before; return the root."""
    kept, merged = sorted((one, other))
    with engine.writing():
        engine.run(
            "DELETE FROM parted WHERE"
            " (person IN (SELECT id FROM people WHERE root = :kept)"
            " AND other IN (SELECT id FROM people WHERE root = :merged))"
            " OR (person IN (SELECT id FROM people WHERE root = :merged)"
            " AND other IN (SELECT id FROM people WHERE root = :kept))",
            kept=kept,
            merged=merged,
        )
        engine.run(
            "UPDATE people SET root = :kept WHERE root = :merged",
            kept=kept,
            merged=merged,
        )
        changes = {"joined": (person_named(merged), person_named(kept))}
        for person in (kept, merged):
            note_deed(engine, deed, person_named(person), changes)
    return kept


def _take_along(
    engine: Engine, root: int, other: int, address: str, deed: Deed
) -> None:
    """Move what was written from an address, and what was written to it."""
    values = {"root": root, "other": other, "address": address}
    # Names that only these mails gave.
    engine.run(
        f"UPDATE identities SET person = :other WHERE person IN ({_ROWS})"  # noqa: S608 - our own words
        " AND message IN (SELECT id FROM messages WHERE person IN"
        f" ({_ROWS}) AND address = :address)",
        **values,
    )
    for case in engine.rows(
        f"SELECT * FROM cases WHERE person IN ({_ROWS}) AND {_OPENED_BY} = :address",  # noqa: S608 - our own words
        **values,
    ):
        change_case(engine, case, {"person": other}, deed)
    engine.run(
        f"UPDATE outbox SET person = :other WHERE person IN ({_ROWS})"  # noqa: S608 - our own words
        " AND recipient = :address",
        **values,
    )
    engine.run(
        f"UPDATE messages SET person = :other WHERE person IN ({_ROWS})"  # noqa: S608 - our own words
        " AND address = :address",
        **values,
    )


_ROWS = "SELECT id FROM people WHERE root = :root"
_OPENED_BY = """coalesce(
    (SELECT m.address FROM messages m WHERE m.case_id = cases.id ORDER BY m.id LIMIT 1),
    (SELECT t.address FROM parties t WHERE t.case_id = cases.id
        ORDER BY t.since LIMIT 1))"""
