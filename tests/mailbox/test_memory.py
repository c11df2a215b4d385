"""What a 25 MB mail costs, measured in a process of its own."""

import subprocess
import sys

import pytest

from tests.mailbox.mails import make_large_mail, make_mail
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
@pytest.mark.parametrize(
    ("octets", "fetched_at_most"),
    [
        pytest.param(make_large_mail(18_500_096), 10_000, id="a scan"),
        pytest.param(make_mail(text="beaten\r\n" * 3_200_000), 263_000, id="a text"),
    ],
)
def test_a_mail_of_25_megabytes_costs_little_memory(
    dovecot_site: ImapSite, octets: bytes, fetched_at_most: int
) -> None:
    dovecot_site.deliver(octets)
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
    assert fetched < fetched_at_most
    assert extra_kilobytes < 5_000
