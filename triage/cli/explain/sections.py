"""Sender, matters, flags, missing items, reply and dates, in words."""

from collections.abc import Iterator, Mapping

from triage.cli.explain.evidence import Seen, named
from triage.cli.explain.explained import Explained
from triage.cli.explain.lines import Said, points_said
from triage.cli.terminal import printable, strong
from triage.decision import Decision, Disposition, Reason, ReplyPlan, Trace
from triage.decision.trace import FlagSeen, Item
from triage.ruleset import Ruleset
from triage.ruleset.likeness import SIGNAL
from triage.workdays import Due

MOST_ALIKE = 8
MOST_SHARES = 3
LEAST_SHARE = 0.05
MOST_WORDS = 2
"""Quotations for one flag."""


def verdict(explained: Explained) -> str:
    """What becomes of the mail, in a sentence."""
    decision, routes = explained.decision, explained.ruleset.routes
    match decision.disposition:
        case Disposition.LEAVE:
            words = ", ".join(explained.ruleset.tables.intake.subject_words)
            said = "Not ours: it stays where it is, as it is."
            return f"{strong(said)} Its subject would need one of: {words}"
        case Disposition.RECORD:
            code = f" {named(decision.automatic.code)}" if decision.automatic else ""
            said = "Recorded, without a case and without a reply:"
            return f"{strong(said)} {decision.reason}{code}"
        case Disposition.ANSWER:
            route = routes.get(decision.route or "")
            if route is None:
                return strong(f"Route {decision.route}")
            said = "Sent elsewhere" if route.redirects else "Taken up by people"
            if decision.case:
                said = f"Belongs to case {decision.case}"
            return f"{strong(f'{said}: {route.title}')} {named(route.id)}"


def writer(trace: Trace, ruleset: Ruleset) -> str:
    """Who writes, with the points; the next role beside it."""
    role = trace.facts.role
    scores = {score.kind.id: score for score in trace.roles}
    if role not in scores:
        said = f"not known {named(role)}: nothing was seen that tells who writes"
        best = next(iter(trace.roles), None)
        if role in ruleset.roles:
            title = ruleset.roles[role].title
            said = f"{title} {named(role)}, as in mails like this one (see Alike)"
        elif best is not None:
            said = f"not known {named(role)}: nobody has enough points"
    else:
        best = next((s for s in trace.roles if s.kind.id != role), None)
        said = f"{ruleset.roles[role].title} {named(role)}: {points_said(scores[role])}"
    if best is not None and best.points > 0:
        said += f"; then {best.kind.id} with {points_said(best)}"
    return said


def matters(trace: Trace) -> str:
    """The main matter, and the next one beside it."""
    main = trace.facts.topic
    scores = {score.kind.id: score for score in trace.topics}
    if main is None or main not in scores:
        return "none is clear"
    score = scores.pop(main)
    said = f"{score.kind.title} {named(main)}: {points_said(score)}"
    others = [score for score in scores.values() if score.is_enough]
    if others:
        then = others[0]
        said += f"; then {then.kind.title} {named(then.kind.id)}: {points_said(then)}"
    more = len(others) - 1
    return f"{said}; and {more} more" if more > 0 else said


def second_opinion(explained: Explained) -> Iterator[Said]:
    """Where mails like this one went, by which words, and whether that decided."""
    opinion = explained.decision.second_opinion
    if opinion is None:
        return
    routes, roles = (
        ", ".join(f"{named(id_)} {share:.0%}" for id_, share in shares)
        for shares in (_likeliest(opinion.routes), _likeliest(opinion.roles))
    )
    words = [
        f"the signal {named(each.removeprefix(SIGNAL))}"
        if each.startswith(SIGNAL)
        else f"“{printable(each)}”"
        for each in explained.words_alike()[:MOST_ALIKE]
    ]
    by = (f"by {', '.join(words)}",) if words else ()
    yield Said(None, f"mails like this one were {routes}; written by {roles}", by)


