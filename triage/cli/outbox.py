"""`triage outbox`: replies and notices on their way, or waiting for a person."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from triage.cli.listing import columns, moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.errors import ConfigError
from triage.store import IllegalMoveError, OutboxItem, OutboxLine, State, Store
from triage.wiring import now, open_store

HEADINGS = ("id", "case", "what", "state", "since", "because")


@click.group(short_help="List, show, resend and drop replies.")
def outbox() -> None:
    """Replies and notices: what was sent, what waits, and what a person must decide.

    \b
    queued     will be sent            sending, finishing   is being sent
    sent       accepted by the server  refused              the server will not take it
    uncertain  perhaps accepted        held                 waits for a person
    dropped    a person decided against it
    """


@outbox.command("list", short_help="List what waits; --all for everything.")
@config_option
@click.option("--all", "everything", is_flag=True, help="Sent and dropped ones too.")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), multiple=True
)
@json_option
def list_outbox(
    config: Path, everything: bool, state: tuple[str, ...], as_json: bool
) -> None:
    """List replies and notices that are not done with."""
    wanted = [State(each) for each in state]
    if not wanted and not everything:
        wanted = [each for each in State if each not in (State.SENT, State.DROPPED)]
    with open_store(config) as store:
        lines = store.outbox.listed(*wanted)
    if as_json:
        for line in lines:
            click.echo(json.dumps(plain(line)))
        return
    click.echo(columns(HEADINGS, [_row(line) for line in lines]))
    click.echo(f"{len(lines)} letters")


def _row(line: OutboxLine) -> tuple[str, ...]:
    return (
        str(line.id),
        line.reference or "-",
        line.template or line.kind,
        line.state,
        moment(line.changed_at) or "-",
        line.reason or "",
    )


@outbox.command("show", short_help="Show one letter as it will be, or was, sent.")
@click.argument("number", type=int)
@config_option
@json_option
def show_outbox(number: int, config: Path, as_json: bool) -> None:
    """Show letter NUMBER: its way so far, and the mail itself."""
    with open_store(config) as store:
        item = _existing(store, number)
    if as_json:
        click.echo(json.dumps(plain(item)))
        return
    for move in item.moves:
        click.echo(
            f"{moment(move.at)}  {move.before or 'new'} → {move.after}  {move.why}"
        )
    mail = item.data.decode("ascii", "replace").split("\r\n")
    click.echo("\n" + "\n".join(map(printable, mail)))


@outbox.command("resend", short_help="Send a held or refused letter (again).")
@click.argument("number", type=int)
@config_option
def resend(number: int, config: Path) -> None:
    """Queue letter NUMBER, which is held or was refused, for sending.

    Of a letter that was uncertain, first make sure that it did not arrive.
    """
    with open_store(config) as store, _decision_on(number, store):
        store.outbox.resend(number, now())
    click.echo(f"letter {number} is queued")


@outbox.command("drop", short_help="Decide that a letter is not sent.")
@click.argument("number", type=int)
@config_option
def drop(number: int, config: Path) -> None:
    """Decide that letter NUMBER is never sent.

    A person whom it was to acknowledge is then on this list:
    triage case list --debt
    """
    with open_store(config) as store, _decision_on(number, store):
        store.outbox.drop(number, now())
    click.echo(f"letter {number} is dropped")


@contextmanager
def _decision_on(number: int, store: Store) -> Iterator[None]:
    """Say in words when there is no such letter, or it cannot make the move."""
    _existing(store, number)
    try:
        yield
    except IllegalMoveError as error:
        raise ConfigError(str(error)) from None


def _existing(store: Store, number: int) -> OutboxItem:
    item = store.outbox.show(number)
    if item is None:
        raise ConfigError(f"there is no letter {number}; see: triage outbox list --all")
    return item
