"""`triage status`: how it is, and what a person must do now."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from triage.alarm import Kind, Unwell, said
from triage.cli.listing import day, moment, when
from triage.cli.options import config_option, json_option
from triage.cli.plain import plain
from triage.cli.terminal import printable
from triage.config import meant_configs
from triage.digest import Refusal, ledger_in_words
from triage.errors import ConfigError
from triage.oauth.expiry import countdown
from triage.oauth.source import Standing
from triage.store import Restoration
from triage.wiring import (
    Liveness,
    Status,
    WholeStatus,
    daemon_in_words,
    hanging_jobs,
    is_preparing,
    liveness_of,
    now,
    open_store,
    patience_of,
    status_of_all,
)

NEEDED = 1
MOST_BLOCKING = 20
SHOWN_OF_HASH = 16
JOB_OF = {Kind.MAILBOX: "intake", Kind.OUTBOX: "dispatch"}
ABOVE_EACH_OTHER = "\n" + 11 * " "


@click.command(short_help="Show how it is, and what a person must do now.")
@config_option
@json_option
@click.option(
    "--daemon",
    "only_daemon",
    is_flag=True,
    help="Only whether the daemon runs and gets on, for whoever starts it anew.",
)
def status(config: Path, as_json: bool, only_daemon: bool) -> None:
    """Show the rules in force, what was refused and why, and everything that waits.

    With --daemon, whether it runs and each of its jobs gets on: a mail server that is
    away is no fault of it, and a new start would not help.

    Exit status: 0 all is well, 1 a person must do something now, 2 cannot run.
    """
    if only_daemon:
        _say_whether_it_gets_on(config)
        return
    at = now()
    with open_store(config) as store:
        found = status_of_all(meant_configs(config), store, at, when)
    if as_json:
        click.echo(json.dumps(_for_machines(found)))
    else:
        click.echo("\n".join(_in_words(found, at)))
    if found.needs:
        raise click.exceptions.Exit(NEEDED)


def _say_whether_it_gets_on(path: Path) -> None:
    configs, at = meant_configs(path), now()
    try:
        with open_store(path) as store:
            daemon = liveness_of(configs[0], store, at)
    except ConfigError:
        if not is_preparing(configs[0], at):
            raise
        click.echo("The daemon is starting: it prepares its store.")
        return
    hanging = hanging_jobs(daemon, at, patience_of(*configs))
    click.echo(f"The daemon {daemon_in_words(daemon, at, when)}.")
    for name in hanging:
        click.echo(f"The job `{name}` was begun and gets no further.")
    if hanging or not daemon.is_alive:
        raise click.exceptions.Exit(NEEDED)


def _for_machines(found: WholeStatus) -> object:
    """Return the facts of the only mailbox, or those of each by its name."""
    if len(found.mailboxes) != 1:
        return plain(found) | {"needs": plain(found.needs)}
    (only,) = found.mailboxes.values()
    return plain(replace(only, needs=found.needs))


def _in_words(found: WholeStatus, at: datetime) -> Iterator[str]:
    yield from _headline(found)
    yield ""
    has_several = len(found.mailboxes) > 1
    if has_several:
        yield from _about_daemon(found, at)
    for name, one in found.mailboxes.items():
        if has_several:
            yield f"\nThe mailbox {name}:"
        yield _fact("rules", _rules(one))
        if one.modes:
            modes = ", ".join(f"{number} {mode}" for mode, number in one.modes.items())
            yield _fact("replies", f"routes: {modes}")
        if not has_several:
            yield from _about_daemon(found, at)
        yield from _about_mailbox(one)


def _about_daemon(found: WholeStatus, at: datetime) -> Iterator[str]:
    mailboxes = found.mailboxes.values()
    is_silent = any(one.health.is_mailbox_silent for one in mailboxes)
    yield _fact("daemon", _daemon(found.daemon, at))
    yield _fact("jobs", _jobs(found.daemon, is_silent=is_silent))
    yield _fact("alarms", _alarms(found.daemon))
    if logins := tuple(_logins(found, at)):
        yield _fact("logins", ABOVE_EACH_OTHER.join(logins))


def _about_mailbox(one: Status) -> Iterator[str]:
    health = one.health
    yield _fact("mailbox", f"read {moment(health.mailbox_read_at) or 'never'}")
    yield _fact("ledger", ledger_in_words(health.balances, when))
    yield _fact("cases", f"{one.open_cases} open")
    yield _fact("overdue", f"{one.overdue}: triage due" if one.overdue else "none")
    yield _fact("debt", _debt(one))
    yield _fact("outbox", _outbox(one))
    yield _fact("set aside", str(one.set_aside))
    if one.unsettled:
        yield _fact("matters", f"{one.unsettled} to be looked at: triage due")
    if health.breaker_is_open:
        yield _fact("breaker", "open: replies are held")
    if one.restored is not None:
        yield _fact("restored", _restored(one.restored))
    yield _fact("audit log", f"its latest hash is {health.audit_head[:SHOWN_OF_HASH]}")
    if health.refused is not None:
        yield ""
        yield from _refusal(health.refused)


def _headline(found: WholeStatus) -> Iterator[str]:
    if not found.needs:
        yield "All is well."
        return
    yield "A person is needed:"
    yield from (f"  - {printable(need)}" for need in found.needs)


def _daemon(daemon: Liveness, at: datetime) -> str:
    return daemon_in_words(daemon, at, when).removeprefix("is ")


def _jobs(daemon: Liveness, *, is_silent: bool) -> str:
    if not daemon.is_looking or daemon.outlook is None:
        return "unknown while nobody looks"
    failing = [
        f"{job.name} fails since {when(job.failing_since)}: {printable(job.why)}"
        for job in daemon.outlook.jobs
        if job.failing_since is not None
    ]
    told = {each.partition(" fails since ")[0] for each in failing}
    halting = [
        f"{name} does not get on since {when(each.since)}: {printable(each.why)}"
        for each in daemon.unwell
        if (name := _job_of(each)) and name not in told
    ]
    if not (failing or halting) and is_silent:
        return "none fails, but the mailbox was not read"
    return ABOVE_EACH_OTHER.join(failing + halting) or "all go well"


def _job_of(unwell: Unwell) -> str:
    """Name the job that something is wrong with; of several mailboxes, with its own."""
    return f"{JOB_OF.get(unwell.kind, '')} {unwell.job}".strip()


def _logins(found: WholeStatus, at: datetime) -> Iterator[str]:
    outlook = found.daemon.outlook
    standings = {} if outlook is None else outlook.logins
    for name, standing in standings.items():
        failing = ""
        if standing.failing_since is not None:
            since = when(standing.failing_since)
            failing = f"; no new one since {since}: {printable(standing.why)}"
        yield f"{name}: {_token(standing, at)}{failing}"
    for expiry in found.expiries:
        yield f"{expiry.what}: {countdown(expiry.at, at)}"
    for name, one in found.mailboxes.items():
        of = f" of `{name}`" if name else ""
        for expiry in one.health.expiries:
            yield f"{expiry.what}{of}: {countdown(expiry.at, at)}"


def _token(standing: Standing, at: datetime) -> str:
    if standing.renewed_at is None:
        return "no token was asked for yet"
    given = f"token of {when(standing.renewed_at)}"
    if standing.expires_at is None:
        return given
    return f"{given}, {countdown(standing.expires_at, at)}"


def _alarms(daemon: Liveness) -> str:
    lines = [
        f"{said(each.kind, each.job)} since {moment(each.since)}"
        for each in daemon.standing
    ]
    if daemon.standing:
        told = {each.channel for each in daemon.tellings if each.failure is None}
        lines.append(f"told by: {', '.join(sorted(told)) or 'nobody yet'}")
    if daemon.outlook is not None and daemon.outlook.ping_failed is not None:
        lines.append(f"the ping fails: {printable(daemon.outlook.ping_failed)}")
    if daemon.unheard is not None:
        lines.append(daemon.unheard)
    return ABOVE_EACH_OTHER.join(lines or ["none stands"])


def _fact(name: str, value: str) -> str:
    return f"{name:11}{value}"


def _rules(found: Status) -> str:
    in_force = found.health.in_force
    if in_force is None:
        return "none in force yet: `triage run` was never started"
    said = (
        f"edition {in_force.hash} since {moment(in_force.at)} "
        f"({in_force.how} by {in_force.by})"
    )
    said += "".join(f"\n           {printable(note)}" for note in in_force.notes)
    if found.health.refused is None and found.health.standing != in_force.hash:
        said += "\n           what stands in the folders is not tried yet"
    return said


def _restored(restored: Restoration) -> str:
    found = ", ".join(f"{number} {what}" for what, number in restored.found.items())
    if restored.reconciled_at is None:
        since = "the mailbox is not asked yet what came since"
    else:
        since = f"the mailbox showed what came since: {found or 'nothing'}"
    return ABOVE_EACH_OTHER.join(
        (
            f"an older store was put back, found {when(restored.at)}",
            f"it is as of {when(restored.made_at)}; {since}",
            "what people entered between is gone: docs/operations.md, Backing up",
        )
    )


def _outbox(found: Status) -> str:
    states = found.health.outbox.items()
    waiting = ", ".join(f"{number} {state}" for state, number in states)
    said = waiting or "nothing waits"
    if found.to_approve:
        said += f"; {found.to_approve} to approve: triage outbox list"
    if found.in_vain:
        mails = "1 mail" if found.in_vain == 1 else f"{found.in_vain} mails"
        decide = "decides" if found.in_vain == 1 else "decide"
        said += (
            f"\n           {mails} in the folders for approval {decide} "
            "nothing: triage outbox list"
        )
    return said


def _debt(found: Status) -> str:
    debts = found.unacknowledged
    if not debts.count:
        return "everybody is acknowledged"
    first = debts.rows[0]
    return (
        f"{debts.count} to be acknowledged by a person; "
        f"the first is {first.reference}, by {day(first.acknowledge_by)}"
    )


def _refusal(refused: Refusal) -> Iterator[str]:
    trial = refused.trial
    name = f"edition {trial.hash}" if trial.hash else "what stands in the folders"
    yield f"Refused on {moment(trial.at)}: {name}"
    if refused.is_answered_for:
        yield "A person answers for it by now; a running daemon tries it once more."
        return
    for reason in trial.reasons:
        yield from map(printable, reason.splitlines())
    blocking = refused.blocking
    for each in blocking[:MOST_BLOCKING]:
        yield f"    {each.name}: {each.why}"
    if len(blocking) > MOST_BLOCKING:
        yield f"    … and {len(blocking) - MOST_BLOCKING} more (--json lists all)"
    yield ""
    yield "To do: put the files right; they are tried again as soon as they are saved."
    if blocking:
        yield "Or, if that is meant: triage rules accept REF… --why TEXT"
    yield "Or have the files back that are in force: triage rules rollback"
