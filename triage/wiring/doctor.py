"""What `triage doctor` looks at: everything outside that an installation needs."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from triage.alarm import shortage
from triage.config import Config, load_config, meant_configs
from triage.digest import needs_of_left, number_of
from triage.doctor import (
    Finding,
    Wanted,
    examine_domain,
    examine_listening,
    examine_mailbox,
    examine_submission,
    failed,
    is_clock_kept,
    judge_calendar,
    judge_clock,
    judge_disk,
    note,
    ok,
    warning,
)
from triage.errors import ConfigError, Problem, TransientError
from triage.logins import OF_A_UNIT, is_read_by_all
from triage.oauth.expiry import countdown, ending, is_soon
from triage.ruleset import Ruleset, read_policy
from triage.smtp import Envelope
from triage.store import Store, holder_of, why_unwritable
from triage.store.copying import examine
from triage.wiring.clock import now
from triage.wiring.examples import left_as_shipped
from triage.wiring.faults import not_looked_at, secrets_in
from triage.wiring.logins import expiries_of, faults_of_logins
from triage.wiring.rule_check import check_folders, faults_in
from triage.wiring.rulebook import edition_of, keys_of
from triage.wiring.servers import inbox_of, mailbox_of, submission_of

MOST_ERRORS = 3
OTHERS = stat.S_IRWXO
WRITABLE = "let triage write there again: without it nothing is recorded or answered"
WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is asked of DNS."""

    is_wanted: bool
    selector: str | None
    """The DKIM key of the submission server, where it is known."""


def examine_installation(path: Path, lookup: Lookup) -> Iterator[Finding]:
    """Yield what is found, in the order in which mail depends on it.

    Raises ConfigError where the configuration cannot be read at all.
    """
    configs = meant_configs(path)
    config, moment = configs[0], now()
    yield ok("config", f"{path} can be read")
    for each in configs:
        if each.mailbox.name:
            yield note(
                "mailbox", f"what follows is of the mailbox `{each.mailbox.name}`"
            )
        for finding in _of_mailbox(path, each, lookup, moment):
            yield replace(finding, mailbox=each.mailbox.name)
    yield judge_clock(is_clock_kept())
    yield _disk(config)
    yield from _listening(config)
    yield from _guarded(_store, config, moment)
    yield from _guarded(_left, config, moment)


def _of_mailbox(
    path: Path, config: Config, lookup: Lookup, moment: datetime
) -> Iterator[Finding]:
    yield from _examples(config)
    yield from _private(path, config)
    for examination in (_rules, _logins, _mailbox, _submission, _domain_by(lookup)):
        yield from _guarded(examination, config, moment)


def examine_server(
    path: Path, server: Literal["mailbox", "submission"]
) -> list[Finding]:
    """Look at one server of a configuration alone; raises ConfigError as above."""
    examine_it = _mailbox if server == "mailbox" else _submission
    return list(_guarded(examine_it, load_config(path), now()))


Examination = Callable[[Config, datetime], Iterator[Finding]]


def _guarded(
    examine_one: Examination, config: Config, moment: datetime
) -> Iterator[Finding]:
    """Let what breaks one examination break no other."""
    try:
        yield from examine_one(config, moment)
    except (ConfigError, TransientError) as error:
        yield failed("config", str(error), "set it right in the configuration")


def _examples(config: Config) -> Iterator[Finding]:
    if left := left_as_shipped(config):
        yield warning(
            "config",
            f"still as in the example that comes with triage: {left}",
            "write your own there: people are told these links, and mails go to these"
            " addresses",
        )


def _private(path: Path, config: Config) -> Iterator[Finding]:
    if path.stat().st_mode & WRITTEN_BY_OTHERS:
        yield warning(
            "secrets",
            f"others may change {path}, and with it where mail goes",
            f"run: chmod go-w {path}",
        )
    missing, problems = not_looked_at(config), list(_unfit_secrets(config))
    if missing:
        yield failed("secrets", f"{', '.join(missing)}: systemd gave none", OF_A_UNIT)
    for problem in problems:
        to_do = problem.hint or "put it there; only triage may read it"
        yield failed("secrets", problem.message, to_do)
    store = config.store.path
    is_open = store.exists() and store.stat().st_mode & OTHERS
    if is_open:
        yield failed(
            "secrets",
            f"others may read the store {store}, in which all mail is",
            f"run: chmod o-rwx {store}",
        )
    seen = [each for each in _credentials(config) if is_read_by_all(each)]
    if seen:
        yield warning(
            "secrets",
            f"every user of this machine can read {', '.join(map(str, seen))}",
            "run chmod 600 on it, or chmod 700 on its folder; in a container, where"
            " there is nobody else, nothing",
        )
    if not (missing or problems or is_open or seen):
        yield ok("secrets", "each secret can be read, and by nobody else")


def _credentials(config: Config) -> Iterator[Path]:
    for _, secret in secrets_in(config):
        if secret.credential is not None and secret.is_at_hand:
            yield secret.credential_file


def _unfit_secrets(config: Config) -> Iterator[Problem]:
    problems: list[Problem] = []
    secrets = [secret for _, secret in secrets_in(config)]
    for secret in secrets:
        try:
            if secret.is_at_hand:
                secret.read()
        except ConfigError as error:
            problems += error.problems
    if not problems and all(each.is_at_hand for each in secrets):
        try:
            keys_of(config)
        except ConfigError as error:
            problems += error.problems
    yield from problems


