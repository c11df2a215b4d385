import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.intake.mails import delivered
from triage import __version__

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    ("init",),
    ("check",),
    ("run",),
    ("explain",),
    ("case",),
    ("case", "list"),
    ("case", "show"),
    ("outbox",),
    ("outbox", "list"),
    ("outbox", "show"),
    ("outbox", "resend"),
    ("outbox", "drop"),
    ("demo",),
)


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_every_command_explains_itself(
    triage: Triage, command: tuple[str, ...]
) -> None:
    long, short = triage(*command, "--help"), triage(*command, "-h")

    assert long.status == 0
    assert f"Usage: triage {' '.join(command)}".strip() in long.out
    assert len(long.out.split()) > 20
    assert long == short


def test_the_version_is_told(triage: Triage) -> None:
    assert __version__ in triage("--version").out


def test_what_the_reader_process_imports_of_the_program_is_no_command() -> None:
    """A spawned process imports the script that was started, once more."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, _ = project["scripts"]["triage"].partition(":")
    code = f"import sys, {module}; sys.exit('triage.cli' in sys.modules)"

    imported = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - the program under test

    assert imported.returncode == 0


def test_no_command_leaves_its_memory_on_the_disk(triage: Triage) -> None:
    triage("--version")

    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("fly",), id="no such command"),
        pytest.param(("check", "--fly"), id="no such option"),
        pytest.param(("explain",), id="an argument is missing"),
        pytest.param(("outbox", "show", "one"), id="not a number"),
        pytest.param(("outbox", "list", "--state", "lost"), id="no such state"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    triage: Triage, arguments: tuple[str, ...]
) -> None:
    result = triage(*arguments)

    assert result.status == 2
    assert "Error:" in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("check",), id="check"),
        pytest.param(("run",), id="run"),
        pytest.param(("run", "--once"), id="run --once"),
        pytest.param(("case", "list"), id="case list"),
        pytest.param(("outbox", "drop", "1"), id="outbox drop"),
    ],
)
def test_without_a_configuration_the_way_to_one_is_told(
    triage: Triage,
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    result = triage(*arguments)

    assert result.status == 2
    assert "there is no configuration at config.toml" in result.err
    assert "triage init FOLDER" in result.err


def test_the_configuration_may_be_named_in_the_environment(
    triage: Triage, worked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAGE_CONFIG", str(worked))

    assert triage("case", "list").status == 0


def test_a_reader_that_goes_away_gets_no_traceback(
    worked: Path, tmp_path: Path
) -> None:
    for number in range(200):
        (tmp_path / f"{number}.eml").write_bytes(delivered())
    with subprocess.Popen(  # noqa: S603 - the program under test
        [sys.executable, "-m", "triage", "explain", "-c", worked, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()  # as `| head -1` does
        complaints = process.stderr.read()

    assert complaints == b""
