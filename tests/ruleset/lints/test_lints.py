"""Every lint finds what it is for, at its place, and nothing in what is right."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.ruleset.rule_files import FRAME
from triage import shipped
from triage.config import read_folder
from triage.errors import Problem, Severity
from triage.ruleset import LINTS, lint

TODAY = date(2026, 3, 2)
ROUTES = """
[[route]]
id = "other"
title = ""
folder = "Other"
[[signal]]
id = "money"
title = ""
phrases = ["money"]
examples = ["money"]
[[signal]]
id = "grade"
title = ""
phrases = ["grade"]
examples = ["grade"]
[[topic]]
id = "fees"
title = ""
points = {money = 2}
at_least = 2
[[role]]
id = "school"
title = ""
points = {attachment = 1}
"""
AWAY = ROUTES.replace('folder = "Other"', 'folder = "Other"\nredirects = true').replace(
    'id = "other"', 'id = "other"\ntemplate = "other"'
)

Found = Callable[..., list[Problem]]


@pytest.fixture
def found() -> Found:
    """Return what a code is told of: the frame's last line stands behind the rest."""

    def problems(code: str, text: str) -> list[Problem]:
        frame, line, rest = FRAME.partition("[[rule]]")
        files = {"rules.toml": frame + text + line + rest}
        return [each for each in lint(files, TODAY) if each.code == code]

    return problems


def rule(text: str, route: str = "other", name: str = "one") -> str:
    return f'[[rule]]\nid = "{name}"\ntitle = ""\nroute = "{route}"\n{text}\n'


def test_the_shipped_rules_are_clean() -> None:
    files = read_folder(shipped.rules(), (".toml", ".csv"))

    assert lint(files, TODAY) == ()


@pytest.mark.parametrize(
    "text",
    [
        'all = ["money"]\nnone = ["money"]',
        'any = ["money", "grade"]\nnone = ["money", "grade"]',
        'topic = ["fees"]\ntouches_none = ["fees"]',
        'touches = ["fees"]\ntouches_none = ["fees"]',
        'touches = ["fees"]\nnone = ["money"]',
        'role = ["school"]\nunless = [{role = ["school", "parent"]}]',
        'known_case = true\nunless = [{all = ["money"]}, {none = ["money"]}]',
        'touches = ["fees"]\nflags = ["legal"]\nnone = ["attachment"]',
    ],
)
def test_a_line_that_contradicts_itself_is_told(found: Found, text: str) -> None:
    problems = found("impossible-rule", ROUTES + rule(text))

    assert [each.source for each in problems] == ['id = "one"']


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("", 'all = ["money"]'),
        ('all = ["money"]', 'all = ["money", "grade"]'),
        ('any = ["money", "grade"]', 'any = ["grade"]'),
        ('any = ["money", "attachment"]', 'touches = ["fees"]'),
        ('touches = ["fees"]', 'topic = ["fees"]'),
        ('role = ["school", "parent"]', 'role = ["parent"]'),
        ('role = ["school", "parent", "unknown"]', 'all = ["money"]'),
        ('unless = [{all = ["money"]}]', 'none = ["money"]'),
        ('unless = [{all = ["money", "grade"]}]', 'unless = [{all = ["money"]}]'),
        (
            'all = ["money"]\nunless = [{known_case = true}]',
            'all = ["money"]\nknown_case = false',
        ),
        ("known_case = true", 'known_case = true\nall = ["money"]'),
        ('touches_none = ["results"]', 'none = ["attachment"]'),
    ],
)  # fmt: skip
def test_a_line_below_one_that_always_holds_first_is_told(
    found: Found, above: str, below: str
) -> None:
    rules = rule(above, name="above") + rule(below, name="below")

    problems = found("unreachable-rule", ROUTES + rules)

    assert 'id = "below"' in [each.source for each in problems]
    assert "the line `above` above it holds" in problems[0].message


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ('all = ["money", "grade"]', 'all = ["money"]'),
        ('any = ["grade"]', 'any = ["money", "grade"]'),
        ('topic = ["fees"]', 'touches = ["fees"]'),
        ('touches = ["fees"]', 'all = ["money"]'),
        ('none = ["money"]', 'touches_none = ["fees"]'),
        ('role = ["parent"]', 'role = ["school", "parent"]'),
        ('unless = [{all = ["money"]}]', 'unless = [{all = ["money", "grade"]}]'),
        ('flags = ["legal"]', 'all = ["attachment"]\nrole = ["unknown"]'),
        ("known_case = true", 'all = ["money"]'),
        ("series_running = true", 'known_case = false\nall = ["money"]'),
    ],
)
def test_a_line_that_may_still_be_reached_is_not_told(
    found: Found, above: str, below: str
) -> None:
    rules = rule(above, name="above") + rule(below, name="below")

    problems = found("unreachable-rule", ROUTES + rules)

    assert [each for each in problems if "below" in (each.source or "")] == []