def _rules(config: Config, moment: datetime) -> Iterator[Finding]:
    checked = check_folders(config, moment.date())
    errors = [str(each) for each in checked.errors]
    if checked.rulebook is not None:
        ruleset = checked.rulebook.ruleset
        faults = faults_in(config, edition_of(config), ruleset, moment.date())
        errors = sorted({*errors, *map(str, faults)})
    to_do = "triage rules check shows each in its place"
    if errors:
        yield failed("rules", f"rules and templates: {_first_of(errors)}", to_do)
    elif checked.warnings:
        warnings = number_of(len(checked.warnings), "warning")
        yield note("rules", f"rules and templates are right, with {warnings}: {to_do}")
    else:
        yield ok("rules", "rules and templates are right")
    if checked.rulebook is not None:
        yield from _calendar(checked.rulebook.ruleset, moment)


def _first_of(errors: Sequence[str]) -> str:
    """Count errors, and tell the first of them with their places."""
    # The line itself and its caret stand below the first line.
    told = [each.splitlines()[0] for each in errors[:MOST_ERRORS]]
    if more := len(errors) - len(told):
        told.append(f"and {more} more")
    return f"{number_of(len(errors), 'error')}: {'; '.join(told)}"


def _logins(config: Config, moment: datetime) -> Iterator[Finding]:
    for key, problem in faults_of_logins(config, moment):
        if key[-1] == "expires":  # told below, with since when
            continue
        to_do = problem.hint or "set it right in the configuration"
        yield failed("login", f"{'.'.join(key)}: {problem.message}", to_do)
    for each in expiries_of(config):
        if each.at <= moment:
            yield failed("login", ending(each, moment), each.remedy)
        elif is_soon(each, moment):
            yield warning("login", ending(each, moment), each.remedy)
        else:
            yield ok("login", f"{each.what}: {countdown(each.at, moment)}")


def _calendar(ruleset: Ruleset, moment: datetime) -> Iterator[Finding]:
    tables = ruleset.tables
    yield from judge_calendar(
        [each.day for each in tables.calendar.closing_days],
        [each.last for each in tables.series],
        moment.date(),
    )


def _mailbox(config: Config, moment: datetime) -> Iterator[Finding]:
    submission = config.submission
    wanted = Wanted(
        files=config.mailbox.file,
        poll_seconds=config.mailbox.poll_seconds,
        filed_in=_folders_of_rules(config),
        sent_folders=config.mailbox.sent_folders,
        witnessed_in=submission.sent_folder if submission.witness == "sent" else None,
        known=_last_uidvalidity(config),
    )
    yield from examine_mailbox(mailbox_of(config), wanted, moment)


def _folders_of_rules(config: Config) -> tuple[str, ...]:
    try:
        tables = read_policy(edition_of(config).rules).tables
    except ConfigError:
        return ()  # the rules are looked at by themselves
    folders = [each.folder for each in tables.route]
    return tuple(dict.fromkeys(each for each in folders if each))


def _last_uidvalidity(config: Config) -> int | None:
    if not config.store.path.is_file():
        return None
    try:
        with Store.open(config.store.path, exclusive=False) as store:
            return store.ledger.last_uidvalidity(inbox_of(config))
    except (ConfigError, TransientError):
        return None  # the store is looked at by itself


def _submission(config: Config, moment: datetime) -> Iterator[Finding]:
    sender = config.submission.envelope_from
    envelope = Envelope(sender, config.mailbox.addresses[0])
    with closing(submission_of(config)) as submission:
        yield from examine_submission(submission, envelope, moment)


def _domain_by(lookup: Lookup) -> Examination:
    def examine_it(config: Config, _moment: datetime) -> Iterator[Finding]:
        domain = config.submission.from_address.rpartition("@")[2]
        if lookup.is_wanted:
            yield from examine_domain(domain, lookup.selector)

    return examine_it


def _listening(config: Config) -> Iterator[Finding]:
    if config.http.address is not None:
        holder = holder_of(config.store.path)
        # Who may not look at the lock takes what answers for the daemon.
        runs = holder.is_there is not False
        yield examine_listening(*config.http.address, runs=runs)


def _disk(config: Config) -> Finding:
    folder = config.store.path.parent
    while not folder.exists():
        folder = folder.parent
    inodes = os.statvfs(folder)
    return judge_disk(
        shutil.disk_usage(folder).free,
        inodes.f_favail if inodes.f_files else None,
        config.alarm.free_megabytes,
    )


def _store(config: Config, _moment: datetime) -> Iterator[Finding]:
    path = config.store.path
    if not path.is_file():
        yield note("store", f"there is no store at {path} yet; `triage run` makes it")
        return
    if why := why_unwritable(path):
        yield failed("store", f"{path} cannot be written: {why}", WRITABLE)
    to_do = "stop the daemon and restore the latest backup: triage backup restore"
    if short := shortage(path, config.alarm.free_megabytes):
        # SQLite reads nothing without room beside the store.
        to_do = f"make room first ({short}), then look again"
    try:
        found = examine(path)
    except ConfigError as error:
        yield failed("store", str(error), to_do)
        return
    for problem in found.problems:
        yield failed("store", f"{path}: {problem}", to_do)
    if not found.problems:
        cases = number_of(found.counts["cases"], "case")
        mails = number_of(found.counts["messages"], "mail")
        yield ok("store", f"{path} is whole: {cases}, {mails}")


def _left(config: Config, _moment: datetime) -> Iterator[Finding]:
    """Look for cases of mailboxes that are not configured any more."""
    if not config.store.path.is_file():
        return
    with Store.open(config.store.path, exclusive=False) as store:
        left = store.mailboxes.left(config.names)
    for need in needs_of_left(left):
        yield failed(
            "mailbox",
            need,
            "put the mailbox back, or close its cases and drop its letters:"
            " docs/operations.md, Several mailboxes",
        )
