"""Everything that happens to a mail between IMAP and the outbox, as pure calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.journeys.installing import Servers, install
from tests.message.test_hostile import assert_safe
from triage import shipped
from triage.config import load_config
from triage.decision import (
    Decision,
    History,
    KnownCase,
    Seen,
    Sighting,
    Spent,
    decide,
    fingerprint,
    is_looked_at,
    is_ours,
    particulars,
)
from triage.decision.automatic import automatic_reasons
from triage.decision.withhold import withheld
from triage.errors import MessageError
from triage.intake import Rulebook
from triage.intake.letters import Occasion, Secretary, notices_of, replies_of
from triage.message import Message, parse, peek
from triage.ruleset import Evidence, find_evidence
from triage.wiring.rulebook import rulebook_without_keys

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
REFERENCE = "CMP-2026-00001"
GUARDED = (
    "The header block is broken.",
    "The header fields cannot be read.",
    "The parts cannot be read.",
    "The text cannot be read.",
    "The quotations cannot be told from the text.",
)
"""What parsing says of an exception within; the mail is kept, its content is not."""
HISTORIES = (
    History(),
    History(case=KnownCase(REFERENCE, "complaint", is_acknowledged=True)),
    History(answered_cases=(REFERENCE,), near_identical_to=REFERENCE),
    History(earlier=(NOW,) * 9, claims=REFERENCE, spent=Spent(9, 99, 99)),
)


@dataclass(frozen=True, slots=True)
class Read:
    """What the first half of the way says of a mail."""

    message: Message
    is_ours: bool
    is_automatic: bool

    @property
    def guarded(self) -> bool:
        """Whether an exception was caught within parsing."""
        return not set(GUARDED).isdisjoint(self.message.defects)


@cache
def shipped_rulebook() -> Rulebook:
    """Compile the shipped rules and letters for an installation of the tests."""
    with TemporaryDirectory() as folder:
        nowhere = Servers(imap_port=143, user="u", password="p", smtp_port=25)  # noqa: S106 - of no server
        config = load_config(install(Path(folder), nowhere))
        rules = config.rules.model_copy(update={"folder": shipped.rules()})
        return rulebook_without_keys(config.model_copy(update={"rules": rules}))


def read(raw: bytes, rulebook: Rulebook) -> Read:
    """Peek, parse, take the writer's own text, ask both gates."""
    assert_safe(peek(raw))
    message = parse(raw)
    assert_safe(message)
    fingerprint(message.text)
    sighting = Sighting(message, Evidence(), NOW)
    ruleset, ourselves = rulebook.ruleset, rulebook.ourselves
    seen = Seen(sighting, History(), ruleset, ourselves, NOW)
    is_looked_at(sighting, len(raw), ruleset, ourselves, NOW)
    machines = tuple(automatic_reasons(seen))
    for reason in (*machines, *withheld(seen)):
        assert reason.words.isprintable()
    return Read(message, is_ours(message, ruleset, belongs=False), bool(machines))


def answer(
    message: Message, rulebook: Rulebook, history: History
) -> Iterator[Decision | bytes]:
    """Match, decide and compose; yield the decision and the letters' octets."""
    ruleset = rulebook.ruleset
    evidence = find_evidence(ruleset, message)
    sighting = Sighting(message, evidence, NOW)
    decision = decide(sighting, history, ruleset, rulebook.ourselves, NOW)
    yield decision
    particulars(evidence, ruleset.tables)
    occasion = Occasion(sighting, decision, REFERENCE)
    try:
        letters = (
            *replies_of(occasion, rulebook, NOW, Secretary()),
            *notices_of(occasion, rulebook, NOW),
        )
    except MessageError:
        # The daemon withholds the reply, and a person writes to them.
        return
    for letter in letters:
        yield letter.data
