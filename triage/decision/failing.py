"""Why an example came to something else than it expects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.decision.conditions import Facts, lacks
from triage.decision.judge import Judgement, is_asked
from triage.decision.points import votes
from triage.ruleset.schema import Expect, Flag, Missing, Role, RuleFiles, Topic


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected of a mail, and what was judged about it."""

    expect: Expect
    judgement: Judgement
    tables: RuleFiles

    @property
    def facts(self) -> Facts:
        return self.judgement.facts

    def reasons(self, wrong: Iterable[str]) -> Iterator[str]:
        """Yield what stood in the way, by the keys of `expect` that were not met."""
        keys = set(wrong)
        if keys & {"route", "rule"}:
            yield from self._of_lines()
        if "role" in keys:
            roles = (self.expect.role, self.facts.role)
            yield from self._of_points("role", self.tables.role, roles)
        if "topic" in keys:
            topics = (self.expect.topic, self.facts.topic)
            yield from self._of_points("topic", self.tables.topic, topics)
        if "missing" in keys:
            yield from self._of_missing(set(self.expect.missing or ()))
        if "flags" in keys:
            yield from self._of_flags(set(self.expect.flags or ()))

    def _of_lines(self) -> Iterator[str]:
        """For every line that was expected: what kept it from deciding."""
        expect, judgement = self.expect, self.judgement
        for rule in self.tables.rule:
            if expect.rule not in (None, rule.id):
                continue
            if expect.rule is None and rule.route != expect.route:
                continue
            lacking = next(lacks(rule, self.facts), None)
            if lacking is not None:
                yield f"line {rule.id}: {lacking}"
            elif rule.id == judgement.rule:
                yield f"line {rule.id} held: {judgement.reason}"
            else:
                yield f"line {rule.id} would hold, but {judgement.rule} stands above it"

    def _of_points(
        self,
        kind: str,
        entries: Iterable[Role] | Iterable[Topic],
        names: tuple[str | None, ...],
    ) -> Iterator[str]:
        for entry in entries:
            if entry.id in names:
                given = votes(entry, self.facts.signals)
                listed = ", ".join(f"{signal} {n:+}" for signal, n in given.items())
                yield (
                    f"{kind} {entry.id}: points {sum(given.values())}, needed"
                    f" {entry.at_least} ({listed or 'nothing was seen'})"
                )

    def _of_missing(self, expected: set[str]) -> Iterator[str]:
        for item in self.tables.missing:
            if (item.id in expected) != (item.id in self.judgement.missing):
                yield f"missing {item.id}: {self._about(item)}"

    def _about(self, item: Missing) -> str:
        signals = self.facts.signals
        if not self.judgement.route.asks_missing:
            return f"the route {self.judgement.route.id} asks for nothing"
        if not is_asked(item, self.facts):
            return "it is not asked for in this matter"
        lacking = [group for group in item.present if signals.isdisjoint(group)]
        if lacking:
            return f"none of {', '.join(lacking[0])} was seen"
        seen = [s for group in item.present for s in group if s in signals]
        return f"it is there: {', '.join(dict.fromkeys(seen))} was seen"

    def _of_flags(self, expected: set[str]) -> Iterator[str]:
        raised = {flag.id for flag in self.judgement.flags}
        for flag in self.tables.flag:
            if (flag.id in expected) != (flag.id in raised):
                yield f"flag {flag.id}: {self._raises(flag)}"

    def _raises(self, flag: Flag) -> str:
        signals = self.facts.signals
        against = [signal for signal in flag.none if signal in signals]
        seen = [signal for signal in flag.any if signal in signals]
        if against:
            return f"{against[0]} takes it back"
        if seen:
            return f"{', '.join(seen)} was seen"
        if flag.history and flag in self.judgement.flags:
            return "raised by earlier mails"
        return "nothing that raises it was seen"
