"""Why two sets of rules judge one mail differently: words seen, lines that hold."""

import re
from collections.abc import Iterator, Mapping

from triage.decision import Decision
from triage.replay.playing import Outcome

MOST_SIGNALS = 4
"""Signals that are named of those that are seen by one set alone."""


def reasons_for(old: Outcome, new: Outcome) -> Iterator[str]:
    """Say what made the difference, the lines of the table first."""
    before, after = old.decision, new.decision
    if before is None or after is None:
        yield f"it was set aside: {old.set_aside or new.set_aside}"
        return
    if before.route is None or after.route is None:
        yield f"{before.reason} → {after.reason}"
    lines = tuple(_lines(before, after))
    yield from lines
    if before.topic != after.topic:
        yield f"the main topic is {after.topic or 'not known'}, was {before.topic}"
    if (before.case is None) != (after.case is None):
        yield f"it joins {after.case or 'no case'}, did {before.case or 'not'}"
    yield from _signals(old, new, named=" ".join(lines))


def _lines(before: Decision, after: Decision) -> Iterator[str]:
    """What became of the line that decided, and where the deciding one comes from."""
    if None in (before.route, after.route) or before.route == after.route:
        return
    was, decides = before.rule or "", after.rule or ""
    now, then = _failed(after), _failed(before)
    if now.get(was):
        yield f"line {was} does not hold now: {now[was]}"
    if then.get(decides):
        yield f"line {decides} holds now; it did not: {then[decides]}"
    if now.get(was) or then.get(decides):
        return
    if was == decides:
        yield f"line {was} leads to {after.route} now"
    elif decides not in then and was not in now:
        yield f"line {was} is gone, or stands after line {decides} now"
    else:
        yield f"line {decides} is new, or stands before line {was} now"


def _failed(decision: Decision) -> Mapping[str, str | None]:
    return {step.rule: step.failed for step in decision.steps}


def _signals(old: Outcome, new: Outcome, named: str) -> Iterator[str]:
    """Signals that only one of both saw, and those that the lines name, with words."""
    before, after = _seen(old), _seen(new)
    names = frozenset(re.findall(r"[\w-]+", named))
    found = [
        *(("now seen", id_, after[id_]) for id_ in after if id_ not in before),
        *(("no longer seen", id_, before[id_]) for id_ in before if id_ not in after),
        *(("seen", id_, after[id_]) for id_ in names & after.keys() & before.keys()),
    ]
    found.sort(key=lambda each: each[1] not in names)
    yield from (f"{how}: {id_} “{words}”" for how, id_, words in found[:MOST_SIGNALS])
    if len(found) > MOST_SIGNALS:
        yield f"… and {len(found) - MOST_SIGNALS} more signals"


def _seen(outcome: Outcome) -> dict[str, str]:
    """Each signal with the first words that gave it."""
    seen: dict[str, str] = {}
    if outcome.reading is not None:
        for hit in outcome.reading.evidence.hits:
            seen.setdefault(hit.signal, hit.text)
    return seen
