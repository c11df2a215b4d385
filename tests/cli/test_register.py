"""What officers do to cases: every act as it is typed, and what they read then."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import NOBODY, Triage, work
from tests.intake.mails import delivered
from tests.journeys.installing import Settings, install
from triage.config import load_config
from triage.store import MatterKind, Store
from triage.wiring import now

REF = "CMP-2026-00001"
WHY = ("--why", "Because")
EVEN_SO = (*WHY, "--even-so")
ESCALATION = """
[[route]]
id = "escalation"
title = "Somebody senior looks"
template = "escalation"
folder = "Complaints/Escalated"
priority = "high"
escalates = true
tell = ["director"]
"""


def shown(triage: Triage, config: Path, reference: str = REF) -> dict[str, Any]:
    result = triage("case", "show", reference, "--json", "-c", config)
    found: dict[str, Any] = json.loads(result.out)
    return found


def install_with_escalation(folder: Path, at_most: str = "live") -> Path:
    config = install(folder, NOBODY, Settings(modes={"at_most": at_most}))
    rules = config.parent / "rules" / "20-escalation.toml"
    rules.write_text(ESCALATION, "utf-8")
    return config


@pytest.fixture
def senior(tmp_path: Path) -> Path:
    """An installation with a route that escalates, and one case."""
    config = install_with_escalation(tmp_path)
    return work(config, delivered("Complaint one", "Your website is down."))


def test_a_complaint_by_telephone_gets_a_case_and_the_letter(
    triage: Triage, worked: Path
) -> None:
    result = triage(
        *("case", "new", "--person", "Ann Lee", "--address", "Ann@Post.example"),
        *("--centre", "GB123", "--route", "formal-complaint", "-c", worked),
    )

    case = shown(triage, worked, "CMP-2026-00002")
    (letter,) = case["letters"]
    assert result.status == 0
    assert "its letter is on its way" in result.out
    assert (case["line"]["channel"], case["line"]["route"]) == (
        "telephone",
        "formal-complaint",
    )
    assert (letter["line"]["kind"], letter["line"]["to"], letter["line"]["state"]) == (
        "acknowledge",
        "ann@post.example",
        "queued",
    )
    assert case["particulars"]["person"] == "Ann Lee"
    assert case["parties"] == ["ann@post.example"]


def test_its_clocks_count_from_its_receipt(triage: Triage, worked: Path) -> None:
    result = triage("case", "new", "--received", "2026-03-02", "-c", worked)

    assert "2 working days from Mon 2 March 2026 → Wed 4 March" in result.out
    assert "10 working days from Wed 4 March 2026 → Wed 18 March" in result.out


def test_without_a_route_a_person_decides(triage: Triage, worked: Path) -> None:
    result = triage("case", "new", "--channel", "letter", "-c", worked)

    assert "is opened on the route review (A person decides)" in result.out


def test_without_an_email_address_it_is_a_debt(triage: Triage, worked: Path) -> None:
    triage("case", "new", "--address", "1 High Street, Leeds", "-c", worked)

    debts = triage("case", "list", "--debt", "-c", worked).out

    assert "acknowledge by hand: no e-mail address: write or call" in debts


@pytest.mark.parametrize(
    ("at_most", "said"),
    [
        ("watch", "a person must acknowledge it"),
        ("hold", "its letter waits for approval: triage outbox approve"),
    ],
)
def test_a_letter_goes_as_far_as_the_modes_let_it(
    triage: Triage, tmp_path: Path, at_most: str, said: str
) -> None:
    config = install_with_escalation(tmp_path, at_most)
    work(config, delivered("Complaint one"))

    result = triage("case", "new", "--address", "ann@post.example", "-c", config)

    assert said in result.out


def test_an_address_that_bounced_gets_no_letter(triage: Triage, worked: Path) -> None:
    triage("case", "new", "--address", "ann@post.example", "-c", worked)
    with Store.open(load_config(worked).store.path, exclusive=True) as store:
        from triage.store.undelivered import note_bounced  # noqa: PLC0415 - a row

        note_bounced(store._engine, "ann@post.example", now(), "x")

    result = triage("case", "new", "--address", "ann@post.example", "-c", worked)

    assert "mail to this person came back: write or call" in result.out


def test_a_letter_beyond_the_budget_waits_as_any_other(
    triage: Triage, tmp_path: Path
) -> None:
    config = install(tmp_path, NOBODY, Settings(budget=0))
    work(config, delivered("Lunch"))

    result = triage("case", "new", "--address", "ann@post.example", "-c", config)

    assert "its letter waits for approval" in result.out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--route", "formal-complant"), "did you mean `formal-complaint`"),
        (("--role", "parnt"), "did you mean `parent`"),
        (("--missing", "corespondence"), "did you mean `correspondence`"),
        (("--address", "ann@"), "is no plain e-mail address"),
        (("--address", "complaints@examboard.example"), "is our own address"),
        (("--received", "2999-01-01"), "lies in the future"),
    ],
)
def test_what_cannot_be_is_refused_and_opens_no_case(
    triage: Triage, worked: Path, typed: tuple[str, str], said: str
) -> None:
    result = triage("case", "new", *typed, "-c", worked)

    cases = triage("case", "list", "--json", "-c", worked).out.splitlines()
    assert result.status == 2
    assert said in result.err
    assert len(cases) == 1


def test_particulars_are_recorded_and_taken_away(triage: Triage, worked: Path) -> None:
    triage("case", "set", REF, "--centre", "GB123", "--sought", "x", "-c", worked)
    triage("case", "set", REF, "--sought", "", "-c", worked)

    assert shown(triage, worked)["particulars"] == {"centre": "GB123"}


def test_a_note_comes_from_standard_input_too(triage: Triage, worked: Path) -> None:
    triage("case", "note", REF, "-", "-c", worked, typed="first\nsecond\n")

    (note,) = shown(triage, worked)["notes"]
    assert note["text"] == "first\nsecond"


def test_an_empty_note_is_refused(triage: Triage, worked: Path) -> None:
    assert triage("case", "note", REF, " ", "-c", worked).status == 2


def test_a_case_is_assigned_and_given_back(triage: Triage, worked: Path) -> None:
    triage("case", "assign", REF, "amina", "-c", worked)
    hers = triage("case", "list", "--owner", "amina", "--json", "-c", worked).out
    triage("case", "assign", REF, "--nobody", "-c", worked)

    assert json.loads(hers)["reference"] == REF
    assert shown(triage, worked)["line"]["owner"] is None


def test_a_later_date_is_set_with_its_reason(triage: Triage, worked: Path) -> None:
    result = triage("case", "extend", REF, "--until", "2999-12-06", *WHY, "-c", worked)

    found = triage("case", "show", REF, "-c", worked).out
    assert result.status == 0
    assert "extended until Fri 6 Dec 2999; open" in found
    assert ": Because" in found


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-03-03", "is over"),
        ("2999-12-07", "say 2999-12-09"),
    ],
)
def test_a_date_that_cannot_be_is_refused(
    triage: Triage, worked: Path, until: str, said: str
) -> None:
    result = triage("case", "extend", REF, "--until", until, *WHY, "-c", worked)

    assert result.status == 2
    assert said in result.err


def test_a_later_date_holds_on_another_route(triage: Triage, worked: Path) -> None:
    triage("case", "extend", REF, "--until", "2999-12-06", *WHY, "-c", worked)

    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    assert shown(triage, worked)["line"]["respond_by"].startswith("2999-12-06")


def test_a_case_that_is_turned_away_has_no_later_date(
    triage: Triage, worked: Path
) -> None:
    triage("case", "extend", REF, "--until", "2999-12-06", *WHY, "-c", worked)

    triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    line = shown(triage, worked)["line"]
    assert (line["respond_by"], line["extended_until"]) == (None, None)


def test_a_reopened_case_counts_from_then_on_another_route_too(
    triage: Triage, worked: Path
) -> None:
    triage("case", "close", REF, "--outcome", "upheld", "-c", worked)
    triage("case", "reopen", REF, *WHY, "-c", worked)
    before = shown(triage, worked)["line"]["respond_by"]

    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    assert shown(triage, worked)["line"]["respond_by"] == before


def test_an_answer_by_telephone_stops_the_clock(triage: Triage, worked: Path) -> None:
    triage("case", "answer", REF, "--at", "2026-03-10T15:00", "-c", worked)

    found = shown(triage, worked)
    assert found["line"]["state"] == "answered"
    assert found["clocks"][1]["words"].endswith("done Tue 10 Mar 2026 15:00, in time")


def test_an_answer_before_the_complaint_is_refused(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "answer", REF, "--at", "2026-01-10", "-c", worked)

    assert result.status == 2
    assert f"--at lies before the clock of {REF} began" in result.err


def test_a_case_is_closed_with_what_came_of_it(triage: Triage, worked: Path) -> None:
    result = triage(
        "case", "close", REF, "--outcome", "upheld", "--root-cause", "supplier",
        "-c", worked,
    )  # fmt: skip

    line = shown(triage, worked)["line"]
    assert (line["state"], line["outcome"], line["root_cause"]) == (
        "closed",
        "upheld",
        "supplier",
    )
    assert result.out.splitlines() == [
        f"{REF} is closed: upheld",
        "  nobody has acknowledged it",
        "  nobody has answered it",
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--outcome", "uphled"), "did you mean `upheld`"),
        (("--outcome", "upheld", "--root-cause", "suplier"), "did you mean `supplier`"),
    ],
)
def test_an_outcome_that_there_is_not_is_refused(
    triage: Triage, worked: Path, typed: tuple[str, ...], said: str
) -> None:
    result = triage("case", "close", REF, *typed, "-c", worked)

    assert result.status == 2
    assert said in result.err
    assert shown(triage, worked)["line"]["state"] == "open"


def test_a_closed_case_is_not_closed_again(triage: Triage, worked: Path) -> None:
    triage("case", "close", REF, "--outcome", "upheld", "-c", worked)

    result = triage("case", "close", REF, "--outcome", "upheld", "-c", worked)

    assert result.status == 2
    assert result.err == f"{REF} is closed; to close it, it must be open or answered\n"


def test_a_reopened_case_has_a_fresh_clock_and_keeps_the_old_one(
    triage: Triage, worked: Path
) -> None:
    triage("case", "answer", REF, "-c", worked)
    triage("case", "close", REF, "--outcome", "upheld", "-c", worked)

    result = triage("case", "reopen", REF, *WHY, "-c", worked)

    found = shown(triage, worked)
    assert result.status == 0
    assert found["line"]["state"] == "open"
    assert found["line"]["outcome"] is None
    assert found["line"]["respond_by"] > now().isoformat()
    assert [each["ended_by"] for each in found["stages"]] == ["reopened"]
    assert found["stages"][0]["respond_by"].startswith("2026-03-18")


def test_an_escalation_is_acknowledged_and_told_with_its_own_clock(
    triage: Triage, senior: Path
) -> None:
    result = triage("case", "escalate", REF, *EVEN_SO, "-c", senior)

    found = shown(triage, senior)
    letters = {each["line"]["kind"]: each["line"] for each in found["letters"]}
    told = [each for each in letters if each.startswith("notice-director")]
    assert result.status == 0
    assert "director is told" in result.out
    assert (found["line"]["route"], found["line"]["priority"]) == ("escalation", "high")
    assert found["line"]["respond_by"] > now().isoformat()
    assert letters["escalate"]["to"] == "joy.mensah@post.example"
    assert len(told) == 1
    assert [each["ended_by"] for each in found["stages"]] == ["escalated"]


def test_a_second_escalation_is_refused_kindly(triage: Triage, senior: Path) -> None:
    triage("case", "escalate", REF, *EVEN_SO, "-c", senior)
    triage("case", "answer", REF, "-c", senior)

    result = triage("case", "escalate", REF, *EVEN_SO, "-c", senior)

    assert result.status == 2
    assert f"{REF} was escalated before" in result.err
    assert "its answer is final" in result.err
    assert shown(triage, senior)["line"]["state"] == "answered"


def test_without_a_route_that_escalates_ops_are_told(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "escalate", REF, *EVEN_SO, "-c", worked)

    assert result.status == 2
    assert "no route of the rules escalates" in result.err


@pytest.fixture
def two(config: Path) -> Path:
    """An installation with two cases of one person."""
    return work(
        config,
        delivered("Complaint one", "Your website is down."),
        delivered("Complaint two", "Your website is still down, and I wrote to you."),
    )


SECOND = "CMP-2026-00002"


def test_a_merged_case_is_shown_in_the_other(triage: Triage, two: Path) -> None:
    result = triage("case", "merge", SECOND, REF, *WHY, "-c", two)

    survivor = triage("case", "show", REF, "-c", two).out
    assert result.status == 0
    assert f"{SECOND}: mail: Complaint two" in survivor
    assert f"{SECOND}: letter 2, acknowledge: queued" in survivor
    assert f"{REF} goes on instead" in triage("case", "show", SECOND, "-c", two).out


def test_a_merged_case_owes_nothing(triage: Triage, two: Path) -> None:
    triage("case", "merge", SECOND, REF, "-c", two)

    listed = triage("case", "list", "--open", "--json", "-c", two).out.splitlines()

    assert [json.loads(each)["reference"] for each in listed] == [REF]


def test_nobody_is_forgotten_by_merging(triage: Triage, two: Path) -> None:
    triage("outbox", "drop", "2", "-c", two)

    result = triage("case", "merge", SECOND, REF, "-c", two)

    assert result.status == 2
    assert f"nobody has acknowledged {SECOND} yet" in result.err


def test_merging_into_itself_is_refused(triage: Triage, two: Path) -> None:
    assert triage("case", "merge", REF, REF, "-c", two).status == 2


def test_linked_cases_name_each_other_until_they_are_unlinked(
    triage: Triage, two: Path
) -> None:
    triage("case", "link", SECOND, REF, "-c", two)
    linked = shown(triage, two)["related"], shown(triage, two, SECOND)["related"]
    triage("case", "unlink", REF, SECOND, "-c", two)

    assert linked == ([SECOND], [REF])
    assert shown(triage, two)["related"] == []


def test_the_persons_other_cases_are_shown(triage: Triage, two: Path) -> None:
    found = triage("case", "show", REF, "-c", two).out

    assert "The same person's other cases" in found
    assert SECOND in found


def test_what_must_be_looked_at_is_listed_and_settled(
    triage: Triage, worked: Path
) -> None:
    with Store.open(load_config(worked).store.path, exclusive=False) as store:
        store.matters.add(REF, MatterKind.OTHER_WRITER, "Another wrote.", now())

    listed = triage("case", "list", "--matters", "--json", "-c", worked).out
    before = triage("case", "show", REF, "-c", worked).out
    settled = triage("case", "settle", REF, "-c", worked)
    again = triage("case", "settle", REF, "-c", worked)

    assert json.loads(listed)["reference"] == REF
    assert f"look at it: Another wrote. Then: triage case settle {REF}" in before
    assert (settled.status, again.status) == (0, 2)


@pytest.mark.parametrize(
    "command",
    [
        ("set", "--centre", "x"),
        ("note", "x"),
        ("assign", "x"),
        ("settle",),
        ("answer",),
        ("extend", "--until", "2999-12-06", *WHY),
        ("close", "--outcome", "upheld"),
        ("reopen", *WHY),
        ("escalate", *EVEN_SO),
        ("merge", REF),
        ("link", REF),
        ("unlink", REF),
    ],
    ids=lambda command: command[0],
)
def test_a_case_that_is_not_there_is_told_plainly(
    triage: Triage, worked: Path, command: tuple[str, ...]
) -> None:
    name, *others = command

    result = triage("case", name, "CMP-2026-99999", *others, "-c", worked)

    assert result.status == 2
    assert result.err == "there is no case CMP-2026-99999; see: triage case list\n"


def test_the_timeline_has_mails_notes_and_deeds_in_order_of_time(
    triage: Triage, worked: Path
) -> None:
    triage("case", "note", REF, "Called her", "-c", worked)
    triage("case", "close", REF, "--outcome", "upheld", *WHY, "-c", worked)

    found = triage("case", "show", REF, "-c", worked).out

    wanted = ("mail: Complaint one", "letter 1, acknowledge", "note by", "close by")
    places = [found.index(words) for words in wanted]
    assert places == sorted(places)


def test_particulars_that_look_like_a_list_are_shown(
    triage: Triage, worked: Path
) -> None:
    triage("case", "set", REF, "--centre", "[GB123", "-c", worked)

    assert "[GB123" in triage("case", "show", REF, "-c", worked).out


def test_a_list_is_a_spreadsheet_that_computes_nothing(
    triage: Triage, worked: Path
) -> None:
    triage("case", "set", REF, "--centre", "=HYPERLINK(1)", "-c", worked)
    triage("case", "set", REF, "--sought", " +1", "--substance", 'a,"b"', "-c", worked)

    result = triage("case", "list", "--csv", "-c", worked)

    (row,) = csv.DictReader(io.StringIO(result.out.removeprefix("\ufeff")))
    assert row["reference"] == REF
    assert row["centre"] == "'=HYPERLINK(1)"
    assert row["sought"] == "'+1"
    assert row["substance"] == 'a,"b"'


def test_a_long_list_is_cut_and_says_so(triage: Triage, two: Path) -> None:
    result = triage("case", "list", "--limit", "1", "-c", two)

    assert result.out.splitlines()[-2:] == [
        "2 cases, 0 still to be acknowledged by a person",
        "1 more are not shown: --limit 2",
    ]


def test_a_word_that_no_case_has_is_told(triage: Triage, worked: Path) -> None:
    result = triage("case", "list", "--route", "formal-complant", "-c", worked)

    assert result.err == (
        "no case has the route `formal-complant`; did you mean `formal-complaint`?\n"
    )


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        (("--open",), True),
        (("--answered",), False),
        (("--closed",), False),
        (("--route", "formal-complaint"), True),
        (("--role", "unknown"), True),
        (("--topic", "website"), True),
        (("--channel", "mail"), True),
        (("--channel", "letter"), False),
        (("--priority", "normal"), True),
        (("--flag", "any"), False),
        (("--missing", "correspondence"), True),
        (("--missing", "any"), True),
        (("--from", "2026-03-02", "--to", "2026-03-02"), True),
        (("--from", "2026-03-03"), False),
        (("--to", "2026-03-01"), False),
        (("--due-before", "2026-03-19"), True),
        (("--due-before", "2026-03-04"), False),
        (("--overdue",), True),
        (("--person", "Joy.Mensah@post.example"), True),
        (("--person", "other@post.example"), False),
        (("--matters",), False),
        (("--text", "Hill"), True),
        (("--text", "%"), False),
    ],
    ids=str,
)
def test_filters_find_what_they_say(
    triage: Triage, worked: Path, filters: tuple[str, ...], is_found: bool
) -> None:
    triage("case", "set", REF, "--centre", "GB123 Hill School", "-c", worked)

    result = triage("case", "list", "--json", *filters, "-c", worked)

    assert bool(result.out) == is_found


def test_a_sender_steers_no_terminal_by_particulars(
    triage: Triage, worked: Path
) -> None:
    triage("case", "set", REF, "--person", "A\x1b[2Jnn", "-c", worked)
    triage("case", "note", REF, "B\x1b[31m", "-c", worked)

    shown_ = triage("case", "show", REF, "-c", worked).out
    listed = triage("case", "list", "--csv", "-c", worked).out
    logged = triage("audit", "show", REF, "-c", worked).out

    assert "\x1b" not in shown_ + listed + logged


def test_the_log_is_whole_and_says_its_head(triage: Triage, worked: Path) -> None:
    triage("case", "note", REF, "Called her", "-c", worked)

    result = triage("audit", "verify", "-c", worked)

    head = result.out.splitlines()[-1].removeprefix("The latest row: ")
    again = triage("audit", "verify", "--head", head, "-c", worked)
    assert (result.status, again.status) == (0, 0)
    assert "The log of 2 rows is whole." in result.out


def test_a_log_that_lost_its_end_is_told_by_the_noted_head(
    triage: Triage, worked: Path
) -> None:
    result = triage("audit", "verify", "--head", "0" * 63 + "1", "--json", "-c", worked)

    assert result.status == 1
    assert json.loads(result.out)["broken"]


def test_a_head_that_is_none_is_a_mistake(triage: Triage, worked: Path) -> None:
    assert triage("audit", "verify", "--head", "abc", "-c", worked).status == 2


def test_the_log_shows_who_did_what_and_why(triage: Triage, worked: Path) -> None:
    triage(
        "case", "close", REF, "--outcome", "upheld", *WHY, "--by", "amina", "-c", worked
    )

    result = triage("audit", "show", REF.lower(), "-c", worked)

    assert "close by amina" in result.out
    assert "outcome         upheld" in result.out
    assert "why             Because" in result.out


def test_the_last_step_is_not_taken_before_anybody_answered(
    triage: Triage, senior: Path
) -> None:
    result = triage("case", "escalate", REF, *WHY, "-c", senior)

    assert result.status == 2
    assert "nobody has answered CMP-2026-00001 yet" in result.err


def test_a_case_that_nobody_answered_keeps_its_dates_when_reopened(
    triage: Triage, worked: Path
) -> None:
    def line() -> dict[str, object]:
        shown = triage("case", "show", REF, "--json", "-c", worked).out
        found: dict[str, object] = json.loads(shown)["line"]
        return found

    before = line()
    triage("case", "close", REF, "--outcome", "upheld", "-c", worked)
    triage("case", "reopen", REF, *WHY, "-c", worked)

    assert line()["respond_by"] == before["respond_by"]
    assert line()["closed_at"] is None
