"""A complaint that did not come by mail: its case is opened by a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from triage.decision.model import Decision
from triage.store.audit import Deed, note_deed
from triage.store.changing import case_named, change_particulars
from triage.store.engine import Engine
from triage.store.joining import add_party, insert_case
from triage.store.letters import Origin, queue
from triage.store.model import Letter
from triage.store.particulars import Field
from triage.store.people import person_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseByHand:
    """A complaint by telephone, by letter …, decided; written in one go."""

    reference: str
    channel: str
    received_at: datetime
    decision: Decision
    address: str | None = None
    """Where the person is written to by mail, lower-cased; may write to the case."""
    identity_keys: tuple[str, ...] = ()
    domain: str | None = None
    particulars: Mapping[Field, str] = field(default_factory=dict)
    letters: tuple[Letter, ...] = ()


def open_by_hand(engine: Engine, case: CaseByHand, deed: Deed) -> None:
    """Open the case, in the caller's transaction; its clock starts with receipt."""
    decision = case.decision
    person = person_of(engine, case.identity_keys, deed.at)
    case_id = insert_case(
        engine,
        decision,
        reference=case.reference,
        person=person,
        channel=case.channel,
        opened_at=case.received_at,
        recorded_at=deed.at,
    )
    changes = {"route": (None, decision.route), "channel": (None, case.channel)}
    note_deed(engine, deed, case.reference, changes)
    if case.address is not None:
        add_party(engine, case_id, case.address, deed.at)
    row = case_named(engine, case.reference)
    recorded = replace(deed, act="record")
    change_particulars(engine, row, case.particulars, recorded)
    origin = Origin(case_id, None, person, case.domain)
    for letter in case.letters:
        queue(engine, letter, deed.at, origin)