def test_lines_that_only_together_hide_another_are_told(found: Found) -> None:
    rules = (
        rule('all = ["money"]', name="with")
        + rule('none = ["money"]', name="without")
        + rule('all = ["grade"]', name="below")
    )

    problems = found("unreachable-rule", ROUTES + rules)

    assert "the lines above it together hold" in problems[0].message
    assert problems[0].source == 'id = "below"'


def test_an_exception_that_can_never_apply_is_told(found: Found) -> None:
    text = 'all = ["money"]\nunless = [{known_case = true}, {none = ["money"]}]'

    (problem,) = found("idle-exception", ROUTES + rule(text))

    assert problem.column == len("unless = [{known_case = true}, ") + 1


def test_a_line_that_asks_for_what_its_route_forbids_is_told(found: Found) -> None:
    text = AWAY.replace("redirects = true", 'redirects = true\ncontrary = ["money"]')

    problems = found("stopped-redirection", text + rule('all = ["money"]'))

    assert [each.source for each in problems] == ['id = "one"']


def test_a_topic_that_needs_more_points_than_there_are_is_told(found: Found) -> None:
    text = ROUTES.replace("at_least = 2", "at_least = 3")

    (problem,) = found("unreachable-points", text)

    assert problem.source == "at_least = 3"
    assert "2 points together, and it needs 3" in problem.message


def test_a_route_that_no_line_leads_to_is_told_and_the_guards_is_not(
    found: Found,
) -> None:
    problems = found("unreached-route", ROUTES)

    assert [each.source for each in problems] == ['id = "other"']


@pytest.mark.parametrize("key", ["points", "margin"])
def test_a_guard_that_asks_for_nothing_is_told_where_somebody_is_redirected(
    key: str,
) -> None:
    frame = FRAME.replace("[guard]", f"[guard]\n{key} = 0")

    problems = lint({"rules.toml": frame + AWAY}, TODAY)
    without = lint({"rules.toml": frame + ROUTES}, TODAY)

    assert [p.source for p in problems if p.code == "open-guard"] == [f"{key} = 0"]
    assert [p.source for p in without if p.code == "open-guard"] == []


def test_a_guard_that_falls_back_on_a_redirection_is_told() -> None:
    frame = FRAME.replace('otherwise = "review"', 'otherwise = "other"')

    problems = lint({"rules.toml": frame + AWAY}, TODAY)

    assert 'otherwise = "other"' in [
        p.source for p in problems if p.code == "guard-redirects"
    ]


def test_a_redirection_without_a_letter_is_told(found: Found) -> None:
    text = AWAY.replace('template = "other"\n', "")

    problems = found("silent-redirection", text + rule('all = ["money"]'))

    assert [each.source for each in problems] == ['id = "other"']


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('role = ["parent"]', "whatever they write about"),
        ('all = ["money"]', "asks for no role and forbids nothing"),
    ],
)
def test_a_line_that_turns_away_on_too_little_is_told(
    found: Found, text: str, words: str
) -> None:
    (problem,) = found("unguarded-redirection", AWAY + rule(text))

    assert words in problem.message


