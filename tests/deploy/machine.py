"""A machine in a folder, on which the commands of the handbook are run.

Its /etc, /opt and /var lie in the folder. Programs that would change the real machine
are others there: they do the same to the folder, or only what they can.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"(?<![\w./])/(?=(etc|opt|var)/)")
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDERS = ("etc/systemd/system", "opt", "var/lib/triage", "shims")
SHIMS = {
    "python3": f'exec {sys.executable} "$@"',
    "systemd-sysusers": 'exec /usr/bin/systemd-sysusers --root="$MACHINE" "$@"',
    "chgrp": 'grep -q "^$1:" "$MACHINE/etc/group" && test -e "$2"',
    "install": """\
owners=""
for word in "$@"; do
  shift
  case "$owners$word" in
    -o | -g) owners=$word ;;
    -o* | -g*) grep -q "^$word:" "$MACHINE/etc/passwd"; owners="" ;;
    *) set -- "$@" "$word" ;;
  esac
done
exec /usr/bin/install "$@"
""",
    "triage": f"""\
cd "$MACHINE/etc/triage" 2>/dev/null || :
exec {sys.executable} -m triage "$@"
""",
}
"""Owners are looked up and left away: only root could give a file to somebody."""


def commands_of(page: str) -> tuple[str, ...]:
    """Return the lines of a page that somebody types at a shell."""
    text = (ROOT / page).read_text("utf-8")
    lines = "".join(SHELL_BLOCK.findall(text)).splitlines()
    return tuple(_without_comment(line) for line in lines if line.strip())


def _without_comment(line: str) -> str:
    return line.partition("  #")[0].strip()


@dataclass(frozen=True)
class Machine:
    """A folder as the root of a machine."""

    root: Path
    instead: dict[str, str] = field(default_factory=dict)
    """Other words for those that are only examples on a page."""

    def __post_init__(self) -> None:
        for each in FOLDERS:
            (self.root / each).mkdir(parents=True, exist_ok=True)
        (self.root / "etc/group").touch()
        for name, script in SHIMS.items():
            path = self.root / "shims" / name
            path.write_text(f"#!/bin/sh\nset -eu\n{script}\n", encoding="utf-8")
            path.chmod(0o755)

    def at(self, path: str) -> Path:
        """Return where a path of the machine really is."""
        return self.root / path.removeprefix("/")

    def run(self, line: str) -> None:
        """Type a line at the shell; it must end well."""
        for word, other in self.instead.items():
            line = line.replace(word, other)
        typed = OURS.sub(f"{self.root}/", line)
        done = subprocess.run(  # noqa: S603 - what the handbook says
            ["/bin/bash", "-euo", "pipefail", "-c", typed],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, f"$ {typed}\n{done.stdout}{done.stderr}"

    def _environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "MACHINE": str(self.root),
            "PATH": f"{self.root / 'shims'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "EDITOR": "true",
            "BROWSER": "true",
            # What is installed comes from this folder alone.
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def lend_packages(self) -> None:
        """Let the machine's environment find the packages that are here."""
        for folder in self.at("/opt/triage/lib").glob("python*/site-packages"):
            here = [each for each in sys.path if each.endswith("site-packages")]
            (folder / "lent.pth").write_text("\n".join(here) + "\n", "utf-8")


def has_program(name: str) -> bool:
    return shutil.which(name) is not None
