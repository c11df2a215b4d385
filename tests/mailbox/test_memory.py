"""What a 25 MB mail costs, measured in a process of its own."""

import subprocess
import sys

import pytest

from tests.mailbox.mails import make_large_mail
from tests.mailbox.sites import ImapSite

_FETCHER = """
import resource, sys
from triage.mailbox import Account, ImapMailbox, Security

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

port, user = int(sys.argv[1]), sys.argv[2]
account = Account("127.0.0.1", port, Security.PLAIN, user, lambda: "pw")
with ImapMailbox(account) as mailbox:
    mailbox.select()
    listed = list(mailbox.peek(mailbox.uids()))
    before = peak()
    (fetched,) = mailbox.fetch(listed)
    print(listed[0].size, len(fetched.raw), peak() - before)
"""


@pytest.mark.servers
def test_a_mail_of_25_megabytes_costs_little_memory(dovecot_site: ImapSite) -> None:
    dovecot_site.deliver(make_large_mail(attachment_octets=18_500_096))
    port, user = dovecot_site.address

    fetcher = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", _FETCHER, str(port), user],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    size, fetched, extra_kilobytes = map(int, fetcher.stdout.split())

    assert size > 25_000_000
    assert fetched < 10_000
    assert extra_kilobytes < 40_000
