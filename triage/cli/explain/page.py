"""A mail that is explained, in words: the one screen, and the whole way."""

from collections.abc import Iterable, Iterator

from triage.cli.explain.evidence import Seen, named, quoted, titled
from triage.cli.explain.explained import Explained, Worded
from triage.cli.explain.lines import Said, Teller, guard_in_short, told_once
from triage.cli.explain.sections import (
    dates,
    flags,
    items,
    matters,
    reply,
    second_opinion,
    verdict,
    writer,
)
from triage.cli.explain.whole import teller_of, whole_way
from triage.cli.terminal import Look, printable, strong
from triage.decision import Decision, Trace
from triage.decision.trace import Line

LABEL = 13
MARGIN = 2
MARK = 2
STEP = 2
DEEPER = 5
"""As the number of a line."""
MOST_OF_A_FLAG = 6
"""Quotations: a person should see all of it."""
LONGEST = 300
"""Characters of a subject or a sender that are shown."""

Section = tuple[str, Iterable[Said]]


def page(explained: Explained, look: Look, *, whole: bool = False) -> Iterator[str]:
    """Say what a mail gets and why, in lines for a terminal."""
    yield from look.lines(strong(printable(explained.name)))
    for label, entries in _sections(explained):
        yield from _section(label, entries, look)
    for heading, entries in whole_way(explained) if whole else ():
        laid_out = tuple(_entries(entries, look, MARGIN + STEP))
        if laid_out:
            yield ""
            yield from look.lines(strong(heading), " " * MARGIN, " " * MARGIN)
            yield from laid_out


def letters_page(letters: Iterable[Worded], look: Look) -> Iterator[str]:
    """Show letters as their readers see them."""
    for letter in letters:
        state = f" {letter.state}" if letter.state else ""
        yield ""
        heading = f"{strong(printable(letter.subject))} {named(letter.template)}{state}"
        yield from look.lines(heading, " " * MARGIN, " " * MARGIN)
        for line in letter.text.splitlines():
            yield f"  | {printable(line)}".rstrip()


def _section(label: str, entries: Iterable[Said], look: Look) -> Iterator[str]:
    room = MARGIN + LABEL
    begins = look.styled(" " * MARGIN + strong(label) + " " * (LABEL - len(label)))
    for line in _entries(entries, look, room):
        yield begins + line[room:]
        begins = " " * room


def _entries(entries: Iterable[Said], look: Look, margin: int) -> Iterator[str]:
    for said in entries:
        begins = " " * (margin + DEEPER * said.depth)
        indent = begins + " " * (MARK if said.mark else 0)
        yield from look.lines(said.words, begins + said.mark, indent)
        for words in said.evidence:
            yield from look.lines(words, indent + " " * STEP, indent + " " * 2 * STEP)


def _sections(explained: Explained) -> Iterator[Section]:
    seen = Seen(explained.evidence, explained.ruleset)
    trace, decision = explained.trace, explained.decision
    yield from _head(explained)
    yield "Decision", [Said(None, verdict(explained))]
    if trace is not None:
        yield from _judged(explained, trace, seen)
    elif decision.route is not None:
        yield from _as_recorded(explained, seen)
    yield "Reply", reply(explained)
    for label, by in dates(explained):
        yield label, [Said(None, by)]
    yield from _consequences(explained)
    if trace is not None:
        yield "Nearly", _nearly(trace, teller_of(explained, trace))
    yield "On record", (Said(None, printable(each)) for each in explained.remarks)
    yield "Damaged", (Said(None, printable(each)) for each in explained.defects)


def _head(explained: Explained) -> Iterator[Section]:
    at = explained.received_at.astimezone(explained.ruleset.calendar.timezone)
    came = f"{at:%a} {at.day} {at:%B %Y, %H:%M}"
    subject = printable(explained.subject[:LONGEST]) or "(no subject)"
    sender = printable(explained.sender[:LONGEST]) or "(nobody)"
    yield "Subject", [Said(None, subject)]
    yield "From", [Said(None, f"{sender}, {came}")]


def _judged(explained: Explained, trace: Trace, seen: Seen) -> Iterator[Section]:
    teller = teller_of(explained, trace)
    yield "Why", _why(trace, teller, explained.decision)
    yield "Writer", [Said(None, writer(trace, explained.ruleset))]
    yield "Matter", [Said(None, matters(trace))]
    yield "Alike", second_opinion(explained)
    yield "Flags", flags(trace, seen, MOST_OF_A_FLAG)
    route = explained.ruleset.routes.get(explained.decision.route or "")
    if route is not None and route.asks_missing:
        yield "Must contain", items(trace, explained.decision, seen, 1)


def _as_recorded(explained: Explained, seen: Seen) -> Iterator[Section]:
    """What a recorded decision says by itself."""
    decision, ruleset = explained.decision, explained.ruleset
    yield "Why", [Said(None, f"{decision.reason} {named(decision.rule or '-')}")]
    yield "Writer", [Said(None, f"role {decision.role}")]
    if decision.topic:
        yield "Matter", [Said(None, titled(decision.topic, ruleset.topics))]
    yield "Flags", (Said(None, titled(each, ruleset.flags)) for each in decision.flags)
    yield (
        "Must contain",
        (
            Said(False, f"asked for: {titled(each, ruleset.missing)}")
            for each in decision.missing
        ),
    )
    yield (
        "Seen",
        (Said(None, f"{seen.title(hit.signal)}: {quoted(hit)}") for hit in seen.first),
    )


def _why(trace: Trace, teller: Teller, decision: Decision) -> Iterator[Said]:
    line = trace.decided
    opinion = decision.second_opinion
    is_overruled = opinion is not None and opinion.decided is not None
    if line is None:
        then = "" if is_overruled else ", so a person decides"
        yield Said(None, f"no line of the table holds{then}")
    else:
        yield from _of_line(line, trace, teller)
    if opinion is not None and opinion.decided is not None:
        yield Said(False, f"{opinion.decided}. That decided (see Alike)")


def _of_line(line: Line, trace: Trace, teller: Teller) -> Iterator[Said]:
    rule = line.rule
    yield Said(None, f"{strong(rule.title)} {named(rule.id)}")
    yield from told_once(teller.conditions(line))
    if trace.guard is not None:
        yield from guard_in_short(trace.guard, teller)


def _consequences(explained: Explained) -> Iterator[Section]:
    decision = explained.decision
    if decision.tell:
        told = (Said(None, f"{contact}: {why}") for contact, why in decision.tell)
        yield "Told at once", told
    if decision.folder:
        urgent = "" if decision.priority == "normal" else f", {decision.priority}"
        yield "Filed in", [Said(None, f"{decision.folder}{urgent}")]


def _nearly(trace: Trace, teller: Teller) -> Iterator[Said]:
    line = trace.nearest
    if line is None:
        yield Said(None, "no other line came near: none lacked just one thing")
        return
    route = teller.seen.ruleset.routes[line.rule.route]
    leads = f"{route.title} {named(route.id)}"
    if line.holds:
        yield Said(None, f"{leads}, had the guard not forbidden it (see Why)")
        return
    title = f"“{line.rule.title}” {named(line.rule.id)}"
    only = "Only this keeps it from holding:"
    yield Said(None, f"{title} would have led to: {leads}. {only}")
    yield from teller.lacking(line)
