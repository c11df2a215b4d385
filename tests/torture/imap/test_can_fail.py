"""What is judged here can go wrong: a program that does it is found out."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from typing_extensions import override

from tests.servers.hostile import Step, Trap
from tests.torture.imap.faults import DROPS
from tests.torture.imap.life import begun, installation, overheard
from tests.torture.imap.record import findings_in
from tests.torture.oracle import judge
from triage.mailbox import ImapMailbox

pytestmark = pytest.mark.servers


class Honest(ImapMailbox):
    """As it is."""


class Careless(ImapMailbox):
    """Files whatever lies there."""

    @override
    def file(self, uids: Iterable[int], folder: str) -> frozenset[int]:
        return super().file([*uids, *self.uids()], folder)


class Sweeping(ImapMailbox):
    """Removes what anybody has marked as deleted."""

    @override
    def file(self, uids: Iterable[int], folder: str) -> frozenset[int]:
        gone = super().file(uids, folder)
        with self.step("sweeping") as client:
            client.expunge()
        return gone


class Forgetful(ImapMailbox):
    """Does not see the mail that came first."""

    @override
    def uids(self) -> list[int]:
        return super().uids()[1:]


def found_with(kind: type[ImapMailbox], folder: Path) -> set[str]:
    """Return the promises that are broken when this is the mailbox of intake."""
    trap = Trap(Step("FETCH body", "INBOX"), DROPS[0].spring)
    with overheard() as log, begun(folder / "life") as life:
        with installation(life) as parts:
            parts.mailbox.__class__ = kind
            assert life.live_through(parts, 1, "a case", trap)
        found = (
            *life.findings,
            *findings_in(life.server, life.delivered),
            *judge(life.evidence(log())),
        )
    return {each.promise for each in found}


def test_a_mailbox_as_it_is_breaks_no_promise(tmp_path: Path) -> None:
    assert found_with(Honest, tmp_path) == set()


def test_filing_mail_of_others_is_noticed(tmp_path: Path) -> None:
    assert "untouched" in found_with(Careless, tmp_path)


def test_removing_what_others_marked_is_noticed(tmp_path: Path) -> None:
    assert {"untouched", "command"} <= found_with(Sweeping, tmp_path)


def test_a_mail_that_is_never_taken_up_is_noticed(tmp_path: Path) -> None:
    assert {"fate", "settled"} <= found_with(Forgetful, tmp_path)
