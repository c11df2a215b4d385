"""What our own mail server found out about a sender (RFC 8601).

Anybody can write an Authentication-Results field, so only those count that

1. bear our server's own authserv-id, and
2. stand above the first Received field that follows one of ours: whatever came with the
   message lies below the line that our server wrote when it took the message in.

Our server must delete forged ones all the same (RFC 8601 §5): where it adds none of its
own, a forged one would be the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.decision.domains import same_organisation
from triage.message.model import Address, Headers

LEXEME = re.compile(r'\\.|[\\()"]|[^\\()"]+', re.DOTALL)
SEGMENT = re.compile(r'(?:[^";]+|"[^"]*"|")+')
METHOD = re.compile(r"\s*([a-z0-9_-]+)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
PROPERTY = re.compile(
    r'\b([a-z]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*("[^"]*"|[^\s";]+)', re.IGNORECASE
)


ALIGNED = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i")}
PROVING = {**ALIGNED, "spf": ("smtp.mailfrom",)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One method's result, such as `dkim=pass header.d=school.example`; lower-cased."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def values(self, *names: str) -> tuple[str, ...]:
        return tuple(
            value.strip('"<>') for name, value in self.properties if name in names
        )

    def domains(self, *names: str) -> tuple[str, ...]:
        """The domains that the named properties speak of, bare or after an @."""
        return tuple(value.rpartition("@")[2] for value in self.values(*names))


def verdicts(headers: Headers, authserv_id: str | None) -> tuple[Verdict, ...]:
    """Every result that our own server reported, in the order of the fields."""
    if not authserv_id:
        return ()
    return tuple(
        verdict
        for results in _trusted_results(headers, authserv_id)
        for verdict in map(_read, results)
        if verdict is not None
    )


def _trusted_results(headers: Headers, authserv_id: str) -> Iterator[list[str]]:
    has_ours = False
    for name, value in headers:
        if name.lower() == "received" and has_ours:
            return
        if name.lower() != "authentication-results":
            continue
        server, *results = SEGMENT.findall(without_comments(value)) or [""]
        # A version may follow the authserv-id (RFC 8601 §2.2).
        words = server.split()
        if words and words[0].strip('"').lower() == authserv_id.lower():
            has_ours = True
            yield results


def _read(segment: str) -> Verdict | None:
    method = METHOD.match(segment)
    if method is None:
        return None
    properties = tuple(
        (f"{kind}.{name}".lower(), value.lower())
        for kind, name, value in PROPERTY.findall(segment)
    )
    return Verdict(method[1].lower(), method[2].lower(), properties)


def without_comments(value: str) -> str:
    """Drop RFC 5322 comments, nested and unclosed ones too; quoted text is kept."""
    kept: list[str] = []
    depth, is_quoted = 0, False
    for lexeme in LEXEME.findall(value):
        if lexeme == '"' and depth == 0:
            is_quoted = not is_quoted
        if not is_quoted and lexeme in ("(", ")"):
            depth = depth + 1 if lexeme == "(" else max(depth - 1, 0)
        elif depth == 0:
            kept.append(lexeme)
    return "".join(kept)


def fails(
    found: tuple[Verdict, ...], domain: str, public_suffixes: tuple[str, ...]
) -> str | None:
    """Name the check that a sender failed, or None.

    A failed SPF says nothing where the domain itself vouches: mail that was forwarded
    fails it always.
    """
    if any(v.method == "dmarc" and v.result == "fail" for v in found):
        return "DMARC"
    if any(v.method == "spf" and v.result in ("fail", "hardfail") for v in found):
        return None if vouches_for(found, domain, public_suffixes) else "SPF"
    return None


def vouches_for(
    found: tuple[Verdict, ...], domain: str, public_suffixes: tuple[str, ...]
) -> bool:
    """Whether DMARC or an aligned DKIM signature passed for a From domain."""
    return _has_passed(found, ALIGNED, domain, public_suffixes)


def speaks_for(
    found: tuple[Verdict, ...], domain: str, public_suffixes: tuple[str, ...]
) -> bool:
    """Whether any check passed for a From domain, SPF of its envelope included."""
    return _has_passed(found, PROVING, domain, public_suffixes)


def _has_passed(
    found: tuple[Verdict, ...],
    methods: dict[str, tuple[str, ...]],
    domain: str,
    public_suffixes: tuple[str, ...],
) -> bool:
    return not any(v.method == "dmarc" and v.result == "fail" for v in found) and any(
        same_organisation(passed, domain, public_suffixes)
        for passed in _passed(found, methods)
    )


def is_proven(found: tuple[Verdict, ...], sender: Address) -> bool:
    """Whether mail of a sender whom we trust by name really comes from there.

    Stricter than alignment: the very domain or one above or below it, since what such a
    sender writes in Reply-To will be believed.
    """
    if any(v.method == "dmarc" and v.result == "fail" for v in found):
        return False
    has_logged_in = any(
        v.method == "auth"
        and v.result == "pass"
        and sender.address in v.values("smtp.auth", "smtp.mailfrom")
        for v in found
    )
    return has_logged_in or any(
        _is_same_or_nested(domain, sender.domain) for domain in _passed(found, PROVING)
    )


def _passed(
    found: tuple[Verdict, ...], methods: dict[str, tuple[str, ...]]
) -> list[str]:
    """Every domain for which one of the methods passed, from the named properties."""
    return [
        domain
        for verdict in found
        if verdict.result == "pass"
        for domain in verdict.domains(*methods.get(verdict.method, ()))
    ]


def _is_same_or_nested(one: str, other: str) -> bool:
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
