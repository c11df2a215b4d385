"""What coverage-guided fuzzing drives: one function of the pure core each.

Run as `python -m tests.torture.guided NAME [arguments of libFuzzer]` with atheris (the
extra `fuzz`). An exception ends it, and the input is kept as libFuzzer does. It stands
outside of tests.torture.hostile, whose rows import what is to be instrumented first.
"""

import sys
from collections.abc import Callable

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # the extra `fuzz`

INSTRUMENTED = ("triage.message", "triage.decision", "triage.reply", "triage.ruleset")

with atheris.instrument_imports(
    include=list(INSTRUMENTED), enable_loader_override=False
):
    from tests.torture.hostile.chain import (
        HISTORIES,
        NOW,
        REFERENCE,
        answer,
        read,
        shipped_rulebook,
    )
    from tests.torture.hostile.headers import GATE_FIELDS
    from tests.torture.hostile.writing import TEXT, complaint
    from triage.decision import fingerprint
    from triage.errors import MessageError
    from triage.intake.letters import mint
    from triage.message import Message
    from triage.reply import Letter, compose
    from triage.ruleset import find_evidence

MOST_TEXT = 4_000
FIELDS = (*(field.partition(":")[0] for field in GATE_FIELDS), "From", "Return-Path")


def read_any(octets: bytes) -> None:
    seen = read(octets, shipped_rulebook())
    assert not seen.guarded


def read_text(octets: bytes) -> None:
    """The writer's own text, of plain text and of HTML."""
    kind = "html" if octets[:1] < b"\x80" else "plain; format=flowed"
    field = f"Content-Type: text/{kind}; charset=utf-8"
    seen = read(complaint(field, body=octets[1:]).octets, shipped_rulebook())
    assert not seen.guarded


def ask_gates(octets: bytes) -> None:
    given = atheris.FuzzedDataProvider(octets)
    fields = [
        f"{given.PickValueInList(list(FIELDS))}:{given.ConsumeUnicodeNoSurrogates(60)}"
        for _ in range(given.ConsumeIntInRange(1, 4))
    ]
    read(complaint(*fields, body=TEXT).octets, shipped_rulebook())


def match(octets: bytes) -> None:
    given = atheris.FuzzedDataProvider(octets)
    text = given.ConsumeUnicodeNoSurrogates(MOST_TEXT)
    subject = given.ConsumeUnicodeNoSurrogates(80)
    message = Message("0" * 64, 1, text=text, subject=f"Complaint {subject}")
    find_evidence(shipped_rulebook().ruleset, message)
    fingerprint(text)
    history = HISTORIES[len(octets) % len(HISTORIES)]
    list(answer(message, shipped_rulebook(), history))


def word(octets: bytes) -> None:
    """A letter to any address, in answer to any ids."""
    given = atheris.FuzzedDataProvider(octets)
    book = shipped_rulebook()
    letter = Letter(
        template="acknowledged-neutral",
        kind="acknowledge",
        to=given.ConsumeUnicode(80),
        reference=REFERENCE,
        message_id=mint(REFERENCE, "acknowledge", book),
        received_at=NOW,
        in_reply_to=given.ConsumeUnicode(80),
        references=tuple(given.ConsumeUnicode(60) for _ in range(3)),
        acknowledge=None,
        respond=None,
    )
    try:
        data = compose(letter, book.templates, NOW).data
    except MessageError:
        return
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\nBcc" not in data


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parse": read_any,
    "text": read_text,
    "gates": ask_gates,
    "match": match,
    "compose": word,
}


def main() -> None:
    target = TARGETS[sys.argv.pop(1)]
    shipped_rulebook()
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
