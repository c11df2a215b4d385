"""`triage case new`: a complaint that did not come by mail."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from triage.cli.case.naming import WHEN, deed, existing, known, past_moment, refusals
from triage.cli.listing import day
from triage.cli.options import by_option, config_option
from triage.decision import Decision
from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.intake.by_hand import TakenDown, take_down
from triage.reply.grammar import is_address
from triage.store import CaseFile, Channel, Field
from triage.wiring import open_store, rulebook_that_signs

_HELP: Mapping[Field, str] = {
    Field.PERSON: "The complainant's name.",
    Field.ADDRESS: "E-mail address for our letters, or a postal address.",
    Field.TELEPHONE: "A telephone number.",
    Field.ACTS_FOR: "Whom the person complains for.",
    Field.CENTRE: "The centre: name and number.",
    Field.CANDIDATE: "The candidate: name or number.",
    Field.QUALIFICATION: "The qualification.",
    Field.SYLLABUS: "The syllabus: name or code.",
    Field.SUBSTANCE: "What the complaint is about.",
    Field.SOUGHT: "What the person wants to come of it.",
    Field.FINDINGS: "What we found out.",
    Field.REDRESS: "What was done for the person.",
    Field.LEARNT: "What we do so that it does not happen again.",
}
_LATER = (Field.FINDINGS, Field.REDRESS, Field.LEARNT)
UNKNOWN_ROLE = "unknown"
Command = Callable[..., None]


def particulars_options(*fields: Field) -> Callable[[Command], Command]:
    """Give a command an option for each field."""

    def decorate(command: Command) -> Command:
        for name in reversed(fields):
            option = f"--{name.replace('_', '-')}"
            command = click.option(option, name.value, help=_HELP[name])(command)
        return command

    return decorate


def particulars_typed(typed: Mapping[str, Any]) -> dict[Field, str]:
    """Return the fields that were typed, without empty ends."""
    return {
        name: str(typed[name]).strip() for name in Field if typed.get(name) is not None
    }


@click.command(short_help="Open the case of a complaint by telephone or letter.")
@click.option(
    "--channel",
    type=click.Choice([each.value for each in Channel]),
    default=Channel.TELEPHONE.value,
    show_default=True,
    help="How it came.",
)
@click.option(
    "--received",
    type=WHEN,
    metavar="DATE",
    help="When, as 2026-04-02 or 2026-04-02T09:30.  [default: now]",
)
@click.option("--route", help="Where it belongs.  [default: a person decides]")
@click.option("--role", default=UNKNOWN_ROLE, help="Who complains, as in the rules.")
@click.option("--missing", multiple=True, help="What the letter asks for; repeatable.")
@particulars_options(*(name for name in Field if name not in _LATER))
@by_option
@config_option
def new(
    received: datetime | None, route: str | None, by: str, config: Path, **typed: Any
) -> None:
    """Open a case with the clocks and the letter of any other complaint.

    The acknowledgement goes to --address, as far as the route's mode lets it; without
    an e-mail address a person must write or call.
    """
    particulars = particulars_typed(typed)
    with open_store(config) as store:
        rulebook = rulebook_that_signs(config, store)
        ruleset = rulebook.ruleset
        route_id = route or ruleset.tables.guard.otherwise
        taken = TakenDown(
            channel=typed["channel"],
            received_at=past_moment(received, ruleset.calendar, "--received"),
            route=ruleset.routes[known(route_id, ruleset.routes, "route")],
            role=known(typed["role"], (*ruleset.roles, UNKNOWN_ROLE), "role"),
            address=_mail_address(particulars.get(Field.ADDRESS), rulebook),
            missing=tuple(
                known(item, ruleset.missing, "missing item")
                for item in typed["missing"]
            ),
            particulars=particulars,
        )
        with refusals():
            reference, decision = take_down(taken, rulebook, store, deed(by, "open"))
        found = existing(store, reference)
    click.echo("\n".join(_in_words(found, decision, taken)))


def _mail_address(text: str | None, rulebook: Rulebook) -> str | None:
    """Return the address of letters by mail; None for a postal address or none."""
    if text is None or "@" not in text:
        return None
    address = text.lower()
    if not is_address(address):
        raise ConfigError(
            Problem(
                f"`{text}` is no plain e-mail address",
                hint="write it without a name and without < >",
            )
        )
    if address in rulebook.ourselves.addresses:
        raise ConfigError(f"`{text}` is our own address: the letter would come to us")
    return address


def _in_words(found: CaseFile, decision: Decision, taken: TakenDown) -> Iterator[str]:
    line = found.line
    yield f"{line.reference} is opened on the route {line.route} ({taken.route.title})"
    for name, due in (
        ("acknowledge", decision.acknowledge),
        ("answer", decision.respond),
    ):
        if due is not None:
            yield f"  {name:14}{due.words}"
    yield from letters_in_words(found)


def letters_in_words(found: CaseFile) -> Iterator[str]:
    """Say what became of the letter to the person."""
    line = found.line
    waiting = [item.line for item in found.letters if item.line.waits]
    for letter in waiting:
        yield f"  its letter waits for approval: triage outbox approve {letter.id}"
    if waiting:
        return
    if found.why_unacknowledged:
        by = day(line.acknowledge_by)
        why = "; ".join(found.why_unacknowledged)
        yield f"  a person must acknowledge it by {by}: {why}"
    elif line.acknowledged_at is None:
        yield "  its letter is on its way"
