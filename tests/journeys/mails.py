"""Mails as people and machines send them, with what does not matter supplied."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import count

from tests.journeys.installing import ADDRESS

MOTHER = "joy.mensah@post.example"
ABOUT_WEBSITE = "Your website has been down for a week and I cannot enter anybody."
_numbers = count(1)


def make_mail(
    subject: str = "Complaint about your website",
    text: str = ABOUT_WEBSITE,
    *,
    sender: str = MOTHER,
    html: str | None = None,
    **fields: str,
) -> bytes:
    """Write a mail; `in_reply_to` becomes the field In-Reply-To, and so on."""
    message = EmailMessage()
    message["Date"] = format_datetime(datetime.now(UTC) - timedelta(seconds=5))  # noqa: TID251 - a mail of just now
    message["From"] = f"Joy Mensah <{sender}>"
    message["To"] = ADDRESS
    message["Subject"] = subject
    message["Message-ID"] = f"<{next(_numbers)}@post.example>"
    for name, value in fields.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    if html is None:
        message.set_content(text)
    else:
        message.set_content(html, subtype="html", cte="base64")
    return message.as_bytes(policy=SMTP)


def report_on(message_id: str) -> bytes:
    """Write a delivery report (RFC 3464) on a letter of ours."""
    lines = (
        "From: Mail Delivery <mailer-daemon@mx.post.example>",
        f"To: {ADDRESS}",
        "Subject: Undelivered: your mail",
        f"Date: {format_datetime(datetime.now(UTC))}",  # noqa: TID251 - a mail of just now
        f"Message-ID: <{next(_numbers)}@mx.post.example>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "No such user.",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.post.example",
        "",
        f"Final-Recipient: rfc822; {MOTHER}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message_id}",
        "",
        "--b--",
        "",
    )
    return "\r\n".join(lines).encode("ascii")
