"""Lines of the table and their conditions, in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from triage.cli.explain.evidence import Seen, in_sentence, named
from triage.cli.terminal import bad, good
from triage.decision import Trace
from triage.decision.guard import Guarded
from triage.decision.trace import Line, Score, Tried
from triage.ruleset.schema import RuleFiles

MOST_NAMED = 3
"""Titles that are named of a longer list."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that holds, or does not, or is only told; and the words on which."""

    holds: bool | None
    words: str
    evidence: tuple[str, ...] = ()
    depth: int = 0
    """How far it is set in."""

    @property
    def mark(self) -> str:
        if self.holds is None:
            return ""
        return good("✓ ") if self.holds else bad("✗ ")


@dataclass(frozen=True)
class Teller:
    """Says conditions in the words of the rule files."""

    seen: Seen
    trace: Trace
    series: str | None
    """The title of the exam series that runs."""
    most: int = 2
    """Quotations for one condition."""

    @property
    def tables(self) -> RuleFiles:
        return self.seen.ruleset.tables

    def conditions(self, line: Line) -> Iterator[Said]:
        """Every condition of a line, then what its exceptions say."""
        for tried in line.conditions:
            yield self.condition(tried)
        yield from self.exceptions(line)

    def first_failing(self, line: Line) -> Iterator[Said]:
        """The conditions that hold, up to the first that does not."""
        for said in self.conditions(line):
            yield said
            if not said.holds:
                return

    def lacking(self, line: Line) -> Iterator[Said]:
        """What keeps a line from holding."""
        return (said for said in self.conditions(line) if not said.holds)

    def condition(self, tried: Tried) -> Said:
        """One condition in words."""
        return CONDITIONS[tried.check.key](self, tried)

    def exceptions(self, line: Line) -> Iterator[Said]:
        """The exceptions that hold, each with its conditions; or that none does."""
        for exception in line.in_force:
            whole = [self.condition(tried) for tried in exception]
            words = "; and ".join(said.words for said in whole)
            evidence = tuple(words for said in whole for words in said.evidence)
            yield Said(False, f"an exception to this line applies: {words}", evidence)
        if line.exceptions and not line.in_force:
            number = len(line.exceptions)
            none = "the one exception to this line does not apply"
            if number > 1:
                none = f"none of the {number} exceptions to this line applies"
            yield Said(True, none)

    def topic(self, topic: str) -> str:
        title = self.seen.ruleset.topics[topic].title
        return f"“{title}” {named(topic)}"

    def topics(self, topics: Iterable[str]) -> str:
        return _listed([self.topic(topic) for topic in topics])

    def points(self, topic: str) -> str:
        """How many points a topic has, and how many it needs."""
        score = next((s for s in self.trace.topics if s.kind.id == topic), None)
        return points_said(score) if score else "nothing was seen that speaks for it"

    def on_topics(self, topics: Sequence[str], tried: Tried) -> tuple[str, ...]:
        """Quote what speaks for some topics, each in turn."""
        votes = [s.votes for s in self.trace.topics if s.kind.id in topics]
        most = max(1, self.most // max(1, len(votes)))
        return tuple(
            words
            for given in votes
            for words in self.seen.on_words(
                (id_ for id_ in tried.signals if id_ in given), most
            )
        )

    def on_words(self, signals: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.seen.on_words(signals, self.most))

    def titles(self, signals: Sequence[str]) -> str:
        named_ = [self.seen.title(signal) for signal in signals[:MOST_NAMED]]
        rest = len(signals) - len(named_)
        return "; ".join([*named_, f"and {rest} others"] if rest else named_)

    def nearly(self, signals: Iterable[str]) -> Iterator[str]:
        """What was seen of signals and did not count."""
        for signal in signals:
            for hit in self.seen.hints.get(signal, ())[:1]:
                why = "only one hint of it, and two are needed"
                yield f"{self.seen.title(signal)}: “{in_sentence(hit)}”, {why}"
            for hit in self.seen.cancelled.get(signal, ())[:1]:
                why = "which the same sentence takes back"
                yield f"{self.seen.title(signal)}: “{in_sentence(hit)}”, {why}"


def _wanted(tried: Tried) -> tuple[str, ...]:
    wanted = tried.check.wanted
    return wanted if isinstance(wanted, tuple) else ()


def _broken(tried: Tried) -> tuple[str, ...]:
    return tuple(id_ for breach in tried.check.breaches for id_ in breach)


def _known_case(_teller: Teller, tried: Tried) -> Said:
    holds = tried.check.holds
    belongs = tried.check.wanted if holds else not tried.check.wanted
    fact = "belongs to a case that we know" if belongs else "belongs to no known case"
    but = "" if holds else ", and this line is for others"
    return Said(holds, f"the mail {fact}{but}")


def _series_running(teller: Teller, tried: Tried) -> Said:
    holds = tried.check.holds
    runs = tried.check.wanted if holds else not tried.check.wanted
    fact = "an exam series was running" if runs else "no exam series was running"
    series = f" ({teller.series})" if runs and teller.series else ""
    but = "" if holds else ", and this line is for another time"
    return Said(holds, f"{fact}{series} when the mail came{but}")


def _role(teller: Teller, tried: Tried) -> Said:
    role = f"the writer's role is {teller.trace.facts.role}"
    if tried.check.holds:
        return Said(True, role, teller.on_words(tried.signals))
    wanted = _or(_wanted(tried))
    return Said(False, f"{role}, and this line is for the role {wanted}")


def _topic(teller: Teller, tried: Tried) -> Said:
    main = teller.trace.facts.topic
    if main is None:
        is_main = "no matter is clear"
    else:
        is_main = f"the main matter is {teller.topic(main)}"
    if tried.check.holds:
        return Said(True, is_main, teller.on_words(tried.signals))
    wanted = teller.topics(_wanted(tried))
    return Said(False, f"the main matter would have to be {wanted}; {is_main}")


def _touches(teller: Teller, tried: Tried) -> Said:
    if tried.check.holds:
        topics = " and ".join(map(teller.topic, _wanted(tried)))
        evidence = teller.on_topics(_wanted(tried), tried)
        return Said(True, f"it is about {topics}", evidence)
    topic = _broken(tried)[0]
    words = f"it is not about {teller.topic(topic)}: {teller.points(topic)}"
    return Said(False, words, teller.on_topics([topic], tried))


def _touches_none(teller: Teller, tried: Tried) -> Said:
    if tried.check.holds:
        return Said(True, f"it is not about {teller.topics(_wanted(tried))}")
    topic = _broken(tried)[0]
    words = f"it is about {teller.topic(topic)} as well ({teller.points(topic)})"
    evidence = teller.on_topics([topic], tried)
    return Said(False, f"{words}, which this line does not allow", evidence)


def _all(teller: Teller, tried: Tried) -> Said:
    if tried.check.holds:
        return Said(
            True, "what this line looks for was seen", teller.on_words(_wanted(tried))
        )
    broken = _broken(tried)
    words = f"not seen: {teller.titles(broken)}"
    return Said(False, words, tuple(teller.nearly(broken)))


def _any(teller: Teller, tried: Tried) -> Said:
    wanted = _wanted(tried)
    if tried.check.holds:
        what = "the sign"
        if len(wanted) > 1:
            what = f"one of the {len(wanted)} signs"
        words = f"{what} that this line looks for was seen"
        return Said(True, words, teller.on_words(tried.signals))
    none = "not seen"
    if len(wanted) > 1:
        none = f"none of the {len(wanted)} signs was seen that this line looks for"
    words = f"{none}: {teller.titles(wanted)}"
    return Said(False, words, tuple(teller.nearly(wanted)))


def _none(teller: Teller, tried: Tried) -> Said:
    if tried.check.holds:
        wanted = _wanted(tried)
        against = _none_of(len(wanted), "sign")
        return Said(True, f"{against} that would rule this line out was seen")
    words = "a sign was seen that rules this line out"
    return Said(False, words, teller.on_words(_broken(tried)))


def _flags(teller: Teller, tried: Tried) -> Said:
    flags = teller.seen.ruleset.flags
    wanted = _wanted(tried) if tried.check.holds else _broken(tried)
    titles = _listed([f"{flags[id_].title} {named(id_)}" for id_ in wanted])
    raised = "raised" if tried.check.holds else "not raised"
    words = f"flag {raised}: {titles}"
    return Said(tried.check.holds, words, teller.on_words(tried.signals))


CONDITIONS: Mapping[str, Callable[[Teller, Tried], Said]] = {
    "known_case": _known_case,
    "series_running": _series_running,
    "role": _role,
    "topic": _topic,
    "touches": _touches,
    "touches_none": _touches_none,
    "all": _all,
    "any": _any,
    "none": _none,
    "flags": _flags,
}


def guard_in_short(guard: Guarded, teller: Teller) -> Iterator[Said]:
    """Why the guard lets a redirection pass, in one sentence; else all that it says."""
    if guard.stopped is not None:
        yield Said(None, "This would send the writer elsewhere; the guard forbids it:")
        yield from guard_said(guard, teller)
        return
    rival = "and no other matter that people would work on"
    if guard.rival is not None:
        rival = f"and {guard.lead} more than {teller.topic(guard.rival)}"
        rival += f", which people would work on ({guard.margin} needed)"
    yield Said(
        True,
        f"this is clear enough to send somebody elsewhere: {guard.points} points for "
        f"the main matter ({guard.points_needed} needed), nothing against it, {rival}",
    )


def guard_said(guard: Guarded, teller: Teller) -> Iterator[Said]:
    """What the guard looked at before anybody is sent elsewhere."""
    flags = teller.seen.ruleset.flags
    for flag in guard.flags:
        title = f"{flags[flag].title} {named(flag)}"
        yield Said(False, f"nobody is sent elsewhere who is flagged: {title}")
    if guard.contrary:
        words = "something was seen that speaks against it"
        yield Said(False, words, teller.on_words(guard.contrary))
    else:
        yield Said(True, "nothing was seen that speaks against it")
    is_clear = guard.points >= guard.points_needed
    clear = "clear enough" if is_clear else "not clear enough"
    words = f"the main matter is {clear}: {guard.points} points"
    yield Said(is_clear, f"{words}, {guard.points_needed} needed")
    if guard.rival is None:
        yield Said(True, "no other matter was seen that people would work on")
        return
    words = f"{teller.topic(guard.rival)}, which people would work on, has "
    words += f"{guard.rival_points} points: {guard.lead} fewer, {guard.margin} needed"
    yield Said(guard.lead >= guard.margin, words)


def told_once(said: Iterable[Said]) -> Iterator[Said]:
    """Leave out words that were quoted already."""
    told: set[str] = set()
    for each in said:
        fresh = tuple(words for words in each.evidence if words not in told)
        told.update(fresh)
        again = " (see above)" if each.evidence and not fresh else ""
        yield replace(each, words=each.words + again, evidence=fresh)


def points_said(score: Score) -> str:
    """How many points a role or matter has, and how many it needs."""
    plural = "" if score.points == 1 else "s"
    return f"{score.points} point{plural}, {score.kind.at_least} needed"


def _none_of(number: int, what: str) -> str:
    return f"no {what}" if number == 1 else f"none of {number} {what}s"


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)


def _listed(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
