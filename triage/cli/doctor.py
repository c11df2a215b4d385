"""`triage doctor`: what is wrong outside, and what to do about it."""

import json
from pathlib import Path

import click

from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import Look, bad, dim, good, look, printable, strong
from triage.doctor import Finding, Verdict
from triage.wiring import Lookup, examine_installation

SOMETHING_FAILED = 1
INDENT = 9 * " "
MARKS = {
    Verdict.OK: good("ok"),
    Verdict.NOTE: dim("note"),
    Verdict.WARNING: strong("warning"),
    Verdict.FAILED: bad("FAILED"),
}


@click.command(short_help="Look at the servers, DNS, clock, disk and store.")
@config_option
@json_option
@click.option(
    "--dns/--no-dns", "asks_dns", default=True, help="Look up the sender's domain."
)
@click.option("--dkim-selector", help="The key by which our mail is signed: s= of it.")
def doctor(
    config: Path, as_json: bool, asks_dns: bool, dkim_selector: str | None
) -> None:
    """Try everything that mail depends on, and say what to do about what fails.

    It logs in to IMAP and SMTP, looks at what the servers can do, at folders and
    rights, certificates, the sender's domain, the clock, the disk, the store, rules,
    letters and secrets. It sends nothing and changes nothing.

    Exit status: 0 nothing failed, 1 something failed, 2 cannot run.
    """
    verdicts = []
    shown = look()
    for finding in examine_installation(config, Lookup(asks_dns, dkim_selector)):
        verdicts.append(finding.verdict)
        if as_json:
            click.echo(json.dumps(plain(finding)))
        else:
            _show(shown, finding)
    if not as_json:
        _sum_up(verdicts)
    if Verdict.FAILED in verdicts:
        raise click.exceptions.Exit(SOMETHING_FAILED)


def _show(shown: Look, finding: Finding) -> None:
    width = len(INDENT) + len(MARKS[finding.verdict]) - len(finding.verdict)
    first = shown.styled(MARKS[finding.verdict].ljust(width))
    text = f"{strong(finding.check)}: {printable(finding.text)}"
    for line in shown.lines(text, first=first, indent=INDENT):
        click.echo(line)
    if finding.to_do is not None:
        to_do = f"to do: {printable(finding.to_do)}"
        for line in shown.lines(to_do, first=INDENT, indent=INDENT):
            click.echo(line)


def _sum_up(verdicts: list[Verdict]) -> None:
    failures, warnings = (
        verdicts.count(each) for each in (Verdict.FAILED, Verdict.WARNING)
    )
    click.echo("")
    click.echo(
        f"{len(verdicts)} findings: {failures or 'none'} failed,"
        f" {warnings or 'no'} warning{'' if warnings == 1 else 's'}."
    )
