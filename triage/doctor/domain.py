"""What the sender's domain tells others about mail from it (RFC 7208, 6376, 7489)."""

import re
from collections.abc import Sequence

from triage.doctor.finding import Finding, failed, note, ok, warning

SPF, DKIM, DMARC = "domain.spf", "domain.dkim", "domain.dmarc"
_LIKE_NOTHING = frozenset({"+all", "all"})


def judge_spf(domain: str, texts: Sequence[str]) -> Finding:
    """Judge the TXT records of a domain by who may send for it."""
    records = [each for each in texts if re.match(r"v=spf1(\s|$)", each, re.IGNORECASE)]
    if not records:
        return warning(
            SPF,
            f"{domain} has no SPF record: our letters may be taken for spam",
            "have who runs its DNS publish which servers may send for it",
        )
    if len(records) > 1:
        return failed(
            SPF,
            f"{domain} has {len(records)} SPF records, which counts as an error",
            "have who runs its DNS join them into one (RFC 7208 §4.5)",
        )
    terms = records[0].lower().split()[1:]
    if not _LIKE_NOTHING.isdisjoint(terms):
        return failed(
            SPF,
            f"the SPF record of {domain} lets everybody send (+all)",
            "have who runs its DNS end it with ~all or -all",
        )
    return ok(SPF, f"{domain} says by SPF who may send for it")


def judge_dmarc(domain: str, texts: Sequence[str]) -> Finding:
    """Judge the TXT records at _dmarc by what becomes of forged mail."""
    records = [each for each in texts if re.match(r"v=DMARC1\s*(;|$)", each)]
    if len(records) != 1:
        found = "no DMARC record" if not records else "more than one DMARC record"
        return warning(
            DMARC,
            f"_dmarc.{domain} has {found}: anybody may pretend to write from there",
            f'have who runs its DNS publish one, at first "v=DMARC1; p=none" at'
            f" _dmarc.{domain}",
        )
    policy = re.search(r";\s*p\s*=\s*(\w+)", records[0])
    if policy is None or policy[1].lower() not in {"none", "quarantine", "reject"}:
        return failed(
            DMARC,
            f"the DMARC record of {domain} names no policy that exists",
            "have who runs its DNS write p=none, p=quarantine or p=reject",
        )
    return ok(DMARC, f"{domain} has a DMARC policy: {policy[1].lower()}")


def judge_dkim(key: str, texts: Sequence[str]) -> Finding:
    """Judge the TXT records at the name of a DKIM key."""
    if not any(re.search(r"(^|;)\s*p\s*=\s*\S", each) for each in texts):
        return failed(
            DKIM,
            f"there is no key at {key}: signed letters count as forged",
            "have who runs its DNS publish the key of the server that signs",
        )
    return ok(DKIM, f"a key stands at {key}")


def which_key() -> Finding:
    """Tell that nobody said which key signs our letters."""
    return note(
        DKIM,
        "not looked at, since only a letter tells which key signs it: name the s= of"
        " its DKIM-Signature by --dkim-selector",
    )


def dns_silent(check: str, name: str, why: str) -> Finding:
    """Tell that DNS could not be asked."""
    return note(check, f"{name} was not looked at: {why}")
