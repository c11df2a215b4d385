"""The oracle notices what is wrong in a letter itself."""

from base64 import b64encode

import pytest

from tests.torture.evidence import Evidence
from tests.torture.oracle import judge
from tests.torture.spoiling import first_letter, with_octets

pytestmark = pytest.mark.servers

SAID = b"We have received your complaint"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Your complaint", b"Subject: About the website Zqmark"),
        (SAID, b"I cannot enter anybody"),
        (SAID, b"I cannot en=\r\nter any=62ody"),
        (b"Hello,", b"Hello Wendy Zqmark"),
        (SAID, SAID + b" <b>website has b<i>een</i> down for a week</b>"),
        (b"Subject: Your complaint", b"Subject: =?utf-8?q?I_c=61nnot_enter_anybody?="),
        (b"\r\nTo: ", b"\r\nTo: (Wendy Zqmark) "),
        (b"\r\nTo: ", b"\r\nTo: (=?utf-8?b?V2VuZHkgWnFtYXJr?=) "),
        (b"From: ", b"From: =?utf-8?q?W=65ndy_Zqmark?= "),
        (b"Precedence: bulk", b"Precedence: =?utf-8?q?W=65ndy_Zqmark?="),
        (SAID, b"&#73; cannot &#101;nter anybody"),
        (SAID, b"I%20cannot%20enter%20anybody"),
        (SAID, b"SSBjYW5ub3QgZW50ZXIgYW55Ym9keS4="),
        (b"Hello,", b"Dear Wendy,"),
        (
            b"Content-Type: text/plain",
            b"Content-Description: I cannot enter anybody\r\nContent-Type: text/plain",
        ),
        (b"\r\n\r\n--", b"\r\n\r\nI cannot enter anybody\r\n--"),
        (b"text/plain", b"application/x-triage"),
    ],
)
def test_a_senders_words_in_a_letter_are_noticed(
    evidence: Evidence, old: bytes, new: bytes
) -> None:
    mark = evidence.delivered[0].mark.encode()

    wendy = b64encode(b"Wendy " + mark)
    disguised = new.replace(b"V2VuZHkgWnFtYXJr", wendy).replace(b"Zqmark", mark)

    found = judge(with_octets(evidence, old, disguised), "echo")

    assert any("repeats" in each.words or "not ours" in each.words for each in found)


def test_what_is_attached_to_a_letter_is_noticed(evidence: Evidence) -> None:
    octets = first_letter(evidence).octets
    boundary = octets.split(b'boundary="')[1].split(b'"')[0]
    part = b"\r\n".join(
        (
            b"Content-Type: application/octet-stream",
            b"Content-Transfer-Encoding: base64",
            b"",
            b64encode(b"I cannot enter anybody."),
            b"",
        )
    )
    last = b"--" + boundary + b"--"

    found = judge(
        with_octets(evidence, last, b"--" + boundary + b"\r\n" + part + last), "echo"
    )

    assert any("repeats" in each.words for each in found)
    assert any("Content-Type" in each.words for each in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Precedence: bulk", b"Precedence: bulk\r\nBcc: all@people.example"),
        (b"Precedence: bulk", b"Precedence: bulk\r\nPrecedence: bulk"),
        (b"Auto-Submitted: auto-replied\r\n", b""),
        (b"Auto-Submitted: auto-replied", b"Auto-Submitted: no"),
        (SAID, b"We have\nreceived"),
        (SAID, b"We have\rreceived"),
        (SAID, b"x" * 999),
        (SAID, b"We have \xc3\xa4"),
        (b"In-Reply-To: <", b"In-Reply-To: hello <"),
    ],
)
def test_bytes_and_fields_that_are_not_ours_are_noticed(
    evidence: Evidence, old: bytes, new: bytes
) -> None:
    assert judge(with_octets(evidence, old, new), "echo")
