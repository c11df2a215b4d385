"""Entries that nothing uses, and topics and roles that no mail can reach."""

from collections.abc import Iterable, Iterator

from triage.errors import Problem
from triage.ruleset.checks import named_in
from triage.ruleset.lints.written import Written, parsed
from triage.ruleset.phrases import Choice, ListName, Sequence
from triage.ruleset.schema import (
    Example,
    Expect,
    Intake,
    Missing,
    Role,
    Route,
    Signal,
    Topic,
    WordList,
)


def unused_signals(written: Written) -> Iterator[Problem]:
    """A signal that no topic, role, flag, item, route or line asks for."""
    hint = (
        "give it points in a topic or role, name it in a line or flag, or take it away"
    )
    return _unused(written, Signal, "nothing uses the signal", hint)


def unused_topics(written: Written) -> Iterator[Problem]:
    """A topic that no line and no item asks for."""
    said = "no line of the decision table asks for the topic"
    hint = "it only weighs against other topics; name it in a line, or take it away"
    return _unused(written, Topic, said, hint)


def unused_roles(written: Written) -> Iterator[Problem]:
    """A role that no line asks for."""
    said = "no line of the decision table asks for the role"
    return _unused(written, Role, said)


def _unused(
    written: Written,
    kind: type[Signal] | type[Topic] | type[Role],
    said: str,
    hint: str | None = None,
) -> Iterator[Problem]:
    """Entries that nothing names; `said` goes before the id."""
    used = _named(written, kind.__name__.lower())
    for path, entry in written.of(kind):
        if entry.id not in used:
            yield written.at((*path, "id"), f"{said} `{entry.id}`", hint)


def unused_lists(written: Written) -> Iterator[Problem]:
    """A list that no phrase names."""
    words = {entry.id: entry.words for _, entry in written.of(WordList)}
    used: set[str] = set()
    found = set(_lists_in(_phrases(written)))
    while found:
        used |= found
        found = {n for name in found for n in _lists_in(words.get(name, ()))} - used
    for path, entry in written.of(WordList):
        if entry.id not in used:
            yield written.at(
                (*path, "id"),
                f"no phrase names the list {{{entry.id}}}",
                "take it away, or name it in a phrase",
            )


def unused_missing(written: Written) -> Iterator[Problem]:
    """Items that a complaint must contain, and no route that asks for them."""
    if any(route.asks_missing for _, route in written.of(Route)):
        return
    for path, item in written.of(Missing):
        yield written.at(
            (*path, "id"),
            f"no route asks for `{item.id}`",
            "give a route asks_missing = true",
        )


def unreachable_points(written: Written) -> Iterator[Problem]:
    """A role or topic whose signals together give too few points."""
    kinds: tuple[type[Role] | type[Topic], ...] = (Role, Topic)
    for kind in kinds:
        for path, entry in written.of(kind):
            most = sum(points for points in entry.points.values() if points > 0)
            if most < entry.at_least:
                yield written.at(
                    (*path, "at_least"),
                    f"`{entry.id}` can never be reached: its signals give {most}"
                    f" points together, and it needs {entry.at_least}",
                )


def _named(written: Written, table: str) -> set[str]:
    """Names of a table's entries that decide something; examples only look on."""
    return {
        name
        for path, entry in written.entries.read
        if not isinstance(entry, (Example, Expect))
        for _, named, name in named_in(path, entry)
        if named == table
    }


def _phrases(written: Written) -> Iterator[str]:
    for _, signal in written.of(Signal):
        yield from (*signal.phrases, *signal.weak, *signal.unless)
        yield from (p for lists in signal.together for part in lists for p in part)
    for _, intake in written.of(Intake):
        yield from intake.subject_words


def _lists_in(phrases: Iterable[str]) -> Iterator[str]:
    for phrase in phrases:
        yield from _lists_of(parsed(phrase) or ())


def _lists_of(sequence: Sequence) -> Iterator[str]:
    for item in sequence:
        match item:
            case ListName(name):
                yield name
            case Choice(options):
                for option in options:
                    yield from _lists_of(option)
            case _:
                continue
