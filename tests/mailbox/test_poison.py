"""One message that a server cannot give must not stop all others."""

import pytest

from tests.mailbox.mails import make_mail
from tests.mailbox.scripts import PATIENT, body_of, header_of, literal, mailbox_at
from tests.mailbox.sites import ImapSite
from tests.servers.scripted import (
    Answer,
    HangUp,
    InTurn,
    Say,
    Script,
    ScriptedServer,
    say,
)
from triage.errors import TransientError
from triage.mailbox import ImapMailbox

POISON = 3
MAILS = {uid: make_mail(f"Complaint {uid}") for uid in range(1, 6)}
DONE = b"TAG OK done"
OK = DONE + b"\r\n"


def uids_in(line: bytes) -> list[int]:
    return [int(uid) for uid in line.split()[3].split(b",")]


def headers(uids: list[int]) -> bytes:
    return b"".join(header_of(uid, MAILS[uid]) for uid in uids)


def bodies(uids: list[int]) -> bytes:
    return b"".join(body_of(uid, MAILS[uid]) for uid in uids)


def server_with(fault: Answer, *, in_headers: bool = False) -> ScriptedServer:
    """Return a server that commits a fault whenever it should give message 3."""

    def fetch(line: bytes) -> Answer:
        uids = uids_in(line)
        is_header = b"HEADER" in line
        if POISON in uids and is_header == in_headers:
            return fault
        return [Say((headers(uids) if is_header else bodies(uids)) + OK)]

    return ScriptedServer(
        {"UID FETCH": fetch, "UID SEARCH": say(b"* SEARCH 1 2 3 4 5", DONE)}
    )


def fetched_in_passes(mailbox: ImapMailbox, passes: int) -> list[int]:
    """Return the UIDs that were given, pass after pass, as the daemon would."""
    given = []
    for _ in range(passes):
        try:
            mailbox.connect()
            mailbox.select()
            wanted = [uid for uid in mailbox.uids() if uid not in given]
            for one in mailbox.fetch(mailbox.peek(wanted)):
                assert one.raw == MAILS[one.uid]
                given.append(one.uid)
        except TransientError:
            continue
    mailbox.close()
    return given


WRONG = [
    pytest.param([HangUp()], id="closes"),
    pytest.param(say(b"TAG NO [SERVERBUG] cannot read it"), id="NO"),
    pytest.param(
        say(b"* 3 FETCH (UID 3 BODY[]<0> {5}", b"longer)", DONE), id="longer literal"
    ),
    pytest.param(
        [Say(b"* 3 FETCH (UID 3 BODY[]<0> {90000000}\r\n")], id="too large a literal"
    ),
    pytest.param(say(b"* 3 FETCH (UID 3 " + b"(" * 5_000, DONE), id="nested too deep"),
]


@pytest.mark.parametrize("in_headers", [False, True], ids=["body", "header"])
@pytest.mark.parametrize("fault", WRONG)
def test_a_message_that_ends_the_session_is_given_up_and_all_others_come(
    fault: Answer, in_headers: bool
) -> None:
    with server_with(fault, in_headers=in_headers) as server:
        mailbox = mailbox_at(server)
        given = fetched_in_passes(mailbox, 4)

    assert sorted(given) == [1, 2, 4, 5]
    assert set(mailbox.unreadable) == {POISON}
    assert "127.0.0.1" in mailbox.unreadable[POISON]


def test_what_is_given_up_stays_so_while_the_connection_turns_to_other_folders() -> (
    None
):
    with server_with([HangUp()]) as server:
        mailbox = mailbox_at(server)
        for _ in range(3):
            mailbox.turn_to("Complaints")
            fetched_in_passes(mailbox, 1)
            mailbox.turn_to("INBOX")
            mailbox.connect()
            mailbox.select()
        mailbox.turn_to("Complaints")
        given = fetched_in_passes(mailbox, 1)

    assert set(mailbox.unreadable) == {POISON}
    assert sorted(given) == [1, 2, 4, 5]


@pytest.mark.parametrize(
    "silence",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"* 3 FETCH (UID 3 BODY[]<0> NIL)\r\n", id="NIL"),
        pytest.param(b"* 3 FETCH (UID 3 FLAGS (\\Seen))\r\n", id="only flags"),
        pytest.param(b'* 3 FETCH (UID 3 BODY[]<0> "")\r\n', id="an empty body"),
        pytest.param(
            b"* 3 FETCH (UID 3 BODY[]<0> {40}\r\n" + b"x" * 40 + b")\r\n",
            id="too short",
        ),
        pytest.param(
            b"* 3 FETCH (BODY[]<0> " + literal(MAILS[POISON]) + b")\r\n", id="no UID"
        ),
        pytest.param(
            b"* 3 FETCH (UID 99 BODY[]<0> " + literal(MAILS[POISON]) + b")\r\n",
            id="another UID",
        ),
    ],
)
def test_a_message_without_a_body_is_left_out_at_once_and_given_up_at_last(
    silence: bytes,
) -> None:
    def fetch(line: bytes) -> Answer:
        uids = uids_in(line)
        if b"HEADER" in line:
            return [Say(headers(uids) + OK)]
        rest = [uid for uid in uids if uid != POISON]
        return [Say((silence if POISON in uids else b"") + bodies(rest) + OK)]

    script: Script = {
        "UID FETCH": fetch,
        "UID SEARCH": say(b"* SEARCH 1 2 3 4 5", b"TAG OK done"),
    }
    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        first = fetched_in_passes(mailbox, 1)
        after_one = dict(mailbox.unreadable)
        fetched_in_passes(mailbox, 2)

    assert first == [1, 2, 4, 5]
    assert after_one == {}
    assert set(mailbox.unreadable) == {POISON}


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b"RFC822.SIZE NIL", id="no size"),
        pytest.param(b'INTERNALDATE "99-Foo-2026 00:00:00 +0000"', id="no date"),
        pytest.param(
            b'INTERNALDATE " 1-Jan-0001 00:00:00 +1400"', id="before all dates"
        ),
        pytest.param(b"INTERNALDATE NIL", id="NIL for a date"),
    ],
)
def test_a_message_without_size_or_arrival_is_left_out(header: bytes) -> None:
    def fetch(line: bytes) -> Answer:
        spoilt = headers([POISON])[:-3] + b" " + header + b")\r\n"
        rest = [uid for uid in uids_in(line) if uid != POISON]
        return [Say(headers(rest) + spoilt + OK)]

    with ScriptedServer({"UID FETCH": fetch}) as server, mailbox_at(server) as mailbox:
        listed = list(mailbox.peek([1, 2, POISON]))

    assert [one.uid for one in listed] == [1, 2]


