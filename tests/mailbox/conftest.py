from typing import TYPE_CHECKING, cast

import pytest

from tests.mailbox.sites import FakeSite, ImapSite, Site
from tests.servers.dovecot import PASSWORD, Dovecot

if TYPE_CHECKING:
    from triage.demo.servers import ImapServer


@pytest.fixture(
    params=[
        pytest.param("fake", id="fake"),
        pytest.param("pymap", id="pymap", marks=pytest.mark.servers),
        pytest.param("dovecot", id="dovecot", marks=pytest.mark.servers),
        pytest.param("plain", id="plain dovecot", marks=pytest.mark.servers),
    ]
)
def site(request: pytest.FixtureRequest) -> Site:
    match request.param:
        case "fake":
            return FakeSite()
        case "pymap":
            pymap = cast("ImapServer", request.getfixturevalue("imap_server"))
            return ImapSite(pymap.port, pymap.user, pymap.password)
        case "dovecot":
            return cast("ImapSite", request.getfixturevalue("dovecot_site"))
        case _:
            return cast("ImapSite", request.getfixturevalue("plain_site"))


@pytest.fixture
def dovecot_site(dovecot: Dovecot) -> ImapSite:
    return ImapSite(dovecot.imap, dovecot.new_user(), PASSWORD)


@pytest.fixture
def plain_site(plain_dovecot: Dovecot) -> ImapSite:
    return ImapSite(plain_dovecot.imap, plain_dovecot.new_user(), PASSWORD, _with_dots)


def _with_dots(folder: str) -> str:
    return folder if folder == "INBOX" else "INBOX." + folder.replace("/", ".")
