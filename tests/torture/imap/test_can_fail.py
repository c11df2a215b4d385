"""What is judged here can go wrong: a program that does it is found out."""

import ssl
from collections.abc import Iterable
from pathlib import Path

import pytest
from typing_extensions import override

from tests.servers.hostile import Step, Trap
from tests.torture.imap.emptiness import EMPTINESS
from tests.torture.imap.faults import DROPS, Fault
from tests.torture.imap.life import begun, installation, overheard
from tests.torture.imap.poor import lacking
from tests.torture.imap.record import findings_in
from tests.torture.imap.sweep import FULL_SERVER, Server
from tests.torture.imap.trust import CASES, Case, contexts_in, met
from tests.torture.oracle import judge
from triage.mailbox import ImapMailbox, filing

pytestmark = pytest.mark.servers

READING, COPYING = Step("FETCH body", "INBOX"), Step("UID COPY", "INBOX")
IN_VAIN = next(each for each in EMPTINESS if each.name == "OK, and nothing was done")
CARRIED_OUT = next(each for each in DROPS if each.name == "carried out, then closed")


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


class Repeating(ImapMailbox):
    """Copies without looking what it has copied before."""

    @override
    def _look_for_copies(self, uids: Iterable[int], folder: str) -> None:
        self._copies.begin(1)


class Believing(ImapMailbox):
    """Believes that what was to be copied is copied."""

    @override
    def _copied_and_removed(self, uids: list[int], folder: str) -> list[int]:
        filing.copy(self, uids, self.spelled(folder))
        filing.remove(self, uids)
        return filing.still_here(self, uids)


class Trusting(ImapMailbox):
    """Takes any certificate."""

    @override
    def _tls_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def trust_in(case: Case, kind: type[ImapMailbox], folder: Path) -> set[str]:
    """Return the promises that are broken where the server is not to be trusted."""
    folder.mkdir()
    found = met(folder, case, contexts_in(folder), kind)[0]
    return {each.promise for each in found}


def found_with(
    kind: type[ImapMailbox],
    folder: Path,
    server: Server = FULL_SERVER,
    step: Step = READING,
    fault: Fault = CARRIED_OUT,
) -> set[str]:
    """Return the promises that are broken when this is the mailbox of intake."""
    trap = Trap(step, fault.spring)
    with (
        overheard() as log,
        begun(folder, capabilities=server.capabilities) as life,
    ):
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
    assert found_with(Honest, tmp_path / "life") == set()


def test_filing_mail_of_others_is_noticed(tmp_path: Path) -> None:
    assert "untouched" in found_with(Careless, tmp_path / "life")


def test_removing_what_others_marked_is_noticed(tmp_path: Path) -> None:
    assert {"untouched", "command"} <= found_with(Sweeping, tmp_path / "life")


def test_a_mail_that_is_never_taken_up_is_noticed(tmp_path: Path) -> None:
    assert {"fate", "settled"} <= found_with(Forgetful, tmp_path / "life")


def test_a_copy_that_is_made_again_is_noticed(tmp_path: Path) -> None:
    assert found_with(Honest, tmp_path / "a", lacking("MOVE"), COPYING) == set()
    assert "fate" in found_with(Repeating, tmp_path / "b", lacking("MOVE"), COPYING)


def test_a_mail_that_was_never_copied_and_is_removed_is_noticed(
    tmp_path: Path,
) -> None:
    server = lacking("MOVE")

    assert found_with(Honest, tmp_path / "a", server, COPYING, IN_VAIN) == set()
    assert "fate" in found_with(Believing, tmp_path / "b", server, COPYING, IN_VAIN)


def test_a_password_for_a_server_that_nobody_vouches_for_is_noticed(
    tmp_path: Path,
) -> None:
    case = next(each for each in CASES if "of another host" in each.name)

    assert not trust_in(case, ImapMailbox, tmp_path / "a")
    assert "trust" in trust_in(case, Trusting, tmp_path / "b")
