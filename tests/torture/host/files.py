"""Rule files and templates: missing, broken, unreadable, swapped beside the daemon."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.host.trying import Host, Try, tried
from tests.torture.row import Outcome, Row
from triage import shipped

Damage = Callable[[Path], object]
HUGE = 10_000_000
REFUSED = "changed rules or templates are refused"


def _replaced(path: Path, octets: bytes) -> None:
    """Write in place, as an editor or a copying program does."""
    path.write_bytes(octets)


def _linked(path: Path, to: str | Path) -> None:
    path.unlink()
    path.symlink_to(to)


def _piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def made_a_folder(path: Path) -> None:
    """Put a folder where a file should be."""
    path.unlink()
    path.mkdir()


def _huge(path: Path) -> None:
    _replaced(path, path.read_bytes() + b"\n#" + b"x" * HUGE)


DAMAGES: dict[str, Damage] = {
    "missing": Path.unlink,
    "empty": lambda path: _replaced(path, b""),
    "half-written": lambda path: _replaced(path, path.read_bytes()[: _half(path)]),
    "not-utf-8": lambda path: _replaced(path, path.read_bytes() + b"\n# caf\xe9\n"),
    "utf-16": lambda path: _replaced(path, path.read_text("utf-8").encode("utf-16")),
    "nul": lambda path: _replaced(path, bytes(path.stat().st_size)),
    "a-folder": made_a_folder,
    "a-pipe": _piped,
    "a-device": lambda path: _linked(path, "/dev/zero"),
    "a-loop-of-links": lambda path: _linked(path, path.name),
    "a-link-to-nothing": lambda path: _linked(path, "nowhere"),
    "a-link-to-a-secret": lambda path: _linked(path, "../imap-password"),
    "huge": _huge,
    "the-folder-gone": lambda path: shutil.rmtree(path.parent),
}
RULES = {
    "a-key-twice": '\n[modes]\nat_most = "watch"\n',
    "an-unknown-route": '\n[[rule]]\nid = "x"\ntitle = "x"\nroute = "nowhere"\n',
    "an-unknown-table": "\n[nonsense]\n",
    "a-pattern-that-backtracks": (
        '\n[[signal]]\nid = "z"\ntitle = "z"\nphrases = ["(a|a|aa)(a|a|aa)", "((("]\n'
    ),
}
LETTERS = {
    "an-unknown-placeholder": "\n{{ nonsense }}\n",
    "a-block-left-open": "\n{% if true %}\n",
    "an-attribute-of-python": "\n{{ ''.__class__.__mro__ }}\n",
}
SHORT = ("half-written",)


def _half(path: Path) -> int:
    return path.stat().st_size // 2


def _appended(path: Path, text: str) -> None:
    _replaced(path, path.read_bytes() + text.encode())


def _within(path: Path, text: str) -> None:
    """Write into the letter's body: what stands outside is in no letter."""
    begin = "{% block body %}\n"
    _replaced(path, path.read_text("utf-8").replace(begin, begin + text).encode())


def _rules(ground: Ground) -> Outcome:
    more = {name: partial(_appended, text=text) for name, text in RULES.items()}
    return _damaged(ground, "rules/10-journeys.toml", DAMAGES | more)


def _letters(ground: Ground) -> Outcome:
    more = {name: partial(_within, text=text) for name, text in LETTERS.items()}
    return _damaged(ground, "templates/formal-complaint.txt", DAMAGES | more)


def _damaged(ground: Ground, place: str, damages: Mapping[str, Damage]) -> Outcome:
    names = list(damages) if ground.is_full else SHORT
    chosen = {name: damages[name] for name in names}
    run = partial(changed_beside, place=place, damages=chosen)
    return tried(ground, [Try("files", run, len(chosen))])


def with_own_letters(host: Host) -> None:
    """Install with templates that may be edited."""
    config = host.install()
    shutil.copytree(shipped.templates(), host.journey.folder / "templates")
    text = config.read_text("utf-8")
    config.write_text(text.replace(str(shipped.templates()), "templates"), "utf-8")


def changed_beside(
    host: Host, place: str, damages: Mapping[str, Damage]
) -> Iterator[Finding]:
    """Damage a file beside the daemon, again and again; what was in force answers.

    So it does after a restart beside the last damage.
    """
    with_own_letters(host)
    path = host.journey.folder / place
    kept = host.journey.folder / "kept"
    shutil.copytree(path.parent, kept)
    with host.daemon() as daemon:
        daemon.wait_for("running")
        host.complain()
        yield from host.settles()
        for number, (name, damage) in enumerate(damages.items(), 1):
            _mend(path.parent, kept)
            damage(path)
            daemon.reload()
            daemon.wait_for(REFUSED, times=number)
            host.complain()
            yield from host.settles()
            if "Refused on" not in host.command("status"):
                yield host.wrong(f"{name}: status does not say so")
        daemon.terminate()
    with host.daemon() as daemon:
        daemon.wait_for("running")
        host.complain()
        yield from host.settles()
        daemon.terminate()
    yield from alike(host)


def _mend(folder: Path, kept: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(kept, folder)


def alike(host: Host) -> Iterator[Finding]:
    """Every complaint got the same letter: no half of a rule or a text was used."""
    letters = {
        (_subject(each.octets), len(each.octets.split(b"\r\n")))
        for each in host.smtp.accepted
        if any(mail.sender in each.recipients for mail in host.delivered)
    }
    if len(letters) != 1:
        yield host.wrong(f"complaints got different letters: {letters}")


def _subject(octets: bytes) -> bytes:
    lines = octets.split(b"\r\n")
    return next(line for line in lines if line.startswith(b"Subject"))[-30:]


ROWS = (
    Row(
        name="host-rules",
        fault="a rule file missing, empty, half-written, in another encoding, huge, a"
        " pipe, a device, a link; or with mistakes",
        run=_rules,
    ),
    Row(
        name="host-letters",
        fault="the same of a letter's template",
        run=_letters,
        is_short=False,
    ),
)
