"""Secrets missing, empty, readable by others."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.files import made_a_folder
from tests.torture.host.trying import Host, Try, tried
from tests.torture.row import Outcome, Row
from triage.errors import ConfigError

Damage = Callable[[Path], object]


def _secrets(ground: Ground) -> Outcome:
    tries = [
        Try(f"{name}-{how}", partial(secret_damaged, name=name, damage=damage))
        for name in ("imap-password", "reference.key")
        for how, damage in SECRETS.items()
    ]
    return tried(ground, tries if ground.is_full else tries[:2])


SECRETS: dict[str, Damage] = {
    "missing": Path.unlink,
    "read-by-all": lambda path: path.chmod(0o644),
    "read-by-the-group": lambda path: path.chmod(0o640),
    "empty": lambda path: path.write_bytes(b""),
    "not-utf-8": lambda path: path.write_bytes(b"\xff\xfe\xe9"),
    "a-folder": made_a_folder,
}


def secret_damaged(host: Host, name: str, damage: Damage) -> Iterator[Finding]:
    """Nothing starts without its secrets, and it says why; mended, all is answered."""
    host.install()
    host.complain()
    path = host.journey.folder / name
    secret = path.read_text("utf-8")
    damage(path)
    try:
        host.run_once()
    except ConfigError as error:
        if name not in str(error):
            yield host.wrong(f"it does not say which secret: {error}")
    else:
        yield host.wrong("it starts")
    if host.smtp.accepted:
        yield host.wrong("a letter went out")
    _written_anew(path, secret)
    host.run_once()
    host.run_once()
    yield from host.settles()


def _written_anew(path: Path, secret: str) -> None:
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(secret, "utf-8")


ROWS = (
    Row(
        name="host-secrets",
        fault="a password or the key missing, empty, readable by others",
        run=_secrets,
    ),
)
