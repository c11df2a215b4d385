"""The samples that signals keep beside them: a signal that misses its own is broken."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from typing_extensions import override

from triage.message.model import Address, Attachment, Message
from triage.ruleset.matching import find_evidence
from triage.ruleset.ruleset import Ruleset
from triage.ruleset.schema import Signal, Where

_SAMPLE = Message(sha256="", size=0)


@dataclass(frozen=True, slots=True)
class FailedExample:
    """A text that should give its signal and does not, or the other way round."""

    signal: str
    text: str
    should_match: bool
    found: str = ""
    """For a counterexample: the words that gave the signal."""

    @override
    def __str__(self) -> str:
        if self.should_match:
            return f"signal `{self.signal}` does not see its example: {self.text}"
        return (
            f"signal `{self.signal}` sees “{self.found}”"
            f" in its counterexample: {self.text}"
        )


def examples_that_fail(ruleset: Ruleset) -> tuple[FailedExample, ...]:
    """Try all examples and counterexamples, each as a mail of its own."""
    return tuple(
        failure
        for signal in ruleset.tables.signal
        for failure in _failures(ruleset, signal)
    )


def _failures(ruleset: Ruleset, signal: Signal) -> Iterator[FailedExample]:
    for text in signal.examples:
        if signal.id not in find_evidence(ruleset, _mail(signal, text)).signals:
            yield FailedExample(signal.id, text, should_match=True)
    for text in signal.counterexamples:
        for hit in find_evidence(ruleset, _mail(signal, text)).hits:
            if hit.signal == signal.id:
                yield FailedExample(signal.id, text, should_match=False, found=hit.text)
                break


def _mail(signal: Signal, text: str) -> Message:
    """The sample as the writer's text, or as the one field that the signal reads."""
    where: Where = "text" if "text" in signal.where else signal.where[0]
    fields: dict[str, Any] = {where: text}
    if where == "sender":
        fields = {"from_": (Address(text.lower()),)}
    elif where == "attachment":
        fields = {"attachments": (Attachment(text, "", 0),)}
    return replace(_SAMPLE, **fields)
