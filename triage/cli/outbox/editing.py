"""`triage outbox edit`: a waiting letter in a person's words."""

from pathlib import Path
from typing import TextIO

import click

from triage.cli.options import by_option, config_option
from triage.cli.outbox.differences import differences
from triage.cli.outbox.looking import existing
from triage.errors import ConfigError, MessageError
from triage.reply import reword, subject_of, text_of
from triage.store import Edit, IllegalMoveError, OutboxItem, State, Store
from triage.wiring import config_of_letter, now, open_store, organisation_of


@click.command(short_help="Change the words of a letter that waits for approval.")
@click.argument("number", type=int)
@click.option(
    "--text",
    type=click.File(encoding="utf-8"),
    help="Take the new text from this file, or from - (standard input).",
)
@by_option
@config_option
def edit(number: int, text: TextIO | None, by: str, config: Path) -> None:
    """Open the text of letter NUMBER in your editor ($VISUAL or $EDITOR).

    Recipient and subject stay, and the HTML form is made from your text. A blank line
    begins a paragraph; "- " begins an item of a list; hyphens under a line make it a
    heading. The letter goes on waiting: triage outbox approve.
    """
    with open_store(config) as store:
        item = existing(store, number)
        _require_waiting(item)
        before = text_of(item.data)
        wanted = _read(text) if text is not None else _typed(before)
        if wanted is None or wanted.strip() == before.strip():
            click.echo(f"letter {number} is as it was")
            return
        try:
            data = reword(
                item.data,
                wanted,
                organisation_of(config_of_letter(config, store, number)),
            )
        except MessageError as error:
            raise ConfigError(f"letter {number} is as it was: {error}") from None
        _put(store, item, data, by)
    click.echo(f"Subject: {subject_of(data)}")
    click.echo(differences(before, text_of(data)))
    click.echo(f"letter {number} is changed and waits: triage outbox approve {number}")


def _require_waiting(item: OutboxItem) -> None:
    line = item.line
    if line.waits:
        return
    if line.state is State.HELD:
        raise ConfigError(
            f"letter {line.id} was tried before and may have arrived: its words stay"
        )
    raise ConfigError(
        f"letter {line.id} is {line.state}; only a letter that waits for approval "
        "can be changed"
    )


def _read(text: TextIO) -> str:
    try:
        return str(text.read())
    except UnicodeDecodeError:
        raise ConfigError(f"{text.name} is not UTF-8 text") from None


def _typed(before: str) -> str | None:
    """Open the text in an editor; None: it was left without saving."""
    return click.edit(before, extension=".txt", require_save=True)


def _put(store: Store, item: OutboxItem, data: bytes, by: str) -> None:
    try:
        store.approvals.edit(item.line.id, data, Edit(now(), by, item.data))
    except IllegalMoveError as error:
        raise ConfigError(str(error)) from None
