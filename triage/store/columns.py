"""Values that are kept as JSON text in a column."""

import json
from functools import cache

from pydantic import TypeAdapter

from triage.decision.model import Decision


def decision_text(decision: Decision) -> str:
    """Return a decision with its reasons, steps and due dates as JSON."""
    # Not dump_json, which refuses lone surrogates; they are replaced on the way in.
    return json.dumps(
        _decisions().dump_python(decision, mode="json"), ensure_ascii=False
    )


def decision_of(text: str) -> Decision:
    """Read back a decision; fields that came later have their defaults."""
    return _decisions().validate_json(text)


@cache
def _decisions() -> TypeAdapter[Decision]:
    return TypeAdapter(Decision)


def list_text(items: tuple[str, ...]) -> str:
    """Return words as a JSON list."""
    return json.dumps(items, ensure_ascii=False)


def list_of(text: str) -> tuple[str, ...]:
    """Read back a JSON list of words."""
    return tuple(json.loads(text))
