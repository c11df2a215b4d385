"""A case from the store: each of its mails as it was decided then."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from triage.cli.explain.explained import Explained, subject_of_reply, worded
from triage.cli.listing import moment
from triage.decision import Decision, Facts, Trace, points_of, trace
from triage.errors import ConfigError
from triage.intake import Rulebook
from triage.store import CaseFile, MessageEntry, Store
from triage.store.model import Category
from triage.wiring import config_to_look_at, rulebook_without_keys, store_of_case


def recorded(reference: str, config: Path) -> Iterator[Explained]:
    """Yield the mails of a case, the oldest first; nothing is decided anew.

    Raises ConfigError when there is no such case or no store.
    """
    with store_of_case(config, reference) as (store, meant):
        found = store.cases.show(reference.upper())
        if found is None:
            raise ConfigError(f"there is no case {reference}; see: triage case list")
        rulebooks = _Rulebooks(store, meant)
        for entry in found.messages:
            if entry.decision is not None:
                yield _explained(entry, entry.decision, found, rulebooks)


@dataclass(frozen=True)
class _Rulebooks:
    """The rules by which mails were decided, as far as they are kept."""

    store: Store
    config: Path
    _known: dict[str, tuple[Rulebook, bool]] = field(default_factory=dict)

    def that_decided(self, ruleset: str) -> tuple[Rulebook, bool]:
        """Return what decided, or what lies in the folder now; whether it decided."""
        if ruleset not in self._known:
            self._known[ruleset] = self._found(ruleset)
        return self._known[ruleset]

    def _found(self, ruleset: str) -> tuple[Rulebook, bool]:
        config = config_to_look_at(self.config)
        try:
            kept = self.store.editions.get(ruleset)
            return rulebook_without_keys(config, kept.edition), True
        except ConfigError:
            now = rulebook_without_keys(config)
            return now, now.ruleset.hash == ruleset


def _explained(
    entry: MessageEntry, decision: Decision, found: CaseFile, rulebooks: _Rulebooks
) -> Explained:
    rulebook, has_decided = rulebooks.that_decided(decision.ruleset)
    letters = tuple(
        worded(each.line.template or each.line.kind, each.data, each.line.state)
        for each in found.letters
        if each.line.category is Category.REPLY
    )
    return Explained(
        name=f"{found.line.reference}: mail of {entry.received_at:%Y-%m-%d}",
        subject=entry.subject,
        sender=entry.address or "",
        received_at=entry.received_at,
        evidence=entry.evidence,
        decision=decision,
        ruleset=rulebook.ruleset,
        subject_of_reply=subject_of_reply(decision, rulebook, found.line.reference),
        trace=_trace(entry, decision, rulebook) if has_decided else None,
        remarks=tuple(_remarks(entry, found, rulebook, has_decided)),
        case=found.line.reference,
        letters=lambda: letters,
    )


def _remarks(
    entry: MessageEntry, found: CaseFile, rulebook: Rulebook, has_decided: bool
) -> Iterator[str]:
    """By which rules it was decided, and what became of it since."""
    decided = entry.decision.ruleset if entry.decision else "-"
    yield f"decided {moment(entry.recorded_at)} by the rules {decided}"
    if not has_decided:
        yield (
            "those rules are not at hand: this is what was recorded, in the words of "
            f"the rules in the folder now ({rulebook.ruleset.hash})"
        )
    for letter in found.letters:
        line = letter.line
        because = f": {line.reason}" if line.reason else ""
        name = line.template or line.kind
        yield f"letter {line.id} ({name}) is {line.state}{because}"
    for each in found.overrulings:
        yield f"{each.by} moved the case from {each.before} to {each.after}: {each.why}"


def _trace(entry: MessageEntry, decision: Decision, rulebook: Rulebook) -> Trace | None:
    """The way through the table, by the facts that were recorded."""
    if decision.route is None:
        return None
    ruleset = rulebook.ruleset
    signals = entry.evidence.signals
    facts = Facts(
        role=decision.role,
        topic=decision.topic,
        points=points_of(ruleset.tables.topic, signals),
        signals=signals,
        flags=frozenset(decision.flags),
        known_case=decision.case is not None,
        series_running=ruleset.series_at(ruleset.calendar.date_of(entry.received_at))
        is not None,
    )
    return trace(facts, ruleset.tables)
