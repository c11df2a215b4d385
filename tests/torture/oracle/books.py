"""The store's rows, laid beside the mails that came and the letters that left."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tests.torture.evidence import Accepted, Delivered, Evidence
from tests.torture.oracle.mail import Read, core_of
from tests.torture.oracle.rows import Row, reading

ACKNOWLEDGING = ("acknowledge", "escalate", "redirect")


@dataclass(frozen=True)
class Came:
    """One mail with all its deliveries, and the rows that tell what became of them."""

    deliveries: Sequence[Delivered]
    rows: Sequence[Row]

    @property
    def first(self) -> Delivered:
        return self.deliveries[0]

    @property
    def name(self) -> str:
        return f"{self.first.mark} {Read(self.first.octets).message_id}".strip()


@dataclass(frozen=True)
class Left:
    """A letter that a server took, and its row, if it has one."""

    accepted: Accepted
    read: Read
    row: Row | None
    to: tuple[str, ...]
    """Recipients that are not ours, lower-cased."""

    @property
    def name(self) -> str:
        return self.read.message_id or "a letter without Message-ID"


@dataclass(frozen=True)
class Books:
    """Everything the checks need, read once."""

    messages: Sequence[Row]
    outbox: Sequence[Row]
    cases: dict[int, Row]
    raws: dict[str, bytes]
    """The kept bytes of mails, as they were fetched."""
    cores: dict[str, str]
    """By the hash of kept bytes, that of the mail without what servers put before."""
    whole: frozenset[str]
    """Hashes of what was fetched whole."""
    came: Sequence[Came]
    left: Sequence[Left]
    strange: Sequence[Row]
    """Rows with bytes that nobody delivered."""

    @cached_property
    def letters(self) -> dict[str, Row]:
        return {row["message_id"]: row for row in self.outbox}

    @cached_property
    def letters_of_case(self) -> dict[int, list[Row]]:
        found: defaultdict[int, list[Row]] = defaultdict(list)
        for row in self.outbox:
            if row["case_id"] is not None:
                found[row["case_id"]].append(row)
        return found

    @cached_property
    def accepted_ids(self) -> frozenset[str]:
        return frozenset(each.read.message_id for each in self.left)

    def case_of(self, row: Row) -> int | None:
        """The case of a row; of a copy, its original's."""
        if row["fate"] != "duplicate" or row["case_id"] is not None:
            case: int | None = row["case_id"]
            return case
        alike = (each for each in self.messages if self.are_copies(each, row))
        return next((each["case_id"] for each in alike if each["case_id"]), None)

    def are_copies(self, one: Row, other: Row) -> bool:
        """Whether two rows stand for one mail, whatever servers put before it."""
        cores = [self.cores.get(each["sha256"]) for each in (one, other)]
        return cores[0] is not None and cores[0] == cores[1]


def read_books(evidence: Evidence) -> Books:
    """Read the store, and find the rows of every mail and letter."""
    with reading(evidence.store) as store:
        messages = store.execute("SELECT * FROM messages ORDER BY id").fetchall()
        outbox = store.execute("SELECT * FROM outbox ORDER BY id").fetchall()
        cases = store.execute("SELECT * FROM cases").fetchall()
        kept = store.execute("SELECT sha256, is_whole, compressed FROM raws").fetchall()
    raws = {row["sha256"]: zlib.decompress(row["compressed"]) for row in kept}
    cores = {sha256: _core_hash(raw) for sha256, raw in raws.items()}
    came, strange = _matched(evidence, messages, raws, cores)
    letters = {row["message_id"]: row for row in outbox}
    own = {address.lower() for address in evidence.own_addresses}
    return Books(
        messages=messages,
        outbox=outbox,
        cases={row["id"]: row for row in cases},
        raws=raws,
        cores=cores,
        whole=frozenset(row["sha256"] for row in kept if row["is_whole"]),
        came=came,
        left=[_left(each, letters, own) for each in evidence.accepted],
        strange=[row for row in strange if _is_not_ours(row, letters)],
    )


def _left(accepted: Accepted, letters: dict[str, Row], own: set[str]) -> Left:
    read = Read(accepted.octets)
    recipients = (each.lower() for each in accepted.recipients)
    return Left(
        accepted=accepted,
        read=read,
        row=letters.get(read.message_id),
        to=tuple(each for each in recipients if each not in own),
    )


def _is_not_ours(row: Row, letters: dict[str, Row]) -> bool:
    """A letter of ours comes back as a witness, or by somebody's rule."""
    return row["message_id"] not in letters


def _matched(
    evidence: Evidence,
    messages: Sequence[Row],
    raws: dict[str, bytes],
    cores: dict[str, str],
) -> tuple[list[Came], list[Row]]:
    """Tie rows to mails: by their bytes, or else by the mail's own mark.

    Copies of our letters, which may name whom they answer, are tied to none.
    """
    letters = {_core_hash(each.octets) for each in evidence.accepted}
    groups: defaultdict[str, list[Delivered]] = defaultdict(list)
    for each in evidence.delivered:
        if each.folder == "INBOX":
            groups[_core_hash(each.octets)].append(each)
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    by_mark = [
        (key, group[0].mark.encode()) for key, group in groups.items() if group[0].mark
    ]
    strange = []
    for row in messages:
        if row["sha256"] is None:
            continue
        raw = raws.get(row["sha256"], b"")
        key = cores.get(row["sha256"], "")
        if key not in groups and key not in letters:
            key = next((key for key, mark in by_mark if mark in raw), "")
        if key in groups:
            rows[key].append(row)
        else:
            strange.append(row)
    return [Came(group, rows[key]) for key, group in groups.items()], strange


def _core_hash(octets: bytes) -> str:
    return hashlib.sha256(core_of(octets)).hexdigest()
