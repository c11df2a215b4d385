"""`triage doctor`: what is wrong outside, and what to do about it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import Look, bad, dim, good, look, printable, strong
from triage.doctor import Finding, Verdict, failed
from triage.errors import CANNOT_RUN, ConfigError
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
    findings = examine_installation(config, Lookup(asks_dns, dkim_selector))
    if as_json:
        verdicts = _for_scripts(findings)
    else:
        verdicts = []
        shown = look()
        for finding in findings:
            verdicts.append(finding.verdict)
            _show(shown, finding)
        _sum_up(verdicts)
    if Verdict.FAILED in verdicts:
        raise click.exceptions.Exit(SOMETHING_FAILED)


def _for_scripts(findings: Iterator[Finding]) -> list[Verdict]:
    verdicts = []
    try:
        for finding in findings:
            verdicts.append(finding.verdict)
            click.echo(json.dumps(plain(finding)))
    except ConfigError as error:
        for problem in error.problems:
            told = replace(problem, source=None, hint=None)
            found = failed("config", str(told), problem.hint or "set it right there")
            click.echo(json.dumps(plain(found)))
        raise click.exceptions.Exit(CANNOT_RUN) from None
    return verdicts


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
