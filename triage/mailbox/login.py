"""Logging in to a mailbox, with a password or with a token."""

import base64
import imaplib
from contextlib import AbstractContextManager, nullcontext

from triage.errors import ConfigError, LoginRefusedError
from triage.mailbox.account import Account
from triage.mailbox.client import Client
from triage.mailbox.failures import response_code
from triage.oauth.sasl import Bearer, Mechanism, Tokens, best_of, opening, reason_in

_NOT_THE_SECRET = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})


class TokenRefusedError(LoginRefusedError):
    """The server did not take a token, and another one may be tried at once."""


def secret_of(account: Account) -> str:
    """Return the password or token of this login, before the server is bothered.

    Raises ConfigError; for a token, TransientError and LoginRefusedError too.
    """
    if account.tokens is not None:
        return account.tokens.token()
    if account.password is not None:
        return account.password()
    raise ConfigError(f"{account}: there is nothing to log in with")


def log_in(client: Client, account: Account, secret: str) -> None:
    """Log in over a connection that is as safe as was asked for."""
    if account.tokens is None:
        with _waited_for(account, secret):
            _log_in_with_password(client, account, secret)
    else:
        _log_in_with_token(client, account, account.tokens, secret)


def _waited_for(account: Account, password: str) -> AbstractContextManager[None]:
    return nullcontext() if account.trials is None else account.trials.trying(password)


def _log_in_with_password(client: Client, account: Account, password: str) -> None:
    user = account.user
    try:
        if client.can("AUTH=PLAIN"):
            client.plain_login(user, password)
        elif client.can("LOGINDISABLED"):
            raise LoginRefusedError(
                f"{account} takes no password on a connection like this one"
            )
        elif not (user + password).isascii():
            raise LoginRefusedError(
                f"{account} takes only user names and passwords in ASCII"
            )
        else:
            client.quoted_login(user, password)
    except imaplib.IMAP4.error as error:
        _raise_unless_refused(error)
        alert = _alert_without(client, password, f"\0{user}\0{password}")
        problem = (
            f'{account} refuses the login of "{user}": check the user, the '
            f"password and that the account may use IMAP{alert}"
        )
        if account.trials is not None:
            account.trials.refused(password, problem)
        raise LoginRefusedError(problem) from None
    if account.trials is not None:
        account.trials.taken(password)


def _log_in_with_token(
    client: Client, account: Account, tokens: Tokens, token: str
) -> None:
    mechanism = best_of([each for each in Mechanism if client.can(f"AUTH={each}")])
    if mechanism is None:
        raise LoginRefusedError(
            f"{account} takes no token (OAUTHBEARER or XOAUTH2) on a connection like "
            "this one: check host, port and security"
        )
    bearer = Bearer(account.user, token, account.host, account.port)
    try:
        client.offer_token(mechanism, bearer)
    except imaplib.IMAP4.error as error:
        _raise_unless_refused(error)
        reason = reason_in(client.connection.challenge)
        said = f" ({reason})" if reason else ""
        alert = _alert_without(client, token, opening(mechanism, bearer).decode())
        problem = (
            f'{account} refuses a token for "{account.user}"{said}: check the user, '
            f"and that the client may use IMAP for this mailbox{alert}"
        )
        if tokens.refuse(token):
            raise TokenRefusedError(problem) from None
        raise LoginRefusedError(problem) from None


def _raise_unless_refused(error: imaplib.IMAP4.error) -> None:
    """Raise what says nothing of the login: a lost connection, a server's own fault."""
    lost = error if isinstance(error, imaplib.IMAP4.abort) else error.__context__
    if isinstance(lost, imaplib.IMAP4.abort):
        raise lost from None
    if response_code(error) in _NOT_THE_SECRET:
        raise error


def _alert_without(client: Client, secret: str, whole: str) -> str:
    """Return what the server wants a person to read, unless our secret is in it."""
    alert = client.connection.take_alert()
    encoded = base64.b64encode(whole.encode()).decode()
    hides = not alert or secret in alert or encoded in alert
    return "" if hides else f" (it says: {alert})"
