"""Logging in to a submission server, with a password or with a token."""

import base64
from dataclasses import replace

from triage.errors import ConfigError, LoginRefusedError, TransientError
from triage.logins import Trials
from triage.oauth.sasl import (
    Bearer,
    Mechanism,
    Tokens,
    best_of,
    closing,
    opening,
    reason_in,
)
from triage.smtp.outcome import Concern
from triage.smtp.replies import (
    Kind,
    NotTakenError,
    Said,
    hoped_for,
    refused,
    said,
    server_failed,
)
from triage.smtp.server import Server
from triage.smtp.wire import Wire

_SHORTEST_ECHO = 6
LONGEST_COMMAND = 512
"""Octets with its CRLF (RFC 5321 §4.5.3.1.4)."""


def _unless_it_echoes(answer: Said, *secrets: str) -> Said:
    """Return an answer without its words where these repeat what we said.

    `500 unknown command AUTH PLAIN …` would bring the password into the log.
    """
    text = answer.text.lower()
    pieces = (
        each.lower()[start : start + _SHORTEST_ECHO]
        for each in secrets
        for start in range(max(1, len(each) - _SHORTEST_ECHO + 1))
    )
    if any(piece in text for piece in pieces):
        return replace(answer, text="its words repeat ours and are left out")
    return answer


class TokenRefusedError(NotTakenError):
    """The server did not take a token, and another one may be tried at once."""


def log_in(wire: Wire, server: Server) -> None:
    """Log in where that is wanted; raises NotTakenError.

    No secret is read before the server has shown who it is.
    """
    secret = _secret_of(server)
    if server.user is None or secret is None:
        return
    if server.tokens is not None:
        bearer = Bearer(server.user, secret, server.host, server.port_number)
        _log_in_with_token(wire, bearer, server.tokens)
    elif server.trials is not None:
        _try_password(wire, server.user, secret, server.trials)
    else:
        _log_in_with_password(wire, server.user, secret)


def _try_password(wire: Wire, user: str, password: str, trials: Trials) -> None:
    try:
        with trials.trying(password):
            try:
                _log_in_with_password(wire, user, password)
            except NotTakenError as end:
                if end.outcome.concern is Concern.LOGIN and end.outcome.code:
                    trials.refused(password, end.outcome.text)
                raise
            trials.taken(password)
    except LoginRefusedError as error:
        raise server_failed(str(error), Concern.LOGIN) from None


def _secret_of(server: Server) -> str | None:
    """Return the password or token of this login; None where none is needed."""
    try:
        if server.tokens is not None:
            return server.tokens.token()
        return None if server.password is None else server.password()
    except (ConfigError, LoginRefusedError) as error:
        raise server_failed(str(error), Concern.LOGIN) from None
    except TransientError as error:
        raise server_failed(str(error)) from None


def _log_in_with_password(wire: Wire, user: str, password: str) -> None:
    offered = _offered(wire)
    if "PLAIN" in offered:
        answer = said(*wire.docmd("AUTH", f"PLAIN {_plain(user, password)}"))
    elif "LOGIN" in offered:
        answer = _auth_login(wire, user, password)
    else:
        raise server_failed(
            "the server offers no login with a password (AUTH PLAIN or LOGIN): check "
            "security, port and user",
            Concern.LOGIN,
        )
    secrets = (password, _base64(password), _plain(user, password))
    hoped_for(
        _unless_it_echoes(answer, *secrets),
        "the server refuses the login: check user and password",
        Concern.LOGIN if answer.kind == Kind.NEVER else Concern.SERVER,
    )


def _log_in_with_token(wire: Wire, bearer: Bearer, tokens: Tokens) -> None:
    mechanism = best_of(_offered(wire))
    if mechanism is None:
        raise server_failed(
            "the server offers no login with a token (AUTH OAUTHBEARER or XOAUTH2): "
            "check host, security and port",
            Concern.LOGIN,
        )
    answer, reason = _auth_token(wire, mechanism, bearer)
    whole = base64.b64encode(opening(mechanism, bearer)).decode("ascii")
    answer = _unless_it_echoes(answer, bearer.token, whole)
    why = f" ({reason})" if reason else ""
    problem = (
        f"the server refuses a token{why}: check user, and that the client may send "
        "for this mailbox"
    )
    if answer.kind != Kind.NEVER:
        hoped_for(answer, problem)
    elif tokens.refuse(bearer.token):
        raise TokenRefusedError(refused(answer, problem, Concern.LOGIN))
    else:
        hoped_for(answer, problem, Concern.LOGIN)


def _auth_token(wire: Wire, mechanism: Mechanism, bearer: Bearer) -> tuple[Said, str]:
    """Return the last answer, and the reason that a challenge gave before it."""
    first = base64.b64encode(opening(mechanism, bearer)).decode("ascii")
    command = f"AUTH {mechanism}"
    # RFC 4954 §4: what does not fit into a command line is sent after it.
    fits = len(command) + len(first) + 3 <= LONGEST_COMMAND
    raw = wire.docmd(f"{command} {first}" if fits else command)
    if not fits and said(*raw).kind == Kind.GO_ON:
        raw = wire.docmd(first)
    if said(*raw).kind != Kind.GO_ON:
        return said(*raw), ""
    reason = _reason_in(raw[1])
    last = base64.b64encode(closing(mechanism)).decode("ascii")
    return said(*wire.docmd(last)), reason


def _reason_in(challenge: bytes) -> str:
    try:
        return reason_in(base64.b64decode(challenge))
    except ValueError:
        return ""


def _offered(wire: Wire) -> list[str]:
    return wire.esmtp_features.get("auth", "").upper().split()


def _plain(user: str, password: str) -> str:
    """RFC 4616."""
    return _base64(f"\0{user}\0{password}")


def _auth_login(wire: Wire, user: str, password: str) -> Said:
    for step in ("AUTH LOGIN", _base64(user)):
        answer = said(*wire.docmd(step))
        if answer.kind != Kind.GO_ON:
            return answer
    return said(*wire.docmd(_base64(password)))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
