"""`triage replay` shows what a whole archive would get; it can send nothing."""

import json
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from triage.cli.archives import mails_to_judge
from triage.cli.explain import decided_row, subject_of_reply
from triage.cli.listing import day
from triage.cli.options import look_option
from triage.cli.progress import shown
from triage.cli.terminal import printable
from triage.decision import Decision
from triage.intake import Rulebook
from triage.replay import Outcome, Summary
from triage.replay import replay as replayed
from triage.wiring import desk

LABEL_WIDTH = 12
INDENT = "  "


@click.command(short_help="Show what a whole archive would get; can send nothing.")
@click.argument("archive", nargs=-1, metavar="ARCHIVE...")
@look_option
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use the rule files in this folder.",
)
@click.option(
    "--store", "of_store", is_flag=True, help="What the installation has received."
)
@click.option("--list", "form", flag_value="list", help="One line for every mail too.")
@click.option(
    "--json", "form", flag_value="json", help="One JSON object per line, for scripts."
)
def replay(
    archive: tuple[str, ...],
    config: Path | None,
    rules: Path | None,
    of_store: bool,
    form: str | None,
) -> None:
    """Judge every mail of ARCHIVE..., in the order in which they came.

    An ARCHIVE is an mbox, a Maildir, a folder of .eml files or an .eml; --store takes
    what the installation has received. Other than `triage explain`, it knows history:
    repeat senders, answers to known cases, copies, budgets. It needs no server, sends
    nothing and changes nothing.
    """
    with (
        desk(config) as here,
        mails_to_judge(here, archive, of_store=of_store) as mails,
    ):
        rulebook = here.by_folder(rules)
        summary = Summary()
        started = perf_counter()
        # On a terminal, a bar would stand among the lines.
        is_listed_here = form is not None and sys.stdout.isatty()
        watched = mails if is_listed_here else shown(mails, len(mails), "mails")
        outcomes = replayed(rulebook, watched)
        for outcome in summary.counting(outcomes):
            if form == "json":
                row = as_object(outcome, rulebook)
                click.echo(json.dumps(row, ensure_ascii=False))
            elif form == "list":
                click.echo(_line(outcome))
        if form != "json":
            seconds = perf_counter() - started
            click.echo("\n".join(_in_words(summary, rulebook, seconds)))


def as_object(outcome: Outcome, rulebook: Rulebook) -> dict[str, Any]:
    """One mail as `triage explain --json` gives it, and what its history adds."""
    row: dict[str, Any] = {"file": outcome.name}
    reading, decision = outcome.reading, outcome.decision
    if reading and decision:
        subject = subject_of_reply(decision, rulebook)
        row = decided_row(outcome.name, decision, reading.evidence, subject)
        row["defects"] = list(reading.message.defects)
    return row | {
        "case": outcome.reference,
        "received_at": outcome.received_at.isoformat(),
        "set_aside": outcome.set_aside,
    }


def _line(outcome: Outcome) -> str:
    facts = [f"{outcome.received_at:%Y-%m-%d %H:%M}", outcome.name]
    decision = outcome.decision
    if decision is None:
        facts.append(f"set aside: {outcome.set_aside}")
    elif decision.route is None:
        facts.append(f"{decision.disposition}: {decision.reason}")
    else:
        facts += [
            "" if outcome.reference == outcome.name else outcome.reference or "",
            f"{decision.route} ({decision.role})",
            what_is_sent(decision),
            ", ".join(decision.flags),
        ]
    return "  ".join(printable(fact) for fact in facts if fact)


def what_is_sent(decision: Decision) -> str:
    """Say in a few words what the person would get."""
    if decision.reply is None:
        return "no reply"
    if decision.withheld:
        return f"withheld: {'; '.join(why.words for why in decision.withheld)}"
    letter = decision.reply.template
    if decision.meanwhile and not decision.meanwhile_held:
        letter = f"{decision.meanwhile.template}, then {letter}"
    if decision.held:
        return f"{letter} held: {'; '.join(why.words for why in decision.held)}"
    return letter


def _in_words(summary: Summary, rulebook: Rulebook, seconds: float) -> list[str]:
    if summary.first is None or summary.last is None:
        return ["there is no mail in it"]
    speed = f"{seconds:.1f} s, {summary.mails / max(seconds, 0.001):.0f} a second"
    dispositions = ", ".join(
        f"{count} {name}" for name, count in summary.dispositions.most_common()
    )
    span = f"{day(summary.first)} to {day(summary.last)}"
    lines = [
        f"{summary.mails} mails of {span} ({speed})",
        _fact("rules", rulebook.ruleset.hash),
        _fact("call for", dispositions or "-"),
        _fact(
            "cases",
            f"{summary.opened} opened; {summary.joined} mails to a known case",
        ),
    ]
    for title, counter in (
        ("route", summary.routes),
        ("role", summary.roles),
        ("flag", summary.flags),
        ("missing", summary.missing),
        ("would send", summary.replies),
        ("held", summary.held),
        ("withheld", summary.withheld),
        ("set aside", summary.set_aside),
    ):
        lines += _counted(title, counter)
    return [*lines, "", "nothing was sent"]


def _fact(label: str, value: str) -> str:
    return f"{INDENT}{label:{LABEL_WIDTH}}{value}"


def _counted(title: str, counter: Counter[str]) -> list[str]:
    if not counter:
        return []
    width = len(str(max(counter.values())))
    rows = [f"{count:{width}}  {name}" for name, count in counter.most_common()]
    return ["", *(_fact(title if not n else "", row) for n, row in enumerate(rows))]
