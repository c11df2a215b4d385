"""What a host shows of secrets and of files with mail is noticed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.torture.access.hiding import leaves_core, seen_of, told, wrong_modes

TOLD = "zqxsecretkey"
_UNTIL_KILLED = "import sys; print(1, flush=True); sys.stdin.read()"


def look_at(arguments: list[str], environment: dict[str, str]) -> set[str]:
    """Start a process, and look at it."""
    with subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-c", _UNTIL_KILLED, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | environment,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = {finding.about for finding in seen_of([process.pid], (TOLD,))}
        process.kill()
    return found


def test_a_secret_among_the_arguments_is_noticed() -> None:
    assert "cmdline" in look_at([TOLD], {})


def test_a_secret_in_the_environment_is_noticed() -> None:
    assert "environ" in look_at([], {"PASSWORD": TOLD})


def test_a_process_that_may_leave_a_core_is_noticed() -> None:
    assert leaves_core("Max core file size        0        unlimited        bytes\n")
    assert not leaves_core("Max core file size        0        0        bytes\n")


def test_a_secret_that_was_printed_is_noticed() -> None:
    assert list(told(["fine", f"login {TOLD} failed"], (TOLD,)))
    assert not list(told(["fine"], (TOLD,)))


def test_a_file_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.touch(mode=0o600)

    assert not list(wrong_modes([path, tmp_path]))

    path.chmod(0o640)

    assert list(wrong_modes([path, tmp_path]))
