"""What becomes of a letter, fault by fault; S1 to S12 are rows of the test matrix."""

import socket
import threading
import time

import pytest

from tests.smtp.scripted import ScriptedServer, Step, Talk, accepting, dripping
from tests.smtp.sending import ENVELOPE, HASTY, LETTER, PATIENT, Sending
from triage.smtp import (
    Accepted,
    Concern,
    Envelope,
    Limits,
    Outcome,
    Refused,
    Server,
    Submission,
    TryLater,
    Unknown,
)
from triage.smtp.connecting import looked_up
from triage.smtp.watch import Cut, Watch

NO_COMMIT, COMMITTED = 0, 1


def half_a_body(talk: Talk) -> None:
    talk.sock.recv(10)
    talk.hang_up()


def half_a_reply(talk: Talk) -> None:
    talk.say(b"25")
    talk.hang_up()


SERVER_AT_FAULT: dict[str, dict[str, Step]] = {
    "S1 greeting 554": {"greeting": b"554 5.3.2 no service\r\n"},
    "S1 greeting 421": {"greeting": b"421 4.3.2 too busy\r\n"},
    "S1 greeting is no SMTP": {"greeting": b"SSH-2.0-OpenSSH_9.6\r\n"},
    "S1 hangs up at once": {"greeting": Talk.hang_up},
    "S1 resets at once": {"greeting": Talk.reset},
    "S1 EHLO 500": {"ehlo": b"500 5.5.1 what?\r\n"},
    "S1 EHLO without end": {"ehlo": b"250-x\r\n" * 200},
    "S12 silent greeting": {"greeting": Talk.stall},
    "S12 silent at MAIL": {"mail": Talk.stall},
    "S12 silent at DATA": {"data": Talk.stall},
}


@pytest.mark.parametrize("script", SERVER_AT_FAULT.values(), ids=SERVER_AT_FAULT.keys())
def test_a_server_that_cannot_be_used_says_nothing_about_the_letter(
    sending: Sending, script: dict[str, Step]
) -> None:
    with ScriptedServer(script) as server:
        outcome = sending.submit(server, limits=HASTY)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert sending.commits == NO_COMMIT


def test_a_closed_port_is_a_server_to_try_later(sending: Sending) -> None:
    with ScriptedServer() as server:
        pass

    outcome = sending.submit(server)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert "Connection refused" in outcome.text


def test_a_name_that_does_not_exist_is_a_server_to_try_later() -> None:
    submission = Submission(Server("no-such-host.invalid"), PATIENT)

    outcome = submission.submit(ENVELOPE, LETTER, lambda: None)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert "no-such-host.invalid is not found" in outcome.text


def test_a_name_that_no_server_can_have_is_said_at_once() -> None:
    submission = Submission(Server(f"{'x' * 64}.example"), PATIENT)

    outcome = submission.submit(ENVELOPE, LETTER, lambda: None)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert "is no name of a server" in outcome.text


def test_a_lookup_that_hangs_is_left_behind(sending: Sending) -> None:
    hanging = threading.Event()

    with Watch(300, sending.stop) as watch:
        sending.stop.set()
        with pytest.raises(TimeoutError):
            looked_up(lambda: hanging.wait(30), watch)

    assert watch.cut is Cut.STOP
    hanging.set()


NOT_NOW = [421, 450, 451, 452]
NEVER = [550, 552, 553, 554]
STAGES = ["mail", "rcpt", "data"]


@pytest.mark.parametrize("code", NOT_NOW)
@pytest.mark.parametrize("stage", STAGES)
def test_s2_a_4xx_before_the_body_is_a_letter_to_try_later(
    sending: Sending, stage: str, code: int
) -> None:
    with ScriptedServer({stage: b"%d 4.2.0 not now\r\n" % code}) as server:
        outcome = sending.submit(server)

    assert outcome == TryLater(code, "4.2.0", "4.2.0 not now", Concern.LETTER)
    assert sending.commits == NO_COMMIT


@pytest.mark.parametrize("code", NEVER)
@pytest.mark.parametrize("stage", STAGES)
def test_s3_a_5xx_before_the_body_is_a_refusal(
    sending: Sending, stage: str, code: int
) -> None:
    with ScriptedServer({stage: b"%d 5.7.1 never\r\n" % code}) as server:
        outcome = sending.submit(server)

    concern = Concern.SERVER if stage == "mail" else Concern.LETTER
    assert outcome == Refused(code, "5.7.1", "5.7.1 never", concern)
    assert sending.commits == NO_COMMIT


