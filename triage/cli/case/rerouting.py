"""`triage case reroute` and `example`: officers teach the rules."""

from collections.abc import Iterator
from pathlib import Path

import click

from triage.cli.case.naming import existing, words
from triage.cli.listing import day, moment
from triage.cli.options import by_option, config_option
from triage.config import load_config
from triage.errors import ConfigError, Problem
from triage.message import Fetched
from triage.reader import read_here
from triage.rerouting import Judgement
from triage.rerouting import reroute as reroute_case
from triage.ruleset import Learnt, Lesson, Ruleset, learn
from triage.store import CaseFile, Rerouted, State, Store
from triage.tomlsource import did_you_mean
from triage.wiring import now, replace_file, rulebook_in_force, store_of_case

LEARNT = "91-learnt.toml"
HEADING = "# Mails that the rules once took for something else: triage case example\n"


@click.command("reroute", short_help="Say that a case belongs to another route.")
@click.argument("reference")
@click.argument("route")
@click.option("--why", required=True, help="What the rules overlooked, in a sentence.")
@config_option
@by_option
def reroute(reference: str, route: str, why: str, config: Path, by: str) -> None:
    """Move case REFERENCE to ROUTE, because the rules decided wrongly.

    Its clocks follow the new route. The letter of the old route is dropped if it was
    not sent yet. The correction counts in `triage rules stats`, and the mail is offered
    as an example for the rules.
    """
    why = words(why, "--why")
    with store_of_case(config, reference) as (store, meant):
        ruleset = rulebook_in_force(meant, store).ruleset
        if route not in ruleset.routes:
            hint = did_you_mean(route, ruleset.routes)
            raise ConfigError(Problem(f"there is no route `{route}`", hint=hint))
        case = existing(store, reference)
        if case.line.route == route:
            raise ConfigError(f"{case.line.reference} is on the route {route} already")
        judged = Judgement(route, " ".join(why.split()), by, now())
        done = reroute_case(case, judged, ruleset, store)
        after = existing(store, reference)
        click.echo("\n".join(_in_words(after, done, ruleset)))
        learnt = _learnt(store, after, why, ruleset)
    if learnt is not None:
        click.echo(
            "\nThe mail as an example for the rules, names and numbers masked:\n\n"
            + learnt.toml
            + "\nRead it. Then add it with: "
            f"triage case example {case.line.reference} --add"
        )


@click.command("example", short_help="Offer a rerouted case's mail as an example.")
@click.argument("reference")
@click.option("--add", is_flag=True, help=f"Append it to {LEARNT} of the rule files.")
@config_option
def example(reference: str, add: bool, config: Path) -> None:
    """Show the mail of case REFERENCE as an [[example]] that expects the case's route.

    Names, addresses and numbers are masked as far as a program can tell; read it before
    you add it. Until the rules pass it, changed rule files do not go live:
    `triage rules test` shows what is lacking.
    """
    with store_of_case(config, reference) as (store, meant):
        ruleset = rulebook_in_force(meant, store).ruleset
        case = existing(store, reference)
        overruled = case.overrulings[-1].why if case.overrulings else ""
        learnt = _learnt(store, case, overruled, ruleset)
    if learnt is None:
        raise ConfigError(f"{case.line.reference} has no mail that can be read")
    if not add:
        click.echo(learnt.toml, nl=False)
        for warning in _warnings(learnt):
            click.echo(f"# {warning}")
        return
    path = load_config(meant).rules.folder / LEARNT
    _append(path, learnt.toml, _example_id(case))
    click.echo(f"added to {path}; now run: triage rules test")
    for warning in _warnings(learnt):
        click.echo(warning)


def _in_words(after: CaseFile, done: Rerouted, ruleset: Ruleset) -> Iterator[str]:
    line = after.line
    route = ruleset.routes[line.route or ""]
    yield f"{line.reference}: {done.before or 'no route'} → {route.id} ({route.title})"
    if line.respond_by:
        yield f"  to be answered by {day(line.respond_by)}"
    for letter in done.dropped:
        done_to = "stopped" if letter.state is State.SENDING else "dropped"
        yield f"  letter {letter.id} ({letter.template}) is {done_to}: nobody gets it"
    for letter in done.gone:
        yield (
            f"  letter {letter.id} ({letter.template}) is {letter.state} since "
            f"{moment(letter.changed_at)}: please write to the person yourself"
        )
    if (
        line.acknowledged_at is None
        and line.acknowledge_by
        and after.why_unacknowledged
    ):
        yield f"  a person must acknowledge it by {day(line.acknowledge_by)}"
    folders = {entry.folder for entry in after.messages if entry.filed_at}
    if folders - {route.folder}:
        yield f"  its mail stays where it is; the route's folder is {route.folder}"


def _learnt(store: Store, case: CaseFile, why: str, ruleset: Ruleset) -> Learnt | None:
    """Mask the mail that opened a case, and write it as an example."""
    first = next((entry for entry in case.messages if not entry.is_duplicate), None)
    raw = store.ledger.raw(first.sha256) if first else None
    if first is None or raw is None:
        return None
    reading = read_here(ruleset, Fetched(0, raw))
    lesson = Lesson(
        id=_example_id(case),
        title=why or f"It belongs to {case.line.route}",
        route=case.line.route or "",
        at=first.received_at.astimezone(ruleset.calendar.timezone),
    )
    return learn(reading.message, reading.evidence, lesson, ruleset)


def _example_id(case: CaseFile) -> str:
    return f"from-{case.line.reference.lower()}"


def _warnings(learnt: Learnt) -> Iterator[str]:
    if learnt.lost:
        yield f"masking hides what these signals saw: {', '.join(learnt.lost)}"
    if learnt.gained:
        yield f"masked, it gives signals that it had not: {', '.join(learnt.gained)}"


def _append(path: Path, table: str, id_: str) -> None:
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else HEADING
        if f'id = "{id_}"' in before:
            raise ConfigError(f"{path} has the example {id_} already")
        replace_file(path, f"{before.rstrip()}\n\n{table}")
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text, so nothing can be added to it"
        hint = "save it as UTF-8, or move it elsewhere"
        raise ConfigError(Problem(problem, file=str(path), hint=hint)) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
