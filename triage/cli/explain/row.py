"""A mail that is explained, as scripts read it."""

from collections.abc import Iterable, Mapping
from typing import Any

from triage.cli.explain.explained import Explained
from triage.decision import Decision, Opinion
from triage.decision.guard import Guarded
from triage.decision.trace import Item, Line, Score, Trace, Tried
from triage.ruleset import Evidence, Hit
from triage.workdays import Due

Row = dict[str, Any]


def as_row(explained: Explained) -> Row:
    """One message as one JSON object; keys are only ever added."""
    decision, evidence = explained.decision, explained.evidence
    return {
        **decided_row(explained.name, decision, evidence, explained.subject_of_reply),
        "defects": list(explained.defects),
        "case": explained.case,
        "received_at": explained.received_at.isoformat(),
        "remarks": list(explained.remarks),
        **_of_trace(explained.trace, evidence.hits),
    }


def decided_row(
    name: str, decision: Decision, evidence: Evidence, subject_of_reply: str | None
) -> Row:
    """What was decided about a message, and on which words."""
    plan = decision.reply
    return {
        "file": name,
        "disposition": decision.disposition.value,
        "reason": decision.reason,
        "role": decision.role,
        "route": decision.route,
        "rule": decision.rule,
        "topic": decision.topic,
        "missing": list(decision.missing),
        "flags": list(decision.flags),
        "reply": plan
        and {
            "template": plan.template,
            "to": plan.to,
            "subject": subject_of_reply,
        },
        "meanwhile": decision.meanwhile and decision.meanwhile.template,
        "withheld": _joined(each.words for each in decision.withheld),
        "held": _joined(each.words for each in decision.held),
        "acknowledge": decision.acknowledge and decision.acknowledge.at.isoformat(),
        "respond": decision.respond and decision.respond.at.isoformat(),
        "evidence": [_hit(hit) for hit in evidence.hits],
        "near_misses": list(decision.near_misses),
        "ruleset": decision.ruleset,
        "cancelled": [_hit(hit) for hit in evidence.cancelled],
        "hints": [_hit(hit) for hit in evidence.hints],
        "folder": decision.folder,
        "priority": decision.priority,
        "tell": [{"contact": who, "why": why} for who, why in decision.tell],
        "second_opinion": _opinion(decision.second_opinion),
        "deadlines": {
            "acknowledge": _due(decision.acknowledge),
            "respond": _due(decision.respond),
        },
    }


def _opinion(opinion: Opinion | None) -> Row | None:
    if opinion is None:
        return None
    kinds = {"routes": opinion.routes, "roles": opinion.roles, "flags": opinion.flags}
    shares = {
        kind: {id_: round(share, 3) for id_, share in found.items()}
        for kind, found in kinds.items()
    }
    return {**shares, "decided": opinion.decided}


def _joined(words: Iterable[str]) -> str | None:
    return "; ".join(words) or None


def _hit(hit: Hit) -> Row:
    return {"signal": hit.signal, "where": hit.where, "text": hit.text}


def _due(due: Due | None) -> Row | None:
    if due is None:
        return None
    return {
        "at": due.at.isoformat(),
        "days": due.days,
        "counted_from": due.counted_from.isoformat(),
        "left_out": [
            {"day": day.isoformat(), "title": title} for day, title in due.left_out
        ],
        "words": due.words,
    }


def _of_trace(trace: Trace | None, hits: Iterable[Hit]) -> Row:
    """How the decision came about; empty where the table was not asked."""
    if trace is None:
        return {
            "table": [],
            "nearest": None,
            "guard": None,
            "roles": [],
            "topics": [],
            "items": [],
            "considered_flags": [],
        }
    words: dict[str, Row] = {}
    for hit in hits:
        words.setdefault(hit.signal, _hit(hit))
    return {
        "table": [_line(line, words) for line in trace.lines],
        "nearest": trace.nearest and trace.nearest.rule.id,
        "guard": _guard(trace.guard),
        "roles": [_score(score) for score in trace.roles],
        "topics": [_score(score) for score in trace.topics],
        "items": [_item(item) for item in trace.items],
        "considered_flags": [
            {
                "flag": seen.flag.id,
                "raised": seen.is_raised,
                "raised_by": seen.raised_by,
                "taken_back_by": seen.taken_back_by,
            }
            for seen in trace.flags
        ],
    }


def _line(line: Line, words: Mapping[str, Row]) -> Row:
    rule = line.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "route": rule.route,
        "held": line.holds,
        "conditions": [
            _condition(each) | {"evidence": _evidence(each, words)}
            for each in line.conditions
        ],
        "exceptions": [
            {
                "held": exception in line.in_force,
                "conditions": [_condition(each) for each in exception],
            }
            for exception in line.exceptions
        ],
    }


def _condition(tried: Tried) -> Row:
    check = tried.check
    return {"key": check.key, "wanted": check.wanted, "held": check.holds}


def _evidence(tried: Tried, words: Mapping[str, Row]) -> list[Row]:
    return [words[signal] for signal in tried.signals if signal in words]


def _guard(guard: Guarded | None) -> Row | None:
    if guard is None:
        return None
    return {
        "stopped": guard.stopped,
        "points": guard.points,
        "points_needed": guard.points_needed,
        "rival": guard.rival,
        "rival_points": guard.rival_points,
        "margin": guard.margin,
        "contrary": guard.contrary,
        "flags": guard.flags,
    }


def _score(score: Score) -> Row:
    return {
        "id": score.kind.id,
        "points": score.points,
        "at_least": score.kind.at_least,
        "signals": score.votes,
    }


def _item(item: Item) -> Row:
    return {
        "item": item.missing.id,
        "asked": item.is_asked,
        "present": item.is_present,
        "asked_by": item.asked_by,
        "found": item.found,
    }
