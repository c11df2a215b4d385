"""ROW all kinds in one mailbox, ordinary mails between them, the shipped rules.

None may harm another: each gets one fate, its octets are kept, it is answered or not as
is written beside it, and the ordinary ones are answered as ever.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from time import monotonic

from tests.mailbox.sites import Seen
from tests.torture.evidence import Due, Evidence
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.hostile.addresses import VICTIM
from tests.torture.hostile.costing import Cost, CostingReader
from tests.torture.hostile.kind import Specimen
from tests.torture.hostile.kinds import KINDS, name_of
from tests.torture.hostile.office import Book, Office
from tests.torture.hostile.writing import complaint, laid_down
from tests.torture.oracle import judge
from tests.torture.row import Outcome, Row
from tests.torture.site import Site
from triage.demo.servers import SmtpSink

ORDINARY = "an ordinary mail"
NEAR_EVERY_RULE = name_of(98)
BETWEEN = 8
MOST_PASSES = 5
MOST_SECONDS = 10.0
MOST_SECONDS_USUALLY = 0.5
USUALLY = 0.99
MOST_MEGABYTES = 512
WORST_SHOWN = 3
PROMISED = {
    Due.REPLY: {"recorded"},
    Due.SILENCE: {"recorded", "left"},
    Due.NOTHING: {"left"},
    Due.EITHER: {"recorded", "left", "duplicate"},
}
"""Fates that a mail may have. To be set aside is none: nobody could read it."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One mail in the mailbox, before anybody took it up."""

    name: str
    """Of its kind."""
    specimen: Specimen
    seen: Seen


def run(ground: Ground) -> Outcome:
    """Put all mails there, let the program run, and look at each."""
    with SmtpSink() as smtp:
        office = Office(ground.dovecot(), smtp, ground.folder)
        names = _deliver(office, None if ground.is_full else 1)
        arrived = {
            uid: Arrived(names[id(specimen)], specimen, seen)
            for uid, (specimen, seen) in office.inbox().items()
        }
        ground.say(f"  {len(arrived)} mails of {len(KINDS)} kinds lie in the mailbox")
        begun = monotonic()
        reader = _take_up(office.site)
        seconds = monotonic() - begun
        findings = [*_judged(office, smtp, arrived), *_costly(reader, arrived)]
        findings += office.site.judge("once", "gate", "private")
        evidence = _in_words_of_their_own(office.site.evidence(), arrived)
        findings += judge(evidence, "echo")
    note = f"{_note(reader, arrived)}; all taken up in {seconds:.0f} s"
    return Outcome(cases=len(arrived), findings=tuple(findings), note=note)


def _in_words_of_their_own(evidence: Evidence, arrived: dict[int, Arrived]) -> Evidence:
    """Leave out texts that are made of the rule files' words, as our letters are."""
    mails = (each for each in arrived.values() if each.name == NEAR_EVERY_RULE)
    ours = {mail.specimen.mark for mail in mails}
    kept = (mail for mail in evidence.delivered if mail.mark not in ours)
    return replace(evidence, delivered=tuple(kept))


def _deliver(office: Office, variants: int | None) -> dict[int, str]:
    """Deliver some variants of each kind; return their kinds' names."""
    mails: list[Specimen] = []
    names: dict[int, str] = {}
    for number, make in KINDS.items():
        for specimen in islice(make(), variants):
            if len(mails) % BETWEEN == 0:
                usual = laid_down(complaint())
                mails.append(usual)
                names[id(usual)] = ORDINARY
            mails.append(specimen)
            names[id(specimen)] = name_of(number)
    office.deliver(mails)
    return names


def _take_up(site: Site) -> CostingReader:
    with site._logged(), site.journey.installation() as parts:
        reader = CostingReader(parts.intake.reader)  # type: ignore[arg-type]  # it is one
        parts.intake.reader = reader
        for _ in range(MOST_PASSES):
            taken, sent = parts.run_once()
            if not (taken["recorded"] or taken["left"] or sent):
                break
    return reader


