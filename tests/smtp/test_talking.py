"""What is said on the wire, and how one connection serves several letters."""

import pytest

from tests.smtp.scripted import ScriptedServer, Step, Talk, accepting
from tests.smtp.sending import ENVELOPE, LETTER, PATIENT, Sending
from triage.demo.servers import SmtpSink
from triage.smtp import Accepted, Envelope, Refused, Server, Submission


def test_a_letter_arrives_byte_for_byte_at_a_real_server() -> None:
    data = b"Subject: x\r\n\r\n.\r\n..\r\n.hidden\r\nlast\r\n"
    with SmtpSink() as sink:
        submission = Submission(Server("127.0.0.1", sink.port, "plain"), PATIENT)
        outcome = submission.submit(ENVELOPE, data, lambda: None)
        submission.close()

    assert isinstance(outcome, Accepted)
    assert [data] == [letter.octets for letter in sink.accepted]


def test_a_line_that_is_a_dot_does_not_end_the_letter(sending: Sending) -> None:
    data = b".\r\nMAIL FROM:<evil@example.org>\r\n.\r\n"
    with ScriptedServer() as server:
        sending.submit(server, data=data)

    assert [data] == [letter.data for letter in server.accepted]


def test_the_null_reverse_path_no_dsn_and_the_size_are_said(sending: Sending) -> None:
    with ScriptedServer(extensions=("SIZE 1000", "DSN", "8BITMIME")) as server:
        sending.submit(server)

    assert server.commands[1:4] == [
        f"MAIL FROM:<> SIZE={len(LETTER)}",
        "RCPT TO:<jane@example.org> NOTIFY=NEVER",
        "DATA",
    ]


def test_s11_a_server_without_extensions_gets_bare_commands(sending: Sending) -> None:
    with ScriptedServer(extensions=()) as server:
        outcome = sending.submit(server, envelope=Envelope("b@ours.example", "j@x.org"))

    assert isinstance(outcome, Accepted)
    assert server.commands[1:4] == [
        "MAIL FROM:<b@ours.example>",
        "RCPT TO:<j@x.org>",
        "DATA",
    ]


def test_we_call_ourselves_by_our_address_or_as_configured(sending: Sending) -> None:
    with ScriptedServer() as server:
        sending.submit(server)
        sending.submit(server, helo="triage.example")

    said = [c for c in server.commands if c.startswith("ehlo")]
    assert said == ["ehlo [127.0.0.1]", "ehlo triage.example"]


def test_the_copy_is_a_second_recipient(sending: Sending) -> None:
    envelope = Envelope("", "jane@example.org", copy="us@ours.example")
    with ScriptedServer() as server:
        outcome = sending.submit(server, envelope=envelope)

    assert isinstance(outcome, Accepted)
    assert outcome.is_copied
    assert server.accepted[0].recipients == ("jane@example.org", "us@ours.example")


def test_a_refused_copy_does_not_stop_the_letter(sending: Sending) -> None:
    envelope = Envelope("", "jane@example.org", copy="us@ours.example")
    script: dict[str, list[Step]] = {"rcpt": [b"250 ok\r\n", b"550 5.1.1 no\r\n"]}
    with ScriptedServer(script) as server:
        outcome = sending.submit(server, envelope=envelope)

    assert isinstance(outcome, Accepted)
    assert not outcome.is_copied


def test_a_refused_recipient_is_a_refusal_though_the_copy_is_welcome(
    sending: Sending,
) -> None:
    envelope = Envelope("", "jane@example.org", copy="us@ours.example")
    script: dict[str, list[Step]] = {"rcpt": [b"550 5.1.1 no\r\n", b"250 ok\r\n"]}
    with ScriptedServer(script) as server:
        outcome = sending.submit(server, envelope=envelope)

    assert isinstance(outcome, Refused)
    assert server.received == []


def test_one_connection_serves_several_letters(sending: Sending) -> None:
    with ScriptedServer() as server:
        submission = sending.to(server)
        outcomes = [submission.submit(ENVELOPE, LETTER, lambda: None) for _ in range(3)]
        submission.close()

    assert {Accepted} == {type(outcome) for outcome in outcomes}
    assert server.connections == 1
    assert len(server.accepted) == 3


@pytest.mark.parametrize(
    "gone",
    [Talk.hang_up, b"421 4.4.2 idle for too long\r\n"],
    ids=["hung up", "421"],
)
def test_a_connection_that_went_stale_is_made_anew(
    sending: Sending, gone: Step
) -> None:
    with ScriptedServer({"rset": [gone, b"250 ok\r\n"]}) as server:
        submission = sending.to(server)
        outcomes = [submission.submit(ENVELOPE, LETTER, lambda: None) for _ in range(2)]
        submission.close()

    assert {Accepted} == {type(outcome) for outcome in outcomes}
    assert server.connections == 2


@pytest.mark.parametrize(
    "step",
    [b"554 5.7.1 spam\r\n", b"451 4.3.0 later\r\n", b"rubbish\r\n"],
    ids=["refused", "try later", "unknown"],
)
def test_a_letter_that_was_not_accepted_takes_its_connection_with_it(
    sending: Sending, step: bytes
) -> None:
    script: dict[str, list[Step]] = {"dot": [step, accepting(b"250 ok\r\n")]}
    with ScriptedServer(script) as server:
        submission = sending.to(server)
        submission.submit(ENVELOPE, LETTER, lambda: None)
        second = submission.submit(ENVELOPE, LETTER, lambda: None)
        submission.close()

    assert isinstance(second, Accepted)
    assert server.connections == 2


def test_a_servers_words_are_cut_and_made_printable(sending: Sending) -> None:
    with ScriptedServer(
        {"rcpt": b"550 \x1b[31m\xff" + b"x" * 2000 + b"\r\n"}
    ) as server:
        outcome = sending.submit(server)

    assert outcome.text.isprintable()
    assert len(outcome.text) == 300