def _likeliest(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    ordered = sorted(shares.items(), key=lambda each: -each[1])
    return [each for each in ordered[:MOST_SHARES] if each[1] >= LEAST_SHARE]


def flags(trace: Trace, seen: Seen, most: int) -> Iterator[Said]:
    """Every flag that is raised, with its words."""
    for each in trace.flags:
        if each.is_raised:
            words = tuple(seen.on_words(each.raised_by, most, of_each=most))
            if not words and each.flag.history:
                words = ("told by the earlier mails of this person",)
            elif not words:
                words = ("told by what mails like this one were (see Alike)",)
            yield Said(None, _title(each), words)


def flags_not_raised(trace: Trace, seen: Seen) -> Iterator[Said]:
    """Flags for which something was seen, and what took them back."""
    for each in trace.flags:
        if not each.is_raised:
            spoke = seen.on_words(each.raised_by, MOST_WORDS)
            took = seen.on_words(each.taken_back_by, MOST_WORDS)
            words = (
                *(f"for it spoke {said}" for said in spoke),
                *(f"it was taken back by {said}" for said in took),
            )
            yield Said(False, f"not flagged: {_title(each)}", words)


def _title(each: FlagSeen) -> str:
    return f"{each.flag.title} {named(each.flag.id)}"


def items(trace: Trace, decision: Decision, seen: Seen, most: int) -> Iterator[Said]:
    """What a complaint must contain: asked for, there, or not asked for."""
    for item in trace.items:
        title = f"{item.missing.title} {named(item.missing.id)}"
        if item.missing.id in decision.missing:
            found = [signal for group in item.found for signal in group]
            partly = tuple(seen.on_words(found, most))
            but = "; only a part of it is there" if partly else ""
            yield Said(False, f"asked for: {title}{but}", partly)
        elif item.is_present:
            found = [group[0] for group in item.found]
            on_words = tuple(seen.on_words(found, most))
            yield Said(True, f"there: {title}", on_words)
        else:
            yield Said(None, f"not asked for: {title}", _why_not(item, seen, most))


def _why_not(item: Item, seen: Seen, most: int) -> tuple[str, ...]:
    if item.is_asked:
        return ("this route asks for nothing",)
    words = tuple(seen.on_words(item.asked_by, most))
    return words or ("nothing in this matter calls for it",)


def reply(explained: Explained) -> Iterator[Said]:
    """What is sent, whether by itself, and what keeps it."""
    decision = explained.decision
    if decision.disposition is not Disposition.ANSWER:
        return
    if decision.reply is None:
        route = explained.ruleset.routes.get(decision.route or "")
        has_letter = route is not None and route.template is not None
        why = "this case has had it" if has_letter else "this route has no letter"
        yield Said(None, f"none: {why}")
        return
    subject = explained.subject_of_reply
    letter = f"“{subject}” " if subject else ""
    to = f"to {printable(decision.reply.to)}" if decision.reply.to else "to nobody"
    yield Said(None, f"{letter}{named(decision.reply.template)} {to}")
    if decision.withheld:
        words = "it is not sent, and a person must acknowledge by hand, because"
        yield Said(False, words, _reasons(decision.withheld))
    elif decision.held:
        words = "it waits until a person approves it, because"
        yield Said(False, words, _reasons(decision.held))
    else:
        yield Said(True, "it goes out by itself")
    if decision.meanwhile:
        yield _meanwhile(decision.meanwhile, decision.meanwhile_held)


def _meanwhile(plan: ReplyPlan, held: tuple[Reason, ...]) -> Said:
    letter = f"in the meantime an acknowledgement {named(plan.template)}"
    if held:
        return Said(False, f"{letter}, which waits too, because", _reasons(held))
    return Said(True, f"{letter} goes out at once")


def _reasons(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    return tuple(f"{reason.words} {named(reason.code)}" for reason in reasons)


def dates(explained: Explained) -> Iterator[tuple[str, str]]:
    """Both deadlines with their arithmetic."""
    decision = explained.decision
    if decision.disposition is not Disposition.ANSWER:
        return
    if decision.acknowledge:
        yield "Acknowledge", _by(decision.acknowledge, explained)
    if decision.respond:
        yield "Answer", _by(decision.respond, explained)
    else:
        yield "Answer", "no date: nothing is investigated on this route"


def _by(due: Due, explained: Explained) -> str:
    at = due.at.astimezone(explained.ruleset.calendar.timezone)
    return f"by {strong(f'{at:%A} {at.day} {at:%B %Y, %H:%M}')}: {due.words}"
