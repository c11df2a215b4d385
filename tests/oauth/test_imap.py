"""Tokens at a real Dovecot, which asks the issuer whether they are good."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mailbox.sites import ImapSite
from tests.oauth.asking import Clock, source_of
from tests.servers.dovecot import PASSWORD, Dovecot, Tokens, missing_parts
from tests.servers.issuer import TokenIssuer, down, refusing
from tests.servers.scripted import Answer, ScriptedServer, say
from triage.demo.servers import Certificate
from triage.errors import LoginRefusedError, TransientError
from triage.mailbox import Account, ImapMailbox, Security, backoff

pytestmark = pytest.mark.servers
USER = "ann@board.example"


def offering(capabilities: bytes) -> Answer:
    return say(b"* CAPABILITY IMAP4rev1 " + capabilities, b"TAG OK done")


@dataclass
class Post:
    """A mailbox at Dovecot, an issuer, and who logs in."""

    dovecot: Dovecot
    issuer: TokenIssuer
    clock: Clock
    mailbox: ImapMailbox

    def read(self) -> int:
        """Log in anew and look."""
        with self.mailbox as mailbox:
            return mailbox.select().exists


def mailbox_at(
    port: int, issuer: TokenIssuer, folder: Path, clock: Clock
) -> ImapMailbox:
    tokens = source_of(issuer, folder, clock)
    return ImapMailbox(
        Account("127.0.0.1", port, Security.PLAIN, USER, None, tokens=tokens)
    )


@pytest.fixture(params=["xoauth2", "oauthbearer", "xoauth2 oauthbearer"])
def post(
    request: pytest.FixtureRequest,
    certificate: Certificate,
    issuer: TokenIssuer,
    tmp_path: Path,
) -> Iterator[Post]:
    if missing := missing_parts():
        pytest.skip(missing)
    tokens = Tokens(f"{issuer.address}/introspect", request.param)
    with Dovecot(certificate, tokens=tokens) as dovecot:
        clock = Clock()
        mailbox = mailbox_at(dovecot.imap, issuer, tmp_path, clock)
        ImapSite(dovecot.imap, USER, PASSWORD).deliver(b"Subject: one\r\n\r\n")
        yield Post(dovecot, issuer, clock, mailbox)


def test_a_token_opens_the_mailbox_and_is_renewed_when_it_was_ended_early(
    post: Post,
) -> None:
    """Long ones too, which no command line would take."""
    post.issuer.state.padding = 6000
    first = post.read()
    post.issuer.expire()

    assert (first, post.read()) == (1, 1)
    assert len(post.issuer.asked) == 2


def test_a_login_that_is_refused_with_a_new_token_too_is_not_tried_on(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post.issuer.state.user = "somebody-else"
    pauses = []
    for _ in range(4):
        with pytest.raises(LoginRefusedError) as caught:
            post.read()
        pauses.append(backoff(1, caught.value))

    assert len(post.issuer.asked) == 2
    assert pauses == [300] * 4
    shown = [each for each in post.issuer.state.shown if each in caplog.text]
    assert shown == []


def test_an_issuer_that_refuses_keeps_the_server_in_peace(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    issuer.fail(refusing("invalid_grant"))
    with ScriptedServer({}) as server:
        mailbox = mailbox_at(server.port, issuer, tmp_path, Clock())
        with pytest.raises(LoginRefusedError, match="triage login"):
            mailbox.connect()

    assert server.connections == 0


def test_an_issuer_that_is_down_is_tried_again_soon(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    issuer.fail(down)
    with ScriptedServer({}) as server:
        mailbox = mailbox_at(server.port, issuer, tmp_path, Clock())
        with pytest.raises(TransientError) as caught:
            mailbox.connect()

    assert backoff(1, caught.value) < 10


def test_a_server_that_takes_passwords_alone_is_told(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    with ScriptedServer({"CAPABILITY": offering(b"AUTH=PLAIN")}) as server:
        mailbox = mailbox_at(server.port, issuer, tmp_path, Clock())
        with pytest.raises(LoginRefusedError, match="OAUTHBEARER or XOAUTH2"):
            mailbox.connect()


def test_a_server_that_is_not_available_costs_no_token(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    """As Dovecot, which cannot ask its own issuer for a while."""
    script = {
        "CAPABILITY": say(
            b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2", b"TAG OK done"
        ),
        "AUTHENTICATE": say(b"TAG NO [UNAVAILABLE] Temporary failure"),
    }
    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server.port, issuer, tmp_path, Clock())
        for _ in range(3):
            with pytest.raises(TransientError, match="not available"):
                mailbox.connect()

    assert len(issuer.asked) == 1


def test_a_server_that_asks_on_and_on_ends_it(
    issuer: TokenIssuer, tmp_path: Path
) -> None:
    script = {
        "CAPABILITY": offering(b"AUTH=OAUTHBEARER"),
        "credentials": say(b"+ ", b"+ ", b"+ "),
    }
    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server.port, issuer, tmp_path, Clock())
        with pytest.raises(TransientError):
            mailbox.connect()
