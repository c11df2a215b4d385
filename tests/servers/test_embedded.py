"""The servers that the demo and other tests stand on."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no types

from triage.demo.servers import (
    HOST,
    Accepted,
    Certificate,
    Delivery,
    ImapServer,
    SmtpSink,
)

pytestmark = pytest.mark.servers
MAIL = b"From: a@example.org\r\nSubject: Hello\r\n\r\n.\r\nBody\r\n"
ARRIVAL = datetime(2026, 3, 2, 9, 30, 15, tzinfo=timezone(timedelta(hours=5)))


@pytest.fixture
def client(imap_server: ImapServer) -> Iterator[IMAPClient]:
    with IMAPClient(HOST, imap_server.port, ssl=False, timeout=5) as client:
        client.normalise_times = False
        client.login(imap_server.user, imap_server.password)
        yield client


def test_a_delivery_has_its_octets_and_its_arrival(
    imap_server: ImapServer, client: IMAPClient
) -> None:
    imap_server.deliver([Delivery(MAIL, ARRIVAL)])

    client.select_folder("INBOX")
    (found,) = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE"]).values()

    assert found[b"BODY[]"] == MAIL
    assert found[b"INTERNALDATE"].astimezone(UTC) == ARRIVAL.astimezone(UTC)


def test_a_delivery_may_go_into_a_folder_that_is_not_there_yet(
    imap_server: ImapServer, client: IMAPClient
) -> None:
    imap_server.deliver([Delivery(MAIL), Delivery(MAIL)], "Sent")

    assert client.folder_status("Sent")[b"MESSAGES"] == 2


def test_two_servers_share_nothing(client: IMAPClient) -> None:
    with ImapServer() as other:
        other.deliver([Delivery(MAIL)])

    assert client.folder_status("INBOX")[b"MESSAGES"] == 0


def test_the_sink_keeps_envelope_and_octets(smtp_sink: SmtpSink) -> None:
    with smtplib.SMTP(HOST, smtp_sink.port) as client:
        client.sendmail("", ["ann@example.org", "bob@example.org"], MAIL)

    (accepted,) = smtp_sink.wait_for(1)
    assert accepted == Accepted("", ("ann@example.org", "bob@example.org"), MAIL)


def test_waiting_for_more_than_comes_ends_after_its_time(smtp_sink: SmtpSink) -> None:
    assert smtp_sink.wait_for(1, seconds=0.05) == []


def test_what_is_accepted_can_be_passed_on_before_it_is_answered() -> None:
    passed_on: list[Accepted] = []

    with SmtpSink(passed_on.append) as sink, smtplib.SMTP(HOST, sink.port) as client:
        client.sendmail("us@board.example", ["ann@example.org"], MAIL)
        already = list(passed_on)

    assert [each.octets for each in already] == [MAIL]


def test_a_sink_with_a_user_takes_mail_only_after_a_login() -> None:
    with SmtpSink(user="us", password="pw") as sink:  # noqa: S106 - of this sink
        with smtplib.SMTP(HOST, sink.port) as client:
            with pytest.raises(smtplib.SMTPSenderRefused, match="log in first"):
                client.sendmail("us@board.example", ["ann@example.org"], MAIL)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("us", "wrong")
        with smtplib.SMTP(HOST, sink.port) as client:
            client.login("us", "pw")
            client.sendmail("us@board.example", ["ann@example.org"], MAIL)

    assert len(sink.accepted) == 1


def test_a_sink_with_a_certificate_offers_login_only_after_starttls(
    certificate: Certificate,
) -> None:
    with (
        SmtpSink(user="us", certificate=certificate) as sink,
        smtplib.SMTP(HOST, sink.port) as client,
    ):
        client.ehlo()

        assert client.has_extn("starttls")
        assert not client.has_extn("auth")


_WITHOUT_PYMAP = """
import sys
sys.modules["pymap"] = None
import triage.demo.servers
"""


def test_without_the_packages_it_is_said_what_to_install() -> None:
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", _WITHOUT_PYMAP],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "pip install 'triage-mail[demo]'" in done.stderr
