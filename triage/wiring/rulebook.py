"""Rule files, templates and who we are, from a config."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from triage import shipped
from triage.config import Config, load_config, read_folder
from triage.deadlines import Told
from triage.decision import HOLDING_TEMPLATE, Ourselves
from triage.edition import Edition
from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.intake.letters import (
    ALERT_TEMPLATE,
    NOTICE_TEMPLATE,
    RESTORED_TEMPLATE,
    RETENTION_TEMPLATE,
    RULES_TEMPLATE,
)
from triage.reply import Organisation, Templates, compile_templates, letters_in
from triage.reply.grammar import is_address
from triage.ruleset import (
    Ruleset,
    compile_ruleset,
    folders_in_use,
    unknown_outside,
)

RULE_ENDINGS = (".toml", ".csv")
TEMPLATE_ENDINGS = (".txt", ".html")
SHORTEST_KEY = 32
LOOP_MARK = "triage"
UTC = ZoneInfo("UTC")
NO_KEY = b"only looked at, never sent"

T = TypeVar("T")
Compiled = Callable[[], Ruleset]
"""Gives the rules of an edition; raises ConfigError where they do not compile."""


def edition_of(config: Config) -> Edition:
    """Read the rule files and templates as they stand in the folders.

    Raises ConfigError for a folder or file that cannot be read.
    """
    return Edition(
        rules=read_folder(config.rules.folder, RULE_ENDINGS),
        templates=read_folder(config.templates.folder, TEMPLATE_ENDINGS),
    )


def rulebook_of(
    config: Config, edition: Edition | None = None, rules: Compiled | None = None
) -> Rulebook:
    """Compile everything that mail is judged by and answered with.

    Without an edition the folders are read; `rules` gives them where another process
    compiles them. Raises ConfigError with every problem of
    rules, templates and keys at once.
    """
    edition = edition or edition_of(config)
    return _rulebook(config, edition, lambda: keys_of(config), rules)


def bound_to(rulebook: Rulebook, salt: bytes) -> Rulebook:
    """Return a rulebook whose Message-IDs hold for one store only."""
    return replace(rulebook, keys=keys_bound_to(salt, rulebook.keys))


def keys_bound_to(salt: bytes, keys: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return keys that mint and know Message-IDs of one store only.

    A store that was lost begins its references anew; an answer to a letter of the old
    one must not join a stranger's case.
    """
    return tuple(hmac.digest(key, salt, hashlib.sha256) for key in keys)


def rulebook_to_look_at(config_path: Path | None, rules: Path | None) -> Rulebook:
    """Compile a rulebook that judges but never sends: it needs no secret.

    Without a config the shipped one serves; our own addresses are then not known.
    """
    rulebook = rulebook_without_keys(config_to_look_at(config_path, rules))
    return rulebook if config_path else replace(rulebook, ourselves=Ourselves())


def config_to_look_at(
    config_path: Path | None, rules: Path | None = None, templates: Path | None = None
) -> Config:
    """Return a config, or the shipped one, with other folders where they are given."""
    config = load_config(config_path or shipped.example_config())
    for key, folder in (("rules", rules), ("templates", templates)):
        if folder is not None:
            table = getattr(config, key).model_copy(update={"folder": folder})
            config = config.model_copy(update={key: table})
    return config


def rulebook_without_keys(
    config: Config, edition: Edition | None = None, rules: Compiled | None = None
) -> Rulebook:
    """Compile a rulebook that judges but never sends; raises as `rulebook_of` does."""
    return _rulebook(config, edition or edition_of(config), lambda: (NO_KEY,), rules)


def _rulebook(
    config: Config,
    edition: Edition,
    keys: Callable[[], tuple[bytes, ...]],
    rules: Compiled | None,
) -> Rulebook:
    problems: list[Problem] = list(_bad_addresses(config))
    secret_keys = _collected(problems, keys)
    make_ruleset = rules or partial(compile_ruleset, edition.rules)
    ruleset = _collected(problems, make_ruleset, config.rules.folder)
    make_templates = partial(_templates, config, edition, ruleset)
    templates = _collected(problems, make_templates, config.templates.folder)
    problems += _mismatches(config, edition)
    if problems or ruleset is None or templates is None or secret_keys is None:
        raise ConfigError(*problems)
    return Rulebook(
        # What decides is named by the whole set, wording included.
        ruleset=replace(ruleset, hash=edition.hash),
        templates=templates,
        organisation=templates.organisation,
        ourselves=_ourselves(config),
        keys=secret_keys,
        mailbox=config.mailbox.name,
    )


