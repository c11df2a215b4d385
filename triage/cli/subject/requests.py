"""`triage subject requests` and `done`: what people ask for by law."""

import json
from pathlib import Path

import click

from triage.cli.listing import columns, counted, day, until
from triage.cli.options import by_option, config_option, json_option
from triage.cli.plain import plain
from triage.errors import ConfigError
from triage.store import Deed
from triage.wiring import now, open_store


@click.command(short_help="List what people ask for about their own data.")
@click.option("--all", "everything", is_flag=True, help="Also those that are done.")
@config_option
@json_option
def requests(everything: bool, config: Path, as_json: bool) -> None:
    """List requests for access, erasure and the like, the next due first.

    They were seen in complaints and run on a calendar clock of their own; exit status 1
    where one is overdue.
    """
    moment_now = now()
    with open_store(config) as store:
        found = store.requests.listed(only_open=not everything)
    if as_json:
        for each in found:
            click.echo(json.dumps(plain(each)))
    else:
        rows = [
            (
                str(each.id),
                each.reference,
                each.kind,
                f"done {day(each.done_at)} by {each.done_by}"
                if each.done_at
                else until(each.due_at, moment_now),
                each.words,
            )
            for each in found
        ]
        click.echo(columns(("id", "case", "asks for", "answer", "clock"), rows))
        click.echo(
            f"{counted(len(found), 'request')}; once answered: triage subject done ID"
        )
    if any(each.done_at is None and each.due_at < moment_now for each in found):
        raise click.exceptions.Exit(1)


@click.command(short_help="Note that such a request is answered.")
@click.argument("request", metavar="ID", type=int)
@config_option
@by_option
def done(request: int, config: Path, by: str) -> None:
    """Note that the request ID of `triage subject requests` is answered."""
    with open_store(config) as store:
        deed = Deed(at=now(), by=by, act="data request answered")
        if not store.requests.finish(request, deed):
            raise ConfigError(f"there is no open request {request}")
    click.echo(f"request {request} is done")
