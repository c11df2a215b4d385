"""What an issuer of tokens answers, and what somebody must do about it.

Of an issuer's words only its code is ever repeated (RFC 6749 §5.2): descriptions quote
addresses, and some quote tokens.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from triage.errors import LoginRefusedError, TransientError
from triage.oauth.token import Granted, is_token, lasting

LOG_IN_ANEW = "get a new one with: triage login"
_WHAT_TO_DO: Mapping[str, str] = {
    "invalid_grant": (
        "it takes the refresh token or the key no longer, or not for this user: "
        f"{LOG_IN_ANEW}; for a service account, check the user and this machine's clock"
    ),
    "invalid_client": (
        "it does not know the client, or the client secret is wrong or over: check "
        "client_id and client_secret"
    ),
    "unauthorized_client": (
        "the client may not ask for a token in this way: have an administrator allow "
        "it the mailbox (Google: domain-wide delegation; Microsoft: the IMAP and SMTP "
        "permissions with admin consent)"
    ),
    "invalid_scope": "it does not give what is asked for: check scope",
    "access_denied": "somebody declined",
    "expired_token": "nobody typed the code in time: begin again",
    "interaction_required": f"a person must log in: {LOG_IN_ANEW}",
    "consent_required": "an administrator must consent to the permissions",
    "invalid_request": "it does not understand the request: check the configuration",
    "unsupported_grant_type": "it gives no tokens in this way: check the configuration",
}
_SOON_AGAIN = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_CODE = re.compile(r"[a-z_]{1,40}")
_AADSTS = range(1, 100_000_000)
SERVER_FAULT, TOO_MANY = 500, 429


_REFRESH_ENDS = ("refresh_expires_in", "refresh_token_expires_in")
"""In no RFC, so each issuer has its own name for it."""


def granted_in(answer: Mapping[str, Any], issuer: str) -> Granted:
    """Return what an issuer gave; raises what stands in the way."""
    if "error" in answer:
        raise refusal(answer, issuer)
    token = answer.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise TransientError(f"{issuer} gives something that is no token")
    renewed = answer.get("refresh_token")
    if not isinstance(renewed, str) or not renewed.isprintable() or not renewed:
        renewed = None
    return Granted(
        token,
        lasting(answer.get("expires_in")),
        renewed,
        next(filter(None, (lasting(answer.get(key)) for key in _REFRESH_ENDS)), None),
    )


def refusal(answer: Mapping[str, Any], issuer: str) -> TransientError:
    """Return what an issuer's error means."""
    code = error_code(answer)
    if code in _SOON_AGAIN:
        return TransientError(f"{issuer} gives no token at the moment ({code})")
    what = _WHAT_TO_DO.get(code, "check the configuration, and ask who runs it")
    said = " ".join((code or "without a reason", *_numbers(answer)))
    return LoginRefusedError(f"{issuer} refuses a token ({said}): {what}")


def error_code(answer: Mapping[str, Any]) -> str:
    """Return the code of an issuer's error; empty for what is none."""
    code = answer.get("error")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _numbers(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Microsoft's own codes, by which its pages are found."""
    codes = answer.get("error_codes")
    if not isinstance(codes, list):
        return ()
    return tuple(
        f"AADSTS{each}" for each in codes[:3] if type(each) is int and each in _AADSTS
    )


def read_answer(status: int, body: bytes, issuer: str) -> dict[str, Any]:
    """Return an answer's JSON object; raises TransientError for what is none."""
    if status >= SERVER_FAULT or status == TOO_MANY:
        raise TransientError(f"{issuer} gives no token at the moment ({status})")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise TransientError(f"{issuer} answers {status} and nothing that makes sense")
    return answer
