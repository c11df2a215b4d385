"""The checker notices what goes wrong: each test spoils one thing."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from copy import copy
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.halfyear.checker import Finding, findings
from tests.halfyear.conftest import Lived
from tests.halfyear.log import Kind, Log


def spoil(lived: Lived, *statements: str) -> list[Finding]:
    """Change the store behind the program's back, and check."""
    with closing(sqlite3.connect(lived.store)) as store:
        for statement in statements:
            assert store.execute(statement).rowcount in {1, -1}
        store.commit()
    return findings(lived.log, lived.store)


def checks(found: Iterable[Finding]) -> set[str]:
    return {finding.check for finding in found}


def without_letter(log: Log, kind: str) -> Log:
    """The mail log as if the first letter of a kind had never left."""
    changed = copy(log)
    ack = f"Message-ID: <{kind}.".encode()
    first = next(each for each in log.departed if ack in each.octets)
    changed.departed = [each for each in log.departed if each is not first]
    return changed


ONE_OPEN = "SELECT min(id) FROM cases WHERE respond_by IS NOT NULL"
ONE_RECORDED = (
    "SELECT min(id) FROM messages WHERE disposition = 'answer' AND fate = 'recorded'"
)


def test_a_lost_acknowledgement_is_noticed(lived: Lived) -> None:
    found = findings(without_letter(lived.log, "acknowledge"), lived.store)

    assert {"acknowledged", "letters"} <= checks(found)


def test_a_letter_that_left_twice_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.departed = [*log.departed, log.departed[0]]

    found = findings(log, lived.store)

    assert "letters" in checks(found)


@pytest.mark.parametrize("column", ["acknowledge_by", "respond_by", "clock_from"])
@pytest.mark.parametrize("days", ["+1 day", "-1 day"])
def test_a_clock_that_is_wrong_by_a_day_is_noticed(
    copied: Lived, column: str, days: str
) -> None:
    moved = f"strftime('%Y-%m-%dT%H:%M:%S.000000Z', {column}, '{days}')"

    found = spoil(
        copied,
        f"UPDATE cases SET {column} = {moved} WHERE id = ({ONE_OPEN})",  # noqa: S608
    )

    assert "clocks" in checks(found)


def test_a_mail_without_a_row_is_noticed(copied: Lived) -> None:
    found = spoil(copied, f"DELETE FROM messages WHERE id = ({ONE_RECORDED})")  # noqa: S608

    assert "accounts" in checks(found)


def test_a_complaint_that_is_taken_for_a_machines_is_noticed(copied: Lived) -> None:
    found = spoil(
        copied,
        "UPDATE messages SET case_id = NULL, disposition = 'record'"  # noqa: S608
        f" WHERE id = ({ONE_RECORDED})",
    )

    assert "accounts" in checks(found)


def test_a_mail_that_lies_nowhere_any_more_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.folders = {name: lying[1:] for name, lying in log.folders.items()}

    found = findings(log, lived.store)

    assert "accounts" in checks(found)


def test_a_mail_of_others_that_was_marked_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    seen = [(sha, frozenset({"\\Seen"})) for sha, _ in log.folders["INBOX"]]
    log.folders = log.folders | {"INBOX": seen}

    found = findings(log, lived.store)

    assert "accounts" in checks(found)


def test_bytes_that_were_changed_are_noticed(copied: Lived) -> None:
    found = spoil(
        copied,
        "UPDATE raws SET compressed ="
        " (SELECT compressed FROM raws ORDER BY sha256 DESC)"
        " WHERE sha256 = (SELECT min(sha256) FROM raws)",
    )

    assert "accounts" in checks(found)


def test_an_answer_to_a_machine_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    answered = {
        each.octets.partition(b"In-Reply-To: ")[2].split(b"\r\n")[0].decode()
        for each in log.departed
    }
    log.arrived = [
        replace(each, mail=replace(each.mail, kind=Kind.AUTOMATIC))
        if each.mail.message_id in answered
        else each
        for each in log.arrived
    ]

    found = findings(log, lived.store)

    assert "letters" in checks(found)


def test_a_letter_to_somebody_else_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.departed = [replace(each, to="else@post.example") for each in log.departed]

    found = findings(log, lived.store)

    assert "letters" in checks(found)


def test_an_act_that_was_changed_in_the_audit_log_is_noticed(copied: Lived) -> None:
    found = spoil(
        copied,
        "DROP TRIGGER audit_is_never_changed",
        "UPDATE audit SET actor = 'nobody' WHERE id = 100",
    )

    assert "chain" in checks(found)


def test_team_mails_that_never_left_are_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.departed = [each for each in log.departed if b"team@" not in each.octets]

    found = findings(log, lived.store)

    assert "acknowledged" in checks(found)


def test_a_mail_that_came_a_day_earlier_than_recorded_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.arrived = [
        replace(each, at=each.at - timedelta(days=1)) for each in log.arrived
    ]

    found = findings(log, lived.store)

    assert {"accounts", "clocks"} <= checks(found)
