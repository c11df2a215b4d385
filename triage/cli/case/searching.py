"""`triage case list`."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from triage.cli.case.naming import DAY
from triage.cli.listing import columns, counted, day, moment, until
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.spreadsheet import csv_line
from triage.cli.terminal import printable
from triage.store import (
    CaseLine,
    CaseQuery,
    CaseState,
    Channel,
    Debt,
    Field,
    Found,
    Sort,
    Store,
)
from triage.tomlsource import did_you_mean
from triage.wiring import now, open_store, policy_in_force

FIRST_ONES = 50
PRIORITIES = ("normal", "high", "urgent")
STATES = (CaseState.OPEN, CaseState.ANSWERED, CaseState.CLOSED)


@click.command("list", short_help="List cases, the next due first.")
@config_option
@click.option("--open", "state", flag_value="open", help="Only those not answered yet.")
@click.option(
    "--answered", "state", flag_value="answered", help="… answered, not closed."
)
@click.option("--closed", "state", flag_value="closed", help="… closed or merged.")
@click.option("--route", help="On this route.")
@click.option("--owner", help="Assigned to this person.")
@click.option("--flag", help="With this flag, or `any`.")
@click.option("--priority", type=click.Choice(PRIORITIES), help="As urgent as this.")
@click.option("--topic", help="Mainly about this topic.")
@click.option("--role", help="Written by a person of this role.")
@click.option(
    "--channel",
    type=click.Choice([each.value for each in Channel]),
    help="How it came.",
)
@click.option(
    "--from", "from_", type=DAY, metavar="DATE", help="Received on this day or later."
)
@click.option("--to", type=DAY, metavar="DATE", help="Received on this day or earlier.")
@click.option(
    "--due-before", type=DAY, metavar="DATE", help="Something is due before this day."
)
@click.option("--overdue", is_flag=True, help="Something is overdue.")
@click.option("--missing", help="Lacks this item, or `any`.")
@click.option("--matters", is_flag=True, help="Something in it must be looked at.")
@click.option("--person", metavar="ADDRESS", help="Of this person, by any address.")
@click.option("--text", help="With these words in particulars or notes.")
@click.option("--debt", is_flag=True, help="Those that a person must acknowledge.")
@click.option(
    "--sort",
    type=click.Choice([each.value for each in Sort]),
    default=Sort.DUE.value,
    show_default=True,
    help="What comes first; `closed` lists closed ones only.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"So many.  [default: {FIRST_ONES}; all with --json and --csv]",
)
@click.option(
    "--csv", "as_csv", is_flag=True, help="For a spreadsheet, with particulars."
)
@json_option
@click.option("--other", is_flag=True, help="Instead: mails without a case, and why.")
def list_cases(
    config: Path, as_json: bool, as_csv: bool, other: bool, debt: bool, **asked: Any
) -> None:
    """List cases: reference, route, what is due, flags and what is missing.

    Every filter that you give must hold. Automatic mail, duplicates and mails that were
    set aside have no case: --other.
    """
    with open_store(config) as store:
        if other:
            _list_other(store, as_json)
            return
        limit = asked["limit"] or (None if as_json or as_csv else FIRST_ONES)
        query = _query(asked, debt, limit, config, store)
        found = store.cases.search(query)
        owing = {each.reference: each for each in store.cases.debts()}
        if debt:
            found = _in_order_of(owing, found, limit)
        if not found.total:
            _refuse_unknown(query, store)
        if as_json:
            _print_json(found.lines, owing, store)
        elif as_csv:
            _print_csv(found.lines, store)
        else:
            click.echo(_table(found, owing))


def _query(
    asked: Mapping[str, Any], debt: bool, limit: int | None, config: Path, store: Store
) -> CaseQuery:
    dates = asked["from_"], asked["to"], asked["due_before"]
    # Days begin in the board's zone; the rules need not be read for anything else.
    zone = policy_in_force(config, store).calendar.timezone if any(dates) else None
    from_, to, due_before = (
        each.replace(tzinfo=zone) if each else None for each in dates
    )
    if asked["overdue"]:
        due_before = min(filter(None, (now(), due_before)))
    person, state = asked["person"], asked["state"]
    if asked["sort"] == Sort.CLOSED:
        state = state or CaseState.CLOSED
    return CaseQuery(
        state=CaseState(state) if state else None,
        opened_from=from_,
        opened_before=to + timedelta(days=1) if to else None,
        due_before=due_before,
        is_unacknowledged=debt or None,
        has_matters=asked["matters"] or None,
        person=person.strip().lower() if person else None,
        sort=Sort(asked["sort"]),
        limit=None if debt else limit,
        **{name: asked[name] for name in _AS_TYPED},
    )


_IN_USE = ("route", "topic", "role", "channel", "priority", "owner")
_AS_TYPED = (*_IN_USE, "flag", "missing", "text")


def _refuse_unknown(query: CaseQuery, store: Store) -> None:
    """Say, where nothing was found, which word no case has."""
    for name in _IN_USE:
        word = getattr(query, name)
        words = store.cases.words_in_use(name) if word is not None else ()
        if word is not None and word not in words:
            hint = did_you_mean(word, words)
            said = f"no case has the {name} `{word}`"
            click.echo(f"{said}; {hint}" if hint else said, err=True)


def _in_order_of(owing: Mapping[str, Debt], found: Found, limit: int | None) -> Found:
    """Keep those that are owed an acknowledgement, the most urgent first."""
    by_reference = {line.reference: line for line in found.lines}
    lines = [by_reference[each] for each in owing if each in by_reference]
    return Found(tuple(lines[:limit]), len(lines))


def _list_other(store: Store, as_json: bool) -> None:
    fates = store.fates.listed(without_case=True)
    if as_json:
        for fate in fates:
            click.echo(json.dumps(plain(fate)))
        return
    rows = [
        (
            fate.fate,
            moment(fate.received_at) or "-",
            printable(fate.subject or "-"),
            fate.reason,
        )
        for fate in fates
    ]
    click.echo(columns(("fate", "received", "subject", "because"), rows))
    left = store.fates.left_alone()
    without = f"{counted(len(fates), 'mail')} without a case"
    click.echo(f"{without}; {counted(left, 'other')} left alone")


def _print_json(
    lines: Iterable[CaseLine], owing: Mapping[str, Debt], store: Store
) -> None:
    lines = list(lines)
    particulars = store.cases.particulars(line.reference for line in lines)
    for line in lines:
        texts = {"particulars": plain(particulars.get(line.reference, {}))}
        row = plain(line) | texts | _debt_fields(owing.get(line.reference))
        click.echo(json.dumps(row))


def _debt_fields(owed: Debt | None) -> dict[str, Any]:
    if owed is None:
        return {"debt": False}
    return {
        "debt": True,
        "to_do": _to_do(owed),
        "letter": owed.letter,
        "is_for_approval": owed.is_for_approval,
        "why": owed.why,
    }


COLUMNS = (
    "reference",
    "state",
    "opened_at",
    "channel",
    "role",
    "route",
    "topic",
    "priority",
    "owner",
    "flags",
    "missing",
    "acknowledge_by",
    "acknowledged_at",
    "respond_by",
    "extended_until",
    "answered_at",
    "is_escalated",
    "closed_at",
    "outcome",
    "root_cause",
    "merged_into",
    "messages",
)


def _print_csv(lines: Sequence[CaseLine], store: Store) -> None:
    """With a mark at its head by which spreadsheets know the encoding."""
    particulars = store.cases.particulars(line.reference for line in lines)
    click.echo("\ufeff" + csv_line((*COLUMNS, *Field)))
    for line in lines:
        texts = particulars.get(line.reference, {})
        cells = (_csv_cell(getattr(line, name)) for name in COLUMNS)
        click.echo(csv_line((*cells, *(texts.get(name) for name in Field))))


def _csv_cell(value: object) -> object:
    match value:
        case datetime():
            return f"{value.astimezone():%Y-%m-%d %H:%M}"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(value)
        case _:
            return value


HEADINGS = (
    "case",
    "route",
    "who",
    "acknowledged",
    "answered",
    "owner",
    "flags",
    "missing",
    "to do",
)


def _table(found: Found, owing: Mapping[str, Debt]) -> str:
    at = now()
    rows = [_row(line, owing.get(line.reference), at) for line in found.lines]
    return "\n".join((columns(HEADINGS, rows), *_totals(found, len(owing))))


def _totals(found: Found, owing: int) -> Iterator[str]:
    cases = counted(found.total, "case")
    cases = f"more than {cases}" if found.has_uncounted else cases
    yield f"{cases}, {owing} still to be acknowledged by a person"
    more = found.total - len(found.lines)
    if found.has_uncounted:
        yield f"only the first {len(found.lines)} are shown: ask for less, or --limit N"
    elif more:
        yield f"{more:,} more are not shown: --limit {found.total}"


def _to_do(owed: Debt) -> str:
    """What a person has to do, so that somebody is acknowledged."""
    if owed.is_for_approval:
        return f"triage outbox approve {owed.letter}"
    if owed.letter is not None:
        return f"decide about letter {owed.letter}: triage outbox show {owed.letter}"
    return printable(f"acknowledge by hand: {'; '.join(owed.why)}")


def _row(line: CaseLine, owed: Debt | None, at: datetime) -> tuple[str, ...]:
    return (
        line.reference,
        line.route or "-",
        line.role,
        _acknowledged(line, owed, at),
        _answered(line, at),
        printable(line.owner or ""),
        ", ".join(line.flags),
        ", ".join(line.missing),
        _to_do(owed) if owed else "",
    )


def _acknowledged(line: CaseLine, owed: Debt | None, at: datetime) -> str:
    is_owed = line.acknowledged_at is None and line.closed_at is None
    if not is_owed or line.acknowledge_by is None:
        return day(line.acknowledged_at)
    who = "a person must, " if owed else "not yet, "
    return f"{who}{until(line.acknowledge_by, at)}"


def _answered(line: CaseLine, at: datetime) -> str:
    match line.state:
        case CaseState.MERGED:
            return f"merged into {line.merged_into}"
        case CaseState.CLOSED:
            return f"closed {day(line.closed_at)}: {line.outcome or 'no outcome'}"
        case CaseState.ANSWERED:
            return f"done {day(line.answered_at)}"
        case CaseState.OPEN:
            return until(line.respond_by, at)