@pytest.mark.parametrize(
    "text",
    [
        'role = ["parent"]\ntouches = ["fees"]',
        'any = ["money"]\nnone = ["grade"]',
        'topic = ["fees"]\nunless = [{known_case = true}]',
    ],
)
def test_a_guarded_redirection_is_not_told(found: Found, text: str) -> None:
    assert found("unguarded-redirection", AWAY + rule(text)) == []


@pytest.mark.parametrize(
    "folder",
    ["A//B", "/A", "A/", "A /B", "A%", "A*", "#A", "~A", "A" * 256, "A\\u0007"],
)
def test_a_folder_that_no_mailbox_can_have_is_told(found: Found, folder: str) -> None:
    problems = found("impossible-folder", ROUTES.replace('"Other"', f'"{folder}"'))

    assert problems
    assert all(each.source and "folder = " in each.source for each in problems)


@pytest.mark.parametrize("folder", ["review", "REVIEW/Other", "inbox/Review"])
def test_folders_that_differ_in_capitals_only_are_told(
    found: Found, folder: str
) -> None:
    text = ROUTES.replace('"Other"', f'"{folder}"') + (
        '[[route]]\nid = "third"\ntitle = ""\nfolder = "INBOX/Third"\n'
    )

    (problem,) = found("folder-case", text)

    assert "is written" in problem.message


def more_routes(*folders: str) -> str:
    return "".join(
        f'[[route]]\nid = "r{n}"\ntitle = ""\nfolder = "{folder}"\n'
        for n, folder in enumerate(folders)
    )


def test_a_folder_that_looks_mistyped_is_told_with_what_others_write(
    found: Found,
) -> None:
    text = more_routes("Complaints/A", "Complaints/B", "Complaint/C")

    (problem,) = found("folder-alike", text)

    assert problem.source == 'folder = "Complaint/C"'
    assert problem.hint == "did you mean `Complaints`?"


@pytest.mark.parametrize(
    "folders",
    [
        ("Complaints/A", "Complaints/B", "Finance/C"),
        ("Complaints/A", "Complaints/B", "Complaint/C", "Complaint/D"),
        ("Complaints/A", "Complaint/B"),
        ("Complaints/A/1", "Complaints/A/2", "Complaints/B/1"),
        ("Formal/1", "Formal/2", "Informal/1"),
    ],
)
def test_folders_that_are_meant_are_not_told(
    found: Found, folders: tuple[str, ...]
) -> None:
    assert found("folder-alike", more_routes(*folders)) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("unused-signal", '[[signal]]\nid = "new"\ntitle = ""\nphrases = ["x"]\n'),
        ("unused-topic", ROUTES),
        ("unused-role", ROUTES),
        ("unused-list", '[[list]]\nid = "new"\nwords = ["x"]\n'),
        ("no-examples", '[[signal]]\nid = "new"\ntitle = ""\nphrases = ["x"]\n'),
        (
            "phrase-twice",
            '[[list]]\nid = "new"\nwords = ["re-mark", "Résumé", "RE mark"]\n',
        ),
        (
            "example-twice",
            '[[signal]]\nid = "n"\ntitle = ""\nphrases = ["x"]\n'
            'examples = ["x"]\ncounterexamples = ["x"]\n',
        ),
        (
            "cancelled-phrase",
            '[[list]]\nid = "new"\nwords = ["x", "y"]\n'
            '[[signal]]\nid = "n"\ntitle = ""\nphrases = ["(z|y)"]\n'
            'unless = ["{new}"]\n',
        ),
        ("unused-missing", ROUTES),
        (
            "series-over",
            '[[series]]\nid = "s"\ntitle = "S"\n'
            "first = 2026-01-01\nlast = 2026-03-01\n",
        ),
        (
            "closing-days-over",
            '[[calendar.closing_days]]\nday = 2026-03-01\ntitle = "S"\n',
        ),
    ],
)  # fmt: skip
def test_it_is_told(found: Found, code: str, text: str) -> None:
    problems = found(code, text)

    assert problems
    assert all(each.file == "rules.toml" and each.line for each in problems)


