"""Encryption and login: nothing in clear, nobody unverified, no hammering (S9)."""

import base64
import logging
from pathlib import Path

import pytest

from tests.servers.certificates import Authority
from tests.smtp.scripted import ScriptedServer, Talk
from tests.smtp.sending import ENVELOPE, HASTY, LETTER, PATIENT, Sending
from triage.demo.servers import SmtpSink
from triage.errors import ConfigError
from triage.smtp import (
    Accepted,
    Concern,
    Limits,
    Server,
    Submission,
    TryLater,
    Unknown,
)

LOCAL = "DNS:localhost,IP:127.0.0.1"
SECRET = "s3cret-täst"  # noqa: S105 - of a server in this process


def test_a_letter_goes_through_starttls_and_login(authority: Authority) -> None:
    certificate = authority.issue("localhost", hosts=LOCAL)
    with SmtpSink(user="triage", password=SECRET, certificate=certificate) as sink:
        server = Server(
            "localhost",
            sink.port,
            "starttls",
            user="triage",
            password=lambda: SECRET,
            ca_file=authority.ca_file,
        )
        submission = Submission(server, PATIENT)
        outcome = submission.submit(ENVELOPE, LETTER, lambda: None)
        submission.close()

    assert isinstance(outcome, Accepted)
    assert [letter.octets for letter in sink.accepted] == [LETTER]
    assert submission.last_certificate is not None


def test_a_letter_goes_over_implicit_tls(
    authority: Authority, sending: Sending
) -> None:
    context = authority.issue("localhost", hosts=LOCAL).context()
    with ScriptedServer(context=context, is_implicit=True) as server:
        outcome = sending.submit(server, security="tls", ca_file=authority.ca_file)

    assert isinstance(outcome, Accepted)
    assert [letter.data for letter in server.accepted] == [LETTER]


def test_no_environment_makes_the_keys_of_a_session_known(
    authority: Authority,
    sending: Sending,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = authority.issue("localhost", hosts=LOCAL).context()
    with ScriptedServer(context=context, is_implicit=True) as server:
        outcome = sending.submit(server, security="tls", ca_file=authority.ca_file)

    assert isinstance(outcome, Accepted)
    assert not (tmp_path / "keys").exists()


def test_no_answer_to_the_dot_is_doubt_over_tls_too(
    authority: Authority, sending: Sending
) -> None:
    context = authority.issue("localhost", hosts=LOCAL).context()
    limits = Limits(after_dot=0.5)
    script = {"dot": Talk.stall}
    with ScriptedServer(script, context=context, is_implicit=True) as server:
        outcome = sending.submit(
            server, security="tls", ca_file=authority.ca_file, limits=limits
        )

    assert isinstance(outcome, Unknown)
    assert "time is over" in outcome.text


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["unknown authority", "other name"])
def test_s9_a_certificate_that_cannot_be_trusted_gets_nothing(
    authority: Authority, sending: Sending, security: str, fault: str
) -> None:
    hosts = LOCAL if fault == "unknown authority" else "DNS:elsewhere.example"
    context = authority.issue("localhost", hosts=hosts).context()
    ca_file = None if fault == "unknown authority" else authority.ca_file
    is_implicit = security == "tls"
    with ScriptedServer(
        context=context, is_implicit=is_implicit, extensions=("STARTTLS",)
    ) as server:
        outcome = sending.submit(
            server, security=security, ca_file=ca_file, user="u", password=_unread
        )

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert "cannot be trusted" in outcome.text
    assert {c.split()[0] for c in server.commands} <= {"ehlo", "STARTTLS"}


def test_s9_no_starttls_offered_means_nothing_is_sent(sending: Sending) -> None:
    with ScriptedServer(extensions=("AUTH PLAIN",)) as server:
        outcome = sending.submit(
            server, security="starttls", user="u", password=_unread
        )

    assert isinstance(outcome, TryLater)
    assert "does not offer STARTTLS" in outcome.text
    assert [c.split()[0] for c in server.commands] == ["ehlo"]