def _collected(
    problems: list[Problem], make: Callable[[], T], folder: Path | None = None
) -> T | None:
    """Make something, or add its problems to the others, each with its whole path."""
    try:
        return make()
    except ConfigError as error:
        problems += (
            problem if folder is None else in_folder(problem, folder)
            for problem in error.problems
        )
        return None


def in_folder(problem: Problem, folder: Path) -> Problem:
    """Name a problem's file with its whole path, or the folder where none is known."""
    if problem.file is None:
        return replace(problem, file=str(folder))
    return replace(problem, file=str(folder / problem.file))


def _templates(config: Config, edition: Edition, ruleset: Ruleset | None) -> Templates:
    """Compile the letters; without a ruleset, only to find what is wrong in them."""
    timezone = ruleset.calendar.timezone if ruleset else UTC
    missing = [item.id for item in ruleset.tables.missing] if ruleset else []
    organisation = organisation_of(config, timezone)
    return compile_templates(edition.templates, organisation, missing)


def organisation_of(config: Config, timezone: ZoneInfo = UTC) -> Organisation:
    """Return who writes; dates in letters need the calendar's time zone."""
    return Organisation(
        name=config.organisation.name,
        short_name=config.organisation.short_name,
        team=config.organisation.team,
        phone=config.organisation.phone,
        from_address=config.submission.from_address,
        from_name=config.submission.from_name,
        message_id_domain=config.references.domain.lower(),
        loop_mark=LOOP_MARK,
        timezone=timezone,
        envelope_address=config.submission.envelope_from,
        contacts=config.contacts,
        links=config.links,
    )


def _bad_addresses(config: Config) -> Iterator[Problem]:
    """Own addresses are compared with those in mails, and get the witness's copies."""
    mailbox = config.mailbox
    for key, addresses in (
        ("addresses", mailbox.addresses),
        ("web_forms", mailbox.web_forms),
    ):
        for address in addresses:
            if not is_address(address):
                yield Problem(
                    f"`{address}` in {key} of [mailbox] is no plain e-mail address",
                    hint="write it without a name and without < >",
                )


def _mismatches(config: Config, edition: Edition) -> Iterator[Problem]:
    """What rules ask for that the config or the templates do not have."""
    sent = config.mailbox.sent_folders or ()
    watched = (config.mailbox.folder, config.submission.sent_folder, *sent)
    for problem in folders_in_use(edition.rules, watched):
        yield in_folder(problem, config.rules.folder)
    letters = letters_in(edition.templates)
    for problem in unknown_outside(edition.rules, config.contacts.keys(), letters):
        yield in_folder(problem, config.rules.folder)
    for template, use in (
        (NOTICE_TEMPLATE, "tells contacts"),
        (ALERT_TEMPLATE, "tells the team of a spent budget"),
        (RULES_TEMPLATE, "tells the team of refused rules"),
        (RETENTION_TEMPLATE, "tells the team of cases that are kept too long"),
        (RESTORED_TEMPLATE, "tells the team of a restored store"),
        (Told.DUE, "reminds the team of what falls due"),
        (Told.OVERDUE, "tells the team of what is overdue"),
        (HOLDING_TEMPLATE, "tells people that their answer takes longer"),
    ):
        if template not in letters:
            yield Problem(
                f"a letter is missing that {use}: there is no"
                f" {config.templates.folder / template}.txt",
                code="unknown-template",
            )


def _ourselves(config: Config) -> Ourselves:
    mailbox, submission = config.mailbox, config.submission
    own = _lowered(
        *mailbox.addresses, submission.from_address, submission.envelope_from
    )
    siblings = _lowered(*config.siblings) - own
    return Ourselves(
        addresses=own | siblings,
        siblings=siblings,
        authserv_id=mailbox.authserv_id,
        web_forms=frozenset(address.lower() for address in mailbox.web_forms),
        loop_mark=LOOP_MARK,
        colleagues=frozenset(each.lower() for each in config.colleagues),
        staff=mailbox.staff,
    )


def _lowered(*addresses: str) -> frozenset[str]:
    return frozenset(address.lower() for address in addresses if address)


def keys_of(config: Config) -> tuple[bytes, ...]:
    """Read the secrets that make Message-IDs ours; raises ConfigError."""
    secrets = (config.references.key, *config.references.old_keys)
    keys = tuple(secret.read().encode() for secret in secrets)
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ConfigError(
            Problem(
                f"the key in {config.references.key} is shorter than "
                f"{SHORTEST_KEY} characters",
                hint="make one with: openssl rand -hex 32",
            )
        )
    return keys
