"""What a person decides about letters: approve, reject, resend, drop."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from triage.cli.listing import moment
from triage.cli.options import by_option, config_option
from triage.cli.outbox.looking import existing, table, urgent_first
from triage.errors import ConfigError, Problem
from triage.store import IllegalMoveError, OutboxLine, State, Store
from triage.wiring import config_of_letter, now, open_store


@click.command(short_help="Let letters go out that wait for approval.")
@click.argument("numbers", type=int, nargs=-1, metavar="[NUMBER]...")
@click.option("--all", "everything", is_flag=True, help="Every letter that waits.")
@click.option("--route", help="With --all: only letters of cases of this route.")
@by_option
@config_option
def approve(
    numbers: tuple[int, ...],
    everything: bool,
    route: str | None,
    by: str,
    config: Path,
) -> None:
    """Queue the letters NUMBER…, which wait for approval; the daemon sends them.

    With --all they are shown first, and you are asked. A letter that was sent before
    and may have arrived is not approved: triage outbox resend.
    """
    if everything == bool(numbers) or (route and not everything):
        raise click.UsageError(
            "name letters by their numbers, or --all [--route ROUTE]"
        )
    with open_store(config) as store:
        if everything:
            numbers = _all_that_wait(store, route)

        def approved(line: OutboxLine) -> str:
            config_of_letter(config, store, line.id)
            store.approvals.approve(line.id, now(), by)
            return f"letter {line.id} is approved and queued"

        _each(numbers, store, approved)


def _all_that_wait(store: Store, route: str | None) -> tuple[int, ...]:
    """Show what waits and ask; return what is to go out."""
    waiting = [
        line
        for line in urgent_first(store.outbox.listed(State.HELD))
        if line.waits and route in (None, line.route)
    ]
    if not waiting:
        of_route = f" of the route {route}" if route else ""
        click.echo(f"no letter{of_route} waits for approval")
        return ()
    click.echo(table(waiting))
    letters = "this letter" if len(waiting) == 1 else f"these {len(waiting)} letters"
    click.confirm(f"Send {letters}?", abort=True)
    return tuple(line.id for line in waiting)


@click.command(short_help="Decide that waiting letters are not sent, and why.")
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@click.option("--why", required=True, help="The reason, for those who ask later.")
@by_option
@config_option
def reject(numbers: tuple[int, ...], why: str, by: str, config: Path) -> None:
    """Decide that the letters NUMBER…, which are held, are never sent.

    Whoever they were to acknowledge must still hear from us: the case is then on the
    list of triage case list --debt.
    """
    reason = " ".join(why.split())
    if not reason:
        raise click.UsageError("--why needs a reason")
    with open_store(config) as store:

        def rejected(line: OutboxLine) -> str:
            store.approvals.reject(line.id, now(), by, reason)
            return f"letter {line.id} is rejected{_still_owed(line)}"

        _each(numbers, store, rejected)


def _still_owed(line: OutboxLine) -> str:
    if line.acknowledge_by is None:
        return ""
    return (
        f"; a person must acknowledge {line.reference} by {moment(line.acknowledge_by)}"
    )


@click.command(short_help="Send a held or refused letter (again).")
@click.argument("number", type=int)
@config_option
def resend(number: int, config: Path) -> None:
    """Queue letter NUMBER, which is held or was refused, for sending.

    Of a letter that was uncertain, first make sure that it did not arrive.
    """
    with open_store(config) as store:

        def resent(line: OutboxLine) -> str:
            config_of_letter(config, store, line.id)
            store.outbox.resend(line.id, now())
            return f"letter {line.id} is queued"

        _each([number], store, resent)


@click.command(short_help="Decide that a letter is not sent.")
@click.argument("number", type=int)
@config_option
def drop(number: int, config: Path) -> None:
    """Decide that letter NUMBER is never sent.

    A person whom it was to acknowledge is then on this list:
    triage case list --debt
    """
    with open_store(config) as store:

        def dropped(line: OutboxLine) -> str:
            store.outbox.drop(line.id, now())
            return f"letter {line.id} is dropped{_still_owed(line)}"

        _each([number], store, dropped)


def _each(
    numbers: Sequence[int], store: Store, decide: Callable[[OutboxLine], str]
) -> None:
    """Decide about letters one after the other; what cannot be done is told at the end.

    Raises ConfigError with every problem.
    """
    problems: list[Problem | str] = []
    for number in dict.fromkeys(numbers):
        try:
            click.echo(decide(existing(store, number).line))
        except ConfigError as error:
            problems += error.problems
        except IllegalMoveError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError(*problems)
