from dataclasses import replace
from datetime import date, time
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from triage.errors import ConfigError, Problem
from triage.tomlsource import merge, read_toml, validated


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    size: int = 0
    colour: Literal["red", "green", "blue"] = "red"
    words: tuple[str, ...] = ()
    where: tuple[str, ...] = Field(default=(), alias="in")
    day: date | None = None

    @field_validator("name")
    @classmethod
    def _is_short(cls, name: str) -> str:
        if len(name) > 9:
            raise ValueError("Names have up to 9 letters")
        return name


class Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    closes: time | None = None
    open: bool = False


class House(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    item: tuple[Item, ...] = ()
    door: Door | None = None
    by_name: dict[str, Item] = {}


def problems_of(*texts: str) -> tuple[Problem, ...]:
    sources = [read_toml(text, f"{n}.toml") for n, text in enumerate(texts)]
    with pytest.raises(ConfigError) as caught:
        validated(House, *sources)
    return caught.value.problems


def test_several_sources_become_one_model() -> None:
    one = read_toml('[[item]]\nname = "a"\n', "one.toml")
    two = read_toml('[[item]]\nname = "b"\n[door]\nopen = true\n', "two.toml")

    house = validated(House, one, two)

    assert (Item(name="a"), Item(name="b")) == house.item
    assert Door(open=True) == house.door


WRONG = [
    pytest.param("[[item]]\nsize = 1", 1, 1, "`name` is missing", None, id="missing"),
    pytest.param(
        '[[item]]\nname = "a"\nsise = 1',
        3,
        1,
        "unknown key `sise`",
        "did you mean `size`?",
        id="unknown key",
    ),
    pytest.param(
        "[door]\nfoo = 1",
        2,
        1,
        "unknown key `foo`",
        "known here: closes, open",
        id="unknown key like no other",
    ),
    pytest.param(
        '[by_name.x]\nname = "a"\nsise = 1',
        3,
        1,
        "unknown key `sise`",
        "did you mean `size`?",
        id="unknown key in a table of tables",
    ),
    pytest.param(
        '[[item]]\nname = "a"\ninn = ["x"]',
        3,
        1,
        "unknown key `inn`",
        "did you mean `in`?",
        id="the name that is written, not the program's",
    ),
    pytest.param(
        '[[item]]\nname = "a"\ncolour = "grene"',
        3,
        1,
        "`colour` must be `red`, `green` or `blue`",
        "did you mean `green`?",
        id="one of a few",
    ),
    pytest.param(
        '[[item]]\nname = "a"\nwords = "x"',
        3,
        1,
        '`words` must be a list in square brackets, such as ["one", "two"]',
        None,
        id="no list",
    ),
    pytest.param(
        '[[item]]\nname = "a"\nwords = ["x", 3]',
        3,
        15,
        "entry 2 of `words` must be text in quotes",
        None,
        id="item of a list",
    ),
    pytest.param(
        '[[item]]\nname = "a"\nsize = "many"',
        3,
        1,
        "`size` must be a whole number, without quotes",
        None,
        id="number",
    ),
    pytest.param(
        '[[item]]\nname = "a"\nday = "soon"',
        3,
        1,
        "`day` must be a date such as 2026-05-01, without quotes",
        None,
        id="date",
    ),
    pytest.param(
        '[door]\ncloses = "late"',
        2,
        1,
        "`closes` must be a time of day such as 17:00:00, without quotes",
        None,
        id="time",
    ),
    pytest.param(
        '[door]\nopen = "perhaps"',
        2,
        1,
        "`open` must be true or false, without quotes",
        None,
        id="true or false",
    ),
    pytest.param("door = 3", 1, 1, "`door` must be a table", None, id="table"),
    pytest.param(
        '[[item]]\nname = "a name without end"',
        2,
        1,
        "`name`: names have up to 9 letters",
        None,
        id="a rule of the model's own",
    ),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), WRONG)
def test_what_is_wrong_is_told_in_plain_words_at_its_place(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    (problem,) = problems_of(text)

    expected = Problem(message, "0.toml", line, column, text.splitlines()[line - 1])
    assert replace(expected, hint=hint, code=problem.code) == problem


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[item]]\n", "missing-key"),
        ('[[item]]\nname = "a"\nnmae = "b"\n', "unknown-key"),
        ("[[item]]\nname = 1\n", "wrong-value"),
    ],
)
def test_kinds_of_mistakes_have_names_that_stay(text: str, code: str) -> None:
    assert [problem.code for problem in problems_of(text)] == [code]


def test_all_problems_of_all_files_are_told_at_once() -> None:
    problems = problems_of('[[item]]\nsize = "x"\n', "\n[[item]]\nname = 1\n")

    assert [(problem.file, problem.line) for problem in problems] == [
        ("0.toml", 1),
        ("0.toml", 2),
        ("1.toml", 3),
    ]


def test_a_missing_table_belongs_to_no_line() -> None:
    class Whole(BaseModel):
        door: Door

    with pytest.raises(ConfigError) as caught:
        validated(Whole, read_toml("", "x.toml"))

    (problem,) = caught.value.problems
    assert (
        problem.message,
        problem.file,
        problem.line,
    ) == ("`door` is missing", "x.toml", None)


def test_a_missing_table_is_looked_for_in_the_file_that_is_empty() -> None:
    class Whole(BaseModel):
        door: Door

    sources = (read_toml("a = 1\n", "a.toml"), read_toml("# half\n", "b.toml"))

    with pytest.raises(ConfigError) as caught:
        validated(Whole, *sources)

    problem = caught.value.problems[0]
    assert str(problem).startswith("b.toml:1:1: `door` is missing\n    # half")


def test_a_single_table_may_stand_in_one_file_only() -> None:
    sources = [
        read_toml("[door]\nopen = true\n", name) for name in ("a.toml", "b.toml")
    ]

    with pytest.raises(ConfigError) as caught:
        merge(*sources)

    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("b.toml", 1)
    assert "a.toml" in problem.message


def test_a_table_and_an_array_of_one_name_do_not_mix() -> None:
    sources = [
        read_toml("[item]\n", "a.toml"),
        read_toml('[[item]]\nname="x"\n', "b.toml"),
    ]

    with pytest.raises(ConfigError):
        merge(*sources)


def test_merging_changes_no_source() -> None:
    one = read_toml('[[item]]\nname = "a"\n', "one.toml")
    two = read_toml('[[item]]\nname = "b"\n', "two.toml")

    merge(one, two)

    assert one.data == {"item": [{"name": "a"}]}
