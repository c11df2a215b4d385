"""Each look at a letter notices what it is there for."""

import pytest

from tests.torture.access.looking import html_faults, letter_faults
from triage.demo.servers import Accepted

GOOD = "\r\n".join(
    (
        "Date: Mon, 02 Mar 2026 10:00:00 +0000",
        "From: Team <complaints@examboard.example>",
        "To: anna@post.example",
        "Subject: Your complaint CMP-2026-00001",
        "Message-ID: <acknowledge.cmp-2026-00001.00@examboard.example>",
        "In-Reply-To: <1@post.example>",
        "References: <0@post.example> <1@post.example>",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        "X-Triage-Loop: triage",
        "Content-Language: en-GB",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Hello",
        "--b",
        "Content-Type: text/html; charset=utf-8",
        "",
        '<p>Hello <a href="https://examboard.example/x">there</a></p>',
        "--b--",
        "",
    )
)


def faults(text: str, *recipients: str) -> list[str]:
    to = recipients or ("anna@post.example",)
    return list(letter_faults(Accepted("", to, text.encode("latin-1"))))


def test_a_good_letter_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("Hello\r\n", "Hello\n", "a CR or LF stands alone"),
        ("Hello\r\n", "Hel\rlo\r\n", "a CR or LF stands alone"),
        ("--b--\r\n", "--b--", "its last line has no end"),
        ("Hello\r\n", f"{'x' * 999}\r\n", "a line is longer than 998 octets"),
        ("Hello\r\n", "H\xe9llo\r\n", "an octet is no printable ASCII"),
        ("Hello\r\n", "H\x1bllo\r\n", "an octet is no printable ASCII"),
        ("Date:", "Bcc: x@evil.example\r\nDate:", "an unknown field: bcc"),
        ("Date:", "To: x@evil.example\r\nDate:", "2 fields to"),
        ("Precedence: bulk\r\n", "", "no field precedence"),
        ("auto-replied", "no", "Auto-Submitted says nothing of us"),
        ("<1@post.example>", "hello <1@post.example>", "In-Reply-To is no list"),
        ("To: anna@", "To: Anna <anna@", "To is not one bare address"),
        ("To: anna@", "To: bob@", "To is not whom the envelope names"),
        ("text/plain", "text/calendar", "its parts are text/calendar, text/html"),
        ('"b"', '"c"', "it is no clean multipart/alternative"),
        ("<p>", "<p><script>x</script>", "HTML has <script>"),
    ],
)
def test_a_fault_is_noticed(before: str, after: str, fault: str) -> None:
    found = faults(GOOD.replace(before, after, 1))

    assert any(each.startswith(fault) for each in found), found


def test_a_second_recipient_is_noticed() -> None:
    assert faults(GOOD, "anna@post.example", "x@evil.example")


@pytest.mark.parametrize(
    "html",
    [
        "<img src=https://evil.example/x>",
        "<p onclick=x>",
        "<a href=javascript:x>",
        "<a href='data:text/html,x'>",
        "<a href=http://evil.example>",
        "<p style='background: url(https://evil.example)'>",
        "<meta http-equiv=refresh content=0>",
        "<form>",
    ],
)
def test_html_that_acts_is_noticed(html: str) -> None:
    assert list(html_faults(html))
