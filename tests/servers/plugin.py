"""Fixtures with real mail servers on loopback.

`pytest_plugins = ["tests.servers.plugin"]` in the root conftest makes them known.
Where Dovecot or openssl is absent, tests that ask for them are skipped; with
TRIAGE_REQUIRE_DOVECOT=1 in the environment they fail instead.
"""

import os
from collections.abc import Iterator

import pytest

from tests.servers.certificates import Authority, has_openssl
from tests.servers.dovecot import Dovecot, missing_parts
from triage.demo.servers import Certificate, ImapServer, SmtpSink

LOCAL = "DNS:localhost,IP:127.0.0.1"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority; its `ca_file` makes the servers here trusted."""
    if not has_openssl():
        _absent("openssl not installed")
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Certificate:
    """The certificate of localhost and 127.0.0.1."""
    return authority.issue("localhost", hosts=LOCAL, days=60)


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """One Dovecot for all tests; `new_user()` gives each an empty mailbox."""
    if missing := missing_parts():
        _absent(missing)
    with Dovecot(certificate) as server:
        yield server


@pytest.fixture(scope="session")
def plain_dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """A Dovecot like an old server: no MOVE, no IDLE, folders such as INBOX.Sent."""
    if missing := missing_parts():
        _absent(missing)
    with Dovecot(
        certificate,
        separator=".",
        prefix="INBOX.",
        capabilities="IMAP4rev1 NAMESPACE UIDPLUS",
    ) as server:
        yield server


@pytest.fixture
def imap_server() -> Iterator[ImapServer]:
    """A pymap that lives for one test."""
    with ImapServer() as server:
        yield server


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """An SMTP server that keeps what it is given, for one test."""
    with SmtpSink() as server:
        yield server


def _absent(what: str) -> None:
    if os.environ.get("TRIAGE_REQUIRE_DOVECOT") == "1":
        pytest.fail(
            f"{what}, and TRIAGE_REQUIRE_DOVECOT=1 forbids skipping", pytrace=False
        )
    pytest.skip(f"{what}: apt install dovecot-imapd dovecot-lmtpd openssl")
