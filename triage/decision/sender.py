"""Who writes: one person behind several addresses, names and nearly equal texts.

What stands here counts messages and compares texts. It never gives anybody access to a
case: names and addresses can be made up.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from triage.decision.authentication import is_proven, verdicts
from triage.decision.model import History, Ourselves, Rules
from triage.message.model import Address, Message
from triage.ruleset.evidence import Evidence
from triage.ruleset.schema import Senders, Window

# Mail programs turn hyphens into dashes, and people leave them out.
REFERENCE = re.compile(
    r"\bCMP\s?[-\u2010-\u2015\u2212]?\s?(\d{4})\s?[-\u2010-\u2015\u2212]?\s?(\d{5,9})\b",
    re.IGNORECASE | re.ASCII,
)
MOST_REFERENCES = 10
MOST_WORDS = 4000
SHINGLE_WORDS = 3
SKETCH_HASHES = 128
HASH_OCTETS = 4


def who_writes(message: Message, ourselves: Ourselves) -> Address | None:
    """Tell the person: the one From, or behind our own web form its one Reply-To.

    None where nothing proves that it is the form's. The form's address is nobody's:
    whoever uses the form would be a party to every case that was opened by it.
    """
    if not is_form(message, ourselves):
        return message.sender
    if len(message.reply_to) != 1 or not is_trusted_form(message, ourselves):
        return None
    return message.reply_to[0]


def is_form(message: Message, ourselves: Ourselves) -> bool:
    """Whether a message says that it comes from a web form of ours."""
    sender = message.sender
    return sender is not None and sender.address in ourselves.web_forms


def is_trusted_form(message: Message, ourselves: Ourselves) -> bool:
    """Whether it does, and our server proved it."""
    sender = message.sender
    if sender is None or not is_form(message, ourselves):
        return False
    return is_proven(verdicts(message.headers, ourselves.authserv_id), sender)


def person_key(address: str, senders: Senders) -> str:
    """One spelling for all spellings of an address: case, +tags, Gmail's dots."""
    local, _, domain = address.strip().casefold().rpartition("@")
    if senders.plus_addresses:
        local = local.partition("+")[0] or local
    for group in senders.dotless_domains:
        if domain in group:
            local = local.replace(".", "") or local
            domain = group[0]
    return f"{local}@{domain}"


def address_spelling(address: str, senders: Senders) -> str:
    """The key under which an address belongs to a person."""
    return f"{_ADDRESS}{person_key(address, senders)}"


def spelling_in_words(spelling: str) -> str:
    """Say for people what a key by which a person is known stands for."""
    if spelling.startswith(_ADDRESS):
        return spelling.removeprefix(_ADDRESS)
    name, _, number = spelling.removeprefix(_NAME_AND_CENTRE).rpartition(":")
    return f"the name “{name}” with centre {number}"


_ADDRESS = "addr:"
_NAME_AND_CENTRE = "name-centre:"


def identity_keys(
    message: Message, evidence: Evidence, ruleset: Rules, ourselves: Ourselves
) -> tuple[str, ...]:
    """Every key by which a person is known again; one key in common is one person.

    A display name counts only together with a centre's number and when it has at least
    two words.
    """
    person = who_writes(message, ourselves)
    if person is None:
        return ()
    senders = ruleset.tables.senders
    keys = [address_spelling(person.address, senders)]
    name = _name_key(person.name)
    if name:
        keys += [
            f"{_NAME_AND_CENTRE}{name}:{number}"
            for number in _centre_numbers(evidence, senders.same_centre)
        ]
    return tuple(keys)


def _name_key(name: str) -> str:
    """A name without accents, case and order of its words; '' for a single word."""
    words = sorted(name_words(name))
    return " ".join(words) if len(words) > 1 else ""


def name_words(name: str) -> list[str]:
    """The words of a name without accents and case."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"\w+", letters)


def _centre_numbers(evidence: Evidence, signals: Iterable[str]) -> tuple[str, ...]:
    wanted = frozenset(signals)
    numbers = (centre_number(hit.text) for hit in evidence.hits if hit.signal in wanted)
    return tuple(dict.fromkeys(filter(None, numbers)))


def centre_number(words: str) -> str:
    """One spelling for all spellings of a centre's number."""
    return "".join(c for c in words if c.isalnum()).upper()


def is_repeating(
    earlier: Iterable[datetime], received_at: datetime, windows: Iterable[Window]
) -> bool:
    """Whether this message is one too many within any of the windows."""
    times = tuple(earlier)
    return any(
        1
        + sum(
            timedelta() <= received_at - at <= timedelta(hours=window.hours)
            for at in times
        )
        > window.messages
        for window in windows
    )


def is_insistent(history: History, received_at: datetime) -> bool:
    """Whether a person goes on about what was answered already."""
    case = history.case
    if case is not None and case.by_party and case.was_answered(received_at):
        return True
    return any(
        reference in history.answered_cases
        for reference in (history.near_identical_to, history.claims)
        if reference is not None
    )


def named_references(message: Message) -> tuple[str, ...]:
    """Our case references that the subject and the writer's own text name."""
    found = REFERENCE.findall(f"{message.subject} / {message.text}")
    references = dict.fromkeys(f"CMP-{year}-{number}" for year, number in found)
    return tuple(references)[:MOST_REFERENCES]


def is_writers_own(where: str, subject: str) -> bool:
    """Whether words that were found somewhere in a mail to a case are the writer's.

    Answers keep the subjects of our letters, which name the case.
    """
    return where != "subject" or REFERENCE.search(subject) is None


def fingerprint(text: str) -> bytes:
    """Sketch a text by the smallest hashes of its three-word shingles; ≤ 512 octets.

    Long texts are sketched by their first words, since only near-copies matter.
    """
    found = islice(re.finditer(r"\w+", text.casefold()), MOST_WORDS)
    words = [match[0].encode() for match in found]
    hashes = {
        hashlib.blake2b(b" ".join(shingle), digest_size=HASH_OCTETS).digest()
        for shingle in _shingles(words)
    }
    return b"".join(sorted(hashes)[:SKETCH_HASHES])


def _shingles(words: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    if len(words) < SHINGLE_WORDS:
        return [words] if words else []
    return zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)


def likeness(one: bytes, other: bytes) -> float:
    """Estimate the share of shingles that two texts have in common, 0 to 1.

    Exact for short texts. The smallest hashes of both sketches together are a fair
    sample of the union of the shingles, and those that stand in both sketches, of the
    intersection.
    """
    hashes, others = _sketch(one), _sketch(other)
    union = sorted(hashes | others)[:SKETCH_HASHES]
    if not union:
        return 0.0
    return sum(h in hashes and h in others for h in union) / len(union)


def _sketch(fingerprint_: bytes) -> frozenset[bytes]:
    return frozenset(
        fingerprint_[i : i + HASH_OCTETS]
        for i in range(0, len(fingerprint_), HASH_OCTETS)
    )
