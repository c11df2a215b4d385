"""Mails as they lie in a mailbox, with the Return-Path that a server writes."""

from tests.journeys.mails import MOTHER, make_mail


def delivered(
    subject: str = "Complaint",
    text: str = "Your website is down.",
    *,
    sender: str = MOTHER,
    return_path: str | None = None,
    **fields: str,
) -> bytes:
    path = sender if return_path is None else return_path
    head = f"Return-Path: <{path}>\r\n".encode()
    return head + make_mail(subject, text, sender=sender, **fields)
