"""The examples that stand in rule files, tried: each as a mail without any history.

A signal's example must give the signal, its counterexample must not. An `[[example]]`
is a whole mail, which is decided, and says what it must come to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr

from typing_extensions import override

from triage.decision.decide import decide
from triage.decision.failing import Failure
from triage.decision.judge import judge
from triage.decision.model import (
    Decision,
    Disposition,
    History,
    KnownCase,
    Ourselves,
    Sighting,
)
from triage.message.model import Address, Attachment, Message
from triage.ruleset.evidence import Evidence
from triage.ruleset.examples import sample_mail
from triage.ruleset.matching import find_evidence
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Example, Expect, Series
from triage.workdays import EARLIEST, LATEST

Path = tuple[str | int, ...]

REFERENCE = "EXAMPLE-0"
"""The case that an example of a known case belongs to."""

NO_HISTORY = History()

NOON = time(12)

_USUAL_DAY = date(2000, 1, 4)
_BETWEEN_EARLIER = timedelta(minutes=1)


@dataclass(frozen=True)
class Sample:
    """A mail to try, and what it must come to."""

    name: str
    """As in `triage explain --example NAME`."""
    title: str
    path: Path
    """Where it stands in the rule files."""
    message: Message
    at: datetime
    expect: Expect
    history: History = NO_HISTORY
    is_whole: bool = False
    """Whether it is decided; a signal's example is only looked at for its signal."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that an example should have come to and did not."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True)
class Tried:
    """An example and what came of it."""

    sample: Sample
    evidence: Evidence
    decision: Decision | None
    """None for a signal's example."""
    wrong: tuple[Wrong, ...] = ()
    why: tuple[str, ...] = ()
    """What stood in the way of what was expected."""

    @property
    def passed(self) -> bool:
        return not self.wrong

    @override
    def __str__(self) -> str:
        if not self.sample.is_whole:
            return " ".join(_of_signal(self.sample.expect, self.evidence))
        faults = (f"{w.what}: expected {w.expected}, got {w.got}" for w in self.wrong)
        return f"the example `{self.sample.name}` fails: {'; '.join(faults)}"


def examples_that_fail(ruleset: Ruleset) -> tuple[Tried, ...]:
    """Try every example of the rule files; return those that fail."""
    return tuple(tried for tried in try_examples(ruleset) if not tried.passed)


def try_examples(
    ruleset: Ruleset, wanted: Callable[[Sample], bool] | None = None
) -> Iterator[Tried]:
    """Try the examples that are wanted, all of them otherwise, in the files' order."""
    for sample in samples(ruleset):
        if wanted is None or wanted(sample):
            yield try_sample(sample, ruleset)


def samples(ruleset: Ruleset) -> Iterator[Sample]:
    """Yield every example: those of signals first, then the whole mails."""
    for number, signal in enumerate(ruleset.tables.signal):
        for key, expect in (
            ("examples", Expect(signals=(signal.id,))),
            ("counterexamples", Expect(not_signals=(signal.id,))),
        ):
            for nth, text in enumerate(getattr(signal, key)):
                yield Sample(
                    name=f"{signal.id}/{key.removesuffix('s')}-{nth + 1}",
                    title=signal.title,
                    path=("signal", number, key, nth),
                    message=sample_mail(signal, text),
                    at=datetime.combine(_USUAL_DAY, NOON, UTC),
                    expect=expect,
                )
    for number, example in enumerate(ruleset.tables.example):
        yield _whole(example, ("example", number), ruleset)


def sample_named(name: str, ruleset: Ruleset) -> Sample | None:
    """Return the example of that name; None where there is none."""
    return next((each for each in samples(ruleset) if each.name == name), None)


def try_sample(sample: Sample, ruleset: Ruleset) -> Tried:
    """Look at one example, decide it where it is a whole mail, and compare."""
    evidence = find_evidence(ruleset, sample.message)
    if not sample.is_whole:
        return Tried(sample, evidence, None, tuple(_signals_wrong(sample, evidence)))
    sighting = Sighting(sample.message, evidence, sample.at)
    decision = decide(sighting, sample.history, ruleset, Ourselves(), sample.at)
    wrong = (
        *_decision_wrong(sample.expect, decision),
        *_signals_wrong(sample, evidence),
    )
    is_judged = decision.disposition is Disposition.ANSWER
    why = _in_the_way(sample, sighting, wrong, ruleset) if wrong and is_judged else ()
    return Tried(sample, evidence, decision, wrong, tuple(why))


