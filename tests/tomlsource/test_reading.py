import pytest

from tests.timing import seconds_of
from triage.errors import ConfigError, Problem
from triage.tomlsource import read_toml


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        read_toml(text, "x.toml")
    return caught.value.problems


def test_a_text_is_read_as_toml() -> None:
    source = read_toml('[a]\nb = ["c", 1]\n', "x.toml")

    assert source.data == {"a": {"b": ["c", 1]}}


PLACES = [
    pytest.param('a = 1\nbc = "x"', ("bc",), (2, 1), id="key"),
    pytest.param("[a]\nb = 1", ("a",), (1, 1), id="table"),
    pytest.param("[a]\n  b = 1", ("a", "b"), (2, 3), id="key of a table"),
    pytest.param("[[a]]\nb=1\n[[a]]\nb=2", ("a", 1), (3, 1), id="array of tables"),
    pytest.param("[[a]]\nb=1\n[[a]]\nb=2", ("a", 1, "b"), (4, 1), id="its second key"),
    pytest.param(
        "[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\nc=1",
        ("a", 1, "b", 0, "c"),
        (5, 1),
        id="nested",
    ),
    pytest.param(
        "[[a]]\n[a.b]\nc = 1", ("a", 0, "b", "c"), (3, 1), id="table of an item"
    ),
    pytest.param('a = ["x", "y"]', ("a", 1), (1, 11), id="array item"),
    pytest.param('a = [\n  "x", # why\n  "y",\n]', ("a", 1), (3, 3), id="item below"),
    pytest.param('a = [["x"], ["y", "z"]]', ("a", 1, 1), (1, 19), id="array in array"),
    pytest.param("a = {b = 1, c = [2]}", ("a", "c", 0), (1, 18), id="inline table"),
    pytest.param(
        "a = [{b = 1}, {b = 2}]", ("a", 1, "b"), (1, 16), id="tables in array"
    ),
    pytest.param("a.b.c = 1", ("a", "b", "c"), (1, 5), id="dotted key"),
    pytest.param("\"a b\" = 1\n'c.d' = 2", ("c.d",), (2, 1), id="quoted key"),
    pytest.param('a = """\nx = 1\n"""\nb = 2', ("b",), (4, 1), id="after many lines"),
    pytest.param("a = '''x'y''z'''\nb = 2", ("b",), (2, 1), id="quotes within"),
    pytest.param('a = "\\"]" # ["\nb = 2', ("b",), (2, 1), id="escaped quote"),
    pytest.param(
        "a = 1979-05-27 07:32:00Z\nb = 2", ("b",), (2, 1), id="date with a space"
    ),
    pytest.param(
        "a = -1e3\nb = inf\nc = 07:32:00", ("c",), (3, 1), id="numbers, times"
    ),
    pytest.param("\ufeffa = 1\r\nb = 2\r\n", ("b",), (2, 1), id="Windows"),
    pytest.param('"é" = ["é", "b"]', ("é", 1), (1, 13), id="columns count characters"),
    pytest.param("[a]\nb = 1", ("a", "missing"), (1, 1), id="absent: the table around"),
    pytest.param("a = 1", ("missing", "key"), (1, 1), id="absent: the file"),
]


@pytest.mark.parametrize(("text", "path", "place"), PLACES)
def test_the_place_of_every_key_and_item_is_known(
    text: str, path: tuple[str | int, ...], place: tuple[int, int]
) -> None:
    source = read_toml(text, "x.toml")

    assert place == source.place(path)


SYNTAX = [
    pytest.param("a = foo", 1, 5, "cannot be read", id="no quotes"),
    pytest.param('a = "\\d"', 1, 8, "backslash", id="backslash"),
    pytest.param('a = "b\nc = 1', 1, 7, "no closing quote", id="open text"),
    pytest.param("a = [1\nb = 2", 2, 1, "the list is not closed", id="open list"),
    pytest.param("a\n", 1, 2, "an = is missing", id="no equals sign"),
    pytest.param("!", 1, 1, "neither", id="no statement"),
    pytest.param("a = [1,", 1, 1, "in the middle of", id="end of the file"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), SYNTAX)
def test_a_syntax_error_has_its_place_and_plain_words(
    text: str, line: int, column: int, words: str
) -> None:
    (problem,) = problems_of(text)

    assert ("x.toml", line, column) == (problem.file, problem.line, problem.column)
    assert words in str(problem)


def test_a_key_that_is_given_twice_names_both_lines() -> None:
    problems = problems_of("a = 1\nb = 2\na = 3\nb = 4\n")

    assert [(problem.message, problem.line) for problem in problems] == [
        ("`a` is given twice; first in line 1", 3),
        ("`b` is given twice; first in line 2", 4),
    ]


@pytest.mark.parametrize(
    "text", ["[a]\n[a]\n", "[a]\nb=1\nb=2\n", "a={b=1, b=2}\n", "a.b=1\na.b=2\n"]
)
def test_whatever_is_given_twice_is_found(text: str) -> None:
    (problem,) = problems_of(text)

    assert "is given twice" in problem.message


def test_a_key_twice_and_another_error_are_both_told() -> None:
    problems = problems_of("a = foo\nb = 1\nb = 2\n")

    assert {1, 3} == {problem.line for problem in problems}


def test_nesting_without_end_is_refused() -> None:
    (problem,) = problems_of("a = " + "[" * 100_000)

    assert problem.file == "x.toml"


def test_a_tab_does_not_move_the_caret() -> None:
    (problem,) = problems_of("\ta = foo")

    source, caret = str(problem).splitlines()[1:3]

    assert source.index("foo") == caret.index("^")


def test_three_thousand_lines_are_read_and_placed_in_no_time() -> None:
    text = "".join(
        f'[[signal]]\nid = "s{n}"\nphrases = ["one (two|three)", "four ... five",\n'
        f'  "six"]\n# why\nunless = ["seven"]\n'
        for n in range(500)
    )

    def read_and_place() -> tuple[int, int]:
        return read_toml(text, "x.toml").place(("signal", 499, "phrases", 2))

    assert read_and_place() == (2998, 3)
    assert seconds_of(read_and_place) < 0.5  # about 0.04 s; a busy machine gets leave


@pytest.mark.parametrize(
    "text", ['a = "' + '\\"' * 50_000, "#" * 100_000, "[" * 50_000, '"""' * 9_999]
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    assert seconds_of(lambda: problems_of(text + "\n!")) < 1


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('password = "secret" "secret"', "password = …"),
        ('hook = ["https://chat.example/secret', "hook = …"),
        ('  "secret", perhaps', "…"),
        ("[secret", "…"),
        ("[mailbox]]", "[mailbox]]"),
        ("c2VjcmV0c2VjcmV0PQ==", "…"),
        ('"secret="', "…"),
    ],
)
def test_of_a_private_text_no_value_is_shown(line: str, shown: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_toml(line, "config.toml", is_private=True)

    (problem,) = caught.value.problems
    assert problem.source == shown
    assert "secret" not in str(problem)
    assert problem.line == 1
