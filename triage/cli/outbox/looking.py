"""`triage outbox list` and `show`."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from triage.cli.listing import columns, counted, moment
from triage.cli.options import config_option, json_option
from triage.cli.outbox.differences import differences
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.errors import ConfigError
from triage.reply import text_of
from triage.store import Edit, OutboxItem, OutboxLine, State, Store
from triage.wiring import open_store

HEADINGS = ("id", "case", "what", "state", "since", "go out by", "because")
NEVER = datetime.max.replace(tzinfo=UTC)


@click.command("list", short_help="List what waits; --all for everything.")
@config_option
@click.option("--all", "everything", is_flag=True, help="Sent and dropped ones too.")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), multiple=True
)
@json_option
def list_outbox(
    config: Path, everything: bool, state: tuple[str, ...], as_json: bool
) -> None:
    """List replies and notices that are not done with.

    First what waits for approval, the most urgent on top: an acknowledgement must go
    out within the days that the complaints policy allows.
    """
    wanted = [State(each) for each in state]
    if not wanted and not everything:
        wanted = [each for each in State if each not in (State.SENT, State.DROPPED)]
    with open_store(config) as store:
        lines = urgent_first(store.outbox.listed(*wanted))
        left = store.handed_in.left_alone()
    if as_json:
        for line in lines:
            click.echo(json.dumps(plain(line)))
        return
    click.echo(table(lines))
    waiting = sum(line.waits for line in lines)
    count = counted(len(lines), "letter")
    if waiting:
        count += f", {waiting} to approve: triage outbox approve NUMBER"
    click.echo(count)
    idle = Counter((each.spot.folder, each.reason) for each in left)
    for (folder, reason), number in sorted(idle.items()):
        click.echo(f'in "{folder}", mails that decide nothing ({reason}): {number}')


def urgent_first(lines: Sequence[OutboxLine]) -> list[OutboxLine]:
    """Put on top what waits for approval, the next due first."""
    return sorted(
        lines, key=lambda line: (not line.waits, line.acknowledge_by or NEVER)
    )


def table(lines: Sequence[OutboxLine]) -> str:
    """Lay letters out for a terminal."""
    return columns(HEADINGS, [_row(line) for line in lines])


def _row(line: OutboxLine) -> tuple[str, ...]:
    return (
        str(line.id),
        line.reference or "-",
        line.template or line.kind,
        line.state,
        moment(line.changed_at) or "-",
        (moment(line.acknowledge_by) if line.state is State.HELD else None) or "-",
        printable(line.reason or ""),
    )


@click.command("show", short_help="Show one letter as it will be, or was, sent.")
@click.argument("number", type=int)
@config_option
@click.option("--raw", is_flag=True, help="The mail as it goes over the wire.")
@json_option
def show_outbox(number: int, config: Path, raw: bool, as_json: bool) -> None:
    """Show letter NUMBER: its way so far, what people changed, and what it says."""
    with open_store(config) as store:
        item = existing(store, number)
        edits = store.approvals.edits(number)
    if as_json:
        click.echo(json.dumps(plain(item) | {"edits": plain(edits)}))
        return
    for move in item.moves:
        click.echo(
            f"{moment(move.at)}  {move.before or 'new'} → {move.after}"
            f"  {printable(move.why)}"
        )
    _show_edits(edits, item.data)
    head, _, _ = item.data.partition(b"\r\n\r\n")
    mail = (item.data if raw else head).decode("ascii", "replace").split("\r\n")
    if not raw:
        mail += ["", *text_of(item.data).splitlines()]
    click.echo("\n" + "\n".join(map(printable, mail)))


def _show_edits(edits: Sequence[Edit], data: bytes) -> None:
    """Show each change of wording: what it replaced, and by what."""
    texts = [*(edit.former for edit in edits), data]
    for edit, after in zip(edits, texts[1:], strict=True):
        click.echo(f"\n{moment(edit.at)}: {edit.by} changed")
        click.echo(differences(text_of(edit.former), text_of(after)))


def existing(store: Store, number: int) -> OutboxItem:
    """Return a letter; ConfigError where there is none of that number."""
    item = store.outbox.show(number)
    if item is None:
        raise ConfigError(f"there is no letter {number}; see: triage outbox list --all")
    return item
