"""Which case is meant, and what a person typed about it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time

import click

from triage.errors import ConfigError, MessageError, Problem
from triage.store import (
    CaseFile,
    CaseMoveError,
    Deed,
    FinalStepError,
    MergeError,
    Store,
)
from triage.tomlsource import did_you_mean
from triage.wiring import now
from triage.workdays import Calendar

WHEN = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
DAY = click.DateTime(["%Y-%m-%d"])


def existing(store: Store, reference: str) -> CaseFile:
    """Return the case that is meant; raises ConfigError."""
    found = store.cases.show(reference.upper())
    if found is None:
        raise ConfigError(f"there is no case {reference}; see: triage case list")
    return found


def must_exist(store: Store, *references: str) -> tuple[str, ...]:
    """Return references in capitals; raises ConfigError for those without a case."""
    wanted = tuple(each.upper() for each in references)
    lost = [each for each in wanted if not store.cases.exists(each)]
    if lost:
        raise ConfigError(
            *(f"there is no case {each}; see: triage case list" for each in lost)
        )
    return wanted


@contextmanager
def refusals() -> Iterator[None]:
    """Tell plainly why something cannot be done to a case."""
    try:
        yield
    except (CaseMoveError, MergeError, MessageError) as error:
        raise ConfigError(str(error)) from None
    except FinalStepError as error:
        raise ConfigError(
            Problem(
                f"{error.reference} was escalated before, on"
                f" {error.escalated_at.astimezone():%-d %B %Y}",
                hint="that was the last step, and its answer is final; what the person"
                " writes since is kept in the case, and can be told so kindly",
            )
        ) from None


def deed(by: str, act: str, why: str | None = None) -> Deed:
    """What somebody does now; a reason must have words."""
    return Deed(
        at=now(), by=by, act=act, why=None if why is None else words(why, "--why")
    )


def words(text: str, name: str) -> str:
    """Return text without empty ends; raises UsageError where nothing is left."""
    if not text.strip():
        raise click.UsageError(f"{name} needs some words")
    return text.strip()


def known(word: str, those: Iterable[str], kind: str) -> str:
    """Return a word that must be one of those; raises ConfigError with a hint."""
    ids = tuple(those)
    if word not in ids:
        hint = did_you_mean(word, ids) or f"these there are: {', '.join(ids)}"
        raise ConfigError(Problem(f"there is no {kind} `{word}`", hint=hint))
    return word


def past_moment(typed: datetime | None, calendar: Calendar, name: str) -> datetime:
    """Return when something was, in the board's zone; now, where nothing was typed.

    A day alone means its opening time. Raises UsageError for the future.
    """
    at = now()
    if typed is None:
        return at
    meant = typed.replace(tzinfo=calendar.timezone)
    if typed.time() == time():
        meant = calendar.opens(typed.date())
        if typed.date() == calendar.date_of(at):
            meant = min(meant, at)
    if meant > at:
        raise click.UsageError(f"{name} lies in the future")
    return meant
