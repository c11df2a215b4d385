"""The checker notices what goes wrong: each test spoils one thing."""

import sqlite3
from contextlib import closing
from copy import copy
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.halfyear.checker import Finding, findings
from tests.halfyear.conftest import Lived
from tests.halfyear.log import Act, Kind, Log


def spoil(check: str, lived: Lived, *statements: str) -> list[Finding]:
    """Change the store behind the program's back, and check."""
    with closing(sqlite3.connect(lived.store)) as store:
        for statement in statements:
            assert store.execute(statement).rowcount in {1, -1}
        store.commit()
    return findings(lived.log, lived.store, check)


def without_letter(log: Log, kind: str) -> Log:
    """The mail log as if the first letter of a kind had never left."""
    changed = copy(log)
    ours = f"Message-ID: <{kind}.".encode()
    first = next(each for each in log.departed if ours in each.octets)
    changed.departed = [each for each in log.departed if each is not first]
    return changed


def without_notices(log: Log) -> Log:
    """The mail log as if the team had never got a mail."""
    changed = copy(log)
    changed.departed = [each for each in log.departed if b"team@" not in each.octets]
    return changed


ONE_OPEN = (
    "SELECT min(id) FROM cases WHERE respond_by IS NOT NULL AND extended_until IS NULL"
)
ONE_RECORDED = (
    "SELECT min(id) FROM messages WHERE disposition = 'answer' AND fate = 'recorded'"
)


@pytest.mark.parametrize("check", ["acknowledged", "letters"])
def test_a_lost_acknowledgement_is_noticed(lived: Lived, check: str) -> None:
    log = without_letter(lived.log, "acknowledge")

    assert findings(log, lived.store, check)


def test_a_letter_that_left_twice_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.departed = [*log.departed, log.departed[0]]

    assert findings(log, lived.store, "letters")


def test_a_complaint_that_is_acknowledged_twice_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    first = next(each for each in log.departed if b"<acknowledge." in each.octets)
    again = first.octets.replace(b"<acknowledge.", b"<escalate.", 1)
    log.departed = [*log.departed, replace(first, octets=again)]

    assert findings(log, lived.store, "acknowledged")


@pytest.mark.parametrize("column", ["acknowledge_by", "respond_by", "clock_from"])
@pytest.mark.parametrize("days", ["+1 day", "-1 day"])
def test_a_clock_that_is_wrong_by_a_day_is_noticed(
    copied: Lived, column: str, days: str
) -> None:
    moved = f"strftime('%Y-%m-%dT%H:%M:%S.000000Z', {column}, '{days}')"
    statement = f"UPDATE cases SET {column} = {moved} WHERE id = ({ONE_OPEN})"  # noqa: S608 - names of this file

    assert spoil("clocks", copied, statement)


def test_a_date_that_nobody_set_is_noticed(copied: Lived) -> None:
    later = "'2027-01-05T17:00:00.000000Z'"
    statement = (
        f"UPDATE cases SET respond_by = {later}, extended_until = {later}"  # noqa: S608 - names of this file
        f" WHERE id = ({ONE_OPEN})"
    )

    assert spoil("clocks", copied, statement)


def test_a_mail_without_a_row_is_noticed(copied: Lived) -> None:
    statement = f"DELETE FROM messages WHERE id = ({ONE_RECORDED})"  # noqa: S608 - names of this file

    assert spoil("accounts", copied, statement)


def test_a_complaint_that_is_taken_for_a_machines_is_noticed(copied: Lived) -> None:
    statement = (
        "UPDATE messages SET case_id = NULL, disposition = 'record'"  # noqa: S608 - names of this file
        f" WHERE id = ({ONE_RECORDED})"
    )

    assert spoil("accounts", copied, statement)


def test_a_mail_that_lies_nowhere_any_more_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.folders = {name: lying[1:] for name, lying in log.folders.items()}

    assert findings(log, lived.store, "accounts")


def test_a_mail_of_others_that_was_marked_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    seen = [(sha, frozenset({"\\Seen"})) for sha, _ in log.folders["INBOX"]]
    log.folders = log.folders | {"INBOX": seen}

    assert findings(log, lived.store, "accounts")


def test_bytes_that_were_changed_are_noticed(copied: Lived) -> None:
    statement = (
        "UPDATE raws SET compressed ="  # noqa: S608 - names of this file
        " (SELECT compressed FROM raws ORDER BY sha256 DESC) WHERE sha256 ="
        f" (SELECT sha256 FROM messages WHERE id = ({ONE_RECORDED}))"
    )

    assert spoil("accounts", copied, statement)


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

    assert findings(log, lived.store, "letters")


def test_a_letter_to_somebody_else_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.departed = [replace(each, to="else@post.example") for each in log.departed]

    assert findings(log, lived.store, "letters")


def test_an_act_that_was_changed_in_the_audit_log_is_noticed(copied: Lived) -> None:
    assert spoil(
        "chain",
        copied,
        "DROP TRIGGER audit_is_never_changed",
        "UPDATE audit SET actor = 'nobody' WHERE id = 100",
    )


def test_team_mails_that_never_left_are_noticed(lived: Lived) -> None:
    assert findings(without_notices(lived.log), lived.store, "acknowledged")


@pytest.mark.parametrize("check", ["accounts", "clocks"])
def test_a_mail_that_came_a_day_earlier_is_noticed(lived: Lived, check: str) -> None:
    log = copy(lived.log)
    log.arrived = [
        replace(each, at=each.at - timedelta(days=1)) for each in log.arrived
    ]

    assert findings(log, lived.store, check)


def test_an_answer_that_is_not_in_the_register_is_noticed(copied: Lived) -> None:
    statement = (
        "UPDATE cases SET answered_at = NULL WHERE id ="
        " (SELECT min(id) FROM cases WHERE answered_at IS NOT NULL)"
    )

    assert spoil("answered", copied, statement)


def test_an_answer_that_nobody_gave_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    first = next(each for each in log.done if each.act is Act.ANSWERED)
    log.done = [each for each in log.done if each is not first]

    assert findings(log, lived.store, "answered")


def test_a_case_that_closes_while_an_answer_is_owed_is_noticed(copied: Lived) -> None:
    statement = (
        "UPDATE cases SET closed_at = '2026-12-30T09:00:00.000000Z',"
        " outcome = 'answered' WHERE id = (SELECT min(id) FROM cases"
        " WHERE answered_at IS NULL AND closed_at IS NULL AND respond_by IS NOT NULL)"
    )

    assert spoil("answered", copied, statement)


HEADINGS = (
    "Overdue",
    "Due today",
    "To be acknowledged by a person",
    "Replies that wait for approval",
    "Matters that a person must look at",
    "Came in from",
    "Answered from",
    "Open cases",
)


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_figure_that_the_register_does_not_have_is_noticed(
    lived: Lived, heading: str
) -> None:
    log = copy(lived.log)
    full = next(each for each in log.snapshots if each.figures[heading])
    figures = {**full.figures, heading: full.figures[heading][1:]}
    changed = replace(full, figures=figures)
    log.snapshots = [changed]

    found = findings(log, lived.store, "digests")

    assert any(heading in each.words for each in found)


def test_a_morning_without_a_digest_is_noticed(lived: Lived) -> None:
    log = copy(lived.log)
    log.snapshots = [*log.snapshots[:50], *log.snapshots[51:]]

    assert findings(log, lived.store, "digests")
