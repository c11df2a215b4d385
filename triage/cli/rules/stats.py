"""`triage rules stats`: how often rules decided, and were overruled by people."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from triage.cli.listing import columns
from triage.cli.options import config_option, json_option
from triage.store import Times, TrackRecord
from triage.wiring import open_store, rulebook_to_look_at

EVER = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING = Times(decided=0, overruled=0)


@click.command(short_help="Show how often rules decided, and were overruled.")
@config_option
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only mails that came from this day on.",
)
@click.option("--signals", is_flag=True, help="Every signal too, seen or not.")
@json_option
def stats(config: Path, since: datetime | None, signals: bool, as_json: bool) -> None:
    """Count, per route, line and signal, what they decided and what people changed.

    A person changes a decision with: triage case reroute. A signal that often stands in
    overruled mails deserves a look, and so does one that is never seen.
    """
    ruleset = rulebook_to_look_at(config, None).ruleset
    with open_store(config) as store:
        found = store.cases.track_record(since.replace(tzinfo=UTC) if since else EVER)
    known = {
        "route": [route.id for route in ruleset.tables.route],
        "line": [rule.id for rule in ruleset.tables.rule],
        "signal": [signal.id for signal in ruleset.tables.signal],
    }
    by_kind = {"route": found.routes, "line": found.rules, "signal": found.signals}
    if as_json:
        _print_json(by_kind, known, found)
        return
    for kind, records in by_kind.items():
        if kind != "signal" or signals:
            click.echo(_table(kind, records, known[kind]) + "\n")
    if found.corrections:
        click.echo(_corrections(found) + "\n")
    decided = sum(record.decided for record in found.routes.values())
    overruled = sum(record.overruled for record in found.routes.values())
    click.echo(f"{decided} mails decided, {overruled} of them overruled by a person")


def _table(kind: str, records: Mapping[str, Times], known: Iterable[str]) -> str:
    """In the order of the rule files; what is no longer there stands last."""
    ids = [*known, *(id_ for id_ in records if id_ not in known)]
    rows = []
    for id_ in ids:
        record = records.get(id_, NOTHING)
        share = f"{record.overruled / record.decided:.0%}" if record.overruled else ""
        rows.append((id_, str(record.decided), str(record.overruled or ""), share))
    heading = "seen" if kind == "signal" else "decided"
    return columns((kind, heading, "overruled", "share"), rows)


def _corrections(found: TrackRecord) -> str:
    rows = [
        (before, after, str(times))
        for (before, after), times in found.corrections.items()
    ]
    return columns(("people changed", "to", "times"), rows)


def _print_json(
    by_kind: Mapping[str, Mapping[str, Times]],
    known: Mapping[str, Iterable[str]],
    found: TrackRecord,
) -> None:
    for kind, records in by_kind.items():
        for id_ in dict.fromkeys((*known[kind], *records)):
            record = records.get(id_, NOTHING)
            counts = {"decided": record.decided, "overruled": record.overruled}
            click.echo(json.dumps({"kind": kind, "id": id_} | counts))
    for (before, after), times in found.corrections.items():
        change = {"before": before, "after": after, "times": times}
        click.echo(json.dumps({"kind": "correction"} | change))
