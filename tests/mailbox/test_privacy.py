"""Nothing of a mail and no secret reaches a log or an error, whatever the log level."""

import logging
import threading

import pytest

from tests.mailbox.mails import make_mail
from tests.mailbox.scripts import body_of, everything, header_of, mailbox_at
from tests.servers.scripted import Answer, InTurn, Say, Script, ScriptedServer, say
from triage.errors import TransientError
from triage.mailbox import ImapMailbox

PRIVATE = ["zebra", "s3cret", "czNjcmV0", "ann@example.org"]
MAIL = make_mail(subject="zebra", text="zebra zebra")


def private_mail(line: bytes) -> Answer:
    said = header_of(1, MAIL) if b"HEADER" in line else body_of(1, MAIL)
    return [Say(said + b"TAG OK done\r\n")]


SCRIPT: Script = {
    "UID FETCH": private_mail,
    "UID SEARCH": say(b"* SEARCH 1", b"TAG OK zebra"),
    "IDLE": [Say(b"+ idling\r\n* 1 EXISTS\r\n* OK zebra\r\n")],
}


def test_a_whole_session_logs_nothing_private(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("imapclient.imaplib").setLevel(logging.DEBUG)

    with ScriptedServer(SCRIPT) as server, secretive(server) as mailbox:
        everything(mailbox)
        mailbox.check_filing()
        mailbox.file([1], "Complaints")
        mailbox.find("<ours@board.example>", "Sent")
        mailbox.wait(0.2, threading.Event())

    assert not [word for word in PRIVATE if word in caplog.text]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(say(b"TAG NO zebra"), id="NO"),
        pytest.param(say(b"TAG BAD zebra"), id="BAD"),
        pytest.param(say(b"TAG NO zebra\xff"), id="not ASCII"),
        pytest.param(say(b"* BYE zebra"), id="BYE"),
        pytest.param(say(b"zebra"), id="no answer"),
        pytest.param(
            say(b'* 1 FETCH (UID 1 X "zebra" Y)', b"TAG OK done"), id="uneven"
        ),
        pytest.param(say(b'* 1 FETCH (UID "zebra', b"TAG OK done"), id="unbalanced"),
        pytest.param(say(b"* zebra FETCH (UID 1)", b"TAG OK done"), id="no number"),
    ],
)
@pytest.mark.parametrize("command", ["UID FETCH", "UID SEARCH", "EXAMINE"])
def test_an_error_repeats_nothing_that_a_server_said(
    command: str, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("test")

    with ScriptedServer({**SCRIPT, command: answer}) as server:
        mailbox = secretive(server)
        try:
            everything(mailbox)
        except TransientError:
            logger.exception("as a careless caller would log it")
        mailbox.close()

    assert "zebra" not in caplog.text


def test_an_alert_is_shown_once_without_control_characters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loud = say(b"* OK [ALERT] Down at noon\x1b[2J\x07", b"TAG OK done")
    script: Script = {**SCRIPT, "NOOP": InTurn([loud, say(b"TAG OK done")])}

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        mailbox.uids()
        mailbox.uids()

    alerts = [record.getMessage() for record in caplog.records]
    assert alerts == [f"127.0.0.1:{server.port} says: Down at noon[2J"]


def test_what_looks_like_an_alert_inside_a_mail_is_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    forged = say(
        b'* 1 FETCH (UID 1 BODYSTRUCTURE ("text" "* OK [ALERT] zebra"))', b"TAG OK done"
    )

    with ScriptedServer({"UID FETCH": forged}) as server, mailbox_at(server) as mailbox:
        list(mailbox.peek([1]))

    assert caplog.text == ""


def test_an_account_shows_no_password() -> None:
    with ScriptedServer() as server:
        account = secretive(server).account

    assert "password" not in repr(account)


def secretive(server: ScriptedServer) -> ImapMailbox:
    return mailbox_at(server, password=PRIVATE[1])
