"""Complaints to build hostile mails from, and what an ordinary one is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

from tests.journeys.installing import ADDRESS

_numbers = count(1)
TEXT = "Dear Sir or Madam\r\n\r\nI complain: your website was down for a week.\r\n"
"""Nothing but words of a complaint that the shipped rules answer."""
PLAIN = tuple(
    "\r\n".join(
        (
            "Return-Path: <ann@post.example>",
            "Date: Mon, 1 Jun 2026 09:00:00 +0000",
            "From: Ann Reader <ann@post.example>",
            f"To: {ADDRESS}",
            f"Subject: Complaint {subject}",
            "Message-ID: <1@post.example>",
            f"Content-Type: text/{kind}; charset=utf-8",
            "",
            body,
        )
    ).encode()
    for subject, kind, body in (
        ("about your website", "plain", TEXT),
        (
            "about results",
            "plain",
            "My daughter's mark in Biology is wrong and the school will not help.\r\n"
            "Centre number 12345, candidate 0042.\r\n\r\nRegards\r\nJoy Mensah\r\n"
            "On 3 May 2026 at 10:20, Office <o@x.example> wrote:\r\n> Dear Joy\r\n",
        ),
        (
            "about malpractice",
            "html",
            "<p>A teacher <b>sold</b> the question paper.</p><blockquote>x</blockquote>"
            "<p>This is my second letter; I am not satisfied with your answer.</p>",
        ),
        (
            "CMP-2026-00001",
            "plain",
            "As the head teacher I write about exam officer Smith's rudeness; your "
            "reference CMP-2026-00001. I want this to go to the director.\r\n",
        ),
    )
)
