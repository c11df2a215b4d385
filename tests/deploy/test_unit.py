"""The units of systemd: what they close, and that the page names what they name."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PAGE = (ROOT / "docs" / "install.md").read_text("utf-8")
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = {"triage": 12, "triage-backup": 5}
"""In tenths, as `systemd-analyze security` counts."""


def analyzed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if ANALYZE is None:
        pytest.skip("systemd-analyze is not installed: apt install systemd")
    return subprocess.run(  # noqa: S603 - the program that was found
        [ANALYZE, *arguments], check=False, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_sandbox_is_as_closed_as_the_page_says(unit: Path) -> None:
    threshold = f"--threshold={MOST_EXPOSED[unit.stem]}"

    done = analyzed("security", "--offline=true", "--no-pager", threshold, unit)

    assert done.returncode == 0, done.stdout


def test_the_sandbox_leaves_what_the_reader_and_a_trial_do() -> None:
    lines = (DEPLOY / "triage.service").read_text("utf-8").splitlines()
    filters = [line.partition("=")[2] for line in lines if "SystemCallFilter=" in line]

    allowed = _calls(filters[0])
    for each in filters[1:]:
        names = _calls(each.removeprefix("~"))
        allowed = allowed - names if each.startswith("~") else allowed | names

    used = {"prlimit64", "setrlimit", "setpriority", "setitimer", "execve", "clone3"}
    assert used <= allowed
    assert allowed.isdisjoint({"chown", "setuid", "mount", "ptrace", "nice"})


def _calls(filters: str) -> set[str]:
    """Return the calls that names and sets of names stand for."""
    found: set[str] = set()
    for name in filters.split():
        if name.startswith("@"):
            listed = analyzed("syscall-filter", "--no-pager", name).stdout.splitlines()
            inside = [line.strip() for line in listed[1:] if line.strip()]
            found |= _calls(" ".join(each for each in inside if each[0] != "#"))
        else:
            found.add(name)
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_place_that_a_unit_names_stands_on_the_page(unit: Path) -> None:
    text = unit.read_text("utf-8")
    named = set(re.findall(r"(/(?:etc|opt|var)/[\w/.-]*[\w])", text))

    folders = {
        place for place in named if "bin" not in place and "credentials/" not in place
    }

    assert folders
    assert {place for place in folders if place not in PAGE} == set()
