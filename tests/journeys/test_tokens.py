"""The same journey where mailbox and submission take tokens alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from click.testing import CliRunner

from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.journeys.token_office import Office
from tests.servers.dovecot import Dovecot, Tokens, missing_parts
from tests.servers.issuer import TokenIssuer, down
from tests.servers.token_smtp import TokenSmtp
from tests.smtp.scripted import ScriptedServer
from triage.cli import commands
from triage.config import load_config
from triage.demo.servers import Certificate
from triage.errors import LoginRefusedError
from triage.wiring.monitoring import Looker

pytestmark = pytest.mark.servers
PATIENCE = 30.0


@pytest.fixture
def office(certificate: Certificate, tmp_path: Path) -> Iterator[Office]:
    if missing := missing_parts():
        pytest.skip(missing)
    with TokenIssuer("nobody yet") as issuer:
        tokens = Tokens(f"{issuer.address}/introspect")
        with Dovecot(certificate, tokens=tokens) as dovecot, TokenSmtp(issuer) as smtp:
            journey = Journey(dovecot, smtp, tmp_path)
            issuer.state.user = journey.user
            yield Office(journey, issuer, smtp)


def test_tokens_end_and_rotate_and_every_mail_is_answered_once(office: Office) -> None:
    journey, issuer = office.journey, office.issuer
    config = office.install()

    with RunningDaemon(config) as daemon:
        daemon.wait_for("running")
        journey.deliver(make_mail("Complaint one"))
        journey.smtp.wait_for(1, PATIENCE)
        issuer.expire()
        journey.deliver(make_mail("Complaint two"))
        journey.smtp.wait_for(2, PATIENCE)
        daemon.kill()
    issuer.expire()
    journey.deliver(make_mail("Complaint three"))
    with RunningDaemon(config) as again:
        journey.smtp.wait_for(3, PATIENCE)
        again.terminate()

    assert len(journey.replies()) == 3
    assert len(journey.subjects("Complaints/Formal")) == 3
    assert len(issuer.asked) >= 3
    kept = json.loads(office.refresh_token_file.read_text())["refresh_token"]
    assert issuer.state.refresh == {kept}
    assert [each for each in issuer.state.shown if each in daemon.log + again.log] == []


def test_mailbox_and_submission_share_their_tokens(office: Office) -> None:
    office.install()
    office.journey.deliver(make_mail())

    office.journey.run_once()

    assert len(office.journey.replies()) == 1
    assert len(office.issuer.asked) == 1


def test_while_the_issuer_is_down_mail_waits_and_is_answered_then(
    office: Office,
) -> None:
    office.issuer.fail(*[down] * 2)
    with RunningDaemon(office.install()) as daemon:
        daemon.wait_for("gives no token at the moment")
        office.journey.deliver(make_mail())
        office.journey.smtp.wait_for(1, PATIENCE)
        daemon.terminate()

    assert len(office.journey.replies()) == 1


def test_after_a_token_was_revoked_the_issuer_is_asked_no_more(office: Office) -> None:
    office.install()
    office.issuer.revoke()
    with office.journey.installation() as parts:
        for each in (parts.mailbox, parts.watcher, parts.mailbox):
            with pytest.raises(LoginRefusedError, match="triage login"):
                each.connect()

    assert len(office.issuer.asked) == 1


def test_a_submission_that_takes_no_token_keeps_no_mail_from_being_taken_up(
    office: Office,
) -> None:
    """As where SMTP AUTH is switched off for the mailbox at Microsoft."""
    refuse = b"535 5.7.139 SmtpClientAuthentication is disabled\r\n"
    office.journey.deliver(make_mail())
    with ScriptedServer({"auth": refuse}, extensions=["AUTH XOAUTH2"]) as smtp:
        office.install(smtp_port=smtp.port)
        with office.journey.installation() as parts:
            parts.run_once()
            office.journey.deliver(make_mail("Complaint two"))
            parts.mailbox.discard()
            parts.run_once()
        tries = sum(each.startswith("AUTH") for each in smtp.commands)

    assert tries == 2
    assert len(office.journey.subjects("Complaints/Formal")) == 2
    assert office.journey.letter_states() == ["queued", "queued"]


def test_triage_login_keeps_the_first_token_and_mail_is_answered(
    office: Office,
) -> None:
    config = office.install(logs_in_first=False)
    office.journey.deliver(make_mail())

    result = CliRunner().invoke(commands, ["login", "-c", str(config)])
    office.journey.run_once()

    assert result.exit_code == 0, result.output
    assert "type ABCD-EFGH" in result.output
    assert office.refresh_token_file.stat().st_mode & 0o777 == 0o600
    assert len(office.journey.replies()) == 1


def test_check_tells_of_a_missing_token_with_its_place(office: Office) -> None:
    config = office.install(logs_in_first=False)

    result = CliRunner().invoke(commands, ["check", "-c", str(config)])

    said = f"{result.output}{result.exception}"
    assert result.exception is not None
    assert "config.toml:" in said
    assert "there is no refresh token in" in said
    assert "triage login" in said


def test_check_logs_in_with_tokens(office: Office) -> None:
    config = office.install()

    result = CliRunner().invoke(commands, ["check", "--connect", "-c", str(config)])

    assert result.exit_code == 0, f"{result.output}{result.exception}"
    assert "SMTP 127.0.0.1: logged in" in result.output


def test_status_counts_down_what_comes_to_its_end(office: Office) -> None:
    office.issuer.state.refresh_expires_in = 20 * 86400
    config = office.install()
    office.agree_for(days=180)
    config.write_text(f"{config.read_text()}\n[alarm]\nlook_seconds = 0.5\n")
    with RunningDaemon(config) as daemon:
        said, until = "", monotonic() + PATIENCE
        while "min left" not in said:
            assert monotonic() < until, said
            sleep(0.2)
            said = _status(config)
        daemon.terminate()

    assert "the refresh token of [mailbox] ends on" in said
    assert "(19 days left): triage login mailbox" in said
    assert "mailbox: token of" in said
    assert "submission: token of" in said


def test_doctor_logs_in_and_counts_down(office: Office) -> None:
    """The token has ten days when it was renewed last."""
    office.issuer.state.refresh_expires_in = 10 * 86400
    config = office.install()
    office.agree_for(days=180)
    office.journey.run_once()

    result = CliRunner().invoke(commands, ["doctor", "-c", str(config)])

    assert "the refresh token of [mailbox] ends on" in result.output
    assert "(9 days left)" in result.output


def test_figures_tell_when_tokens_end(office: Office) -> None:
    office.issuer.state.refresh_expires_in = 10 * 86400
    config = load_config(office.install())
    with office.journey.installation() as parts:
        parts.run_once()
        parts.alarm.look()
        parts.alarm.look()
        looker = Looker(
            configs=(config,),
            mark=parts.store.counting.mark(),
            routes=dict,
            certificate_ends=dict,
        )
        found = looker.look().standing

    assert found is not None
    assert set(found.mailboxes[""].expires) >= {
        f"{login}.{what}"
        for login in ("mailbox", "submission")
        for what in ("access_token", "refresh_token")
    }


def _status(config: Path) -> str:
    return CliRunner().invoke(commands, ["status", "-c", str(config)]).output
