"""The witness: where a copy of a letter of ours is looked for."""

from collections.abc import Iterator

import pytest

from tests.servers.fake_mailbox import FakeMailbox
from triage.errors import TransientError
from triage.wiring.servers import MailboxWitness

OURS = "<acknowledge.CMP-2026-00001.0123456789abcdef@examboard.example>"
LETTER = f"Message-ID: {OURS}\r\n\r\nThank you.\r\n".encode()
AUTOMATIC = "Complaints/Automatic"


@pytest.fixture
def mailbox() -> Iterator[FakeMailbox]:
    with FakeMailbox() as opened:
        yield opened


def test_before_anything_was_filed_no_copy_is_there(mailbox: FakeMailbox) -> None:
    witness = MailboxWitness(mailbox, "INBOX", lambda: AUTOMATIC)

    assert not witness.has(OURS)


@pytest.mark.parametrize("is_filed", [False, True], ids=["in the inbox", "filed"])
def test_a_copy_is_found_wherever_it_is(
    mailbox: FakeMailbox, *, is_filed: bool
) -> None:
    mailbox.deliver(LETTER)
    if is_filed:
        mailbox.select()
        mailbox.file([1], AUTOMATIC)

    assert MailboxWitness(mailbox, "INBOX", lambda: AUTOMATIC).has(OURS)


def test_a_sent_folder_that_is_missing_proves_nothing(mailbox: FakeMailbox) -> None:
    witness = MailboxWitness(mailbox, "Sent Items")

    with pytest.raises(TransientError):
        witness.has(OURS)
    assert "Sent Items" not in mailbox.folders
