"""Mails of people and machines, each with a mark in every place that could leak."""

from collections.abc import Mapping
from itertools import count

from tests.journeys.mails import make_mail
from tests.torture.evidence import Delivered, Due

_numbers = count(1)


def new_mark() -> str:
    """Return a word that no other mail has, long enough to be seen as an echo."""
    return f"Zqmark{next(_numbers):07}"


def complaint(
    due: Due = Due.REPLY,
    *,
    sender: str | None = None,
    subject: str = "Complaint about the website",
    text: str = "Your website has been down for a week and I cannot enter anybody.",
    fields: Mapping[str, str] | None = None,
) -> Delivered:
    """Write a complaint of somebody, by default of somebody new."""
    mark = new_mark()
    sender = sender or f"{mark.lower()}@people.example"
    octets = make_mail(
        f"{subject} {mark}",
        f"{text}\n\nMy number is {mark} and I am cross about it.\n",
        sender=sender,
        **(
            {
                "from": f"Wendy {mark} <{sender}>",
                "message_id": f"<{mark}@people.example>",
            }
            | dict(fields or {})
        ),
    )
    return Delivered(octets=octets, mark=mark, due=due, sender=sender)


def ordinary() -> Delivered:
    """Write a mail without the word, which is not ours."""
    mark = new_mark()
    sender = f"{mark.lower()}@people.example"
    octets = make_mail(
        f"Opening hours {mark}", f"When do you open? {mark}", sender=sender
    )
    return Delivered(octets=octets, mark=mark, due=Due.NOTHING, sender=sender)


def automatic(**fields: str) -> Delivered:
    """Write a machine's mail with the word, which must not be answered."""
    marks = fields or {"Auto-Submitted": "auto-replied"}
    return complaint(Due.SILENCE, fields=marks)
