"""People and machines, told apart."""

from collections import Counter

from tests.torture.corpora.bounces import shares
from tests.torture.corpora.judging import is_answered, is_automatic
from tests.torture.corpora.labels import labelled
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from triage.message import parse


def machines(_: Ground) -> Outcome:
    """Recognise what machines send besides bounces; none of it is answered."""
    found: Counter[str] = Counter()
    all_: Counter[str] = Counter()
    findings: list[Finding] = []
    for mail in labelled("auto_reply", "other_auto"):
        message = parse(mail.octets)
        all_[mail.label] += 1
        found[mail.label] += is_automatic(message)
        if is_answered(message):
            findings.append(Finding("gate", mail.path, "it would be answered"))
    return Outcome(
        cases=all_.total(),
        findings=tuple(findings),
        note=f"recognised {shares(found, all_)}",
    )


def people(_: Ground) -> Outcome:
    """Take no person for a machine: nobody would open a case for them."""
    all_: Counter[str] = Counter()
    findings: list[Finding] = []
    for mail in labelled("human", "not_bounce"):
        all_[mail.source] += 1
        if is_automatic(parse(mail.octets)):
            findings.append(Finding("lost", mail.path, "it is taken for a machine's"))
    return Outcome(
        cases=all_.total(),
        findings=tuple(findings),
        note=f"false alarms {len(findings)} of {all_.total()}",
    )