@pytest.mark.parametrize("stage", STAGES)
def test_s9_530_is_about_our_login_and_refuses_no_letter(
    sending: Sending, stage: str
) -> None:
    reply = b"530 5.7.0 <jane@example.org> must log in first\r\n"
    with ScriptedServer({stage: reply}) as server:
        outcome = sending.submit(server)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LOGIN
    assert "wants a login or encryption first (530 5.7.0)" in outcome.text
    assert "jane" not in outcome.text


@pytest.mark.parametrize(
    ("reply", "is_bad"),
    [
        (b"550 5.1.1 no such user\r\n", True),
        (b"556 5.1.10 null MX\r\n", True),
        (b"550 5.7.1 policy\r\n", False),
        (b"550 no such user\r\n", False),
    ],
    ids=["5.1.1", "5.1.10", "5.7.1", "no enhanced code"],
)
def test_s3_only_an_enhanced_code_says_that_an_address_is_bad(
    sending: Sending, reply: bytes, *, is_bad: bool
) -> None:
    with ScriptedServer({"rcpt": reply}) as server:
        outcome = sending.submit(server)

    assert isinstance(outcome, Refused)
    assert outcome.is_bad_address is is_bad


def test_s4_a_4xx_to_the_dot_is_proof_that_it_was_not_accepted(
    sending: Sending,
) -> None:
    with ScriptedServer({"dot": b"451 4.3.0 later\r\n"}) as server:
        outcome = sending.submit(server)

    assert outcome == TryLater(451, "4.3.0", "4.3.0 later", Concern.LETTER)
    assert sending.commits == COMMITTED


def test_s4_a_5xx_to_the_dot_is_proof_that_it_was_not_accepted(
    sending: Sending,
) -> None:
    with ScriptedServer({"dot": b"554 5.7.1 spam\r\n"}) as server:
        outcome = sending.submit(server)

    assert outcome == Refused(554, "5.7.1", "5.7.1 spam", Concern.LETTER)


LOST_BEFORE_THE_DOT: dict[str, dict[str, Step]] = {
    "S5 drop at MAIL": {"mail": Talk.hang_up},
    "S5 drop at RCPT": {"rcpt": Talk.reset},
    "S5 drop before the body": {"body": Talk.hang_up},
    "S5 drop in mid-body": {"body": half_a_body},
    "garbage at DATA": {"data": b"maybe\r\n"},
    "a code for nothing at DATA": {"data": b"250 ok already\r\n"},
}


@pytest.mark.parametrize(
    "script", LOST_BEFORE_THE_DOT.values(), ids=LOST_BEFORE_THE_DOT.keys()
)
def test_a_connection_lost_before_the_body_ends_is_tried_again(
    sending: Sending, script: dict[str, Step]
) -> None:
    with ScriptedServer(script) as server:
        outcome = sending.submit(server, before_dot=server.settle)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LETTER
    assert server.received == []


@pytest.mark.parametrize("reply", [b"421 4.3.2 bye\r\n", b"554 5.3.2 no\r\n"])
def test_s5_a_refused_copy_is_no_refusal_but_a_server_that_leaves_takes_nothing(
    sending: Sending, reply: bytes
) -> None:
    def refuse_and_leave(talk: Talk) -> None:
        talk.say(reply)
        talk.hang_up()

    envelope = Envelope("", "jane@example.org", copy="us@ours.example")
    with ScriptedServer({"rcpt-copy": refuse_and_leave}) as server:
        outcome = sending.submit(server, envelope=envelope)

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.LETTER
    assert sending.commits == NO_COMMIT
    assert server.received == []


def test_s5_a_server_that_hangs_up_before_the_dot_accepted_nothing(
    sending: Sending,
) -> None:
    has_hung_up = threading.Event()

    def hang_up(talk: Talk) -> None:
        talk.until(b"Thank you.\r\n")
        talk.sock.close()
        has_hung_up.set()

    with ScriptedServer({"body": hang_up}) as server:
        outcome = sending.submit(server, before_dot=lambda: _wait(has_hung_up))

    assert isinstance(outcome, TryLater)
    assert sending.commits == COMMITTED


