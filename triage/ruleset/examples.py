"""The samples that signals keep beside them, as mails."""

from dataclasses import replace
from typing import Any

from triage.message.model import Address, Attachment, Message
from triage.ruleset.schema import Signal, Where

_SAMPLE = Message(sha256="", size=0)


def sample_mail(signal: Signal, text: str) -> Message:
    """Return a text as what a writer wrote, or as the one field that the signal reads.

    It has no subject of its own, so that nothing but the text can give the signal.
    """
    where: Where = "text" if "text" in signal.where else signal.where[0]
    fields: dict[str, Any] = {where: text}
    if where == "sender":
        fields = {"from_": (Address(text.lower()),)}
    elif where == "attachment":
        fields = {"attachments": (Attachment(text, "", 0),)}
    return replace(_SAMPLE, **fields)