def test_s9_starttls_refused_means_nothing_is_sent(sending: Sending) -> None:
    script = {"starttls": b"454 4.7.0 not available\r\n"}
    with ScriptedServer(script, extensions=("STARTTLS",)) as server:
        outcome = sending.submit(
            server, security="starttls", user="u", password=_unread
        )

    assert isinstance(outcome, TryLater)
    assert "refuses STARTTLS" in outcome.text


def test_s9_words_slipped_in_before_tls_begins_end_the_connection(
    authority: Authority, sending: Sending
) -> None:
    context = authority.issue("localhost", hosts=LOCAL).context()
    script = {"starttls": b"220 go on\r\n250-x\r\n250 AUTH PLAIN\r\n"}
    with ScriptedServer(script, context=context, extensions=("STARTTLS",)) as server:
        outcome = sending.submit(
            server,
            security="starttls",
            ca_file=authority.ca_file,
            user="u",
            password=_unread,
        )

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert "STARTTLS goes on in clear" in outcome.text


def test_what_was_offered_in_clear_is_forgotten_once_tls_begins(
    authority: Authority, sending: Sending
) -> None:
    context = authority.issue("localhost", hosts=LOCAL).context()
    clear = b"250-x\r\n250-STARTTLS\r\n250 DSN\r\n"
    script = {"ehlo": [clear, b"250 x\r\n"]}
    with ScriptedServer(script, context=context) as server:
        outcome = sending.submit(server, security="starttls", ca_file=authority.ca_file)

    assert isinstance(outcome, Accepted)
    assert "RCPT TO:<jane@example.org>" in server.commands


def test_login_is_plain_where_it_is_offered(sending: Sending) -> None:
    with ScriptedServer(extensions=("AUTH LOGIN PLAIN",)) as server:
        sending.submit(server, user="triage", password=lambda: SECRET)

    expected = base64.b64encode(f"\0triage\0{SECRET}".encode()).decode()
    assert f"AUTH PLAIN {expected}" in server.commands


def test_login_is_by_questions_where_plain_is_not_offered(sending: Sending) -> None:
    asked = {"user": "", "password": ""}

    def ask(talk: Talk) -> None:
        talk.say(b"334 VXNlcm5hbWU6\r\n")
        asked["user"] = base64.b64decode(talk.line()).decode()
        talk.say(b"334 UGFzc3dvcmQ6\r\n")
        asked["password"] = base64.b64decode(talk.line()).decode()
        talk.say(b"235 2.7.0 welcome\r\n")

    with ScriptedServer({"auth": ask}, extensions=("AUTH LOGIN",)) as server:
        outcome = sending.submit(server, user="triage", password=lambda: SECRET)

    assert isinstance(outcome, Accepted)
    assert asked == {"user": "triage", "password": SECRET}


