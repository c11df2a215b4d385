"""`triage init`: a folder with everything to edit, or everything asked and tried."""

import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from triage import shipped
from triage.cli.init.asking import PRIVATE, Setup, Tries, ask_everything
from triage.cli.init.draft import Draft
from triage.errors import ConfigError
from triage.wiring import examine_server, now

if TYPE_CHECKING:
    from collections.abc import Mapping

MODES_FILE = Path("rules", "65-modes.toml")
LIVE, WATCH = 'at_most = "live"', 'at_most = "watch"'
MADE = ("config.toml", "rules", "templates", "reference.key")
BY_NAMES = ("imap-password", "smtp-password", "client-secret")
PASSING = ".triage-init-"


def _lay_down(folder: Path) -> None:
    """Copy what is shipped; it only watches, and leaves alone what is there already."""
    made: Mapping[str, Path] = {
        "config.toml": shipped.example_config(),
        "rules": shipped.rules(),
        "templates": shipped.templates(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in made.items():
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    config = folder / "config.toml"
    draft = Draft(config.read_text(encoding="utf-8"))
    draft.put("mailbox", "since", now().astimezone().date())
    config.write_text(draft.text, encoding="utf-8")
    modes = folder / MODES_FILE
    shipped_modes = modes.read_text(encoding="utf-8")
    modes.write_text(shipped_modes.replace(LIVE, WATCH), encoding="utf-8")
    key = folder / "reference.key"
    key.touch(mode=PRIVATE)
    key.write_text(secrets.token_hex(32) + "\n", encoding="ascii")


def _ask_into(folder: Path) -> None:
    """Make an installation beside its place, and move it there once it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    _tell_of_what_broke_off(folder)
    with (
        _ended_cleanly(),
        tempfile.TemporaryDirectory(prefix=PASSING, dir=folder) as passing,
    ):
        made = Path(passing)
        _lay_down(made)
        setup = Setup(
            folder=made,
            draft=Draft((made / "config.toml").read_text(encoding="utf-8")),
        )
        tries = Tries(
            mailbox=partial(examine_server, server="mailbox"),
            submission=partial(examine_server, server="submission"),
        )
        ask_everything(setup, tries)
        _ = setup.config
        for path in made.iterdir():
            path.rename(folder / path.name)


def _tell_of_what_broke_off(folder: Path) -> None:
    for left in sorted(folder.glob(f"{PASSING}*")):
        click.echo(
            f"{left} was left by an earlier try that was killed, and may hold a "
            "password: remove it",
            err=True,
        )


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Let a closed terminal end it as Ctrl-C does, so that no password stays behind."""

    def give_up(_number: int, _frame: FrameType | None) -> NoReturn:
        raise click.Abort

    before = {
        each: signal.signal(each, give_up) for each in (signal.SIGHUP, signal.SIGTERM)
    }
    try:
        yield
    except click.Abort:
        # A terminal that is gone is told nothing.
        with suppress(OSError):
            click.echo("\nStopped: nothing was made.", err=True)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command(short_help="Make a folder with config, rules and templates to edit.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--ask/--no-ask",
    "is_asking",
    default=None,
    help="Ask what it needs and try each answer.  [default: in a terminal]",
)
def init(folder: Path, is_asking: bool | None) -> None:
    """Make FOLDER with a commented config.toml, the rule files and the templates.

    In a terminal it asks for the mailbox, the server for letters, the team and the time
    zone, and tries each answer; nothing is sent or changed there. With --no-ask
    everything is left for you to edit. Mail that arrived before today is left alone:
    `since` in config.toml.

    Everything in it is yours to edit. Nothing that is already there is overwritten. A
    random reference.key is made too: it is what proves that a reply belongs to a case,
    so keep it private and keep it.

    A new installation only watches: it judges, records and files, and sends nothing to
    those who write until rules/65-modes.toml says so.
    """
    asks = sys.stdin.isatty() if is_asking is None else is_asking
    in_the_way = [name for name in (*MADE, *BY_NAMES) if (folder / name).exists()]
    if in_the_way:
        raise ConfigError(*(f"{folder / name} is already there" for name in in_the_way))
    try:
        if asks:
            _ask_into(folder)
        else:
            _lay_down(folder)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made: {error.strerror or error}"
        ) from None
    click.echo(f"""\

Made {folder}:
  config.toml     servers, addresses, contacts, links
  rules/          what mails mean and where they go
  templates/      what we answer
  reference.key   proves that a reply belongs to a case; keep it
{_secrets_in(folder)}
Next:
  1. {_what_to_edit(folder, asked=asks)}
  2. see that all is right which you wrote:
     triage check --config {folder / "config.toml"} --connect
  3. and all that it depends on:
     triage doctor --config {folder / "config.toml"}
  4. let it work, at first in this terminal; docs/install.md says how for good:
     triage run --config {folder / "config.toml"}

It begins in watch: mails are judged, recorded and filed, colleagues are told, and
nobody who writes gets an answer. Go on when you trust it, by `at_most` in
{folder / MODES_FILE}:
  watch   look at what it would have sent: triage rules diff --mode live
  hold    replies are written and wait: triage outbox list, then triage outbox approve
  live    replies go out by themselves""")


def _secrets_in(folder: Path) -> str:
    """Return a line for each secret that was asked for."""
    return "".join(
        f"  {name:15} for you and triage alone\n"
        for name in BY_NAMES
        if (folder / name).exists()
    )


def _what_to_edit(folder: Path, *, asked: bool) -> str:
    config = folder / "config.toml"
    if asked:
        return f"look through {config}: [contacts] and [links] are examples in part"
    return f"edit {config}"
