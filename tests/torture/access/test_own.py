"""What no alarm may be is noticed."""

import pytest

from tests.torture.access.own import alarm_faults
from triage.demo.servers import Accepted

GOOD = "\r\n".join(
    (
        "Date: Mon, 02 Mar 2026 10:00:00 +0000",
        "From: alarm@examboard.example",
        "To: it@examboard.example",
        "Subject: [triage on box] no letter is sent",
        "Message-ID: <alarm.1@examboard.example>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit",
        "",
        "ALARM",
        "",
    )
)


def faults(text: str, to: str = "it@examboard.example") -> list[str]:
    return list(alarm_faults(Accepted("", (to,), text.encode("latin-1"))))


def test_a_good_alarm_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ALARM", "ALARM\nforged"),
        ("ALARM", "ALARM\r"),
        ("ALARM", "AL\xc4RM"),
        ("ALARM", "A" * 999),
        ("Subject:", "Bcc: a@b.example\r\nSubject:"),
        ("Subject:", "Subject: a\r\nSubject:"),
        ("auto-generated", "no"),
        ("text/plain", "text/html"),
        ("X-Auto-Response-Suppress: All\r\n", ""),
    ],
)
def test_a_fault_is_noticed(before: str, after: str) -> None:
    assert faults(GOOD.replace(before, after))


def test_a_recipient_whom_it_does_not_name_is_noticed() -> None:
    assert faults(GOOD, "somebody@else.example")
