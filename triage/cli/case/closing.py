"""`triage case answer`, `extend`, `close`, `reopen`, `escalate`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from triage.cli.case.clocks import answer_days
from triage.cli.case.naming import (
    DAY,
    WHEN,
    deed,
    existing,
    known,
    must_exist,
    past_moment,
    refusals,
)
from triage.cli.case.opening import letters_in_words
from triage.cli.listing import day
from triage.cli.options import by_option, config_option
from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.intake.by_hand import escalate as escalate_case
from triage.ruleset.schema import Route
from triage.store import CaseFile
from triage.wiring import now, policy_in_force, rulebook_that_signs, store_of_case
from triage.workdays import Calendar, due


@click.command(short_help="Note that the person was answered, by telephone say.")
@click.argument("reference")
@click.option(
    "--at", type=WHEN, metavar="DATE", help="When, as 2026-04-02T15:00.  [default: now]"
)
@click.option("--why", help="How, and what was said.")
@by_option
@config_option
def answer(
    reference: str, at: datetime | None, why: str | None, by: str, config: Path
) -> None:
    """Note that the person of the case REFERENCE was answered.

    Answers by mail are noticed by themselves: this is for the telephone, a letter or a
    talk. Its clock stops; the case stays open for whatever comes back.
    """
    with store_of_case(config, reference) as (store, meant), refusals():
        case = existing(store, reference)
        reference = case.line.reference
        calendar = policy_in_force(meant, store).calendar
        answered_at = past_moment(at, calendar, "--at")
        if answered_at < case.line.clock_from:
            raise click.UsageError(f"--at lies before the clock of {reference} began")
        store.register.answer(reference, deed(by, "answer", why), answered_at)
    click.echo(f"{reference} is answered, {day(answered_at)}")


@click.command(short_help="Set a later date for the answer.")
@click.argument("reference")
@click.option("--until", type=DAY, metavar="DATE", required=True, help="The new date.")
@click.option("--why", required=True, help="Why it takes longer.")
@by_option
@config_option
def extend(reference: str, until: datetime, why: str, by: str, config: Path) -> None:
    """Set a later date for the answer of the case REFERENCE.

    This only moves the date: the person must be told of it too.
    """
    with store_of_case(config, reference) as (store, meant), refusals():
        case = existing(store, reference)
        reference = case.line.reference
        new_date = _new_date(until, case, policy_in_force(meant, store).calendar)
        store.register.extend(reference, deed(by, "extend", why), new_date)
    click.echo(f"{reference} is to be answered by {day(new_date)}")


def _new_date(until: datetime, case: CaseFile, calendar: Calendar) -> datetime:
    """Return closing time on a day; raises ConfigError for one that cannot be."""
    date, promised = until.date(), case.line.respond_by
    new_date = calendar.closes(date)
    if promised is None:
        problem, hint = "no answer is owed", "reroute or reopen it first"
    elif new_date <= now():
        problem, hint = f"{day(new_date)} is over", None
    elif new_date <= promised:
        problem, hint = f"the answer is due by {day(promised)}", "name a later day"
    elif (name := calendar.day_off(date)) is not None:
        then = calendar.closes(calendar.next_working_day(date))
        problem, hint = (
            f"nobody works on {day(new_date)} ({name})",
            f"say {then:%Y-%m-%d}",
        )
    else:
        return new_date
    raise ConfigError(Problem(f"{case.line.reference}: {problem}", hint=hint))


@click.command(short_help="Close a case, with what came of it.")
@click.argument("reference")
@click.option("--outcome", required=True, help="What came of it, as in the rules.")
@click.option("--root-cause", help="Why it came to it, as in the rules.")
@click.option("--why", help="In your words.")
@by_option
@config_option
def close(
    reference: str, outcome: str, root_cause: str | None, by: str, **others: Any
) -> None:
    """Close the case REFERENCE: nothing more is to be done.

    Outcomes and root causes are [[outcome]] and [[root_cause]] of the rule files.
    """
    act = deed(by, "close", others["why"])
    with store_of_case(others["config"], reference) as (store, meant), refusals():
        (reference,) = must_exist(store, reference)
        tables = policy_in_force(meant, store).tables
        known(outcome, (each.id for each in tables.outcome), "outcome")
        if root_cause is not None:
            known(root_cause, (each.id for each in tables.root_cause), "root cause")
        store.register.close(reference, act, outcome, root_cause)
        case = existing(store, reference)
    click.echo(f"{reference} is closed: {outcome}")
    for line in _left_open(case):
        click.echo(line)


def _left_open(case: CaseFile) -> Iterator[str]:
    """Say what was never done, now that nobody is reminded of it."""
    line = case.line
    if line.acknowledged_at is None:
        yield "  nobody has acknowledged it"
    if line.answered_at is None and line.respond_by is not None:
        yield "  nobody has answered it"
    for item in case.letters:
        if item.line.waits:
            reject = f"triage outbox reject {item.line.id}"
            yield f"  its letter {item.line.id} waits all the same: {reject}"


@click.command(short_help="Begin work on a closed or answered case again.")
@click.argument("reference")
@click.option("--why", required=True, help="What is to be done again.")
@by_option
@config_option
def reopen(reference: str, why: str, by: str, config: Path) -> None:
    """Reopen the case REFERENCE; the clock of its answer begins now.

    It goes on where nobody answered yet: what the person was told still holds. A case
    that was merged into another goes on by itself again.
    """
    with store_of_case(config, reference) as (store, meant), refusals():
        case = existing(store, reference)
        reference = case.line.reference
        policy = policy_in_force(meant, store)
        days, calendar = policy.tables.calendar, policy.calendar
        act = deed(by, "reopen", why)
        acknowledge = due(act.at, days.acknowledge_days, calendar)
        days_left = answer_days(case.line.route, policy)
        respond = due(acknowledge.at, days_left, calendar)
        store.register.reopen(reference, act, acknowledge.at, respond.at)
        until = existing(store, reference).line.respond_by
    click.echo(f"{reference} is open again, to be answered by {day(until)}")


@click.command(short_help="Put a case before somebody senior, once.")
@click.argument("reference")
@click.option("--route", help="Which route, where several escalate.")
@click.option("--why", required=True, help="What the person is not happy with.")
@click.option("--even-so", is_flag=True, help="Also where nobody has answered yet.")
@by_option
@config_option
def escalate(  # noqa: PLR0913, PLR0917 - an option each
    reference: str, route: str | None, why: str, even_so: bool, by: str, config: Path
) -> None:
    """Escalate the case REFERENCE: the last step, whose answer is final.

    The person gets the letter of the route, whoever the route tells is told, and both
    clocks begin now.
    """
    with store_of_case(config, reference) as (store, meant), refusals():
        case = existing(store, reference)
        reference = case.line.reference
        was_answered = case.line.answered_at is not None
        if not (was_answered or case.line.is_escalated or even_so):
            raise ConfigError(
                Problem(
                    f"nobody has answered {reference} yet, and the last step can be"
                    " taken only once",
                    hint="answer it first; or, where that is meant: --even-so",
                )
            )
        rulebook = rulebook_that_signs(meant, store)
        to = _escalating(route, rulebook)
        escalate_case(case, to, rulebook, store, deed(by, "escalate", why))
        after = existing(store, reference)
    click.echo(f"{reference}: {case.line.route or 'no route'} → {to.id} ({to.title})")
    click.echo(
        f"  to be answered by {day(after.line.respond_by)}; that answer is final"
    )
    for contact in to.tell:
        click.echo(f"  {contact} is told")
    for line in letters_in_words(after):
        click.echo(line)


def _escalating(route: str | None, rulebook: Rulebook) -> Route:
    routes = {each.id: each for each in rulebook.ruleset.tables.route if each.escalates}
    if not routes:
        raise ConfigError(
            Problem(
                "no route of the rules escalates",
                hint="give one `escalates = true`, as the shipped rules do",
            )
        )
    if route is None and len(routes) > 1:
        raise ConfigError(f"say which --route: {', '.join(routes)}")
    return routes[known(route or next(iter(routes)), routes, "route that escalates")]