@pytest.mark.parametrize("text", ["", '[modes]\napproved_folder = "Approved"\n'])
def test_rules_that_do_not_say_how_far_replies_go_are_told(
    found: Found, text: str
) -> None:
    (problem,) = found("no-modes", text)

    assert problem.severity is Severity.ERROR
    assert "how far replies go by themselves" in problem.message


def test_a_ceiling_is_enough(found: Found) -> None:
    assert found("no-modes", '[modes]\nat_most = "watch"\n') == []


@pytest.mark.parametrize("directory", ["", "number,name,domains\n\n", "n,n,d\n1,A,\n"])
def test_a_centre_directory_without_any_centre_is_told(directory: str) -> None:
    assert [(each.file, each.severity) for each in no_centres_in(directory)] == [
        ("centres.csv", Severity.WARNING)
    ]


@pytest.mark.parametrize("directory", ["n,n,d\n1,A,a.example\n", "n,n,d\n1,A\n"])
def test_a_centre_directory_with_a_centre_or_a_mistake_is_not_told(
    directory: str,
) -> None:
    assert no_centres_in(directory) == []


def no_centres_in(directory: str) -> list[Problem]:
    frame = FRAME.replace("[senders]", '[senders]\ncentre_directory = "centres.csv"')
    problems = lint({"rules.toml": frame, "centres.csv": directory}, TODAY)
    return [each for each in problems if each.code == "no-centres"]


def test_a_series_that_ends_today_is_not_over(found: Found) -> None:
    text = '[[series]]\nid = "s"\ntitle = "S"\nfirst = 2026-01-01\nlast = 2026-03-02\n'

    assert found("series-over", text) == []


def test_a_phrase_that_speaks_for_a_line_and_against_it_is_told(found: Found) -> None:
    grade = ROUTES.replace(
        'phrases = ["grade"]', 'phrases = ["no (pounds|money)", "x"]'
    )
    text = grade.replace('phrases = ["money"]', 'phrases = ["euros", "No Money"]')
    text = text.replace('"no (pounds|money)"', '"no money"')
    text += rule('any = ["money"]\nnone = ["grade"]')

    (problem,) = found("opposite-phrase", text)

    assert "the phrase “No Money” stands in `money` and in `grade`" in problem.message
    assert "the line `one`" in problem.message


def test_a_phrase_of_a_topics_points_and_of_its_minus_points_is_told(
    found: Found,
) -> None:
    text = ROUTES.replace("{money = 2}", "{money = 2, grade = -1}")

    same = text.replace('phrases = ["grade"]', 'phrases = ["Money"]')

    assert len(found("opposite-phrase", same)) == 1
    assert found("opposite-phrase", text) == []


def test_the_same_phrase_in_different_fields_is_no_contradiction(found: Found) -> None:
    text = ROUTES.replace("{money = 2}", "{money = 2, grade = -1}").replace(
        'phrases = ["grade"]', 'phrases = ["money"]\nin = ["signature"]'
    )

    assert found("opposite-phrase", text) == []


def test_what_cannot_be_read_keeps_only_lints_of_the_whole_silent() -> None:
    text = (
        FRAME + '[[signal]]\nid = "new"\ntitle = ""\nphrases = ["x", "x"]\nwrong = 1\n'
    )
    text += '[modes]\nat_most = "live"\n'
    other = text + '[[signal]]\nid = "other"\ntitle = ""\nphrases = ["x", "x"]\n'

    codes = {problem.code for problem in lint({"rules.toml": other}, TODAY)}

    assert codes == {"phrase-twice", "no-examples"}


def test_what_is_no_toml_is_left_to_the_compiler() -> None:
    assert lint({"rules.toml": "[["}, TODAY) == ()


@pytest.mark.parametrize("code", [each.code for each in LINTS])
def test_every_lint_stands_on_the_page_for_ops(code: str) -> None:
    page = shipped.rules().parent / "docs" / "rule-language.md"

    assert f"| `{code}` |" in page.read_text("utf-8")