def _whole(example: Example, path: Path, ruleset: Ruleset) -> Sample:
    at = _moment(example, ruleset)
    sender = _address(example.sender)
    message = Message(
        sha256="",
        size=0,
        subject=_usual_subject(ruleset) if example.subject is None else example.subject,
        text=example.text,
        signature=example.signature,
        quoted=example.quoted,
        forwarded=example.forwarded,
        from_=(sender,),
        return_path=sender.address,
        attachments=tuple(Attachment(name, "", 0) for name in example.attachments),
    )
    return Sample(
        name=example.id,
        title=example.title,
        path=path,
        message=message,
        at=at,
        expect=example.expect,
        history=_history(example, at, ruleset),
        is_whole=True,
    )


def _usual_subject(ruleset: Ruleset) -> str:
    """The first of the intake's subject words, without the signs of phrases."""
    word = ruleset.tables.intake.subject_words[0]
    return " ".join("".join(c if c.isalnum() else " " for c in word).split())


def _address(written: str) -> Address:
    name, address = parseaddr(written)
    return Address(address.lower(), name)


def _moment(example: Example, ruleset: Ruleset) -> datetime:
    """When an example arrives: as it says, or at noon with or without a series.

    The last series is taken, so that an example outlives the years.
    """
    zone = ruleset.calendar.timezone
    if example.at is not None:
        return example.at if example.at.tzinfo else example.at.replace(tzinfo=zone)
    series = ruleset.tables.series
    if example.series_running and series:
        day = max(each.first for each in series)
    else:
        day = _day_without_series(series)
    return datetime.combine(day, NOON, zone)


def _day_without_series(series: tuple[Series, ...]) -> date:
    """The day after the last series; before the first, where that is too far away."""
    if not series:
        return _USUAL_DAY
    last, first = max(s.last for s in series), min(s.first for s in series)
    if last < LATEST.date():
        return last + timedelta(days=1)
    return first - timedelta(days=1) if first > EARLIEST.date() else _USUAL_DAY


def _history(example: Example, at: datetime, ruleset: Ruleset) -> History:
    earlier = (at - _BETWEEN_EARLIER * (n + 1) for n in range(example.earlier))
    route = ruleset.tables.guard.otherwise
    return History(
        earlier=tuple(earlier),
        case=KnownCase(reference=REFERENCE, route=route)
        if example.known_case
        else None,
    )


_ONE: Mapping[str, Callable[[Decision], str | None]] = {
    "disposition": lambda decision: decision.disposition.value,
    "route": lambda decision: decision.route,
    "rule": lambda decision: decision.rule,
    "role": lambda decision: decision.role,
    "topic": lambda decision: decision.topic,
}
_SEVERAL: Mapping[str, Callable[[Decision], tuple[str, ...]]] = {
    "missing": lambda decision: decision.missing,
    "flags": lambda decision: decision.flags,
}


def _decision_wrong(expect: Expect, decision: Decision) -> Iterator[Wrong]:
    for key, got in _ONE.items():
        wanted = getattr(expect, key)
        if wanted is not None and wanted != got(decision):
            yield Wrong(key, wanted, got(decision) or "none")
    for key, found in _SEVERAL.items():
        several = getattr(expect, key)
        if several is not None and set(several) != set(found(decision)):
            yield Wrong(key, _listed(several), _listed(found(decision)))


def _signals_wrong(sample: Sample, evidence: Evidence) -> Iterator[Wrong]:
    for signal in sample.expect.signals:
        if signal not in evidence.signals:
            yield Wrong("signal", signal, _nearly(signal, evidence))
    for signal in sample.expect.not_signals:
        for hit in evidence.hits:
            if hit.signal == signal:
                yield Wrong("signal", f"not {signal}", f"{signal} in “{hit.text}”")
                break


def _of_signal(expect: Expect, evidence: Evidence) -> Iterator[str]:
    for signal in expect.signals:
        nearly = _nearly(signal, evidence)
        yield f"the signal `{signal}` does not see its example: {nearly}"
    for signal in expect.not_signals:
        words = " … ".join(h.text for h in evidence.hits if h.signal == signal)
        yield f"the signal `{signal}` sees “{words}” in its counterexample"


def _nearly(signal: str, evidence: Evidence) -> str:
    """Say how near a signal came that was not found."""
    for hits, fate in (
        (evidence.cancelled, "which `unless` takes back"),
        (evidence.hints, "a weak hint that stands alone"),
    ):
        for hit in hits:
            if hit.signal == signal:
                return f"only “{hit.text}”, {fate}"
    return "nothing was seen"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _in_the_way(
    sample: Sample, sighting: Sighting, wrong: Iterable[Wrong], ruleset: Ruleset
) -> Iterator[str]:
    """Say what stood in the way of what was expected, where the mail was judged."""
    judgement = judge(sighting, sample.history, ruleset)
    failure = Failure(sample.expect, judgement, ruleset.tables)
    yield from failure.reasons(each.what for each in wrong)
