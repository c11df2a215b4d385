"""No mail is unaccounted for: each has a fate that fits it, and lies somewhere."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator

from tests.halfyear.checker.finding import Finding
from tests.halfyear.checker.register import Register
from tests.halfyear.log import MACHINES, OPENING, Arrived, Kind, Log
from tests.torture.oracle.rows import Row, instant

CHECK = "accounts"
TAKEN_UP = frozenset({"recorded", "duplicate", "aside"})
JOINING = frozenset({Kind.FOLLOW_UP, Kind.REVIEW})
CASELESS = MACHINES | {Kind.ORDINARY, Kind.HOSTILE, Kind.COPY}
"""What need not belong to a case."""


def accounts(log: Log, register: Register) -> Iterator[Finding]:
    """Check every mail that arrived, and that nothing else is recorded."""
    places = {(each.uidvalidity, each.uid) for each in log.arrived}
    places |= {each.moved_to for each in log.arrived if each.moved_to is not None}
    for place in register.by_place.keys() - places:
        yield Finding(CHECK, str(place), "a row stands for no mail that arrived")
    for arrived in log.arrived:
        row = register.at(arrived)
        if row is None:
            yield _about(arrived, "no row tells what became of it")
            continue
        wrong = _wrong_fate(arrived, row) or _wrong_case(arrived, row, register)
        if wrong:
            yield _about(arrived, wrong)
        if row["fate"] in TAKEN_UP and not _is_kept(arrived, row, register):
            yield _about(arrived, "its bytes are not kept")
    yield from _lying_elsewhere(log)


def _about(arrived: Arrived, words: str) -> Finding:
    return Finding(CHECK, f"{arrived.mail.kind} {arrived.mail.message_id}", words)


def _wrong_fate(arrived: Arrived, row: Row) -> str | None:
    fate, kind = row["fate"], arrived.mail.kind
    match kind:
        case Kind.ORDINARY:
            is_right = fate == "left"
        case Kind.COPY:
            is_right = fate == "duplicate"
        case Kind.HOSTILE:
            is_right = fate in TAKEN_UP
        case _:
            is_right = fate == "recorded"
    return None if is_right else f"its fate is {fate}: {row['reason']}"


def _wrong_case(arrived: Arrived, row: Row, register: Register) -> str | None:
    kind = arrived.mail.kind
    if kind in MACHINES and row["disposition"] == "answer":
        return "a machine's mail is taken for a person's"
    if kind in CASELESS:
        return None
    case = register.by_id.get(row["case_id"])
    if case is None:
        return "it has no case"
    if kind in OPENING:
        return _not_opened(arrived, row, case, register)
    if kind in JOINING and case["reference"] != arrived.mail.about:
        return f"it is in {case['reference']}, it belongs to {arrived.mail.about}"
    return None


def _not_opened(
    arrived: Arrived, row: Row, case: Row, register: Register
) -> str | None:
    first = register.messages_of[case["id"]][0]
    if first["id"] != row["id"]:
        return f"it opened no case of its own: it is in {case['reference']}"
    if instant(case["opened_at"]) != arrived.at:
        return f"its case was opened at {case['opened_at']}"
    return None


def _is_kept(arrived: Arrived, row: Row, register: Register) -> bool:
    sha256 = hashlib.sha256(arrived.mail.octets).hexdigest()
    kept = register.raws.get(row["sha256"] or "")
    return (
        row["sha256"] == sha256
        and kept is not None
        and zlib.decompress(kept) == arrived.mail.octets
    )


def _lying_elsewhere(log: Log) -> Iterator[Finding]:
    """Every mail lies in one folder; what is not ours where it came, untouched."""
    arrived = Counter(_hash(each.mail.octets) for each in log.arrived)
    lying = Counter(sha for folder in log.folders.values() for sha, _ in folder)
    for sha in (arrived - lying) + (lying - arrived):
        yield Finding(CHECK, sha, f"arrived {arrived[sha]}, lie there {lying[sha]}")
    untouched = {sha for sha, flags in log.folders.get("INBOX", ()) if not flags}
    for each in log.arrived:
        is_ours = each.mail.kind is not Kind.ORDINARY
        if not is_ours and _hash(each.mail.octets) not in untouched:
            yield _about(each, "it is not ours, and was touched")


def _hash(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
