"""To whom a password is given: only to a server that proves who it is."""

import ssl
import threading
import time
from pathlib import Path

import pytest

from tests.mailbox.scripts import HASTY, MAIL, PASSWORD, everything, two_mails
from tests.mailbox.sites import ImapSite
from tests.servers.certificates import Authority
from tests.servers.dovecot import PASSWORD as DOVECOT_PASSWORD
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import (
    CAPABILITIES,
    Answer,
    BeginTls,
    Say,
    Script,
    ScriptedServer,
    Stall,
    say,
)
from triage.demo.servers import Certificate
from triage.errors import ConfigError, TransientError
from triage.mailbox import (
    Account,
    ImapMailbox,
    Limits,
    Security,
    UntrustedServerError,
)

TLS_OFFERED = say(b"* CAPABILITY STARTTLS " + CAPABILITIES, b"TAG OK done")
STARTTLS: Script = {
    "CAPABILITY": TLS_OFFERED,
    "STARTTLS": [Say(b"TAG OK begin\r\n"), BeginTls()],
    "UID FETCH": two_mails,
}


def mailbox_over(
    security: Security,
    port: int,
    authority: Authority | None,
    host: str = "127.0.0.1",
    limits: Limits | None = None,
) -> ImapMailbox:
    ca_file = authority.ca_file if authority else None
    account = Account(host, port, security, "ann", lambda: PASSWORD, ca_file=ca_file)
    return ImapMailbox(account, limits or Limits())


def secrets_sent(server: ScriptedServer) -> list[bytes]:
    return [*server.sent(b"AUTHENTICATE"), *server.sent(b"LOGIN")]


def test_imaps_with_a_certificate_of_our_authority_is_trusted(
    authority: Authority, certificate: Certificate
) -> None:
    script: Script = {"UID FETCH": two_mails}
    tls = certificate.context()

    with (
        ScriptedServer(script, tls=tls, tls_at_once=True) as server,
        mailbox_over(Security.IMAPS, server.port, authority) as mailbox,
    ):
        assert everything(mailbox) == [MAIL, MAIL]
    assert mailbox.last_certificate is not None


def test_starttls_is_begun_before_the_password_is_sent(
    authority: Authority, certificate: Certificate
) -> None:
    with (
        ScriptedServer(STARTTLS, tls=certificate.context()) as server,
        mailbox_over(Security.STARTTLS, server.port, authority) as mailbox,
    ):
        assert everything(mailbox) == [MAIL, MAIL]
    assert server.commands()[:2] == ["CAPABILITY", "STARTTLS"]
    assert secrets_sent(server) == [b"AUTHENTICATE PLAIN"]


