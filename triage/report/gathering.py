"""A report from the store: every figure is of one moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from triage.report.clocks import Clocks, read_clocks
from triage.report.counts import (
    Titles,
    counted,
    flags_exhibit,
    people_exhibit,
    requests_exhibit,
    restrictions_exhibit,
)
from triage.report.durations import OfficeHours
from triage.report.period import Period
from triage.report.promises import Kept, Promise
from triage.report.sections import flow_section, promises_section, times_section
from triage.report.tables import Column, Report, Section, Table, Unit, section_of
from triage.report.unusual import overruled_section, unusual_section
from triage.ruleset import Ruleset
from triage.store import Came, Ending, Field, Property, Span, StageClocks, Store

Watch = Callable[[Iterable[StageClocks], int], Iterable[StageClocks]]
"""Passes stages on, and shows how many of how many were seen."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked about."""

    period: Period
    ruleset: Ruleset
    """Its titles name things, its calendar counts."""
    now: datetime

    @property
    def span(self) -> Span:
        """The period as far as it is past."""
        since, until = self.period.span
        return since, max(min(until, self.now), since)


def report_of(
    store: Store, question: Question, watch: Watch = lambda stages, _: stages
) -> Report:
    """Count everything that is known of a period."""
    with store.looking():
        return _report(store, question, watch)


def _report(store: Store, question: Question, watch: Watch) -> Report:
    figures, span = store.figures, question.span
    came = figures.came(span)
    hours = _hours(question)
    stages = watch(figures.stages(span), figures.count_stages(span))
    clocks = read_clocks(stages, hours, question.now)
    seen = figures.first_and_last(span)
    within = question.period.within(seen) if seen else None
    weeks = list(within.weeks()) if within else []
    flow = figures.flow(tuple(week.span for week in weeks))
    return Report(
        period=question.period,
        as_of=question.now,
        highlights=_highlights(
            came, sum(n for _, n in flow), figures.open_at_end(span), clocks
        ),
        sections=(
            flow_section(weeks, flow, came),
            promises_section(clocks),
            times_section(clocks, hours.day),
            _what_came(store, question),
            _what_came_of_it(store, question),
            unusual_section(
                _now_and_before(store, question, Field.CENTRE),
                _now_and_before(store, question, Field.SYLLABUS),
            ),
            _people(store, question, came),
            overruled_section(store.cases.track_record(*span)),
        ),
    )


def _hours(question: Question) -> OfficeHours:
    calendar = question.ruleset.calendar
    today = calendar.date_of(question.now)
    return OfficeHours(
        calendar, question.period.first, max(today, question.period.first)
    )


def _highlights(came: Came, closed: int, open_: int, clocks: Clocks) -> Table:
    acknowledged = clocks.records[Promise.ACKNOWLEDGE]
    answered = clocks.records[Promise.ANSWER]
    return Table(
        id="highlights",
        caption="At a glance",
        columns=(
            Column("received", "Received"),
            Column("closed", "Closed"),
            Column("open", "Not closed at the end"),
            Column("acknowledged", "Acknowledged on time", Unit.SHARE),
            Column("answered", "Answered on time", Unit.SHARE),
            Column("overdue", "Answers not done, overdue"),
            Column("escalated", "Taken to a Director"),
            Column("went-on", "Went on after the answer"),
        ),
        rows=(
            (
                came.cases,
                closed,
                open_,
                acknowledged.share(Kept.ON_TIME),
                answered.share(Kept.ON_TIME),
                answered[Kept.OVERDUE],
                came.escalated,
                came.went_on,
            ),
        ),
    )


def _what_came(store: Store, question: Question) -> Section:
    ruleset, figures, span = question.ruleset, store.figures, question.span
    routes: Titles = {id_: each.title for id_, each in ruleset.routes.items()}
    topics: Titles = {id_: each.title for id_, each in ruleset.topics.items()}
    roles: Titles = {id_: each.title for id_, each in ruleset.roles.items()}
    return section_of(
        "what",
        "What came",
        (
            counted(
                "routes",
                "Cases by route",
                figures.counted(Property.ROUTE, span),
                routes,
                absent="not decided",
            ),
            counted(
                "topics",
                "Cases by main topic",
                figures.counted(Property.TOPIC, span),
                topics,
                absent="no topic",
            ),
            counted(
                "roles",
                "Cases by who wrote",
                figures.counted(Property.ROLE, span),
                roles,
            ),
            counted(
                "channels",
                "Cases by channel",
                figures.counted(Property.CHANNEL, span),
                {},
            ),
        ),
        "Cases received in the period, by what is recorded of them today.",
    )


def _what_came_of_it(store: Store, question: Question) -> Section:
    figures, span = store.figures, question.span
    tables = question.ruleset.tables
    return section_of(
        "outcomes",
        "What came of it",
        (
            counted(
                "outcomes",
                "Closed cases by outcome",
                figures.endings(Ending.OUTCOME, span),
                {each.id: each.title for each in tables.outcome},
            ),
            counted(
                "causes",
                "Closed cases by root cause",
                figures.endings(Ending.ROOT_CAUSE, span),
                {each.id: each.title for each in tables.root_cause},
            ),
        ),
        "Cases closed in the period, whenever they came; those that were merged into"
        " another are left out.",
    )


def _now_and_before(
    store: Store, question: Question, field: Field
) -> tuple[dict[str, int], dict[str, int]]:
    before = question.period.year_before().span
    return (
        store.figures.texts(field, question.span),
        store.figures.texts(field, before),
    )


def _people(store: Store, question: Question, came: Came) -> Section:
    titles: Titles = {id_: each.title for id_, each in question.ruleset.flags.items()}
    return section_of(
        "people",
        "Senders, flags and data requests",
        (
            people_exhibit(store.figures.people(question.span)),
            flags_exhibit(store.figures.flags(question.span), titles, came.cases),
            restrictions_exhibit(store.figures.restrictions(question.span)),
            requests_exhibit(store.figures.requests(question.span), question.now),
        ),
    )
