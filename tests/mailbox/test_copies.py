"""A server without MOVE, and a process that was killed between copy and removal."""

import pytest

from tests.mailbox.sites import ImapSite
from tests.servers.fake_mailbox import ARRIVAL

pytestmark = pytest.mark.servers

FOLDER = "Complaints/Formal"
MAIL = b"Subject: Complaint\r\nFrom: a@b.example\r\n\r\nYour website is down.\r\n"
OTHER = MAIL.replace(b"website is down", b"website is slow")
assert len(MAIL) == len(OTHER)


def file_everything(site: ImapSite) -> None:
    """File as a new process does."""
    with site.mailbox() as mailbox:
        mailbox.connect()
        mailbox.select()
        mailbox.check_filing()
        mailbox.file(mailbox.uids(), FOLDER)


def lying(site: ImapSite, folder: str) -> list[bytes]:
    return sorted(seen.octets for seen in site.contents(folder))


def test_what_an_earlier_run_copied_is_not_copied_again(plain_site: ImapSite) -> None:
    plain_site.deliver(MAIL)
    plain_site.deliver(MAIL, ARRIVAL, FOLDER)

    file_everything(plain_site)

    assert lying(plain_site, FOLDER) == [MAIL]
    assert lying(plain_site, "INBOX") == []


def test_what_it_had_not_come_to_is_copied(plain_site: ImapSite) -> None:
    plain_site.deliver(MAIL)
    plain_site.deliver(OTHER)
    plain_site.deliver(MAIL, ARRIVAL, FOLDER)

    file_everything(plain_site)

    assert lying(plain_site, FOLDER) == sorted([MAIL, OTHER])
    assert lying(plain_site, "INBOX") == []


def test_a_mail_that_only_looks_alike_is_copied(plain_site: ImapSite) -> None:
    plain_site.deliver(OTHER)
    plain_site.deliver(MAIL, ARRIVAL, FOLDER)

    file_everything(plain_site)

    assert lying(plain_site, FOLDER) == sorted([MAIL, OTHER])


def test_of_two_alike_that_wait_both_are_filed(plain_site: ImapSite) -> None:
    plain_site.deliver(MAIL)
    plain_site.deliver(MAIL)

    file_everything(plain_site)

    assert lying(plain_site, FOLDER) == [MAIL, MAIL]


def test_what_comes_while_it_runs_is_not_looked_for(plain_site: ImapSite) -> None:
    plain_site.deliver(OTHER)
    plain_site.deliver(MAIL, ARRIVAL, FOLDER)

    with plain_site.mailbox() as mailbox:
        mailbox.connect()
        mailbox.select()
        mailbox.check_filing()
        plain_site.deliver(MAIL)
        mailbox.file(mailbox.uids()[-1:], FOLDER)

    assert lying(plain_site, FOLDER) == [MAIL, MAIL]
