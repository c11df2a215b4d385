"""Bounces: recognised, tied to what came back, or at least to whom it went."""

import re
from collections import Counter
from collections.abc import Iterable

from tests.torture.corpora.judging import is_answered, is_automatic
from tests.torture.corpora.labels import labelled
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from triage.message import parse
from triage.message.token import mint_id

# A list manager's complaint to its own administrator, worded and sent as by a person.
LIKE_A_PERSON = frozenset({"sisimai+set-of-emails/maildir/bsd/lhost-fml-03.eml"})
OURS = mint_id("CMP-2026-00001", "acknowledge", b"k" * 40, "examboard.example").encode()
RETURNED_ID = re.compile(
    rb"^([ >\t]{0,8}Message-ID:\s*)<[^<>\s@]+@[^<>\s@]+>", re.MULTILINE | re.IGNORECASE
)
RECIPIENT = re.compile(
    rb"^(?:Final|Original)-Recipient:[^\n]*?([^\s;<>]+@[^\s;<>]+?)>?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
FOR_MACHINES = re.compile(
    rb"^(?:(?:Final|Original)-Recipient|X-Failed-Recipients|X-Actual-Recipient"
    rb"|Remote-Recipient)\s*:[^\n]*(?:\n[ \t][^\n]*)*\n",
    re.MULTILINE | re.IGNORECASE,
)

TIED_FLOOR = 0.97
NAMED_FLOOR = 0.98


def bounces(_: Ground) -> Outcome:
    """Recognise bounces; none that is known as one is answered."""
    found: Counter[str] = Counter()
    all_: Counter[str] = Counter()
    findings: list[Finding] = []
    for mail in labelled("bounce"):
        message = parse(mail.octets)
        all_[mail.source] += 1
        found[mail.source] += is_automatic(message)
        if is_answered(message) and mail.path not in LIKE_A_PERSON:
            findings.append(Finding("gate", mail.path, "it would be answered"))
    return Outcome(
        cases=all_.total(),
        findings=tuple(findings),
        note=f"recognised {shares(found, all_)}",
    )


def tied(_: Ground) -> Outcome:
    """Put a Message-ID of ours in the place of the returned one, and look for it."""
    all_ = 0
    missed: list[str] = []
    for mail in labelled("bounce"):
        head, _between, body = plain(mail.octets).partition(b"\n\n")
        with_ours, times = RETURNED_ID.subn(rb"\1" + OURS, body)
        if not times:
            continue
        all_ += 1
        if OURS.decode() not in parse(head + b"\n\n" + with_ours).returned_ids:
            missed.append(mail.path)
    return Outcome(
        cases=all_,
        findings=below(TIED_FLOOR, all_ - len(missed), all_),
        note=f"tied {share(all_ - len(missed), all_)}; {missed_of(missed)}",
    )


def failed_addresses(_: Ground) -> Outcome:
    """Find whom a bounce failed to reach, where fields for machines are cut out.

    What these fields said is the truth that the words for people are held against.
    """
    all_ = 0
    missed: list[str] = []
    named = 0
    mails = list(labelled("bounce"))
    for mail in mails:
        raw = plain(mail.octets)
        named += bool(parse(raw).reported_to)
        wanted = {
            each.decode("ascii", "replace").lower() for each in RECIPIENT.findall(raw)
        }
        left = FOR_MACHINES.sub(b"", raw)
        wanted = {each for each in wanted if each.encode() in left.lower()}
        if not wanted:
            continue
        all_ += 1
        if not wanted & set(parse(left).reported_to):
            missed.append(mail.path)
    return Outcome(
        cases=all_,
        findings=below(NAMED_FLOOR, all_ - len(missed), all_),
        note=f"found {share(all_ - len(missed), all_)}; some address in"
        f" {share(named, len(mails))} of all bounces; {missed_of(missed)}",
    )


def below(floor: float, part: int, whole: int) -> tuple[Finding, ...]:
    """A finding where too few were found; what is missed is named in the note."""
    if part >= floor * whole:
        return ()
    return (Finding("recall", "all", f"{part} of {whole}, at least {floor:.0%} were"),)


def plain(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none of 0"


def shares(found: Counter[str], all_: Counter[str]) -> str:
    total = share(found.total(), all_.total())
    by_source = (f"{name} {found[name]} of {all_[name]}" for name in sorted(all_))
    return f"{total}: {', '.join(by_source)}"


def missed_of(paths: Iterable[str]) -> str:
    names = [path.rpartition("/")[2] for path in paths]
    return f"not: {', '.join(names[:8]) or 'none'}{' …' if len(names) > 8 else ''}"
