"""Secrets, and what holds people's mail: who can read them on this host.

The daemon runs with a umask that hides nothing, at the level debug, in an environment
that asks for TLS keys; then with passwords that both servers refuse.
"""

import os
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic, sleep

from tests.torture.access.house import VICTIM, VICTIMS_WORDS, House, post
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome

IMAP, KEY = "pw", "zqxsecretkey-0123456789-0123456789"
SMTP = "zqxsecret-of-smtp"
_SECONDS = 60.0


def hide_secrets(ground: Ground) -> Outcome:
    """Run the daemon, look at it from beside, and try secrets that others can read."""
    with House(ground) as house:
        _rewrite(house.journey.folder / "reference.key", KEY)
        house.deliver(post(sender=VICTIM, text=VICTIMS_WORDS))
        keys = ground.folder / "tls-keys"
        before = set(house.journey.folder.rglob("*"))
        log, seen = _run(house, {"SSLKEYLOGFILE": str(keys)})
        findings = [*wrong_modes(set(house.journey.folder.rglob("*")) - before), *seen]
        outputs = [log, *house.says("status"), *house.says("check")]
        outputs += _refused(house)
        findings += told(outputs, (KEY, SMTP))
        if keys.exists():
            findings.append(Finding("access", "SSLKEYLOGFILE", "keys were written"))
        findings += _readable_by_others(house)
        for name in ("backup", "export.zip"):
            _written(house, name)
        findings += wrong_modes(house.journey.folder.glob("out-*"))
    return Outcome(cases=len(outputs) + 6, findings=tuple(findings))


def _rewrite(path: Path, secret: str) -> None:
    path.write_text(f"{secret}\n", "utf-8")


def _run(house: House, environment: dict[str, str]) -> tuple[str, list[Finding]]:
    """Run `triage run` with the umask 0 until the reply is out."""
    process = subprocess.Popen(  # noqa: S603 - the program under test
        [sys.executable, "-m", "triage", "run", "--config", house.config],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | environment,
        umask=0,
    )
    try:
        until = monotonic() + _SECONDS
        while not house.letters_to(VICTIM):
            if monotonic() > until or process.poll() is not None:
                raise LookupError("the daemon sent nothing")
            sleep(0.05)
        found = list(seen_of(_family(process.pid), (KEY,)))
    finally:
        process.terminate()
        _, log = process.communicate(timeout=_SECONDS)
    return log.decode("utf-8", "replace"), found


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in below for each in _family(int(child)))]


def seen_of(pids: Iterable[int], secrets: Iterable[str]) -> Iterator[Finding]:
    """Yield secrets in the process list or an environment, and cores that are left."""
    for pid in pids:
        proc = Path(f"/proc/{pid}")
        for name in ("cmdline", "environ"):
            octets = (proc / name).read_bytes()
            if any(secret.encode() in octets for secret in secrets):
                yield Finding("access", name, "a secret is in the process list")
        if leaves_core((proc / "limits").read_text()):
            yield Finding("access", "core", "a crash would leave a core dump")


def leaves_core(limits: str) -> bool:
    """Whether a process with these limits (/proc/PID/limits) may dump its memory."""
    line = next(line for line in limits.splitlines() if "core file" in line)
    return line.split()[4:6] != ["0", "0"]


def wrong_modes(paths: Iterable[Path]) -> Iterator[Finding]:
    """Yield files of ours that others on this host can read or write."""
    for path in paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_file() and mode & 0o077:
            yield Finding("access", path.name, f"others may read it: {mode:o}")


def told(outputs: Iterable[str], secrets: Iterable[str]) -> Iterator[Finding]:
    """Yield secrets in what was printed or logged."""
    for text in outputs:
        for secret in secrets:
            if secret in text:
                yield Finding("private", text[:40], "a secret was told")


def _refused(house: House) -> list[str]:
    """Passwords that are wrong: whatever fails must not quote them."""
    _rewrite(house.journey.folder / "imap-password", SMTP)
    try:
        done = house.command("run", "--once")
        check = house.says("check", "--connect")
    finally:
        _rewrite(house.journey.folder / "imap-password", IMAP)
    return [(done.stdout + done.stderr).decode(), *check]


def _readable_by_others(house: House) -> Iterator[Finding]:
    """Every secret must be refused while others can read it."""
    for name in ("imap-password", "reference.key"):
        path = house.journey.folder / name
        for mode in (0o640, 0o604):
            path.chmod(mode)
            done = house.command("run", "--once")
            if done.returncode != 2 or b"can be read by other users" not in done.stderr:
                yield Finding("access", name, f"taken though its mode is {mode:o}")
        path.chmod(0o600)


def _written(house: House, name: str) -> None:
    """Have a backup or an export written under a umask that hides nothing."""
    path = house.journey.folder / f"out-{name}"
    before = os.umask(0)
    try:
        if name == "backup":
            house.says("backup", "create", path)
        else:
            house.says("subject", "export", VICTIM, path, "--by", "y")
    finally:
        os.umask(before)
    if not path.exists():
        raise LookupError(f"{name} was not written")
