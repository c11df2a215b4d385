"""Submitting one letter to a scripted server, with what happened on our side noted."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.smtp.scripted import ScriptedServer
from triage.smtp import Envelope, Limits, Outcome, Server, Submission

LETTER = (
    b"Message-ID: <ack.CMP-2026-00001.x@ours.example>\r\n"
    b"Subject: We have your complaint\r\n"
    b"\r\n"
    b"Thank you.\r\n"
)
ENVELOPE = Envelope("", "jane@example.org")
PATIENT = Limits(connect=10, before_dot=20, after_dot=20, after_stop=0.3)
"""Longer than a busy machine takes for what is meant to succeed."""
HASTY = Limits(connect=1, before_dot=0.5, after_dot=0.5)
"""For what is meant to run out of time."""


class Sending:
    """A submission and how often it asked to commit before the dot."""

    def __init__(self) -> None:
        self.commits = 0
        self.stop = threading.Event()

    def to(self, server: ScriptedServer, **changes: Any) -> Submission:
        limits = changes.pop("limits", PATIENT)
        here = Server("127.0.0.1", server.port, "plain")
        return Submission(replace(here, **changes), limits, self.stop)

    def submit(
        self,
        server: ScriptedServer,
        data: bytes = LETTER,
        envelope: Envelope = ENVELOPE,
        before_dot: Callable[[], None] = lambda: None,
        **changes: Any,
    ) -> Outcome:
        submission = self.to(server, **changes)

        def commit() -> None:
            self.commits += 1
            before_dot()

        try:
            return submission.submit(envelope, data, commit)
        finally:
            submission.close()
