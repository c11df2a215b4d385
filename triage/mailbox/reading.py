"""Looking at messages without a trace: BODY.PEEK in a folder opened read-only."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from triage.mailbox.abridged import abridge, complete, cut_short, wanted_sections
from triage.mailbox.session import Session
from triage.mailbox.structure import StructureError, read_structure
from triage.message.arrival import Fetched, Listed

PEEKED_AT_ONCE = 64
_SECTIONS_AT_ONCE = 20
_STRUCTURE = 262_144
_EMPTY_LINE = (b"\r\n", b"\n")


def read_headers(session: Session, uids: Sequence[int]) -> Iterator[Listed]:
    """Yield size, arrival and header block of what the server tells all of.

    A mail without any field is rare, and a header of nothing but its last line may be
    one that was cut: it is believed where the mail begins with that line.
    """
    found = list(_told(session, uids))
    bare = [one.uid for one in found if one.header in _EMPTY_LINE]
    begun = _beginnings(session, bare) if bare else {}
    for one in found:
        if one.uid not in bare or begun.get(one.uid, b"").startswith(_EMPTY_LINE):
            yield one


def _told(session: Session, uids: Sequence[int]) -> Iterator[Listed]:
    most = session.limits.header
    with session.step(
        "looking for new mail", literals=len(uids) * (most + 1)
    ) as client:
        answers = client.answers(
            uids, f"UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{most}>"
        )
    for uid in uids:
        item = answers.get(uid, {})
        size, header = item.get(b"RFC822.SIZE"), _octets(item, "HEADER")
        received_at = _moment(item.get(b"INTERNALDATE"))
        if not isinstance(size, int) or header is None or received_at is None:
            continue
        if _ends_rightly(header, min(size, most)):
            yield Listed(uid=uid, size=size, received_at=received_at, header=header)


def read_messages(
    session: Session, batch: Sequence[Listed], suspects: Collection[int]
) -> Iterator[Fetched]:
    """Yield what the server gives: small messages whole, large ones abridged.

    The size of a message is an estimate on some servers (Exchange), so up to twice the
    limit is accepted as whole; what is much shorter than its size is left out. The
    structure of a suspect is not asked for.
    """
    large = [one for one in batch if one.size > session.limits.whole]
    small = [one for one in batch if one.size <= session.limits.whole]
    most = 2 * session.limits.whole
    whole = _whole(session, small, most) if small else {}
    for one in small:
        octets = whole.get(one.uid)
        if octets is not None and len(octets) >= most:
            large.append(one)
        elif octets is not None and 2 * len(octets) >= one.size:
            yield Fetched(one.uid, octets)
    for one in large:
        abridged = _abridged(session, one, trusting=one.uid not in suspects)
        if abridged is not None:
            yield abridged


def _whole(session: Session, batch: Sequence[Listed], most: int) -> dict[int, bytes]:
    expected = sum(listed.size for listed in batch)
    room = min(2 * expected + most, len(batch) * most)
    with session.step("fetching messages", literals=room) as client:
        answers = client.answers(
            [listed.uid for listed in batch], f"UID BODY.PEEK[]<0.{most}>"
        )
    found = {uid: _octets(item, "") for uid, item in answers.items()}
    return {uid: octets for uid, octets in found.items() if octets is not None}


def _abridged(session: Session, listed: Listed, *, trusting: bool) -> Fetched | None:
    """Return a large message without its attachments; None when it is gone.

    Where the structure cannot be followed, or is not trusted after failures, it is the
    beginning of the message instead.
    """
    octets = None
    if trusting:
        try:
            octets = _without_attachments(session, listed)
        except StructureError:
            trusting = False
    if not trusting:
        octets = _beginning(session, listed)
    if octets is None:
        return None
    return Fetched(listed.uid, octets, is_whole=False, size=listed.size)


def _without_attachments(session: Session, listed: Listed) -> bytes | None:
    with session.step(
        "reading the structure of a message", literals=_STRUCTURE
    ) as client:
        item = client.answers([listed.uid], "UID BODYSTRUCTURE").get(listed.uid, {})
    if b"BODYSTRUCTURE" not in item:
        return None
    root = read_structure(item[b"BODYSTRUCTURE"])
    body = listed.size - len(listed.header)
    if 2 * root.leaf_octets < body and len(listed.header) < session.limits.header:
        raise StructureError("most of the message lies outside of its parts")
    wanted = list(wanted_sections(root, session.limits.text).items())
    sections: dict[str, bytes] = {}
    for start in range(0, len(wanted), _SECTIONS_AT_ONCE):
        some = dict(wanted[start : start + _SECTIONS_AT_ONCE])
        sections |= _read_sections(session, listed.uid, some)
    if len(sections) < len(wanted):
        return None
    return abridge(root, listed.header, sections)


def _read_sections(
    session: Session, uid: int, asked: Mapping[str, int]
) -> dict[str, bytes]:
    """Return the sections, each ending with a whole line where it was cut.

    One that the server has nothing for is empty; without any answer there are none.
    """
    items = [f"BODY.PEEK[{section}]<0.{most}>" for section, most in asked.items()]
    with session.step(
        "fetching the text of a message", literals=sum(asked.values())
    ) as client:
        item = client.answers([uid], f"UID {' '.join(items)}").get(uid)
    if item is None:
        return {}
    found = {section: _octets(item, section) or b"" for section in asked}
    return {
        section: cut_short(octets) if len(octets) >= asked[section] else octets
        for section, octets in found.items()
    }


def _beginning(session: Session, listed: Listed) -> bytes | None:
    if len(listed.header) >= session.limits.header:
        return complete(listed.header)
    uid, most = listed.uid, session.limits.text
    with session.step("fetching the beginning of a message", literals=most) as client:
        item = client.answers([uid], f"UID BODY.PEEK[]<0.{most}>").get(uid, {})
    octets = _octets(item, "")
    return None if octets is None else cut_short(octets)


def _beginnings(session: Session, uids: Sequence[int]) -> dict[int, bytes]:
    """Return the first octets of messages."""
    most = len(_EMPTY_LINE[0])
    with session.step("looking for new mail", literals=len(uids) * most) as client:
        answers = client.answers(uids, f"UID BODY.PEEK[]<0.{most}>")
    return {uid: _octets(item, "") or b"" for uid, item in answers.items()}


def _ends_rightly(header: bytes, octets: int) -> bool:
    """Tell a whole header block from a part of one, which may lack what decides.

    It ends with an empty line, which may be its only one, or is all that was asked for,
    or all that there is.
    """
    has_end = header.endswith((b"\r\n\r\n", b"\n\n")) or header in _EMPTY_LINE
    return has_end or len(header) >= octets


def _octets(item: Mapping[bytes, object], section: str) -> bytes | None:
    """Return a section's octets; some servers leave `<0>` out of its name."""
    name = f"BODY[{section}]".encode()
    value = item.get(name + b"<0>", item.get(name))
    return value if isinstance(value, bytes) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, bytes):
        return None
    try:
        text = value.decode("ascii").strip()
        return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
