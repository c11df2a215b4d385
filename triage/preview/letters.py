"""Every letter that the rules can send, worded for a sample or a real case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from triage.errors import ConfigError, Problem
from triage.intake import Rulebook
from triage.reply import Duty, Letter, Notice, Restriction
from triage.reply.compose import draft_letter, draft_notice, seal
from triage.reply.mime import Draft
from triage.ruleset import Ruleset
from triage.ruleset.schema import RuleFiles
from triage.store import CaseFile
from triage.tomlsource import did_you_mean
from triage.workdays import Due, due

REFERENCE = "CMP-2026-00000"
"""Stands where a case's reference would; no case has it."""
READER = "person@example.org"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a letter depends on besides its template."""

    reference: str
    received_at: datetime
    missing: tuple[str, ...]
    acknowledge: Due | None
    respond: Due | None
    series: str | None
    title: str
    """What sort of case it is, in words."""
    is_complete: bool = False
    """Whether what was missing has come."""
    restriction: Restriction | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """One letter as its reader would get it."""

    template: str
    uses: tuple[str, ...]
    """When the rules send it, a sentence each."""
    title: str
    draft: Draft
    data: bytes


def names_of_letters(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Return every template with the sentences that say when it is sent."""
    tables = rulebook.ruleset.tables
    uses: dict[str, list[str]] = {}
    for route in tables.route:
        if route.template:
            uses.setdefault(route.template, []).append(f"{route.id}: {route.title}")
    for flag in tables.flag:
        if flag.template:
            uses.setdefault(flag.template, []).append(f"{flag.id}: {flag.title}")
    for template, why in _besides(tables):
        uses.setdefault(template, []).append(why)
    for name in rulebook.templates.pairs:
        uses.setdefault(name, [])
    return {name: tuple(sentences) for name, sentences in uses.items()}


def _besides(tables: RuleFiles) -> Iterator[tuple[str, str]]:
    """Yield the letters that belong to no route and no flag, each with its occasion."""
    if tables.guard.meanwhile:
        yield tables.guard.meanwhile, "at once, while a redirection waits for a person"
    if tables.restrictions.kinds:
        why = "once a restriction is approved, renewed or lifted, and somebody read it"
        yield tables.restrictions.template, why
    if tables.follow_up.receipt:
        yield tables.follow_up.receipt, "when somebody writes to a case that we know"


def sample_circumstances(ruleset: Ruleset, now: datetime) -> tuple[Circumstances, ...]:
    """Return sample cases received now: nothing missing, and everything missing."""
    days = ruleset.tables.calendar
    acknowledge = due(now, days.acknowledge_days, ruleset.calendar)
    series = ruleset.series_at(ruleset.calendar.date_of(now))
    complete = Circumstances(
        reference=REFERENCE,
        received_at=now,
        missing=(),
        acknowledge=acknowledge,
        respond=due(acknowledge.at, days.respond_days, ruleset.calendar),
        series=series.title if series else None,
        title="with nothing missing",
    )
    everything = tuple(item.id for item in ruleset.tables.missing)
    if not everything:
        return (complete,)
    lacking = replace(complete, missing=everything, title="with everything missing")
    completed = replace(complete, is_complete=True, title="once nothing is missing")
    return complete, lacking, completed


def circumstances_of(case: CaseFile, ruleset: Ruleset) -> Circumstances:
    """Return what letters to a real case say, by the decision that opened it."""
    line = case.line
    decided = [entry.decision for entry in case.messages if entry.decision is not None]
    decision = next((each for each in decided if each.acknowledge), None)
    series = ruleset.series_at(ruleset.calendar.date_of(line.opened_at))
    return Circumstances(
        reference=line.reference,
        received_at=line.opened_at,
        missing=line.missing,
        acknowledge=decision.acknowledge if decision else None,
        respond=decision.respond if decision else None,
        series=series.title if series else None,
        title=f"for case {line.reference}",
    )


def letters_of(
    rulebook: Rulebook,
    wanted: Sequence[str],
    circumstances: Sequence[Circumstances],
    now: datetime,
    to: str = READER,
) -> Iterator[Preview]:
    """Word letters; `wanted` are routes or templates, none of them means all.

    What reads the same in two circumstances is shown once. Raises ConfigError for
    names that are neither, MessageError where a letter cannot be composed.
    """
    uses = names_of_letters(rulebook)
    for template in _templates(rulebook, wanted, uses):
        shown: set[str] = set()
        for each in _circumstances_of_letter(template, circumstances, rulebook):
            draft = _draft(rulebook, template, each, now, to)
            if draft.wording.html not in shown:
                shown.add(draft.wording.html)
                data = seal(draft, "preview").data
                yield Preview(template, uses[template], each.title, draft, data)


def _circumstances_of_letter(
    template: str, circumstances: Sequence[Circumstances], rulebook: Rulebook
) -> Iterator[Circumstances]:
    """Yield the circumstances of a letter; that of restrictions differs by kind."""
    table = rulebook.ruleset.tables.restrictions
    if template != table.template or not table.kinds:
        yield from circumstances
        return
    for each in circumstances[:1]:
        until = (each.respond.at if each.respond else each.received_at).date()
        for name, kind in table.kinds.items():
            told = Restriction(kind.says, kind.why, until)
            yield replace(each, restriction=told, title=name)
        over = Restriction(kind.says, kind.why)
        yield replace(each, restriction=over, title="once it is over")


def _templates(
    rulebook: Rulebook, wanted: Sequence[str], uses: Mapping[str, object]
) -> Iterable[str]:
    routes = {route.id: route.template for route in rulebook.ruleset.tables.route}
    problems = []
    found: dict[str, None] = {}
    for name in wanted or uses:
        template = name if name in uses else routes.get(name)
        if template is not None:
            found[template] = None
        elif name in routes:
            problems.append(Problem(f"the route `{name}` sends no letter"))
        else:
            hint = did_you_mean(name, {*uses, *routes})
            problems.append(
                Problem(f"there is no route or template `{name}`", hint=hint)
            )
    if problems:
        raise ConfigError(*problems)
    return found


def _draft(
    rulebook: Rulebook, template: str, at: Circumstances, now: datetime, to: str
) -> Draft:
    # Unsigned: an answer to a letter that is only tried must join no case.
    message_id = f"<preview@{rulebook.organisation.message_id_domain}>"
    templates = rulebook.templates
    if templates.pair(template).is_notice:
        notice = Notice(
            template=template,
            kind="preview",
            to=to,
            message_id=message_id,
            why=("The reason stands here.",),
            reference=at.reference,
            route="the title of the route",
            folder="Folder",
            priority="urgent",
            received_at=at.received_at,
            acknowledge=at.acknowledge,
            respond=at.respond,
            waiting=_duties(at, 12),
            owed=_duties(at, None),
        )
        return draft_notice(notice, templates, now)
    letter = Letter(
        template=template,
        kind="preview",
        to=to,
        reference=at.reference,
        message_id=message_id,
        received_at=at.received_at,
        missing=at.missing,
        acknowledge=at.acknowledge,
        respond=at.respond,
        is_complete=at.is_complete,
        series=at.series,
        restriction=at.restriction,
    )
    return draft_letter(letter, templates, now)


def _duties(at: Circumstances, letter: int | None) -> tuple[Duty, ...]:
    """Return the lines of a reminder, where there is something to be reminded of."""
    if at.acknowledge is None:
        return ()
    due = at.acknowledge.at
    return (Duty(at.reference, "the title of the route", due, letter=letter),)
