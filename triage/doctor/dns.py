"""TXT records, asked of this machine's resolvers."""

from collections.abc import Callable, Iterator
from functools import partial

from triage.doctor.domain import (
    DKIM,
    DMARC,
    SPF,
    dns_silent,
    judge_dkim,
    judge_dmarc,
    judge_spf,
    which_key,
)
from triage.doctor.finding import Finding

SECONDS = 5.0
"""For each name, all resolvers together."""
Texts = Callable[[str], tuple[str, ...]]
"""A name's TXT records, each joined to one string; raises SilentError."""


class SilentError(Exception):
    """DNS gave no answer, which says nothing about what stands there."""


def texts_at(name: str) -> tuple[str, ...]:
    """Return the TXT records of a name; empty where there are none.

    Raises SilentError, also where dnspython is not installed.
    """
    try:
        import dns.exception  # noqa: PLC0415 - an extra, used here only
        import dns.resolver  # noqa: PLC0415
    except ImportError:
        raise SilentError("it wants: pip install 'triage-mail[dns]'") from None
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise SilentError(f"DNS gave no answer ({type(error).__name__})") from None
    return tuple(
        b"".join(record.strings).decode("ascii", "replace") for record in answer
    )


def examine_domain(
    domain: str, selector: str | None, texts: Texts = texts_at
) -> Iterator[Finding]:
    """Look up what the sender's domain tells others about mail from it."""
    yield _asked(SPF, domain, texts, partial(judge_spf, domain))
    if selector is None:
        yield which_key()
    else:
        key = f"{selector}._domainkey.{domain}"
        yield _asked(DKIM, key, texts, partial(judge_dkim, key))
    yield _dmarc(domain, texts)


def _dmarc(domain: str, texts: Texts) -> Finding:
    """Judge the record of a domain, or of the nearest above it that has one.

    That of the organisation is meant for all below (RFC 7489 §6.6.3).
    """
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        above = ".".join(labels[start:])
        name = f"_dmarc.{above}"
        try:
            found = texts(name)
        except SilentError as silent:
            return dns_silent(DMARC, name, str(silent))
        if found:
            return judge_dmarc(above, found)
    return judge_dmarc(domain, ())


def _asked(
    check: str,
    name: str,
    texts: Texts,
    judge: Callable[[tuple[str, ...]], Finding],
) -> Finding:
    try:
        found = texts(name)
    except SilentError as silent:
        return dns_silent(check, name, str(silent))
    return judge(found)
