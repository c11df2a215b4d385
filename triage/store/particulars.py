"""What a case records in words: who complains, about what, and what came of it."""

from collections.abc import Mapping
from enum import StrEnum

from triage.store.engine import Engine


class Field(StrEnum):
    """A field of a case that holds personal text; people may change any of them."""

    PERSON = "person"
    """The complainant's name."""
    ADDRESS = "address"
    """Where the person can be written to, by e-mail or by post."""
    TELEPHONE = "telephone"
    ACTS_FOR = "acts_for"
    """Whom the person complains for."""
    CENTRE = "centre"
    CANDIDATE = "candidate"
    QUALIFICATION = "qualification"
    SYLLABUS = "syllabus"
    SUBSTANCE = "substance"
    """What the complaint is about."""
    SOUGHT = "sought"
    """What the person wants to come of it."""
    FINDINGS = "findings"
    REDRESS = "redress"
    """What was done for the person."""
    LEARNT = "learnt"
    """What is done so that it does not happen again."""


def particulars_of(engine: Engine, case_id: int) -> Mapping[Field, str]:
    """Return the fields of a case that are filled, in the order of the register.

    They are written by `changing.change_particulars`.
    """
    rows = engine.rows(
        "SELECT field, text FROM particulars WHERE case_id = :case_id", case_id=case_id
    )
    texts = {row["field"]: row["text"] for row in rows}
    return {name: texts[name] for name in Field if name in texts}