def _judged(
    office: Office, smtp: SmtpSink, arrived: dict[int, Arrived]
) -> Iterator[Finding]:
    book = office.book()
    answered = {to.lower() for each in smtp.accepted for to in each.recipients}
    lying = {seen.octets for seen in office.site.journey.contents()}
    for uid, mail in arrived.items():
        rows = book.messages.get(uid, [])
        if len(rows) != 1:
            yield _finding("fate", mail, f"{len(rows)} rows tell its fate")
            continue
        fate = rows[0]["fate"]
        if fate not in PROMISED[mail.specimen.due]:
            words = f"{mail.specimen.due}, and it is {fate}: {rows[0]['reason']}"
            yield _finding("fate", mail, words)
        if fate == "left" and mail.seen.octets not in lying:
            yield _finding("untouched", mail, "it is not ours, and it is gone")
        if fate != "left":
            yield from _kept(mail, rows[0]["sha256"], book)
        letters = book.letters.get(rows[0]["id"], ())
        wrong = wrong_answer(mail.specimen, [row["state"] for row in letters])
        if wrong is not None:
            yield _finding("gate", mail, wrong)
    if VICTIM in answered:
        yield Finding("gate", VICTIM, "somebody who did not write got a letter")


def _kept(mail: Arrived, sha256: str, book: Book) -> Iterator[Finding]:
    raw, is_whole = book.raws[sha256]
    if hashlib.sha256(raw).hexdigest() != sha256:
        yield _finding("fate", mail, "other octets are kept under its hash")
    if is_whole and raw != mail.seen.octets:
        yield _finding("fate", mail, "other octets are kept than lie in the mailbox")


def wrong_answer(specimen: Specimen, states: list[str]) -> str | None:
    """Say what is wrong with what a mail got, as states of its letters."""
    match specimen.due:
        case Due.REPLY:
            expected = "held" if specimen.waits else "sent"
            if states != [expected]:
                return f"it is owed one reply, {expected}, and has {states}"
        case Due.SILENCE | Due.NOTHING:
            if states:
                return f"it must not be answered, and has {states}"
        case Due.EITHER:
            if len(states) > 1 or not {"sent", "held"}.issuperset(states):
                return f"it may get one reply, and has {states}"
    return None


def _costly(reader: CostingReader, arrived: dict[int, Arrived]) -> Iterator[Finding]:
    for uid in reader.deaths:
        yield _finding("cost", arrived[uid], "the reader process was replaced")
    for uid, cost in reader.costs.items():
        if cost.seconds > MOST_SECONDS:
            yield _finding("cost", arrived[uid], f"{cost.seconds:.1f} s of processor")
        if cost.megabytes > MOST_MEGABYTES:
            yield _finding("cost", arrived[uid], f"{cost.megabytes} MB")
    if (usual := _usually(reader)) > MOST_SECONDS_USUALLY:
        yield Finding("cost", f"{USUALLY:.0%} of the mails", f"{usual:.2f} s")


def _usually(reader: CostingReader) -> float:
    seconds = sorted(cost.seconds for cost in reader.costs.values())
    return seconds[int(len(seconds) * USUALLY)]


def _note(reader: CostingReader, arrived: dict[int, Arrived]) -> str:
    def seconds(item: tuple[int, Cost]) -> float:
        return item[1].seconds

    worst: dict[str, float] = {}
    for uid, cost in sorted(reader.costs.items(), key=seconds, reverse=True):
        worst.setdefault(arrived[uid].name, cost.seconds)
    slow = ", ".join(
        f"{took:.2f} s ({name})" for name, took in islice(worst.items(), WORST_SHOWN)
    )
    uid, largest = max(reader.costs.items(), key=lambda item: item[1].megabytes)
    return (
        f"{len(reader.costs)} were read; 99 in 100 within {_usually(reader):.2f} s of"
        f" processor, the slowest {slow}; the most memory {largest.megabytes} MB"
        f" ({arrived[uid].name})"
    )


def _finding(promise: str, mail: Arrived, words: str) -> Finding:
    return Finding(promise, f"{mail.name}, {mail.specimen.mark}", words)


ARRIVING = Row(
    name="mails-kinds",
    fault="120 kinds of hostile mail in one mailbox, ordinary mails between them",
    run=run,
)
