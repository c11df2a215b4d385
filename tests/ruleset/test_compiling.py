from collections.abc import Mapping
from datetime import date

import pytest

from triage.errors import ConfigError, Problem
from triage.ruleset import compile_ruleset

SIGNAL = '[[signal]]\nid = "s"\ntitle = "t"\n'


def problems_of(files: Mapping[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        compile_ruleset(files)
    return caught.value.problems


def test_files_are_taken_together_in_the_order_of_their_names(frame: str) -> None:
    files = {
        "20-b.toml": '[[signal]]\nid = "b"\ntitle = ""\nphrases = ["x"]',
        "10-a.toml": frame,
        "30-c.toml": '[[signal]]\nid = "c"\ntitle = ""\nphrases = ["x"]',
        "notes.txt": "no rules",
    }

    ruleset = compile_ruleset(files)

    assert list(ruleset.signals) == ["framed", "b", "c"]


WRONG = [
    pytest.param(SIGNAL, "nothing can give the signal `s`", id="empty signal"),
    pytest.param(SIGNAL + 'weak = ["a"]', "two weak hints are needed", id="one hint"),
    pytest.param(
        SIGNAL + 'together = [["a"]]', "two lists or more", id="one list together"
    ),
    pytest.param(
        SIGNAL + 'together = [["a"], []]', "two lists or more", id="empty list together"
    ),
    pytest.param(SIGNAL + 'phrases = ["(a"]', "not closed", id="phrase"),
    pytest.param(SIGNAL + 'phrases=["a"]\nunless = ["*"]', "two letters", id="unless"),
    pytest.param(SIGNAL + 'weak = ["*", "b"]', "two letters", id="weak"),
    pytest.param(SIGNAL + 'together = [["*"], ["b"]]', "two letters", id="together"),
    pytest.param(SIGNAL + "regex = ['(?=a)']", "RE2 cannot read", id="look-ahead"),
    pytest.param(
        SIGNAL + "regex = ['a*']", "where there is nothing", id="regex of none"
    ),
    pytest.param(
        '[[list]]\nid = "l"\nwords = ["*"]', "two letters", id="phrase of a list"
    ),
    pytest.param(
        '[[list]]\nid = "l"\nwords = ["{nobody}"]',
        "no list {nobody}",
        id="list of a list",
    ),
    pytest.param(
        '[[signal]]\nid = "framed"\ntitle = ""\nphrases = ["x"]',
        "the id `framed` is taken",
        id="id twice",
    ),
    pytest.param(
        '[[signal]]\nid = "attachment"\ntitle = ""\nphrases = ["x"]',
        "`attachment` is always there",
        id="reserved id",
    ),
    pytest.param(
        '[[route]]\nid = "Up"\ntitle = ""\nfolder = ""', "`id`", id="id of other signs"
    ),
    pytest.param(
        '[[role]]\nid = "r"\ntitle = ""\npoints = {framd = 1}',
        "did you mean `framed`?",
        id="signal of a role",
    ),
    pytest.param(
        '[[topic]]\nid = "t"\ntitle = ""\npoints = {framd = 1}',
        "no signal `framd`",
        id="signal of a topic",
    ),
    pytest.param(
        '[[flag]]\nid = "f"\ntitle = ""\nnone = ["framd"]', "`framd`", id="of a flag"
    ),
    pytest.param(
        '[[missing]]\nid = "m"\ntitle = ""\npresent = [["framed"], ["framd"]]',
        "no signal `framd`",
        id="signal of a missing item",
    ),
    pytest.param(
        '[[missing]]\nid = "m"\ntitle = ""\npresent = [["framed"]]\n'
        'asked_when_topic = ["result"]',
        "did you mean `results`?",
        id="topic of a missing item",
    ),
    pytest.param(
        '[[route]]\nid = "r"\ntitle = ""\nfolder = ""\ncontrary = ["framd"]',
        "no signal `framd`",
        id="contrary of a route",
    ),
    pytest.param(
        '[[rule]]\nid = "r"\ntitle = ""\nroute = "revew"',
        "did you mean `review`?",
        id="route of a rule",
    ),
    pytest.param(
        '[[rule]]\nid = "r"\ntitle = ""\nroute = "review"\nrole = ["parnt"]',
        "did you mean `parent`?",
        id="role of a rule",
    ),
    pytest.param(
        '[[rule]]\nid = "r"\ntitle = ""\nroute = "review"\nflags = ["legl"]',
        "did you mean `legal`?",
        id="flag of a rule",
    ),
    pytest.param(
        '[[rule]]\nid = "r"\ntitle = ""\nroute = "review"\n'
        'unless = [{touches = ["x"]}]',
        "no topic `x`",
        id="topic of an exception",
    ),
    pytest.param(
        '[[series]]\nid = "s"\ntitle = ""\nfirst = 2026-05-02\nlast = 2026-05-01',
        "ends on 2026-05-01, before it begins",
        id="series that ends before it begins",
    ),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_what_is_wrong_is_told_where_it_stands(
    frame: str, text: str, words: str
) -> None:
    (problem,) = problems_of({"10-frame.toml": frame, "20-wrong.toml": text})

    assert words in str(problem)
    assert problem.file == "20-wrong.toml"
    assert problem.line is not None
    assert problem.source == text.splitlines()[problem.line - 1]


CALENDAR = [
    ("Europe/London", "Europe/Londn", "did you mean `Europe/London`?"),
    ("Europe/London", "../etc/passwd", "no time zone"),
    ('"GB"', '"ZZ"', "no public holidays are known"),
    ('"ENG"', '"ENGLAND"', "GB has no part `ENGLAND`"),
    ('otherwise = "review"', 'otherwise = "rview"', "did you mean `review`?"),
    ('"complain*"', '"(complain*"', "not closed"),
    ("points = {attachment", "points = {atachment", "did you mean `attachment`?"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), CALENDAR)
def test_single_tables_are_checked_too(
    frame: str, right: str, wrong: str, words: str
) -> None:
    problems = problems_of({"rules.toml": frame.replace(right, wrong)})

    assert words in str(problems[0])


def test_all_problems_of_all_files_are_told_at_once(frame: str) -> None:
    files = {
        "10-frame.toml": frame.replace('otherwise = "review"', 'otherwise = "gone"'),
        "20-shape.toml": '[[signal]]\nid = "s"\nphrases = ["("]\n',
        "30-words.toml": '[[signal]]\nid = "t"\ntitle = ""\nphrases = ["(a", "{x}"]\n',
    }

    problems = problems_of(files)

    assert [problem.file for problem in problems] == [
        "10-frame.toml",
        "20-shape.toml",
        "30-words.toml",
        "30-words.toml",
    ]


def test_what_an_unreadable_entry_is_called_is_known_all_the_same(frame: str) -> None:
    text = (
        '[[signal]]\nid = "s"\nphrases = ["a"]\n[[list]]\nid = "l"\n'
        '[[topic]]\nid = "u"\ntitle = ""\npoints = {s = 1}\n'
        '[[signal]]\nid = "r"\ntitle = ""\nphrases = ["{l}"]\n'
    )

    problems = problems_of({"a.toml": frame, "b.toml": text})

    assert [p.message for p in problems] == ["`title` is missing", "`words` is missing"]


def test_a_list_that_is_wrong_is_told_once(frame: str) -> None:
    text = (
        '[[list]]\nid = "l"\nwords = ["(", "fine"]\n'
        + SIGNAL
        + 'phrases = ["{l} a", "{l} b"]\n'
    )

    (problem,) = problems_of({"a.toml": frame, "b.toml": text})

    assert problem.line == 3


def test_lists_that_name_each_other_are_told(frame: str) -> None:
    text = '[[list]]\nid = "a"\nwords = ["{b}"]\n[[list]]\nid = "b"\nwords = ["{a}"]\n'

    (problem,) = problems_of({"a.toml": frame, "b.toml": text})

    assert "contains itself" in problem.message


def test_a_list_that_is_too_large_is_told_once_and_not_as_a_loop(frame: str) -> None:
    words = ", ".join(f'"{"word" * 20}{n}"' for n in range(1_000))
    text = f'[[list]]\nid = "l"\nwords = [{words}]\n' + SIGNAL + 'phrases = ["a {l}"]\n'

    (problem,) = problems_of({"a.toml": frame, "b.toml": text})

    assert (problem.line, problem.message) == (3, "it stands for too many phrases")


def test_lists_that_double_each_other_are_refused_or_fine(frame: str) -> None:
    lists = "".join(
        f'[[list]]\nid = "l{n}"\nwords = ["{{l{n + 1}}}", "{{l{n + 1}}}"]\n'
        for n in range(40)
    )
    text = (
        lists + '[[list]]\nid = "l40"\nwords = ["a"]\n' + SIGNAL + 'phrases = ["{l0}"]'
    )

    ruleset = compile_ruleset({"a.toml": frame, "b.toml": text})

    assert "s" in ruleset.signals


def test_expressions_that_are_too_large_together_are_told(frame: str) -> None:
    regexes = [f"'x{n}[a-zà-ý]{{900}}'" for n in range(160)]

    (problem,) = problems_of(
        {"a.toml": frame, "b.toml": SIGNAL + f"regex = [{', '.join(regexes)}]"}
    )

    assert problem.message == "together these expressions are too large"


def test_syntax_errors_of_all_files_are_told_at_once(frame: str) -> None:
    problems = problems_of({"a.toml": "a = ", "b.toml": frame, "c.toml": "= 1"})

    assert [problem.file for problem in problems] == ["a.toml", "c.toml"]


def test_no_rule_file_is_a_problem() -> None:
    (problem,) = problems_of({"readme.txt": ""})

    assert "no rule file" in problem.message


def test_a_single_table_in_two_files_is_a_problem(frame: str) -> None:
    (problem,) = problems_of({"a.toml": frame, "b.toml": '[guard]\notherwise = "x"\n'})

    assert "`guard` is given in a.toml too" in problem.message


def test_a_missing_centre_directory_is_told_where_it_is_named(frame: str) -> None:
    text = frame.replace("[senders]", '[senders]\ncentre_directory = "centers.csv"')

    (problem,) = problems_of({"a.toml": text, "centres.csv": ""})

    assert problem.source == 'centre_directory = "centers.csv"'
    assert problem.hint == "did you mean `centres.csv`?"


def test_rows_of_the_centre_directory_are_checked_with_the_rest(frame: str) -> None:
    text = frame.replace("[senders]", '[senders]\ncentre_directory = "c.csv"')

    problems = problems_of({"a.toml": text + SIGNAL, "c.csv": "n,n,d\nGB1,x\n"})

    assert [problem.file for problem in problems] == ["a.toml", "c.csv"]


def test_the_hash_follows_names_and_contents(frame: str) -> None:
    files = {"a.toml": frame, "c.csv": "x"}
    variants = [
        files,
        {**files, "a.toml": frame + "\n"},
        {**files, "c.csv": "y"},
        {"b.toml": frame, "c.csv": "x"},
    ]

    hashes = {compile_ruleset(variant).hash for variant in variants}

    assert len(variants) == len(hashes)
    assert compile_ruleset(files).hash == compile_ruleset(dict(files)).hash


SERIES = """
[[series]]
id = "june"
title = "June"
first = 2026-05-01
last = 2026-06-15
"""


@pytest.mark.parametrize(
    ("day", "series"),
    [
        (date(2026, 4, 30), None),
        (date(2026, 5, 1), "june"),
        (date(2026, 6, 15), "june"),
        (date(2026, 6, 16), None),
    ],
)
def test_a_series_runs_from_its_first_to_its_last_day(
    frame: str, day: date, series: str | None
) -> None:
    running = compile_ruleset({"a.toml": frame + SERIES}).series_at(day)

    assert series == (running.id if running else None)


@pytest.mark.parametrize(
    ("subject", "is_ours"),
    [
        ("Complaint", True),
        ("RE: COMPLAINTS about you", True),
        ("I complained", True),
        ("plain", False),
        ("", False),
    ],
)
def test_the_subject_decides_what_is_picked_up(
    frame: str, subject: str, is_ours: bool
) -> None:
    assert is_ours == compile_ruleset({"a.toml": frame}).picks_up(subject)


def test_the_calendar_is_made_of_its_table(frame: str) -> None:
    text = frame.replace(
        "respond_days = 10",
        'respond_days = 10\nclosing_days = [{day = 2026-12-24, title = "Eve"}]',
    )

    calendar = compile_ruleset({"a.toml": text}).calendar

    assert calendar.timezone.key == "Europe/London"
    assert {date(2026, 12, 24): "Eve"} == calendar.closing_days
