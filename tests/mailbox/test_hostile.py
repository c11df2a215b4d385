"""What a server can do wrong; nothing worse than a TransientError comes of it."""

import threading
import time

import pytest

from tests.mailbox.scripts import (
    HASTY,
    MAIL,
    PATIENT,
    everything,
    mailbox_at,
    two_mails,
)
from tests.servers.scripted import (
    USUAL,
    Answer,
    HangUp,
    InTurn,
    Reply,
    Say,
    ScriptedServer,
    Stall,
    say,
)
from triage.errors import TransientError

READING = [
    "greeting",
    "CAPABILITY",
    "AUTHENTICATE",
    "credentials",
    "EXAMINE",
    "NOOP",
    "UID SEARCH",
    "UID FETCH",
]
FILING = ["LIST", "SELECT", "UID MOVE"]
ENDLESS = b"* 1 FETCH (UID 1 BODY[]<0> "
FAULTS = [
    pytest.param([HangUp()], id="closes"),
    pytest.param([HangUp(rudely=True)], id="resets"),
    pytest.param([Say(b"* OK hal"), HangUp()], id="closes in a line"),
    pytest.param([Say(b"* BYE [UNAVAILABLE] later\r\n"), HangUp()], id="says BYE"),
    pytest.param([Stall()], id="stalls"),
    pytest.param([Say(b"* OK " + b"x" * 9_000, pause=0.02)], id="drips"),
    pytest.param(say(b"\0\xff garbage \x1b"), id="garbage"),
    pytest.param(say(b"* 1 FETCH (((((((("), id="half an answer"),
    pytest.param(say(b"X99 OK done"), id="a wrong tag"),
    pytest.param([Say(b"* OK " + b"x" * 10_000_000)], id="a line of 10 MB"),
    pytest.param([Say(b"* 1 RECENT\r\n" * 200_000)], id="untagged without end"),
    pytest.param([Say(ENDLESS + b"{99999999999}\r\nabc")], id="a literal of 100 GB"),
    pytest.param([Say(ENDLESS + b"{-5}\r\nabc)\r\n")], id="a negative literal"),
    pytest.param([Say(ENDLESS + b"{50}\r\nabc"), HangUp()], id="closes in a literal"),
]
REFUSALS = [
    pytest.param(say(b"TAG NO [INUSE] not now"), id="NO"),
    pytest.param(say(b"TAG BAD what?"), id="BAD"),
]


def script_with(command: str, reply: Reply) -> dict[str, Reply | InTurn]:
    """Return the usual script with a fault in a command, the first time it is given."""
    usual: dict[str, Reply] = {**USUAL, "UID FETCH": two_mails}
    return {**usual, command: InTurn([reply, usual.get(command, say(b"TAG OK done"))])}


def test_a_script_without_faults_gives_both_mails() -> None:
    with (
        ScriptedServer({"UID FETCH": two_mails}) as server,
        mailbox_at(server) as mailbox,
    ):
        assert everything(mailbox) == [MAIL, MAIL]


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("fault", [*FAULTS, *REFUSALS])
def test_a_fault_costs_one_connection_and_no_mail(command: str, fault: Answer) -> None:
    with ScriptedServer(script_with(command, fault)) as server:
        mailbox = mailbox_at(server, HASTY)
        began = time.monotonic()
        with pytest.raises(TransientError):
            everything(mailbox)
        took = time.monotonic() - began
        with pytest.raises(TransientError, match="not connected"):
            mailbox.uids()
        mailbox.limits = PATIENT
        again = everything(mailbox)
        mailbox.close()

    assert took < PATIENT.connect
    assert again == [MAIL, MAIL]


@pytest.mark.parametrize("command", FILING)
@pytest.mark.parametrize("fault", [*FAULTS, *REFUSALS])
def test_a_fault_while_filing_leaves_it_to_be_done_again(
    command: str, fault: Answer
) -> None:
    with ScriptedServer(script_with(command, fault)) as server:
        mailbox = mailbox_at(server)
        everything(mailbox)
        mailbox.limits = HASTY
        with pytest.raises(TransientError):
            mailbox.file([1], "Complaints")
        mailbox.limits = PATIENT
        mailbox.connect()
        mailbox.select()
        mailbox.file([1], "Complaints")
        mailbox.close()

    assert "UID MOVE" in server.commands()


@pytest.mark.parametrize("command", ["IDLE", "DONE"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_while_waiting_is_noticed(command: str, fault: Answer) -> None:
    with ScriptedServer(script_with(command, fault)) as server:
        mailbox = mailbox_at(server)
        everything(mailbox)
        mailbox.limits = HASTY
        with pytest.raises(TransientError):
            mailbox.wait(0.3, threading.Event())
        mailbox.limits = PATIENT
        mailbox.connect()
        mailbox.select()

        assert not mailbox.wait(0.1, threading.Event())
        mailbox.close()


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.id != "half an answer"]
)
def test_a_fault_in_the_middle_of_idle_is_noticed(fault: Answer) -> None:
    script = script_with("IDLE", [Say(b"+ idling\r\n"), *fault])

    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        everything(mailbox)
        mailbox.limits = HASTY
        with pytest.raises(TransientError):
            mailbox.wait(5, threading.Event())