def test_no_environment_makes_the_keys_of_a_session_known(
    authority: Authority,
    certificate: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    script: Script = {"UID FETCH": two_mails}
    with (
        ScriptedServer(script, tls=certificate.context(), tls_at_once=True) as server,
        mailbox_over(Security.IMAPS, server.port, authority) as mailbox,
    ):
        everything(mailbox)

    assert not (tmp_path / "keys").exists()


@pytest.fixture(params=["imaps", "starttls"])
def security(request: pytest.FixtureRequest) -> Security:
    return Security(request.param)


def test_a_certificate_of_nobody_we_know_is_refused(
    security: Security, certificate: Certificate
) -> None:
    assert_refused(security, certificate, None, "self-signed|local issuer")


def test_a_certificate_of_another_host_is_refused(
    security: Security, authority: Authority
) -> None:
    other = authority.issue("other", hosts="DNS:imap.example.org")

    assert_refused(security, other, authority, "not valid for '127.0.0.1'")


def test_a_certificate_that_is_over_is_refused(
    security: Security, authority: Authority
) -> None:
    over = authority.issue("over", hosts="DNS:localhost,IP:127.0.0.1", days=-1)

    assert_refused(security, over, authority, "has expired")


def assert_refused(
    security: Security, certificate: Certificate, authority: Authority | None, why: str
) -> None:
    with ScriptedServer(
        STARTTLS, tls=certificate.context(), tls_at_once=security is Security.IMAPS
    ) as server:
        mailbox = mailbox_over(security, server.port, authority)
        with pytest.raises(UntrustedServerError, match=why):
            mailbox.connect()

    assert not secrets_sent(server)


def test_a_server_that_hides_starttls_gets_no_password(authority: Authority) -> None:
    with ScriptedServer() as server:
        mailbox = mailbox_over(Security.STARTTLS, server.port, authority)
        with pytest.raises(UntrustedServerError, match="does not offer STARTTLS"):
            mailbox.connect()

    assert not secrets_sent(server)


def test_a_server_that_refuses_starttls_gets_no_password(authority: Authority) -> None:
    script: Script = {"CAPABILITY": TLS_OFFERED, "STARTTLS": say(b"TAG NO not today")}

    with ScriptedServer(script) as server:
        mailbox = mailbox_over(Security.STARTTLS, server.port, authority)
        with pytest.raises(TransientError):
            mailbox.connect()

    assert not secrets_sent(server)


def test_answers_that_were_put_in_before_tls_begins_are_not_believed(
    authority: Authority, certificate: Certificate
) -> None:
    injected: Answer = [Say(b"TAG OK begin\r\n* CAPABILITY X\r\n"), BeginTls()]

    with ScriptedServer(
        {**STARTTLS, "STARTTLS": injected}, tls=certificate.context()
    ) as server:
        mailbox = mailbox_over(Security.STARTTLS, server.port, authority)
        with pytest.raises(UntrustedServerError):
            mailbox.connect()

    assert not secrets_sent(server)


@pytest.mark.parametrize("security", [Security.PLAIN, Security.STARTTLS])
def test_a_server_that_says_we_are_logged_in_already_is_refused(
    security: Security, authority: Authority
) -> None:
    with ScriptedServer({"greeting": say(b"* PREAUTH hello ann")}) as server:
        mailbox = mailbox_over(security, server.port, authority)
        with pytest.raises(UntrustedServerError, match="PREAUTH"):
            mailbox.connect()


def test_a_server_without_tls_on_the_port_for_tls_is_refused(
    authority: Authority,
) -> None:
    with ScriptedServer() as server:
        mailbox = mailbox_over(Security.IMAPS, server.port, authority)
        with pytest.raises(UntrustedServerError, match="check host, port, security"):
            mailbox.connect()


def test_tls_that_is_never_agreed_on_ends_in_time(authority: Authority) -> None:
    with ScriptedServer({"greeting": [Stall()]}) as server:
        mailbox = mailbox_over(Security.IMAPS, server.port, authority, limits=HASTY)
        began = time.monotonic()
        with pytest.raises(TransientError, match="no complete answer in time"):
            mailbox.connect()

    assert time.monotonic() - began < Limits().connect


def test_tls_older_than_1_2_is_refused(
    security: Security, authority: Authority, certificate: Certificate
) -> None:
    old = certificate.context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with ScriptedServer(
        STARTTLS, tls=old, tls_at_once=security is Security.IMAPS
    ) as server:
        mailbox = mailbox_over(security, server.port, authority)
        with pytest.raises(UntrustedServerError, match="no secure connection"):
            mailbox.connect()

    assert not secrets_sent(server)


def test_a_port_where_nobody_listens_is_told_in_words() -> None:
    with ScriptedServer() as server:
        port = server.port
    mailbox = mailbox_over(Security.PLAIN, port, None)

    with pytest.raises(TransientError, match="nothing listens on that port"):
        mailbox.connect()


def test_a_host_that_does_not_exist_is_told_in_words() -> None:
    mailbox = mailbox_over(Security.IMAPS, 993, None, host="imap.invalid")

    with pytest.raises(TransientError, match="name of the server is not known"):
        mailbox.connect()


def test_an_authority_that_is_no_certificate_is_a_matter_of_configuration(
    authority: Authority,
) -> None:
    account = Account(
        "127.0.0.1", 1, Security.IMAPS, "ann", lambda: PASSWORD, ca_file=authority.key
    )

    with pytest.raises(ConfigError, match="holds no certificates"):
        ImapMailbox(account).connect()


def test_an_interrupt_ends_a_connection_that_is_being_made(
    authority: Authority,
) -> None:
    with ScriptedServer({"greeting": [Stall()]}) as server:
        mailbox = mailbox_over(Security.IMAPS, server.port, authority)
        other = threading.Timer(0.2, mailbox.interrupt)
        other.start()
        began = time.monotonic()
        with pytest.raises(TransientError):
            mailbox.connect()
        other.join()

    assert time.monotonic() - began < 3


@pytest.mark.servers
@pytest.mark.parametrize("security", list(Security))
def test_dovecot_is_read_over_every_kind_of_connection(
    security: Security, dovecot: Dovecot, authority: Authority
) -> None:
    user = dovecot.new_user()
    dovecot.deliver(user, MAIL)
    site = ImapSite(dovecot.imap, user, DOVECOT_PASSWORD)
    port = dovecot.imaps if security is Security.IMAPS else dovecot.imap

    with ImapMailbox(site.account(security, port, authority.ca_file)) as mailbox:
        (octets,) = everything(mailbox)

    assert octets.endswith(MAIL)
