"""What mails say fills the particulars of their case."""

from collections.abc import Mapping
from datetime import datetime

from triage.store.audit import DAEMON, Deed
from triage.store.changing import change_particulars
from triage.store.engine import Engine, Row
from triage.store.particulars import Field, particulars_of

LONGEST = 200
"""Characters of a field that mails fill; people may write more."""


def fill_particulars(
    engine: Engine, case: Row, found: Mapping[str, str], now: datetime
) -> None:
    """Write what a mail says into fields, behind what earlier mails said.

    What a person wrote stays as it is.
    """
    if engine.is_scratch or not found:
        return
    filled = particulars_of(engine, case["id"])
    texts: dict[Field, str] = {}
    for name, words in ((Field(each), words) for each, words in found.items()):
        before = filled.get(name)
        if before is None:
            texts[name] = words[:LONGEST]
        elif not _is_a_persons(engine, case, name):
            texts[name] = _longer(before, words)
    deed = Deed(at=now, by=DAEMON, act="read in a mail")
    change_particulars(engine, case, texts, deed)


def _longer(before: str, words: str) -> str:
    known = before.casefold()
    new = [word for word in words.split("; ") if word.casefold() not in known]
    longer = "; ".join((before, *new))
    return longer if len(longer) <= LONGEST else before


def _is_a_persons(engine: Engine, case: Row, name: Field) -> bool:
    """Whether a person wrote a field last; the log knows."""
    row = engine.row(
        "SELECT a.actor FROM audit a JOIN audit_texts t ON t.audit = a.id"
        " WHERE a.about = :reference AND t.field = :name ORDER BY a.id DESC LIMIT 1",
        reference=case["reference"],
        name=name,
    )
    return row is None or row["actor"] != DAEMON
