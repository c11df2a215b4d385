"""`triage case`: what was taken up, and where each case stands."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from triage.cli.listing import columns, day, moment, until
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.decision import Decision
from triage.errors import ConfigError
from triage.store import CaseFile, CaseLine, Debt, Store
from triage.wiring import now, open_store


@click.group(short_help="List and show cases.")
def case() -> None:
    """List cases, or show one with its mails, decisions, replies and clocks."""


@case.command("list", short_help="List cases, the next due first.")
@config_option
@click.option("--open", "only_open", is_flag=True, help="Only those not answered yet.")
@click.option("--debt", is_flag=True, help="Only those that a person must acknowledge.")
@click.option("--other", is_flag=True, help="Instead: mails without a case, and why.")
@json_option
def list_cases(
    config: Path, only_open: bool, debt: bool, other: bool, as_json: bool
) -> None:
    """List cases: reference, route, what is due, flags and what is missing.

    Automatic mail, duplicates and mails that were set aside have no case: --other.
    """
    with open_store(config) as store:
        if other:
            _list_other(store, as_json)
            return
        lines = store.cases.listed(only_open=only_open)
        owing = {each.reference: each for each in store.cases.debts()}
    if debt:
        lines = _in_order_of(owing, lines)
    if as_json:
        for line in lines:
            owed = owing.get(line.reference)
            click.echo(json.dumps(plain(line) | _debt_fields(owed)))
        return
    moment_now = now()
    rows = [_row(line, owing.get(line.reference), moment_now) for line in lines]
    click.echo(columns(HEADINGS, rows))
    click.echo(f"{len(lines)} cases, {len(owing)} still to be acknowledged by a person")


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
    click.echo(f"{len(fates)} mails without a case; {left} others were left alone")


HEADINGS = (
    "case",
    "route",
    "who",
    "acknowledged",
    "answered",
    "flags",
    "missing",
    "to do",
)


def _in_order_of(owing: Mapping[str, Debt], lines: list[CaseLine]) -> list[CaseLine]:
    """Return the cases that are owed an acknowledgement, the most urgent first."""
    by_reference = {line.reference: line for line in lines}
    return [by_reference[each] for each in owing if each in by_reference]


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


def _to_do(owed: Debt) -> str:
    """What a person has to do, so that somebody is acknowledged."""
    if owed.is_for_approval:
        return f"triage outbox approve {owed.letter}"
    if owed.letter is not None:
        return f"decide about letter {owed.letter}: triage outbox show {owed.letter}"
    return printable(f"acknowledge by hand: {'; '.join(owed.why)}")


def _row(line: CaseLine, owed: Debt | None, at: datetime) -> tuple[str, ...]:
    acknowledged = day(line.acknowledged_at)
    if line.acknowledged_at is None and line.acknowledge_by is not None:
        who = "a person must, " if owed else "not yet, "
        acknowledged = f"{who}{until(line.acknowledge_by, at)}"
    answer = (
        f"done {day(line.answered_at)}"
        if line.answered_at
        else until(line.respond_by, at)
    )
    return (
        line.reference,
        line.route or "-",
        line.role,
        acknowledged,
        answer,
        ", ".join(line.flags),
        ", ".join(line.missing),
        _to_do(owed) if owed else "",
    )


@case.command("show", short_help="Show all about one case.")
@click.argument("reference")
@config_option
@json_option
def show_case(reference: str, config: Path, as_json: bool) -> None:
    """Show everything about the case REFERENCE, in the order of time."""
    with open_store(config) as store:
        found = store.cases.show(reference.upper())
    if found is None:
        raise ConfigError(f"there is no case {reference}; see: triage case list")
    if as_json:
        click.echo(json.dumps(plain(found)))
        return
    click.echo("\n".join(_in_words(found)))


def _in_words(found: CaseFile) -> list[str]:
    line = found.line
    facts: list[tuple[str, Any]] = [
        ("route", line.route),
        ("who", line.role),
        ("priority", line.priority),
        ("flags", ", ".join(line.flags)),
        ("missing", ", ".join(line.missing)),
        ("people", ", ".join(found.parties)),
        ("claims", found.claims),
        ("much like", found.near_identical_to),
        ("opened", moment(line.opened_at)),
        ("acknowledged", moment(line.acknowledged_at)),
        ("answered", moment(line.answered_at)),
        ("escalated", "yes" if line.is_escalated else None),
    ]
    shown = [line.reference, *(_fact(name, value) for name, value in facts if value)]
    shown += [
        _fact("rerouted", f"{each.before} → {each.after} by {each.by}: {each.why}")
        for each in found.overrulings
    ]
    shown += [_fact("to do", what) for what in _still_to_do(found)]
    for entry in found.messages:
        shown += [
            "",
            f"mail of {moment(entry.received_at)}: {printable(entry.subject)}",
        ]
        shown += [_fact("from", entry.address or "not readable")]
        shown += _decision(entry.decision) if entry.decision else []
        shown += [
            _fact("saw", f"{hit.signal} in {hit.where}: “{hit.text}”")
            for hit in entry.evidence.hits
        ]
    for item in found.letters:
        letter = item.line
        shown += [
            "",
            f"{letter.kind} ({letter.category}, outbox {letter.id}): {letter.state}",
        ]
        shown += [_fact("to", letter.to)]
        shown += [_fact("because", printable(letter.reason))] if letter.reason else []
    return shown


def _still_to_do(found: CaseFile) -> Iterator[str]:
    """Yield what a person has to do about the letters of a case."""
    waiting = [item.line for item in found.letters if item.line.waits]
    for letter in waiting:
        until = moment(letter.acknowledge_by)
        yield (
            "a reply waits for approval"
            f"{f', until {until}' if until else ''}: triage outbox approve {letter.id}"
        )
    if found.why_unacknowledged and not waiting:
        why = "; ".join(found.why_unacknowledged)
        yield printable(f"a person must acknowledge it: {why}")


def _decision(decision: Decision) -> list[str]:
    shown = [
        _fact("calls for", decision.disposition),
        _fact("because", decision.reason),
    ]
    if decision.rule:
        shown += [_fact("rule", decision.rule)]
    shown += [_fact("edition", decision.ruleset)]
    for name, due in (
        ("acknowledge", decision.acknowledge),
        ("answer", decision.respond),
    ):
        shown += [_fact(name, due.words)] if due else []
    shown += [_fact("withheld", each.words) for each in decision.withheld]
    shown += [_fact("held", each.words) for each in decision.held]
    return shown


def _fact(name: str, value: object) -> str:
    return f"  {name:14}{printable(str(value))}"
