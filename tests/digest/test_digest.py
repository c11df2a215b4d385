"""What the digest says, in the mail and anywhere else."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from click import Group

from tests.digest.conftest import MONDAY, MORNING, Office, body_of
from tests.store.making import INBOX, NOW, place
from triage.cli import commands
from triage.digest import (
    MOST_ROWS,
    Digest,
    headlines_of,
    needs_of,
    tables_of,
)
from triage.edition import Edition
from triage.intake.job import HEARTBEAT
from triage.oauth.expiry import Expiry
from triage.reply import Table
from triage.reply.verify import LARGEST_NOTICE
from triage.ruleset.schema import DigestTable
from triage.store import (
    Activation,
    Balance,
    Counts,
    Deed,
    DutyKind,
    How,
    Listed,
    MatterKind,
    Outcome,
    Request,
    SetAside,
    Trial,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEDNESDAY = datetime(2026, 3, 4, 10, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 10, tzinfo=UTC)


def table_of(office: Office, title: str, digest: Digest | None = None) -> Table:
    tables = tables_of(digest or office.digest(), office.policy)
    (found,) = [table for table in tables if table.title.startswith(title)]
    return found


def test_duties_are_told_by_the_day_on_which_they_are_due(office: Office) -> None:
    late = office.receive(1, WEDNESDAY, withheld=True)
    today = office.receive(2, FRIDAY, withheld=True)
    tomorrow = office.receive(3, MONDAY, withheld=True)
    office.receive(4, MONDAY + DAY - 3 * HOUR, withheld=True)

    digest = office.digest()

    assert [duty.reference for duty in digest.overdue.rows] == [late]
    assert [duty.reference for duty in digest.due_today.rows] == [today]
    assert [duty.reference for duty in digest.due_next.rows] == [tomorrow]
    assert digest.next_until == date(2026, 3, 11)


def test_the_next_working_day_is_after_the_weekend(office: Office) -> None:
    office.receive(1, datetime(2026, 3, 12, 10, tzinfo=UTC), withheld=True)

    digest = office.digest(now=datetime(2026, 3, 13, 7, 30, tzinfo=UTC))

    assert digest.next_until == date(2026, 3, 16)
    assert digest.due_next.count == 1


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (1, 1), (2, 2)])
def test_it_looks_ahead_as_far_as_it_is_told(
    office: Office, days: int, expected: int
) -> None:
    office.receive(1, MONDAY, withheld=True)
    office.receive(2, MONDAY + DAY - 3 * HOUR, withheld=True)

    assert office.digest(days=days).due_next.count == expected


def test_acknowledgements_and_answers_are_counted_apart(office: Office) -> None:
    office.receive(1, WEDNESDAY, withheld=True)
    office.receive(2, WEDNESDAY - DAY, withheld=True, respond_days=1)

    digest = office.digest()

    assert digest.overdue.by == {DutyKind.ACKNOWLEDGE: 2, DutyKind.RESPOND: 1}
    assert "2 acknowledgements and 1 answer are overdue." in headlines_of(
        digest, office.policy
    )


def test_urgent_flags_come_first_where_the_rules_do_not_say(office: Office) -> None:
    office.receive(1, WEDNESDAY, decided={"flags": ("repeat-sender",)})
    office.receive(2, MONDAY, decided={"flags": ("safeguarding",)})

    flagged = office.digest().flagged

    assert [case.reference[-1] for case in flagged.rows] == ["2", "1"]


def test_each_duty_has_its_next_command(office: Office) -> None:
    office.receive(1, WEDNESDAY, withheld=True)
    office.receive(2, WEDNESDAY, waits=True)
    office.receive(3, WEDNESDAY - 5 * DAY, respond_days=1)

    table = table_of(office, "Overdue")

    assert sorted(row[-1] for row in table.rows) == [
        "triage case acknowledged CMP-2026-00001",
        "triage case show CMP-2026-00003",
        "triage case show CMP-2026-00003",
        "triage outbox approve 1",
    ]


def test_debt_says_why_and_what_to_do(office: Office) -> None:
    office.receive(withheld=True)

    table = table_of(office, "To be acknowledged")

    assert table.rows == (
        (
            "CMP-2026-00001",
            "Wed 11 Mar",
            "people answer by hand",
            "no owner",
            "triage case acknowledged CMP-2026-00001",
        ),
    )


def test_replies_are_approved_by_a_command_or_in_the_mail_program(
    office: Office,
) -> None:
    office.receive(waits=True)

    table = table_of(office, "Replies that wait")

    assert table.rows[0][-1] == "triage outbox approve 1"
    assert table.note.endswith('into the folder "Complaints/Approved".')


def test_every_command_that_it_names_is_there(office: Office) -> None:
    office.receive(1, WEDNESDAY, withheld=True)
    office.receive(2, waits=True, decided={"flags": ("safeguarding",)})
    office.store.matters.add("CMP-2026-00001", MatterKind.OTHER_WRITER, "x", MORNING)
    office.store.retention.make("2026-03", ("CMP-2024-00001",), MONDAY)
    digest = replace(office.digest(), requests=A_REQUEST)
    one_more: dict[str, Any] = {name: cut(digest, name) for name in LISTS}
    digest = replace(digest, **one_more)

    tables = tuple(tables_of(digest, office.policy))

    said = [(*map(" ".join, table.rows), table.note) for table in tables]
    named = re.findall(r"triage ([a-z]+)(?: ([a-z]+))?", " ".join(map(" ".join, said)))
    assert named
    for words in named:
        group = commands.commands[words[0]]
        assert not isinstance(group, Group) or words[1] in group.commands


def test_cases_to_be_erased_are_told_until_somebody_approves(office: Office) -> None:
    retention = office.store.retention
    retention.make("2026-02", ("CMP-2024-00001",), MONDAY - 30 * DAY)
    retention.make("2026-03", ("CMP-2024-00001", "CMP-2024-00002"), MONDAY)

    table = table_of(office, "Closed cases to be erased")
    said = " ".join(headlines_of(office.digest(), office.policy))

    assert [row[0] for row in table.rows] == ["CMP-2024-00001", "CMP-2024-00002"]
    assert table.note == "Once you have looked: triage retention approve"
    assert "2 closed cases to erase or keep" in said
    retention.approve("2026-03", Deed(at=MORNING, by="Ann", act="erase"))
    assert office.digest().to_erase == Listed()


LISTS = (
    "overdue",
    "unacknowledged",
    "to_approve",
    "flagged",
    "unsettled",
    "requests",
    "to_erase",
)
A_REQUEST = Listed(
    1,
    (Request(reference="CMP-2026-00001", kind="access", due=MORNING, owner=None),),
)


def cut(digest: Digest, name: str) -> Listed[Any]:
    """Make a list have a row that is not listed, so that it says where all are."""
    found: Listed[Any] = getattr(digest, name)
    assert found.count
    return replace(found, count=found.count + 1)


def test_an_empty_list_is_one_sentence(office: Office) -> None:
    table = table_of(office, "Overdue")

    assert table == Table("Overdue", 0, (), (), "Nothing is overdue.")


def test_the_morning_tells_what_came_since_the_morning_before(office: Office) -> None:
    office.receive(1, MORNING - 23 * HOUR)
    office.receive(2, MORNING - 25 * HOUR)
    office.store.register.answer(
        "CMP-2026-00001", Deed(at=MORNING - HOUR, by="Ann", act="answer")
    )

    digest = office.digest()

    assert digest.came_in.by_route == {"formal-complaint": 1}
    assert digest.answered.count == 1
    assert table_of(office, "Came in").rows == (("A complaint that we answer", "1"),)


def test_monday_tells_of_the_weekend(office: Office) -> None:
    office.receive(1, datetime(2026, 3, 7, 12, tzinfo=UTC))

    digest = office.digest(now=datetime(2026, 3, 9, 7, 30, tzinfo=UTC))

    assert digest.came_in.cases == 1


def test_later_that_day_it_tells_of_the_same_time(office: Office) -> None:
    office.receive(1)
    morning = office.digest()
    office.run()
    office.receive(2, MORNING + HOUR)

    later = office.digest(now=MORNING + 9 * HOUR)

    assert later.period == morning.period
    assert later.came_in == morning.came_in


def test_a_morning_without_a_digest_is_told_by_the_next(office: Office) -> None:
    office.receive(1)
    office.now = MORNING - DAY
    office.run()
    office.now = MORNING + DAY

    assert office.digest().came_in.cases == 1


def test_a_day_on_which_nobody_works_shows_the_last_morning(office: Office) -> None:
    saturday = office.digest(now=datetime(2026, 3, 14, 12, tzinfo=UTC))

    assert saturday.period.day == date(2026, 3, 13)


def test_the_program_is_well(office: Office) -> None:
    store = office.store
    edition = Edition({"a.toml": ""}, {})
    store.editions.keep(edition, Counts(1, 1, 1, 1), NOW)
    since = Activation(MONDAY, edition.hash, How.CHANGE, "ann")
    store.editions.activate(since)
    store.heartbeat.note(HEARTBEAT, MORNING - timedelta(minutes=1))
    office.receive()
    store.balances.note(
        Balance(
            inbox=INBOX,
            at=MORNING,
            unaccounted=0,
            lingering=0,
            on_server=1203,
            recorded=2,
            set_aside=1,
            left_alone=1200,
        )
    )

    table = table_of(office, "The program")

    facts = {row[0]: row[1] for row in table.rows}
    assert table.note == "The program is well."
    assert facts["Mailbox"] == "read Tue 10 Mar, 07:29"
    assert facts["Ledger"] == (
        "balanced Tue 10 Mar, 07:30: every mail is accounted for "
        "(1,203 mails in the mailbox: 2 recorded, 1 set aside, 1,200 left alone)"
    )
    assert facts["Rules"] == (
        f"edition {edition.hash} since Mon 9 Mar, 10:00 (change by ann)"
    )
    assert facts["Audit log"].endswith(store.audit.head()[:16])


def test_what_is_not_well_stands_at_the_top(office: Office) -> None:
    store = office.store
    office.receive()
    store.heartbeat.note(HEARTBEAT, MORNING - 3 * HOUR)
    store.balances.note(Balance(inbox=INBOX, at=MORNING, unaccounted=2, lingering=0))
    store.breaker.trip(MORNING, 60)
    store.editions.note_trial(Trial(MORNING, None, Outcome.REFUSED, ("no",)))

    said = tuple(headlines_of(office.digest(), office.policy))

    assert said[1:5] == (
        "Changed rules or templates are refused; `triage status` ends with why, and"
        " what to do.",
        "The mailbox was not read for 3 hours: triage doctor.",
        "2 mails in the mailbox not accounted for.",
        "Replies are held, too many went out: triage outbox list.",
    )


def test_a_mailbox_that_is_read_seldom_is_not_silent(office: Office) -> None:
    office.around = replace(office.around, poll_seconds=3600)
    office.store.heartbeat.note(HEARTBEAT, MORNING - 3 * HOUR)

    assert list(needs_of(office.digest().health, MORNING)) == []


@pytest.mark.parametrize(
    ("days", "needs"),
    [
        pytest.param(31, [], id="in good time"),
        pytest.param(
            30,
            ["the client secret ends on 2026-04-09 (30 days left): renew it"],
            id="a month before",
        ),
    ],
)
def test_the_end_of_a_login_is_told_in_time(
    office: Office, days: int, needs: list[str]
) -> None:
    at = MORNING + timedelta(days=days)
    ending = Expiry(name="secret", what="the client secret", at=at, remedy="renew it")
    office.around = replace(office.around, expiries=(ending,))
    office.store.heartbeat.note(HEARTBEAT, MORNING)

    assert list(needs_of(office.digest().health, MORNING)) == needs


def test_the_mail_says_the_same_as_the_value(office: Office) -> None:
    office.receive(1, WEDNESDAY, withheld=True)
    office.receive(2, waits=True)
    digest = office.digest()

    office.run()

    (mail,) = office.mails()
    text = " ".join(body_of(mail).split())
    html = unescape(body_of(mail, "html"))
    for table in tables_of(digest, office.policy):
        if table.rows:
            assert table.title in html
        for row in table.rows:
            assert all(cell in text and cell in html for cell in row)


def test_nothing_of_the_writer_stands_in_it(office: Office) -> None:
    office.receive(1, WEDNESDAY, withheld=True)
    office.receive(2, waits=True)

    office.run()

    (mail,) = office.mails()
    assert "jane" not in mail.as_string().lower()
    assert "jane" not in repr(office.digest()).lower()


@pytest.mark.parametrize(
    "owner", ["Ann\r\nBcc: x", "<b>Ann</b>", "ann@board.example", "\u202e\x1b[31mAnn"]
)
def test_an_owner_with_a_strange_name_breaks_nothing(
    office: Office, owner: str
) -> None:
    office.receive(withheld=True)
    office.store._engine.run("UPDATE cases SET owner = :owner", owner=owner)

    office.run()

    (mail,) = office.mails()
    shown = body_of(mail, "html")
    assert "<b>" not in shown
    assert "@board" not in shown
    assert not {"\x1b", "\u202e"} & set(shown)
    assert mail["Bcc"] is None


def test_thousands_fit_into_one_mail_and_the_rest_is_counted(office: Office) -> None:
    owners = "A name that is as long as an officer with four given names has one"
    with office.store.batch():
        for uid in range(1, 401):
            office.receive(
                uid,
                WEDNESDAY,
                withheld=uid % 2 == 0,
                waits=uid % 2 == 1,
                respond_days=1,
                decided={"flags": ("safeguarding", "legal", "repeat-sender")},
            )
        office.store._engine.run("UPDATE cases SET owner = :owner", owner=owners)
        for uid in range(500, 600):
            office.store.ledger.set_aside(
                SetAside(
                    place=place(uid),
                    received_at=MONDAY,
                    reason="it took more memory than it may have",
                    due=MORNING,
                    now=MONDAY,
                )
            )

    office.run()

    (mail,) = office.mails()
    text = " ".join(body_of(mail).split())
    overdue = office.digest().overdue
    assert overdue.count == 800
    assert f"and {800 - MOST_ROWS} more: triage case list --overdue" in text
    assert f"and {400 - MOST_ROWS} more: triage case list --debt" in text
    assert f"and {100 - MOST_ROWS} more: triage case list --other" in text
    assert len(mail.as_bytes()) < LARGEST_NOTICE


def test_every_day_has_a_morning_where_the_rules_say_so(office: Office) -> None:
    office.set_table(DigestTable(days="all"))

    sunday = office.digest(now=datetime(2026, 3, 8, 12, tzinfo=UTC))

    assert sunday.period.day == date(2026, 3, 8)
    assert sunday.period.since == datetime(2026, 3, 7, 7, 30, tzinfo=UTC)
