"""The map in triage's docstring is the territory."""

import re
from pathlib import Path

import triage

FOLDER = Path(triage.__file__).parent
LINE = re.compile(r"^([a-z]+) {2,}\S", re.MULTILINE)


def test_the_map_names_every_module_and_nothing_else() -> None:
    there = {
        path.stem
        for path in FOLDER.iterdir()
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("_")
    }

    assert there == set(LINE.findall(triage.__doc__ or ""))


def test_the_map_names_each_once() -> None:
    named = LINE.findall(triage.__doc__ or "")

    assert sorted(set(named)) == sorted(named)
