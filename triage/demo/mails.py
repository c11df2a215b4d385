"""The sample mails of mails.toml as the bytes of real mails."""

import tomllib
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from triage.demo.servers import Delivery

TO = "complaints@examboard.example"
REPORT = """\
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain

The mail could not be delivered.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example

Final-Recipient: rfc822; somebody@post.example
Action: failed
Status: 5.1.1

--report
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--report--
"""


class Expectation(BaseModel):
    """What must become of a mail; a key that is absent asks nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    disposition: Literal["leave", "record", "answer"]
    route: str | None = None
    flags: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    reply: str | None = None
    """The template, or `none`."""
    held: bool = False
    withheld: bool = False
    joins: str | None = None
    """The mail whose case it belongs to."""


class Sample(BaseModel):
    """One mail and what must become of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    wave: Literal[1, 2]
    minutes: int = 0
    sender: str = Field(alias="from")
    return_path: str | None = None
    subject: str
    headers: dict[str, str] = {}
    body: str = ""
    html: str | None = None
    replies_to: str | None = None
    returns: str | None = None
    expect: Expectation

    @property
    def message_id(self) -> str:
        return f"<{self.id}@post.example>"

    def delivery(self, received_at: datetime, ours: str | None = None) -> Delivery:
        """Write the mail as a server delivers it; `ours` is the reply it is about."""
        if self.returns is not None:
            return Delivery(self._bounce(received_at, ours or ""), received_at)
        message = self._start(received_at)
        message.set_content(self.html or self.body, "html" if self.html else "plain")
        if ours is not None:
            message["In-Reply-To"] = ours
            message["References"] = ours
        return Delivery(message.as_bytes(policy=SMTP), received_at)

    def _start(self, received_at: datetime) -> EmailMessage:
        message = EmailMessage()
        author = parseaddr(self.sender)[1]
        path = author if self.return_path is None else self.return_path
        message["Return-Path"] = f"<{path}>"
        message["Date"] = format_datetime(received_at - timedelta(seconds=20))
        message["From"] = self.sender
        message["To"] = TO
        message["Subject"] = self.subject
        message["Message-ID"] = self.message_id
        for name, value in self.headers.items():
            message[name] = value
        return message

    def _bounce(self, received_at: datetime, ours: str) -> bytes:
        """Write a delivery report (RFC 3464) on a reply of ours."""
        head = self._start(received_at).as_bytes(policy=SMTP).rstrip()
        report = REPORT.format(message_id=ours).replace("\n", "\r\n")
        return head + b"\r\n" + report.encode("ascii")


def samples() -> tuple[Sample, ...]:
    """Return every sample mail, in the order of the file."""
    text = files("triage.demo").joinpath("mails.toml").read_text(encoding="utf-8")
    return tuple(Sample(**table) for table in tomllib.loads(text)["mail"])
