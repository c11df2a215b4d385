"""`triage explain` shows what a mail would get, and why."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from triage.cli.options import json_option, look_option
from triage.decision import Decision, History, Sighting, decide
from triage.intake import Rulebook
from triage.message import Fetched
from triage.reader import Reading, read_here
from triage.replay import messages_in
from triage.wiring import now, rulebook_to_look_at

REFERENCE = "CMP-0000-00000"
"""Stands where a case's reference would."""
LABEL_WIDTH = 13


@click.command(short_help="Show what a mail would get, and why; sends nothing.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@look_option
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use the rule files in this folder.",
)
@click.option(
    "--at",
    type=click.DateTime(
        ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
    ),
    help="Decide as if the mail came at this time (UTC where no offset is given). "
    "Otherwise the mail's own date counts.",
)
@json_option
def explain(
    files: tuple[str, ...],
    config: Path | None,
    rules: Path | None,
    at: datetime | None,
    as_json: bool,
) -> None:
    """Show for every mail in FILE... which rule decides, on which words.

    A FILE is an .eml, an mbox, a Maildir, a folder of .eml files, or - for standard
    input. Needs no mailbox, server or store, and knows no history (repeat senders,
    known cases).

    \b
    calls for   leave (not ours), record (automatic mail), answer (a person's)
    withheld    why the automatic reply would not be sent all the same
    """
    rulebook = rulebook_to_look_at(config, rules)
    moment = at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
    for name, raw in messages_in(files):
        reading = read_here(rulebook.ruleset, Fetched(0, raw))
        received_at = moment or reading.message.dated or now()
        sighting = Sighting(reading.message, reading.evidence, received_at)
        decision = decide(
            sighting, History(), rulebook.ruleset, rulebook.ourselves, received_at
        )
        if as_json:
            row = as_row(name, reading, decision, rulebook)
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo("\n".join(_in_words(name, reading, decision, rulebook)) + "\n")


def as_row(
    name: str, reading: Reading, decision: Decision, rulebook: Rulebook
) -> dict[str, Any]:
    """One message as scripts read it; keys are only ever added."""
    plan = decision.reply
    return {
        "file": name,
        "disposition": decision.disposition.value,
        "reason": decision.reason,
        "role": decision.role,
        "route": decision.route,
        "rule": decision.rule,
        "topic": decision.topic,
        "missing": list(decision.missing),
        "flags": list(decision.flags),
        "reply": plan
        and {
            "template": plan.template,
            "to": plan.to,
            "subject": rulebook.templates.subject_of(plan.template, REFERENCE),
        },
        "meanwhile": decision.meanwhile and decision.meanwhile.template,
        "withheld": "; ".join(each.words for each in decision.withheld) or None,
        "held": "; ".join(each.words for each in decision.held) or None,
        "acknowledge": decision.acknowledge and decision.acknowledge.at.isoformat(),
        "respond": decision.respond and decision.respond.at.isoformat(),
        "evidence": [
            {"signal": hit.signal, "where": hit.where, "text": hit.text}
            for hit in reading.evidence.hits
        ],
        "near_misses": list(decision.near_misses),
        "defects": list(reading.message.defects),
    }


def _in_words(
    name: str, reading: Reading, decision: Decision, rulebook: Rulebook
) -> list[str]:
    row = as_row(name, reading, decision, rulebook)
    facts: list[tuple[str, Any]] = [
        ("calls for", f"{row['disposition']}: {row['reason']}"),
        (
            "route",
            row["route"] and f"{row['route']} (rule {row['rule'] or 'none held'})",
        ),
        ("who writes", row["role"] if row["route"] else None),
        ("flags", ", ".join(row["flags"])),
        ("missing", ", ".join(row["missing"])),
        (
            "reply",
            row["reply"] and f"{row['reply']['template']}: {row['reply']['subject']}",
        ),
        ("at once", row["meanwhile"]),
        ("withheld", row["withheld"]),
        ("held", row["held"]),
        ("acknowledge", decision.acknowledge and decision.acknowledge.words),
        ("answer", decision.respond and decision.respond.words),
    ]
    facts += [("told at once", f"{who}: {why}") for who, why in decision.tell]
    facts += [
        ("saw", f"{hit.signal} in the {hit.where}: “{' '.join(hit.text.split())}”")
        for hit in reading.evidence.hits
    ]
    failed = {step.rule: step.failed for step in decision.steps}
    facts += [("nearly", f"{rule}: {failed.get(rule)}") for rule in row["near_misses"]]
    facts += [("defect", defect) for defect in row["defects"]]
    return [
        name,
        *(f"  {label:{LABEL_WIDTH}}{value}" for label, value in facts if value),
    ]
