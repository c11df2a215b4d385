"""An archive in numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from triage.decision import Decision, Disposition
from triage.replay.playing import Outcome


@dataclass
class Summary:
    """Outcomes counted, each as it comes."""

    mails: int = 0
    first: datetime | None = None
    last: datetime | None = None
    dispositions: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    """Replies that would have gone out, by template."""
    held: Counter[str] = field(default_factory=Counter)
    """Replies that would have waited for a person, by reason."""
    withheld: Counter[str] = field(default_factory=Counter)
    """Replies that would not have been written, by reason."""
    set_aside: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    """Cases."""
    joined: int = 0
    """Mails that belong to a case that was known."""

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        summary = cls()
        for _ in summary.counting(outcomes):
            pass
        return summary

    def counting(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Pass outcomes on, and count them on their way."""
        for outcome in outcomes:
            self._count(outcome)
            yield outcome

    def _count(self, outcome: Outcome) -> None:
        self.mails += 1
        self.first = self.first or outcome.received_at
        self.last = outcome.received_at
        if outcome.set_aside is not None:
            self.set_aside[outcome.set_aside] += 1
        if outcome.decision is not None:
            self._count_decision(outcome.decision)

    def _count_decision(self, decision: Decision) -> None:
        self.dispositions[decision.disposition.value] += 1
        if decision.disposition is not Disposition.ANSWER:
            return
        self.joined += decision.case is not None
        self.opened += decision.case is None
        self.routes[decision.route or "-"] += 1
        self.roles[decision.role] += 1
        self.flags.update(decision.flags)
        self.missing.update(decision.missing)
        if decision.reply is None:
            return
        self.withheld.update(why.words for why in decision.withheld)
        self.held.update(why.words for why in decision.held)
        if not decision.withheld and decision.meanwhile and not decision.meanwhile_held:
            self.replies[decision.meanwhile.template] += 1
        if not decision.withheld and not decision.held:
            self.replies[decision.reply.template] += 1
