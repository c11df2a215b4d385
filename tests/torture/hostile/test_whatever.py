"""Whatever the octets: nothing escapes, all ends in bounds, and comes out the same.

The examples are the same at every run; those that nobody thought of are sought by
tests.torture.guided and by the million.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.message.test_hostile import assert_safe
from tests.torture.hostile.chain import (
    HISTORIES,
    NOW,
    REFERENCE,
    answer,
    read,
    shipped_rulebook,
)
from tests.torture.hostile.headers import GATE_FIELDS
from tests.torture.hostile.writing import PLAIN, TEXT, complaint
from triage.decision import History, Seen, Sighting, fingerprint
from triage.decision.automatic import automatic_reasons
from triage.errors import MessageError
from triage.intake.letters import mint
from triage.message import Message, limits, parse
from triage.reply import Letter, compose
from triage.ruleset import Evidence, find_evidence

steadily = settings(max_examples=40, derandomize=True, database=None, deadline=None)
NAMES = (*{field.partition(":")[0] for field in GATE_FIELDS}, "From", "Return-Path")
PIECES = st.sampled_from(PLAIN) | st.binary(max_size=120)
MAILS = st.lists(PIECES, max_size=4).map(b"".join)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
LINES = WORDS | st.sampled_from(
    ["> so", "-- ", "On 3 May 2026 at 10:20, Ann <a@x.example> wrote:", "Regards", ""]
)
LONGEST_LINE = 998


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    shipped_rulebook()


@steadily
@given(MAILS)
def test_a_mail_is_read_within_its_limits_and_the_same_each_time(raw: bytes) -> None:
    message = parse(raw)

    assert_safe(message)
    assert message == parse(raw)
    assert len(message.text) <= limits.TEXT
    assert sum(1 for _ in message.headers) <= limits.FIELDS
    assert len(message.from_) <= limits.ADDRESSES
    assert len(message.references) <= limits.IDS


@steadily
@given(st.lists(LINES, max_size=20), st.sampled_from(["plain", "html"]))
def test_own_text_is_part_of_what_came_and_the_same_each_time(
    lines: list[str], kind: str
) -> None:
    field = f"Content-Type: text/{kind}; charset=utf-8"
    raw = complaint(field, body="\r\n".join(lines).encode()).octets
    message = parse(raw)

    assert_safe(message)
    assert message.text == parse(raw).text
    assert "\r" not in message.text
    assert len(message.text) <= len(raw)
    assert fingerprint(message.text) == fingerprint(parse(raw).text)


@steadily
@given(st.lists(st.tuples(st.sampled_from(sorted(NAMES)), WORDS), max_size=4))
def test_a_machine_is_told_by_printable_reasons_the_same_each_time(
    fields: list[tuple[str, str]],
) -> None:
    given_fields = (f"{name}:{words}" for name, words in fields)
    raw = complaint(*given_fields, body=TEXT).octets
    rulebook = shipped_rulebook()
    message = read(raw, rulebook).message
    sighting = Sighting(message, Evidence(), NOW)
    seen = Seen(sighting, History(), rulebook.ruleset, rulebook.ourselves, NOW)

    reasons = list(automatic_reasons(seen))

    assert reasons == list(automatic_reasons(seen))
    assert all(reason.words.isprintable() for reason in reasons)


@steadily
@given(WORDS, st.lists(LINES, max_size=20), st.sampled_from(HISTORIES))
def test_a_text_is_matched_and_answered_the_same_each_time(
    subject: str, lines: list[str], history: History
) -> None:
    rulebook = shipped_rulebook()
    text = "\n".join(lines)
    message = Message("0" * 64, 1, text=text, subject=f"Complaint {subject}")

    evidence = find_evidence(rulebook.ruleset, message)
    decision, *letters = answer(message, rulebook, history)

    assert evidence == find_evidence(rulebook.ruleset, message)
    assert (decision, *letters) == tuple(answer(message, rulebook, history))
    for letter in letters:
        assert isinstance(letter, bytes)
        assert_well_formed(letter)


@steadily
@given(st.text(max_size=80), st.text(max_size=80), st.lists(st.text(), max_size=3))
def test_a_letter_is_well_formed_whoever_it_is_to(
    to: str, parent: str, thread: list[str]
) -> None:
    rulebook = shipped_rulebook()
    letter = Letter(
        template="acknowledged-neutral",
        kind="acknowledge",
        to=to,
        reference=REFERENCE,
        message_id=mint(REFERENCE, "acknowledge", rulebook),
        received_at=NOW,
        in_reply_to=parent,
        references=tuple(thread),
        acknowledge=None,
        respond=None,
    )

    try:
        data = compose(letter, rulebook.templates, NOW).data
    except MessageError:
        return

    assert_well_formed(data)


def assert_well_formed(data: bytes) -> None:
    plain = data.replace(b"\r\n", b"")
    assert b"\r" not in plain
    assert b"\n" not in plain
    assert b"\r\nBcc" not in data
    assert max(map(len, data.split(b"\r\n"))) <= LONGEST_LINE
