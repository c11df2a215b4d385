"""`triage case show`: the facts of a case, its clocks, and one timeline."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from triage.cli.case.clocks import Clock, clocks_of
from triage.cli.case.naming import existing
from triage.cli.case.timeline import in_words, timeline
from triage.cli.listing import date_in_words, day, moment
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.errors import ConfigError
from triage.ruleset import Policy
from triage.store import (
    CaseFile,
    CaseLine,
    CaseState,
    Field,
    Restriction,
    RestrictionState,
    Store,
)
from triage.wiring import now, policy_in_force, store_of_case


@click.command("show", short_help="Show all about one case.")
@click.argument("reference")
@config_option
@json_option
def show_case(reference: str, config: Path, as_json: bool) -> None:
    """Show everything about the case REFERENCE, in the order of time.

    First what is known and what is to be done, then the clocks with their arithmetic,
    then all mails, decisions, letters, notes and what people did.
    """
    with store_of_case(config, reference) as (store, meant):
        found = existing(store, reference)
        policy = _policy(meant, store)
        restricted = _restricted(found, store)
    clocks = list(clocks_of(found.line, policy, now()))
    if as_json:
        told = {
            "clocks": [plain(each) | {"words": each.words} for each in clocks],
            "restrictions": [each.kind for each in restricted],
        }
        click.echo(json.dumps(plain(found) | told))
        return
    shown = [*_in_words(found, clocks, policy)]
    # Right below the reference.
    shown[1:1] = [_fact("restricted", _restriction(each)) for each in restricted]
    click.echo("\n".join(shown))


def _restricted(found: CaseFile, store: Store) -> list[Restriction]:
    """Return what is in force for the person who opened a case."""
    root = store.senders.of_case(found.line.reference)
    every = [] if root is None else store.restrictions.of_person(root, now())
    return [each for each in every if each.state is RestrictionState.IN_FORCE]


def _restriction(found: Restriction) -> str:
    until = date_in_words(found.review.on)
    return (
        f"{found.kind}, until {until}: replies wait where the kind says so;"
        f" triage sender show {found.reference}"
    )


def _policy(config: Path, store: Store) -> Policy | None:
    """Days cannot be counted while no rules can be read; the rest is shown."""
    try:
        return policy_in_force(config, store)
    except ConfigError:
        return None


def _in_words(
    found: CaseFile, clocks: list[Clock], policy: Policy | None
) -> Iterator[str]:
    yield f"{found.line.reference}  {found.line.state}"
    yield from (_fact(name, text) for name, text in _facts(found) if text)
    yield from (_fact("to do", what) for what in _still_to_do(found))
    if clocks or found.stages:
        yield "\nClocks"
    for number, stage in enumerate(found.stages, 1):
        yield f"  stage {number}, {stage.ended_by} {moment(stage.ended_at)}"
        yield from map(_clock, clocks_of(stage, policy, stage.ended_at))
    if found.stages:
        yield f"  stage {len(found.stages) + 1}, since {moment(found.line.clock_from)}"
    yield from map(_clock, clocks)
    if found.particulars:
        yield "\nParticulars"
        for name, text in found.particulars.items():
            yield from _particular(name, text)
    yield "\nWhat happened"
    yield from in_words(timeline(found))
    if found.others:
        yield "\nThe same person's other cases"
        yield from map(_other, found.others)


def _facts(found: CaseFile) -> Iterator[tuple[str, str | None]]:
    line = found.line
    yield "received", f"{moment(line.opened_at)} by {line.channel}"
    yield "route", line.route
    yield "who", line.role
    yield "about", line.topic
    yield "priority", line.priority
    yield "owner", line.owner
    yield "flags", ", ".join(line.flags)
    yield "missing", ", ".join(line.missing)
    yield "people", ", ".join(found.parties)
    yield "claims", found.claims
    yield "much like", found.near_identical_to
    yield "acknowledged", moment(line.acknowledged_at)
    yield "answered", moment(line.answered_at)
    yield "went on", moment(line.went_on_at)
    yield "escalated", "yes: its answer is final" if line.is_escalated else None
    yield from _ending(line)
    yield "merged into", line.merged_into and f"{line.merged_into} goes on instead"
    yield "has in it", ", ".join(each.line.reference for each in found.merged)
    yield "related", ", ".join(found.related)


def _ending(line: CaseLine) -> Iterator[tuple[str, str | None]]:
    if line.state is CaseState.CLOSED:
        yield "closed", moment(line.closed_at)
        yield "outcome", line.outcome
        yield "root cause", line.root_cause


def _still_to_do(found: CaseFile) -> Iterator[str]:
    """Yield what a person has to do about a case."""
    waiting = [item.line for item in found.letters if item.line.waits]
    for letter in waiting:
        until = moment(letter.acknowledge_by)
        yield (
            "a reply waits for approval"
            f"{f', until {until}' if until else ''}: triage outbox approve {letter.id}"
        )
    if found.why_unacknowledged and not waiting:
        why = "; ".join(found.why_unacknowledged)
        yield f"a person must acknowledge it: {why}"
    for matter in found.matters:
        if matter.settled_at is None:
            said = matter.words.rstrip(".")
            yield f"look at it: {said}. Then: triage case settle {matter.reference}"


def _clock(clock: Clock) -> str:
    return _fact(clock.what, clock.words)


def _particular(name: Field, text: str) -> Iterator[str]:
    first, *more = text.splitlines() or [""]
    yield _fact(name.replace("_", " "), first)
    yield from (_fact("", line) for line in more)


def _other(line: CaseLine) -> str:
    said = f"{line.state}, {line.route or 'no route'}, received {day(line.opened_at)}"
    return _fact(line.reference, f" {said}")


def _fact(name: str, value: object) -> str:
    return f"  {name:14}{printable(str(value))}".rstrip()