def test_s9_a_refused_login_is_no_fault_of_the_letter(
    sending: Sending, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = {"auth": b"535 5.7.8 authentication failed\r\n"}
    with ScriptedServer(script, extensions=("AUTH PLAIN LOGIN",)) as server:
        outcome = sending.submit(server, user="triage", password=lambda: SECRET)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LOGIN
    assert "check user and password" in outcome.text
    assert SECRET not in outcome.text + caplog.text
    assert len([c for c in server.commands if c.startswith("AUTH")]) == 1


ECHOES = {
    "the command": b"500 5.5.1 unknown: AUTH PLAIN AHRyaWFnZQBzM2NyZXQtdMOkc3Q=\r\n",
    "the command in part": b"535 5.7.8 no: AHRyaWFnZQBzM2Ny...\r\n",
    "the command in capitals": b"500 AUTH PLAIN AHRYAWFNZQBZM2NYZXQTDMOKC3Q=\r\n",
    "the password": b"535 wrong password s3cret-x\r\n",
    "for now": b"454 4.7.0 AHRyaWFnZQBzM2NyZXQtdMOkc3Q= later\r\n",
}


@pytest.mark.parametrize("reply", ECHOES.values(), ids=ECHOES.keys())
def test_s9_a_server_that_repeats_the_login_does_not_bring_it_into_our_words(
    sending: Sending, reply: bytes
) -> None:
    with ScriptedServer({"auth": reply}, extensions=("AUTH PLAIN",)) as server:
        outcome = sending.submit(server, user="triage", password=lambda: SECRET)

    assert isinstance(outcome, TryLater)
    assert "words repeat ours and are left out" in outcome.text
    assert str(outcome.code) in outcome.text


def test_a_login_that_fails_for_now_is_the_servers_fault(sending: Sending) -> None:
    script = {"auth": b"454 4.7.0 temporary failure\r\n"}
    with ScriptedServer(script, extensions=("AUTH PLAIN",)) as server:
        outcome = sending.submit(server, user="triage", password=lambda: SECRET)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER


def test_s9_a_server_without_login_gets_no_letter(sending: Sending) -> None:
    with ScriptedServer(extensions=("AUTH CRAM-MD5",)) as server:
        outcome = sending.submit(server, user="triage", password=_secret)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LOGIN
    assert "offers no login with a password" in outcome.text


def test_a_password_that_cannot_be_read_is_said_so(sending: Sending) -> None:
    def missing() -> str:
        raise ConfigError("the secret in file smtp-password cannot be read")

    with ScriptedServer(extensions=("AUTH PLAIN",)) as server:
        outcome = sending.submit(server, user="triage", password=missing)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LOGIN
    assert "smtp-password cannot be read" in outcome.text


def test_the_password_is_asked_for_at_each_login(sending: Sending) -> None:
    given = iter(["old", "new"])
    with ScriptedServer(extensions=("AUTH PLAIN",)) as server:
        submission = sending.to(server, user="u", password=lambda: next(given))
        for _ in range(2):
            submission.submit(ENVELOPE, LETTER, lambda: None)
            submission.close()

    logins = [c.split()[-1] for c in server.commands if c.startswith("AUTH")]
    assert [base64.b64decode(word) for word in logins] == [b"\0u\0old", b"\0u\0new"]


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_of_authorities_that_cannot_be_used_is_said_so(
    tmp_path: Path, content: bytes | None
) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)

    outcome = Submission(Server("127.0.0.1", 1, ca_file=ca_file), HASTY).submit(
        ENVELOPE, LETTER, lambda: None
    )

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert f"ca_file {ca_file} cannot be used" in outcome.text


def test_plain_to_another_machine_is_no_configuration() -> None:
    with pytest.raises(ConfigError, match="in clear"):
        Server("smtp.example.org", security="plain")


def test_the_password_does_not_show_in_the_servers_description() -> None:
    server = Server("smtp.example.org", user="u", password=lambda: SECRET)

    assert "password" not in repr(server)


def test_check_connects_logs_in_and_sends_nothing(sending: Sending) -> None:
    with ScriptedServer(extensions=("AUTH PLAIN",)) as server:
        problem = sending.to(server, user="u", password=lambda: SECRET).check()

    assert problem is None
    assert [c.split()[0] for c in server.commands] == ["ehlo", "AUTH", "QUIT"]


def test_check_says_what_is_in_the_way(sending: Sending) -> None:
    script = {"auth": b"535 5.7.8 no\r\n"}
    with ScriptedServer(script, extensions=("AUTH PLAIN",)) as server:
        problem = sending.to(server, user="u", password=lambda: SECRET).check()

    assert isinstance(problem, TryLater)
    assert problem.concern is Concern.LOGIN


def _secret() -> str:
    return SECRET


def _unread() -> str:
    raise AssertionError("the password was read although nothing may be sent")
