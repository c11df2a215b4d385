"""Folders with more messages than one answer should name."""

import pytest

from tests.mailbox.scripts import mailbox_at, two_mails
from tests.servers.scripted import Answer, Say, Script, ScriptedServer, say


def folder_of(uids: range | list[int], uidnext: bytes) -> Script:
    """Return a script of a folder that has those UIDs."""

    def search(line: bytes) -> Answer:
        low, _, high = line.split()[4].decode().partition(":")
        last = uids[-1] if high == "*" else int(high)
        found = [uid for uid in uids if int(low) <= uid <= last]
        # A range up to `*` always holds the last message.
        found = found or ([uids[-1]] if high == "*" else [])
        return [
            Say(b"* SEARCH %b\r\nTAG OK done\r\n" % " ".join(map(str, found)).encode())
        ]

    opened = say(
        b"* %d EXISTS" % len(uids),
        b"* OK [UIDVALIDITY 7] x",
        b"* OK [UIDNEXT %b] x" % uidnext if uidnext else b"* OK x",
        b"TAG OK [READ-ONLY] done",
    )
    return {"UID SEARCH": search, "EXAMINE": opened, "UID FETCH": two_mails}


@pytest.mark.parametrize(
    ("uids", "uidnext", "at_most"),
    [
        pytest.param(range(1, 11), b"11", 1, id="few"),
        pytest.param(range(1, 220_001), b"220001", 5, id="more than a line holds"),
        pytest.param(range(1_000_000, 1_150_000), b"1150000", 6, id="seven digits"),
        pytest.param([7, 4_000_000_000], b"4000000001", 20, id="few, far apart"),
        pytest.param(range(1, 150_001), b"", 1, id="the server names no next UID"),
    ],
)
def test_every_uid_is_listed_in_a_handful_of_searches(
    uids: range | list[int], uidnext: bytes, at_most: int
) -> None:
    with (
        ScriptedServer(folder_of(uids, uidnext)) as server,
        mailbox_at(server) as mailbox,
    ):
        mailbox.select()
        listed = mailbox.uids()

    assert listed == list(uids)
    assert len(server.sent(b"UID SEARCH")) <= at_most


def test_many_messages_are_peeked_at_in_batches() -> None:
    with (
        ScriptedServer({"UID FETCH": two_mails}) as server,
        mailbox_at(server) as mailbox,
    ):
        mailbox.select()
        list(mailbox.peek(range(1, 131)))

    batches = [len(line.split()[2].split(b",")) for line in server.sent(b"UID FETCH")]
    assert batches == [64, 64, 2]
