"""What to do where a server does not let us in, by what keeps us out."""

from collections.abc import Callable
from datetime import datetime

from triage.doctor.finding import Finding, failed
from triage.errors import ConfigError, LoginRefusedError, TransientError
from triage.oauth.sasl import Tokens

SET_IT_RIGHT = "set it right where it is kept, or name another place in"
_OF_TIME = ("not yet valid", "has expired")
"""OpenSSL's words, which are also said of a good certificate by a wrong clock."""


def missing_secret(
    check: str,
    password: Callable[[], str] | None,
    tokens: Tokens | None,
    table: str,
) -> Finding | None:
    """Tell why there is nothing to log in with; None: there is, or nothing is needed.

    It is looked at before a server is, since it says nothing of one.
    """
    read = password if tokens is None else tokens.token
    try:
        if read is not None:
            read()
    except ConfigError as error:
        told = "; ".join(each.message for each in error.problems)
        hints = [each.hint for each in error.problems if each.hint]
        return failed(check, told, "; ".join(hints) or f"{SET_IT_RIGHT} {table}")
    except LoginRefusedError as error:
        return failed(
            check,
            str(error),
            f"have the issuer of tokens take what oauth in {table} names; how, for each"
            " provider: docs/connect.md",
        )
    except TransientError as error:
        return failed(
            check,
            str(error),
            "see that this machine gets to the issuer of tokens, whose address oauth in"
            f" {table} may name; the mail server was not asked",
        )
    return None


def about_refusal(table: str, tokens: Tokens | None) -> str:
    """Say what to do where the server takes no login of ours."""
    if tokens is not None:
        return (
            "the issuer gives a token, and the server does not take it: set user and"
            f" the scope of oauth in {table} right, and let the application use this"
            " mailbox (docs/connect.md)"
        )
    return (
        f"set user and password (or oauth) in {table} right; Microsoft 365 and Google"
        " take no password here"
    )


def about_clock(said: str, now: datetime) -> str | None:
    """Say what to do where the clock may be to blame for what was said of TLS."""
    if not any(each in said for each in _OF_TIME):
        return None
    return (
        f"look first at this machine's clock, which says {now:%Y-%m-%d %H:%M} UTC: a"
        " wrong one makes a good certificate look so. If it is right, have whoever runs"
        " the server renew the certificate"
    )