@pytest.mark.parametrize(
    ("early", "expected"),
    [
        (b"552 5.3.4 too big\r\n", Refused),
        (b"451 4.3.0 not now\r\n", TryLater),
        (b"250 2.0.0 thanks\r\n", TryLater),
    ],
    ids=["5xx", "4xx", "2xx"],
)
def test_an_answer_before_the_dot_is_no_acceptance(
    sending: Sending, early: bytes, expected: type[Outcome]
) -> None:
    has_spoken = threading.Event()

    def speak(talk: Talk) -> None:
        talk.until(b"Thank you.\r\n")
        talk.say(early)
        has_spoken.set()
        talk.line()

    with ScriptedServer({"body": speak}) as server:
        outcome = sending.submit(server, before_dot=lambda: _wait(has_spoken))

    assert isinstance(outcome, expected)
    assert server.received == []


AFTER_THE_DOT: dict[str, tuple[Step, type[Outcome]]] = {
    "S6 drop": (Talk.hang_up, Unknown),
    "S6 reset": (Talk.reset, Unknown),
    "S6 no reply": (Talk.stall, Unknown),
    "S6 garbage": (b"whatever\r\n", Unknown),
    "S6 garbage without end": (b"x" * 10_000, Unknown),
    "S6 half a reply": (half_a_reply, Unknown),
    "S6 250 in single octets": (dripping(b"250 ok\r\n", 0.01), Accepted),
    "S6 253": (accepting(b"253 2.6.0 queued, will try\r\n"), Accepted),
    "S6 250 without text": (accepting(b"250\r\n"), Accepted),
    "S6 250 with LF only": (accepting(b"250 ok\n"), Accepted),
    "S6 several lines": (accepting(b"250-thank you\r\n250 2.0.0 id 7\r\n"), Accepted),
    "S6 lines that contradict": (b"250-thank you\r\n550 no\r\n", Unknown),
    "S6 354 again": (b"354 go on\r\n", Unknown),
    "S6 a late reply": (accepting(b"250 2.0.0 ok\r\n", after=0.6), Accepted),
}


@pytest.mark.parametrize(
    ("step", "expected"), AFTER_THE_DOT.values(), ids=AFTER_THE_DOT.keys()
)
def test_after_the_dot_only_a_reply_that_was_read_counts(
    sending: Sending, step: Step, expected: type[Outcome]
) -> None:
    limits = Limits(after_dot=0.5) if step is Talk.stall else PATIENT
    with ScriptedServer({"dot": step}) as server:
        outcome = sending.submit(server, limits=limits)

    assert isinstance(outcome, expected)
    assert sending.commits == COMMITTED
    assert [letter.data for letter in server.received] == [LETTER]


@pytest.mark.parametrize(
    "quits",
    [b"421 4.3.2 going down\r\n", Talk.hang_up, Talk.reset, b"rubbish\r\n"],
    ids=["421", "hangs up", "resets", "garbage"],
)
def test_s7_an_accepted_letter_stays_accepted_whatever_quit_brings(
    sending: Sending, quits: Step
) -> None:
    with ScriptedServer({"quit": quits}) as server:
        outcome = sending.submit(server)

    assert isinstance(outcome, Accepted)
    assert len(server.accepted) == 1


def test_s12_one_octet_at_a_time_does_not_outlast_the_deadline(
    sending: Sending,
) -> None:
    def drip(talk: Talk) -> None:
        for octet in b"250-" + b"x" * 500:
            talk.sock.sendall(bytes([octet]))
            time.sleep(0.05)

    began = time.monotonic()
    with ScriptedServer({"mail": drip}) as server:
        outcome = sending.submit(server, limits=HASTY)
        took = time.monotonic() - began

    assert isinstance(outcome, TryLater)
    assert "time is over" in outcome.text
    assert took < 10


def test_s12_the_deadline_after_the_dot_ends_in_doubt(sending: Sending) -> None:
    with ScriptedServer({"dot": dripping(b"250-" + b"x" * 300, 0.02)}) as server:
        limits = Limits(after_dot=0.5)
        outcome = sending.submit(server, limits=limits)

    assert isinstance(outcome, Unknown)
    assert "time is over" in outcome.text


