"""Whether what became of each sample mail is what the sample says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from triage.decision import Decision
from triage.demo.mails import Sample
from triage.store import Fate, MessageEntry, OutboxLine, State, Store

LABEL = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mail, what became of it, and where that is not as stated."""

    sample: Sample
    fate: Fate | None
    decision: Decision | None
    reply: OutboxLine | None
    problems: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Tell it as a person would want to read it."""
        lines = [f"{'✗' if self.problems else '✓'} {self.sample.id}: {self._became()}"]
        for label, words in self._facts():
            lines.append(f"    {label:{LABEL}}{words}")
        return "\n".join(lines)

    def _became(self) -> str:
        if self.fate is None:
            return "left alone, untouched"
        if self.decision is None or self.decision.route is None:
            joined = f", noted on {self.fate.reference}" if self.fate.reference else ""
            return f"recorded, no reply{joined}"
        return f"{self.decision.route} ({self.fate.reference})"

    def _facts(self) -> Iterator[tuple[str, str]]:
        decision = self.decision
        if decision is None:
            yield "because", self.fate.reason if self.fate else "not ours"
            return
        yield "because", decision.reason
        if decision.route is None:
            return
        who = ", ".join((decision.role, *decision.flags))
        yield "who", who
        if decision.missing:
            yield "asks for", ", ".join(decision.missing)
        yield "reply", self._reply_in_words(decision)
        if decision.acknowledge and decision.reply and decision.reply.acknowledges:
            yield "acknowledge", _date(decision.acknowledge.at)
        if decision.respond:
            yield "answer by", _date(decision.respond.at)
        if self.fate and self.fate.folder:
            yield "filed in", self.fate.folder

    def _reply_in_words(self, decision: Decision) -> str:
        if decision.withheld:
            return "withheld, a person must acknowledge: " + "; ".join(
                reason.words for reason in decision.withheld
            )
        if self.reply is None:
            return "none is called for"
        waits = "; ".join(reason.words for reason in decision.held)
        held = f", waits for a person: {waits}" if waits else ""
        at_once = f"{decision.meanwhile.template} now; " if decision.meanwhile else ""
        return f"{at_once}{self.reply.template}, {self.reply.state}{held}"


def verdicts(samples: Sequence[Sample], store: Store) -> list[Verdict]:
    """Compare what the store knows with what the samples state."""
    fates = {fate.message_id: fate for fate in store.fates.listed()}
    references = {
        sample.id: fates[sample.message_id].reference
        for sample in samples
        if sample.message_id in fates
    }
    return [
        _verdict(sample, fates.get(sample.message_id), references, store)
        for sample in samples
    ]


def _verdict(
    sample: Sample,
    fate: Fate | None,
    references: dict[str, str | None],
    store: Store,
) -> Verdict:
    entry, reply = _entry_and_reply(fate, store)
    decision = entry.decision if entry else None
    verdict = Verdict(sample, fate, decision, reply)
    return replace(verdict, problems=tuple(_differences(verdict, references)))


def _entry_and_reply(
    fate: Fate | None, store: Store
) -> tuple[MessageEntry | None, OutboxLine | None]:
    case = store.cases.show(fate.reference) if fate and fate.reference else None
    if fate is None or case is None:
        return None, None
    entry = next(
        (each for each in case.messages if each.message_id == fate.message_id), None
    )
    plan = entry.decision.reply if entry and entry.decision else None
    replies = (each.line for each in case.letters)
    of_kind = (line for line in replies if plan and line.kind == plan.kind)
    return entry, next(of_kind, None)


def _differences(verdict: Verdict, references: dict[str, str | None]) -> Iterator[str]:
    wanted, decision = verdict.sample.expect, verdict.decision
    became = _disposition(verdict)
    if became != wanted.disposition:
        yield f"{wanted.disposition} was expected, not {became}"
        return
    if wanted.joins and (
        verdict.fate is None or verdict.fate.reference != references[wanted.joins]
    ):
        yield f"it should belong to the case of {wanted.joins}"
    if decision is None or wanted.disposition != "answer":
        return
    if wanted.route != decision.route:
        yield f"route {wanted.route} was expected, not {decision.route}"
    if set(wanted.flags) != set(decision.flags):
        yield f"flags {list(wanted.flags)} were expected, not {list(decision.flags)}"
    if wanted.missing is not None and set(wanted.missing) != set(decision.missing):
        yield f"missing {list(wanted.missing)}, not {list(decision.missing)}"
    yield from _reply_differences(verdict, decision)


def _reply_differences(verdict: Verdict, decision: Decision) -> Iterator[str]:
    wanted, reply = verdict.sample.expect, verdict.reply
    planned = decision.reply.template if decision.reply else "none"
    if planned != (wanted.reply or "none"):
        yield f"reply {wanted.reply} was expected, not {planned}"
    if wanted.withheld != bool(decision.withheld):
        yield "the reply should be withheld" if wanted.withheld else "withheld"
    if wanted.held != bool(decision.held):
        yield "the reply should wait for a person" if wanted.held else "it is held"
    expected = State.HELD if wanted.held else State.SENT
    if reply is not None and reply.state is not expected:
        yield f"its reply is {reply.state}, not {expected}"


def _disposition(verdict: Verdict) -> str:
    if verdict.fate is None:
        return "leave"
    answered = verdict.decision is not None and verdict.decision.route is not None
    return "answer" if answered else "record"


def _date(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B %Y}"
