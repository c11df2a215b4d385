"""What is documented is there, and what is there is documented."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from triage.alarm import Kind
from triage.cli import commands
from triage.config import Config, load_configs
from triage.logins import Secret

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")
FENCED = re.MULTILINE | re.DOTALL
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def all_commands(
    group: click.Group = commands, above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*above, name))


def all_keys(model: type[BaseModel] = Config, table: str = "") -> Iterator[str]:
    """Yield `table.key`, and the top-level keys without a table."""
    for key, about in model.model_fields.items():
        kind = about.annotation
        if (
            isinstance(kind, type)
            and issubclass(kind, BaseModel)
            and kind is not Secret
        ):
            yield from all_keys(kind, key)
        else:
            yield f"{table}.{key}" if table else key


@pytest.mark.parametrize("command", tuple(all_commands()), ids=" ".join)
def test_every_command_stands_on_a_page(command: tuple[str, ...]) -> None:
    whole = " ".join(("triage", *command))
    group, last = " ".join(("triage", *command[:-1])), f"`{command[-1]}`"

    lines = [line for page in PAGES for line in page.read_text("utf-8").splitlines()]

    assert any(whole in line or (group in line and last in line) for line in lines)


@pytest.mark.parametrize(
    "line",
    sorted(
        {
            line
            for page in PAGES
            for line in re.findall(r"`triage ([a-z][^`]*)`", page.read_text("utf-8"))
        }
    ),
)
def test_every_command_on_a_page_exists(line: str) -> None:
    words = [word for word in line.split() if re.fullmatch(r"[a-z]+", word)]

    known = set(all_commands())

    assert any(tuple(words[:length]) in known for length in (1, 2))


@pytest.mark.parametrize("key", tuple(all_keys()))
def test_every_key_of_the_configuration_stands_in_the_example(key: str) -> None:
    table, _, name = key.rpartition(".")
    section = EXAMPLE
    if table:
        section = EXAMPLE.partition(f"\n[{table}]\n")[2].partition("\n[")[0]

    line = rf"^(# )?(\[{name}\]$|{name} = )"

    assert re.search(line, section, re.MULTILINE)


def examples() -> Iterator[tuple[str, str]]:
    """Yield every configuration that stands on a page, with its name."""
    for page in PAGES:
        found = re.findall(r"^```toml\n(.*?)^```$", page.read_text("utf-8"), FENCED)
        if page.name in {"connect.md", "operations.md"}:
            yield from ((f"{page.name} {n}", text) for n, text in enumerate(found, 1))


def without_table(text: str, name: str) -> str:
    """Take a table with all below it out of a configuration."""
    return re.sub(rf"^\[{name}(\.[^]]*)?\]\n.*?(?=^\[|\Z)", "", text, flags=FENCED)


@pytest.mark.parametrize(
    "example", [pytest.param(text, id=name) for name, text in examples()]
)
def test_a_configuration_on_a_page_can_be_read(example: str, tmp_path: Path) -> None:
    whole = EXAMPLE
    for table in tomllib.loads(example):
        whole = without_table(whole, table)
    path = tmp_path / "config.toml"
    path.write_text(f"{whole}\n{example}", encoding="utf-8")

    assert load_configs(path)


@pytest.mark.parametrize("kind", tuple(Secret.model_fields))
def test_every_kind_of_secret_stands_in_the_example(kind: str) -> None:
    assert f"password = {{ {kind} = " in EXAMPLE


def packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(line for extra in extras for line in extra)]
    return sorted({match[0] for line in wanted if (match := NAME.match(line))})


@pytest.mark.parametrize("kind", tuple(Kind))
def test_every_alarm_has_its_row_in_the_handbook(kind: Kind) -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = page.partition("\n## When the alarm rings\n")[2].partition("\n## ")[0]

    assert re.search(rf"^\| `{kind}[:`]", section, re.MULTILINE)


@pytest.mark.parametrize(
    "link",
    sorted(
        {
            (page.name, link)
            for page in PAGES
            for link in re.findall(r"\]\(#([^)]+)\)", page.read_text("utf-8"))
        }
    ),
    ids="#".join,
)
def test_a_heading_that_a_page_links_to_is_there(link: tuple[str, str]) -> None:
    name, anchor = link
    page = next(page for page in PAGES if page.name == name).read_text("utf-8")

    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)

    assert anchor in {
        re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings
    }


@pytest.mark.parametrize("package", packages())
def test_every_package_has_its_reason(package: str) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    named = [name.strip() for row in rows for name in row.split(",")]

    assert package in named


def test_no_package_has_a_reason_that_is_not_used() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    named = {name.strip() for row in rows[1:] for name in row.split(",")}

    assert named <= set(packages())


@pytest.mark.parametrize("package", packages())
def test_every_package_is_pinned(package: str) -> None:
    pinned = (ROOT / "constraints.txt").read_text("utf-8")

    assert re.search(rf"^{re.escape(package)}==", pinned, re.MULTILINE)


@pytest.mark.parametrize(
    "link",
    sorted(
        {
            link
            for page in PAGES
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
        }
    ),
)
def test_what_a_page_links_to_is_there(link: str) -> None:
    assert any((page.parent / link).exists() for page in PAGES)


@pytest.mark.parametrize(
    "path",
    sorted(
        {
            path
            for page in (*PAGES, ROOT / "CONTRIBUTING.md")
            for path in re.findall(
                r"`((?:docs|deploy|triage|tests|bench|rules|templates)/[\w./-]*)`",
                page.read_text("utf-8"),
            )
        }
    ),
)
def test_a_file_that_a_page_names_is_there(path: str) -> None:
    made = f"<!-- file {path} -->"  # by the reader of the page, for practice

    assert (ROOT / path).exists() or any(
        made in page.read_text("utf-8") for page in PAGES
    )