def test_a_connection_that_is_never_answered_ends_at_the_deadline() -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = [_half_open(full.getsockname()) for _ in range(4)]
    server = Server("127.0.0.1", full.getsockname()[1], "plain")
    limits = Limits(connect=30, before_dot=0.5, after_dot=1)

    began = time.monotonic()
    outcome = Submission(server, limits).submit(ENVELOPE, LETTER, lambda: None)
    took = time.monotonic() - began

    assert isinstance(outcome, TryLater)
    assert took < 10
    for filler in [full, *fillers]:
        filler.close()


def _half_open(address: tuple[str, int]) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex(address)
    return sock


def test_a_stop_ends_the_wait_before_the_dot(sending: Sending) -> None:
    def stop(talk: Talk) -> None:
        sending.stop.set()
        talk.stall()

    began = time.monotonic()
    with ScriptedServer({"rcpt": stop}) as server:
        outcome = sending.submit(server, limits=Limits())
        took = time.monotonic() - began

    assert isinstance(outcome, TryLater)
    assert outcome.concern is Concern.SERVER
    assert "triage is stopping" in outcome.text
    assert took < 10


def test_a_stop_after_the_dot_leaves_a_moment_for_the_reply(sending: Sending) -> None:
    def stop_then_accept(talk: Talk) -> None:
        sending.stop.set()
        accepting(b"250 2.0.0 ok\r\n", after=0.4)(talk)

    with ScriptedServer({"dot": stop_then_accept}) as server:
        outcome = sending.submit(server, limits=Limits(after_stop=5))

    assert isinstance(outcome, Accepted)


def test_a_stop_after_the_dot_does_not_wait_for_ever(sending: Sending) -> None:
    def stop(talk: Talk) -> None:
        sending.stop.set()
        talk.stall()

    began = time.monotonic()
    with ScriptedServer({"dot": stop}) as server:
        outcome = sending.submit(server, limits=Limits(after_stop=0.3))
        took = time.monotonic() - began

    assert isinstance(outcome, Unknown)
    assert took < 10


def test_no_dot_is_written_when_the_commit_before_it_fails(sending: Sending) -> None:
    def fail() -> None:
        raise RuntimeError("disk full")

    with ScriptedServer() as server:
        with pytest.raises(RuntimeError, match="disk full"):
            sending.submit(server, before_dot=fail)
        again = sending.submit(server)

    assert isinstance(again, Accepted)
    assert len(server.received) == 1


UNFIT: dict[str, tuple[Envelope, bytes]] = {
    "bare LF": (ENVELOPE, b"Subject: x\r\n\r\na\nb\r\n"),
    "bare CR": (ENVELOPE, b"Subject: x\r\n\r\na\r.\rb\r\n"),
    "LF at the beginning": (ENVELOPE, b"\nSubject: x\r\n"),
    "no line end at the end": (ENVELOPE, b"Subject: x\r\n\r\na"),
    "NUL": (ENVELOPE, b"Subject: x\r\n\r\n\0\r\n"),
    "8-bit": (ENVELOPE, "Subject: é\r\n".encode()),
    "long line": (ENVELOPE, b"a" * 999 + b"\r\n"),
    "empty": (ENVELOPE, b""),
    "CRLF in the address": (Envelope("", "a@x>\r\nRCPT TO:<b@x"), LETTER),
    "space in the address": (Envelope("", "a b@x"), LETTER),
    "non-ASCII address": (Envelope("", "jürgen@example.org"), LETTER),
    "no recipient": (Envelope("", ""), LETTER),
    "bracket in the sender": (Envelope("a>@x", "b@x"), LETTER),
    "LF in the copy": (Envelope("", "b@x", "c@x\n"), LETTER),
}


@pytest.mark.parametrize(("envelope", "data"), UNFIT.values(), ids=UNFIT.keys())
def test_what_cannot_be_put_on_the_wire_safely_is_refused_unsent(
    sending: Sending, envelope: Envelope, data: bytes
) -> None:
    with ScriptedServer() as server:
        outcome = sending.submit(server, data=data, envelope=envelope)

    assert isinstance(outcome, Refused)
    assert outcome.code is None
    assert server.connections == 0


def test_a_line_of_998_octets_is_sent(sending: Sending) -> None:
    with ScriptedServer() as server:
        outcome = sending.submit(server, data=b"a" * 998 + b"\r\n")

    assert isinstance(outcome, Accepted)


def _wait(event: threading.Event) -> None:
    assert event.wait(5)
    time.sleep(0.05)