def header_as(header: bytes) -> bytes:
    """Return what is said of the third mail, with a header of the server's making."""
    return header_of(POISON, MAILS[POISON]).partition(b"{")[0] + header + b")\r\n"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b'""', id="empty"),
        pytest.param(literal(b"\r\n"), id="an empty line only"),
        pytest.param(literal(MAILS[POISON][:30]), id="cut within a line"),
        pytest.param(
            literal(MAILS[POISON].partition(b"Subject")[0]), id="cut after one"
        ),
    ],
)
def test_a_header_that_ends_early_is_asked_for_again(header: bytes) -> None:
    def usual(line: bytes) -> Answer:
        if b"HEADER" in line:
            return [Say(headers(uids_in(line)) + OK)]
        return [Say(body_of(POISON, MAILS[POISON][:2]) + OK)]

    spoilt = [Say(headers([1, 2]) + header_as(header) + OK)]

    with (
        ScriptedServer({"UID FETCH": InTurn([spoilt, usual])}) as server,
        mailbox_at(server) as mailbox,
    ):
        first = [one.uid for one in mailbox.peek([1, 2, POISON])]
        second = [one.uid for one in mailbox.peek([POISON])]

    assert (first, second) == ([1, 2], [POISON])


def test_a_mail_that_is_nothing_but_a_header_is_taken_as_it_is() -> None:
    octets = b"Subject: A complaint\r\n"
    before = header_of(1, octets).partition(b"{")[0]
    script: Script = {"UID FETCH": [Say(before + literal(octets) + b")\r\n" + OK)]}

    with ScriptedServer(script) as server, mailbox_at(server) as mailbox:
        (listed,) = mailbox.peek([1])

    assert listed.header == octets


def test_a_message_that_came_after_all_counts_no_more_strikes() -> None:
    asked: list[int] = []

    def fetch(line: bytes) -> Answer:
        uids = uids_in(line)
        if b"HEADER" in line:
            return [Say(headers(uids) + OK)]
        asked.append(len(uids))
        return [HangUp()] if asked == [2] else [Say(bodies(uids) + OK)]

    script: Script = {
        "UID FETCH": fetch,
        "UID SEARCH": say(b"* SEARCH 1 2", DONE),
    }
    with ScriptedServer(script) as server:
        mailbox = mailbox_at(server)
        given = fetched_in_passes(mailbox, 2)
        again = fetched_in_passes(mailbox, 1)

    assert (given, again) == ([1, 2], [1, 2])
    # Together, one by one after the failure, and together again.
    assert asked == [2, 1, 1, 2]


def test_a_message_that_is_gone_is_no_longer_unreadable() -> None:
    here = say(b"* SEARCH 1 2 3 4 5", DONE)
    gone = say(b"* SEARCH 1 2 4 5", DONE)

    with server_with([HangUp()]) as server:
        server.script["UID SEARCH"] = InTurn([*[here] * 4, gone])
        mailbox = mailbox_at(server)
        fetched_in_passes(mailbox, 4)
        before = set(mailbox.unreadable)
        fetched_in_passes(mailbox, 1)

    assert (before, set(mailbox.unreadable)) == ({POISON}, set())


def test_a_body_twice_as_large_as_its_size_is_still_taken_whole() -> None:
    octets = make_mail(text="x" * 300_000)

    def fetch(line: bytes) -> Answer:
        if b"HEADER" in line:
            return [Say(header_of(1, octets).replace(b"SIZE 300", b"SIZE 200") + OK)]
        return [Say(body_of(1, octets) + OK)]

    with ScriptedServer({"UID FETCH": fetch}) as server, mailbox_at(server) as mailbox:
        (listed,) = mailbox.peek([1])
        (fetched,) = mailbox.fetch([listed])

    assert listed.size < PATIENT.whole
    assert (fetched.raw, fetched.is_whole) == (octets, True)


def test_a_mail_without_any_field_is_no_header_cut_short(plain_site: ImapSite) -> None:
    plain_site.deliver(b"\r\nA complaint, all of it text.\r\n")

    with plain_site.mailbox() as mailbox:
        mailbox.connect()
        mailbox.select()
        listed = list(mailbox.peek(mailbox.uids()))

    assert [one.header for one in listed] == [b"\r\n"]
