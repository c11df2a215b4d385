"""What the examples of rule files reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from triage.decision.examples import Tried
from triage.decision.model import Disposition
from triage.ruleset.ruleset import Ruleset


@dataclass(frozen=True)
class Coverage:
    """What the examples reach, by kind; `all` has what there is."""

    all: Mapping[str, tuple[str, ...]]
    reached: Mapping[str, frozenset[str]]

    def unreached(self, kind: str) -> tuple[str, ...]:
        """Return what no example reaches, in the order of the files."""
        return tuple(name for name in self.all[kind] if name not in self.reached[kind])


def coverage(tried: Iterable[Tried], ruleset: Ruleset) -> Coverage:
    """Tell what the examples reach of signals, lines, routes, flags and items.

    Only those that pass count; for a signal only those that want it, since others may
    meet it by chance. None can ask for what the centre directory gives, which is
    another in every installation, so there meeting it is enough.
    """
    tables = ruleset.tables
    kinds: dict[str, Any] = {
        "signals": tables.signal,
        "lines": tables.rule,
        "routes": tables.route,
        "flags": tables.flag,
        "missing items": tables.missing,
    }
    reached: dict[str, set[str]] = {kind: set() for kind in kinds}
    of_directory = {signal.id for signal in tables.signal if signal.directory}
    for each in tried:
        if not each.passed:
            continue
        reached["signals"].update(each.sample.expect.signals)
        reached["signals"] |= of_directory & each.evidence.signals
        decision = each.decision
        if decision is not None and decision.disposition is Disposition.ANSWER:
            reached["lines"].update(filter(None, [decision.rule]))
            reached["routes"].update(filter(None, [decision.route]))
            reached["flags"].update(decision.flags)
            reached["missing items"].update(decision.missing)
    return Coverage(
        all={kind: tuple(e.id for e in entries) for kind, entries in kinds.items()},
        reached={kind: frozenset(names) for kind, names in reached.items()},
    )
