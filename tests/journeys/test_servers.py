"""The same journey with servers of other kinds."""

import os
from pathlib import Path

import pytest

from tests.journeys.installing import Settings, encrypted
from tests.journeys.journey import Journey
from tests.journeys.mails import MOTHER, make_mail
from tests.journeys.running import RunningDaemon
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot
from triage.demo.servers import Certificate, SmtpSink

pytestmark = pytest.mark.servers


def test_without_idle_mail_is_found_by_polling(journey: Journey) -> None:
    settings = Settings(mailbox={"idle": False, "poll_seconds": 1})
    with RunningDaemon(journey.install(settings)) as daemon:
        daemon.wait_for("running")

        journey.deliver(make_mail())
        journey.smtp.wait_for(1)
        daemon.terminate()

    assert len(journey.replies()) == 1


def test_an_old_server_without_move_loses_nothing_that_others_marked(
    plain_dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    """COPY and UID EXPUNGE; a bare EXPUNGE would remove the other mail as well."""
    journey = Journey(plain_dovecot, smtp_sink, tmp_path)
    journey.install()
    journey.site.deliver(make_mail("Lunch"), flags=["\\Deleted"])
    journey.deliver(make_mail())

    journey.run_once()

    assert journey.subjects() == ["Lunch"]
    assert len(journey.contents("INBOX.Complaints.Formal")) == 1
    assert len(journey.replies()) == 1


def test_encrypted_and_logged_in_all_the_way(
    dovecot: Dovecot, certificate: Certificate, authority: Authority, tmp_path: Path
) -> None:
    password = os.urandom(8).hex()
    with SmtpSink(user="triage", password=password, certificate=certificate) as smtp:
        journey = Journey(dovecot, smtp, tmp_path)
        settings = encrypted(tmp_path, authority.ca_file, password)
        journey.install(settings, imap_port=dovecot.imaps)
        journey.deliver(make_mail())

        journey.run_once()

    assert [each.recipients for each in smtp.accepted] == [(MOTHER,)]
    assert journey.subjects("Complaints/Formal") == ["Complaint about your website"]


def test_an_untrusted_server_gets_neither_password_nor_letter(
    dovecot: Dovecot, certificate: Certificate, tmp_path: Path
) -> None:
    with SmtpSink(certificate=certificate) as smtp:
        journey = Journey(dovecot, smtp, tmp_path)
        settings = Settings(
            mailbox={"security": "imaps"}, submission={"security": "starttls"}
        )
        config = journey.install(settings, imap_port=dovecot.imaps)
        with RunningDaemon(config) as daemon:
            daemon.wait_for("its certificate is not trusted")
            daemon.terminate()

    assert smtp.accepted == []
