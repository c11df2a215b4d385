"""The mails of the sweeps: always the same, at the same time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.journeys.mails import ABOUT_WEBSITE, make_mail
from tests.torture.evidence import Delivered, Due

ARRIVED = datetime(2026, 3, 3, 10, tzinfo=UTC)
"""A Tuesday on which people work."""
NOW = ARRIVED + timedelta(minutes=1)


def mail(  # noqa: PLR0913 - a mail's parts, each with what is usual
    mark: str,
    *,
    subject: str = "Complaint about your website",
    text: str = ABOUT_WEBSITE,
    due: Due = Due.REPLY,
    folder: str = "INBOX",
    sender: str = "",
    **fields: str,
) -> Delivered:
    """Write the mail that has this word; each writer writes once."""
    address = sender or f"{mark}@post.example"
    octets = make_mail(
        f"{subject} {mark}",
        f"{text} {mark}",
        sender=address,
        date=format_datetime(ARRIVED),
        message_id=f"<{mark}@post.example>",
        **fields,
    )
    octets = b"Return-Path: <" + address.encode() + b">\r\n" + octets
    return Delivered(octets=octets, mark=mark, due=due, sender=address, folder=folder)


def redirected(mark: str) -> Delivered:
    text = "My daughter says that her teacher leaves out whole lessons."
    return mail(mark, subject="Complaint about lessons", text=text)


def automatic(mark: str) -> Delivered:
    text = "I am out of office."
    fields = {"auto_submitted": "auto-replied"}
    return mail(mark, text=text, due=Due.SILENCE, **fields)


def not_ours(mark: str) -> Delivered:
    text = "The minutes of our last meeting are attached."
    return mail(mark, subject="Minutes", text=text, due=Due.NOTHING)
