"""The whole way: every line that was looked at, points, and all that was seen."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from triage.cli.explain.evidence import Seen, in_place, named
from triage.cli.explain.explained import Explained
from triage.cli.explain.lines import Said, Teller, points_said, told_once
from triage.cli.explain.sections import flags_not_raised, items
from triage.cli.terminal import dim, marked, printable, strong
from triage.decision import Trace
from triage.decision.trace import Line, Score
from triage.ruleset import Hit

Chapter = tuple[str, Iterable[Said]]


def whole_way(explained: Explained) -> Iterator[Chapter]:
    """Everything that was looked at, under headings."""
    seen = Seen(explained.evidence, explained.ruleset)
    trace = explained.trace
    if trace is not None:
        yield "The table, line by line", _table(trace, teller_of(explained, trace))
        yield "Who writes: points of each role", _scores(trace.roles, seen)
        yield "What it is about: points of each matter", _scores(trace.topics, seen)
        yield (
            "What a complaint must contain",
            items(trace, explained.decision, seen, 2),
        )
        yield "Flags that were considered", flags_not_raised(trace, seen)
    elif explained.decision.steps:
        yield "The table, as it was recorded", _recorded(explained)
    yield from _all_seen(explained, seen)


def teller_of(explained: Explained, trace: Trace) -> Teller:
    """What says the conditions of this mail's lines."""
    ruleset = explained.ruleset
    day = ruleset.calendar.date_of(explained.received_at)
    series = ruleset.series_at(day)
    seen = Seen(explained.evidence, ruleset)
    return Teller(seen, trace, series.title if series else None)


def _table(trace: Trace, teller: Teller) -> Iterator[Said]:
    yield from told_once(_lines(trace, teller))
    rest = len(teller.tables.rule) - len(trace.lines)
    if rest:
        follow = "1 more line follows" if rest == 1 else f"{rest} more lines follow"
        yield Said(None, dim(f"{follow}: nobody had to look there"))


def _lines(trace: Trace, teller: Teller) -> Iterator[Said]:
    for line in trace.lines:
        yield Said(line.holds, _title(line, teller))
        for said in teller.first_failing(line):
            yield replace(said, depth=1)


def _title(line: Line, teller: Teller) -> str:
    number = teller.tables.rule.index(line.rule) + 1
    return f"{number}. {strong(line.rule.title)} {named(line.rule.id)}"


def _recorded(explained: Explained) -> Iterator[Said]:
    titles = {rule.id: rule.title for rule in explained.ruleset.tables.rule}
    for step in explained.decision.steps:
        title = titles.get(step.rule, "a line that is no longer there")
        failed = f": {step.failed}" if step.failed else ""
        yield Said(step.failed is None, f"{title} {named(step.rule)}{failed}")


def _scores(scores: Iterable[Score], seen: Seen) -> Iterator[Said]:
    for score in scores:
        votes = sorted(score.votes.items(), key=lambda vote: -abs(vote[1]))
        words = tuple(f"{points:+d}  {seen.title(signal)}" for signal, points in votes)
        title = f"{score.kind.title} {named(score.kind.id)}: {points_said(score)}"
        yield Said(score.is_enough, title, words)


def _all_seen(explained: Explained, seen: Seen) -> Iterator[Chapter]:
    evidence = explained.evidence
    for heading, hits in (
        ("All that was seen, in the order of the mail", evidence.hits),
        ("Taken back by other words of the same sentence", evidence.cancelled),
        ("Single hints, of which two would be needed", evidence.hints),
    ):
        yield heading, _by_sentence(hits, seen)


def _by_sentence(hits: Iterable[Hit], seen: Seen) -> Iterator[Said]:
    """Each sentence once, with everything that it shows."""
    for (where, sentence), found in groupby(
        hits, lambda hit: (hit.where, hit.sentence)
    ):
        shows = tuple(
            f"{seen.title(hit.signal)}: {marked(printable(hit.text))}" for hit in found
        )
        whole = f"“{printable(sentence)}”" if sentence else "seen in all of it"
        yield Said(None, whole + in_place(where), shows)
