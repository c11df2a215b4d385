"""A mail that costs too much, or keeps others waiting, is noticed."""

from pathlib import Path

import pytest
from typing_extensions import override

from tests.servers.dovecot import Dovecot
from tests.torture.access.house import House, post
from tests.torture.access.slowing import try_one
from tests.torture.ground import Ground

pytestmark = pytest.mark.servers


class Idle(House):
    """A house in which nothing is done."""

    @override
    def work(self) -> None:
        pass


@pytest.fixture
def ground(dovecot: Dovecot, tmp_path: Path) -> Ground:
    return Ground(folder=tmp_path, is_full=False, dovecot=lambda: dovecot, say=print)


def test_a_costly_mail_is_noticed(ground: Ground) -> None:
    with House(ground) as house:
        tried = try_one(house, "a mail", post(), 1, most=0.0)

    (finding,) = tried.findings
    assert "s of processor" in finding.words


def test_a_mail_that_keeps_others_waiting_is_noticed(ground: Ground) -> None:
    with Idle(ground) as house:
        tried = try_one(house, "a mail", post(), 1)

    (finding,) = tried.findings
    assert finding.words == "somebody else was kept waiting"
