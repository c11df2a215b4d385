"""What `triage check` looks at."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product
from pathlib import Path

from triage.config import Config, meant_configs
from triage.errors import ConfigError, Problem, TransientError
from triage.mailbox import ImapMailbox
from triage.ruleset import Mode, mode_of, read_policy
from triage.ruleset.schema import RuleFiles
from triage.wiring.accounts import folders_of_two
from triage.wiring.alarms import NOBODY_HEARS, channels_of, hears_of_outbox
from triage.wiring.clock import now
from triage.wiring.examples import left_as_shipped
from triage.wiring.faults import STORE_SECONDS, faults_of, not_looked_at
from triage.wiring.rule_check import faults_in
from triage.wiring.rulebook import edition_of, rulebook_without_keys
from triage.wiring.servers import mailbox_of, submission_of

MODES_MEAN: Mapping[Mode, str] = {
    "watch": "are watched only (nothing is sent to who writes)",
    "hold": "hold them for approval",
    "live": "send them",
}


def check_installation(path: Path) -> Iterator[str]:
    """Yield a line for each thing that is right; raises ConfigError with the rest."""
    problems: list[Problem] = []
    for config in meant_configs(path):
        if config.mailbox.name:
            yield f"mailbox {config.mailbox.name}:"
        try:
            yield from _check(config, path)
        except ConfigError as error:
            problems += (each for each in error.problems if each not in problems)
    problems += folders_of_two(meant_configs(path), dict(_tables(path)))
    if problems:
        raise ConfigError(*problems)


def warnings_of(path: Path) -> Iterator[str]:
    """Yield what works and is hardly meant; raises ConfigError."""
    for config in meant_configs(path):
        if left := left_as_shipped(config):
            of = f"mailbox {config.mailbox.name}: " if config.mailbox.name else ""
            yield f"{of}still as in the example that comes with triage: {left}"


def _tables(path: Path) -> Iterator[tuple[str, RuleFiles]]:
    """Yield the rules of each mailbox, as far as they can be read."""
    for config in meant_configs(path):
        with suppress(ConfigError):
            tables = read_policy(edition_of(config).rules).tables
            yield config.mailbox.name, tables


def _check(config: Config, path: Path) -> Iterator[str]:
    problems, is_whole = _beside_rules(config, path)
    rulebook = None
    try:
        edition = edition_of(config)
        rulebook = rulebook_without_keys(config, edition)
        problems += faults_in(config, edition, rulebook.ruleset, now().date())
    except ConfigError as error:
        problems += error.problems
    if problems or rulebook is None:
        raise ConfigError(*problems)
    yield f"configuration {path}"
    tables = rulebook.ruleset.tables
    yield (
        f"rules {config.rules.folder}: {len(tables.signal)} signals, "
        f"{len(tables.rule)} lines, {len(tables.route)} routes "
        f"({rulebook.ruleset.hash})"
    )
    yield f"replies: {_how_far(tables)}"
    letters = len(rulebook.templates.pairs)
    yield f"templates {config.templates.folder}: {letters} letters"
    yield f"alarm: {_who_hears(config)}"
    yield f"store {config.store.path}: {_how_whole(config, is_whole=is_whole)}"
    if secrets := not_looked_at(config):
        yield f"not looked at: {', '.join(secrets)}: only systemd gives it"


def _beside_rules(config: Config, path: Path) -> tuple[list[Problem], bool]:
    """Return what is wrong, and whether the store was looked through to its end."""
    problems: list[Problem] = []
    try:
        for each in faults_of(config, path):
            problems.append(each)  # noqa: PERF402 - what came before a timeout counts
    except TimeoutError:
        return problems, False
    return problems, True


def _how_whole(config: Config, *, is_whole: bool) -> str:
    if not config.store.path.exists():
        return "none yet, `triage run` makes it"
    return "whole" if is_whole else f"no damage found in {STORE_SECONDS:.0f} s"


def _who_hears(config: Config) -> str:
    names = [each.name for each in channels_of(config)]
    if config.alarm.ping:
        names.append("ping")
    told = ", ".join(names) or "the team by mail, while our own letters move"
    return told if hears_of_outbox(config) else f"{told}; {NOBODY_HEARS}"


def _how_far(tables: RuleFiles) -> str:
    """Say how far replies go by themselves, for those who begin with watching."""
    counted = Counter(mode_of(route, tables) for route in tables.route)
    said = (f"{counted[mode]} routes {means}" for mode, means in MODES_MEAN.items())
    return ", ".join(text for text in said if not text.startswith("0 "))


def try_servers(path: Path) -> Iterator[str]:
    """Log in to IMAP and SMTP, send and change nothing; raises ConfigError."""
    problems: list[str] = []
    attempts = product(meant_configs(path), (_try_imap, _try_smtp))
    for config, attempt in attempts:
        of = f"mailbox {config.mailbox.name}: " if config.mailbox.name else ""
        try:
            yield f"{of}{attempt(config)}"
        except TransientError as error:
            problems.append(f"{of}{error}")
        except ConfigError as error:
            problems += (f"{of}{each}" for each in error.problems)
    if problems:
        raise ConfigError(*problems)


def _try_imap(config: Config) -> str:
    with mailbox_of(config) as mailbox:
        selected = mailbox.select()
        if config.mailbox.file:
            mailbox.check_filing()
        if config.submission.witness == "sent":
            mailbox.open_folder(config.submission.sent_folder)
        answers = _where_answers_are(mailbox, config.mailbox.sent_folders)
    return (
        f"IMAP {mailbox.account}: {selected.exists} messages in {config.mailbox.folder}"
        f"; {answers}"
    )


def _where_answers_are(mailbox: ImapMailbox, named: tuple[str, ...] | None) -> str:
    """Say where people's answers are noticed."""
    if named is None:
        marked = mailbox.sent_folder()
        if marked is None:
            return (
                "no folder is marked as sent mail, so answers are not noticed:"
                " name yours in sent_folders of [mailbox]"
            )
        named = (marked,)
    found = mailbox.standing(named)
    there = [f"{each}{'' if each in found else ' (missing)'}" for each in named]
    return f"answers are noticed in {', '.join(there) or 'no folder'}"


def _try_smtp(config: Config) -> str:
    submission = submission_of(config)
    try:
        failed = submission.check()
    finally:
        submission.close()
    if failed is not None:
        raise ConfigError(f"SMTP {config.submission.host}: {failed.text}")
    how = "connected" if config.submission.user is None else "logged in"
    return f"SMTP {config.submission.host}: {how}, nothing was sent"
