"""A server without MOVE that says OK to what it did not do."""

import re
from collections.abc import Iterator

import pytest

from tests.servers.account import Account, Mail
from tests.servers.conversing import ALL_CAPABILITIES, OK
from tests.servers.fake_mailbox import ARRIVAL
from tests.servers.hostile import HostileServer, Moment, Step, Trap
from tests.servers.scripted import Answer, Say
from triage.errors import TransientError
from triage.mailbox import Account as Login
from triage.mailbox import ImapMailbox, Security

FOLDER = "Complaints/Formal"
PASSWORD = "s3cret pässword"  # noqa: S105 - of a server that nobody else reaches
WITHOUT_MOVE = ALL_CAPABILITIES.replace("MOVE ", "")
MAIL = b"Subject: Complaint\r\nFrom: a@b.example\r\n\r\nYour website is down.\r\n"
OTHER = MAIL.replace(b"website", b"entries")
COPY, STORE = Step("UID COPY", "INBOX"), Step("UID STORE", "INBOX")
ALWAYS = 1_000


@pytest.fixture
def server() -> Iterator[HostileServer]:
    account = Account("triage", PASSWORD)
    with HostileServer(account, capabilities=WITHOUT_MOVE) as server:
        yield server


@pytest.fixture
def mailbox(server: HostileServer) -> Iterator[ImapMailbox]:
    """Two mails have come since it was opened."""
    with mailbox_at(server) as mailbox:
        mailbox.select()
        for octets in (MAIL, OTHER):
            server.account.deliver(Mail(octets, ARRIVAL))
        yield mailbox


def mailbox_at(server: HostileServer) -> ImapMailbox:
    login = Login("127.0.0.1", server.port, Security.PLAIN, "triage", lambda: PASSWORD)
    return ImapMailbox(login)


def file_again(mailbox: ImapMailbox) -> frozenset[int]:
    mailbox.connect()
    mailbox.select()
    return mailbox.file([1, 2], FOLDER)


def nothing_done(_: Moment) -> Answer:
    return [Say(OK)]


def without_a_word(moment: Moment) -> Answer:
    moment.perform()
    return [Say(OK)]


def only_the_first(moment: Moment) -> Answer:
    said = moment.talk.answer("UID COPY", moment.line.replace(b"1,2", b"1"))
    return [Say(said)]


def without_uidnext(moment: Moment) -> Answer:
    return [Say(re.sub(rb"\* OK \[UIDNEXT \d+\] x\r\n", b"", moment.perform()))]


def lying(server: HostileServer, folder: str) -> list[bytes]:
    return list(server.account.contents().get(folder, ()))


def test_a_copy_that_was_not_made_is_not_believed(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(COPY, nothing_done)

    with pytest.raises(TransientError, match="says that 2 messages are copied"):
        mailbox.file([1, 2], FOLDER)

    assert lying(server, "INBOX") == [MAIL, OTHER]
    assert server.steps[STORE] == 0


def test_what_was_not_copied_is_copied_at_the_next_attempt(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(COPY, nothing_done)

    with pytest.raises(TransientError):
        mailbox.file([1, 2], FOLDER)

    assert file_again(mailbox) == {1, 2}
    assert lying(server, FOLDER) == [MAIL, OTHER]
    assert lying(server, "INBOX") == []


def test_a_copy_that_the_server_does_not_tell_of_is_looked_for(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(COPY, without_a_word)

    assert mailbox.file([1, 2], FOLDER) == {1, 2}
    assert lying(server, FOLDER) == [MAIL, OTHER]
    assert server.steps[COPY] == 1


def test_of_a_copy_in_part_only_that_part_is_removed(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(COPY, only_the_first)

    with pytest.raises(TransientError, match="says that 1 message is copied"):
        mailbox.file([1, 2], FOLDER)

    assert lying(server, FOLDER) == [MAIL]
    assert lying(server, "INBOX") == [OTHER]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"[COPYUID 7 1:4294967295 1:4294967295] ", id="everything"),
        pytest.param(b"[COPYUID 7 1,x 3,4] ", id="no numbers"),
        pytest.param(b"[COPYUID 7 8,9 3,4] ", id="others"),
        pytest.param(b"[COPYUID] ", id="nothing"),
    ],
)
def test_a_word_of_the_copy_that_makes_no_sense_is_not_believed(
    code: bytes, server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(COPY, lambda _: [Say(b"TAG OK " + code + b"done\r\n")])

    with pytest.raises(TransientError):
        mailbox.file([1, 2], FOLDER)

    assert lying(server, "INBOX") == [MAIL, OTHER]


def test_a_removal_without_effect_makes_no_second_copy(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(STORE, nothing_done)

    assert mailbox.file([1, 2], FOLDER) == frozenset()
    assert file_again(mailbox) == {1, 2}
    assert lying(server, FOLDER) == [MAIL, OTHER]


def test_a_uid_that_is_given_again_is_another_mail(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    mailbox.file([1, 2], FOLDER)
    server.account.boxes["INBOX"].uidnext = 1
    server.account.deliver(Mail(OTHER, ARRIVAL))

    assert mailbox.file([1], FOLDER) == {1}
    assert lying(server, FOLDER) == [MAIL, OTHER, OTHER]


def test_where_no_next_uid_is_told_all_may_have_been_copied_before(
    server: HostileServer,
) -> None:
    server.account.deliver(Mail(MAIL, ARRIVAL))
    server.account.deliver(Mail(MAIL, ARRIVAL), FOLDER)
    server.trap = Trap(Step("EXAMINE", "INBOX"), without_uidnext, times=ALWAYS)

    with mailbox_at(server) as mailbox:
        mailbox.select()
        mailbox.file([1], FOLDER)

    assert lying(server, FOLDER) == [MAIL]
    assert lying(server, "INBOX") == []


def test_copies_that_are_never_found_do_not_fill_the_server(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.trap = Trap(COPY, nothing_done, times=ALWAYS)

    with pytest.raises(TransientError):
        mailbox.file([1, 2], FOLDER)
    for _ in range(5):
        with pytest.raises(TransientError):
            file_again(mailbox)

    assert server.steps[COPY] == 3


def test_a_mail_that_somebody_took_away_is_none_that_was_not_copied(
    server: HostileServer, mailbox: ImapMailbox
) -> None:
    server.account.carry(b"entries", "INBOX", "Elsewhere")

    assert mailbox.file([1, 2], FOLDER) == {1, 2}
    assert lying(server, FOLDER) == [MAIL]
    assert lying(server, "Elsewhere") == [OTHER]
