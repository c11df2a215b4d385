"""What somebody types after `python -m tests.torture`."""

import pytest

from tests.torture.asking import NAMES, asked_for


def test_the_help_breaks_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked_for(["--help"])

    said = capsys.readouterr().out.split()
    assert {*said} >= NAMES


@pytest.mark.parametrize(
    ("name", "hint"),
    [("imap-dorp", "; did you mean `imap-drop`?"), ("zzz", "")],
    ids=["near", "far"],
)
def test_a_name_that_is_none_is_told_with_what_is_near(
    capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    with pytest.raises(SystemExit):
        asked_for(["health", name])

    said = capsys.readouterr().err
    assert said.endswith(f"error: no area or row is called {name}{hint}\n")
