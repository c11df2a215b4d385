from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.errors import MultipartInvariantViolationDefect
from email.parser import BytesHeaderParser

import pytest

from triage.errors import MessageError
from triage.reply import Letter, Templates
from triage.reply.compose import draft_letter
from triage.reply.mime import Draft, write
from triage.reply.verify import _fields, verify

BODY = b"\r\n\r\n"


@pytest.fixture
def draft(
    templates: Templates, make_letter: Callable[..., Letter], now: datetime
) -> Draft:
    return draft_letter(make_letter("formal-complaint"), templates, now)


def test_what_was_written_passes(draft: Draft) -> None:
    verify(write(draft), draft)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        pytest.param(
            b"\r\nPrecedence:",
            b"\r\nBcc: victim@post.example\r\nPrecedence:",
            "Bcc is not ours",
            id="a-field-is-added",
        ),
        pytest.param(
            b"\r\nPrecedence:",
            b"\r\nCc: victim@post.example\r\nPrecedence:",
            "Cc is not ours",
            id="a-copy-is-added",
        ),
        pytest.param(
            b"\r\nPrecedence:",
            b"\r\nTo: victim@post.example\r\nPrecedence:",
            "a field is missing, repeated or added",
            id="a-recipient-is-added",
        ),
        pytest.param(
            b"To: parent@post.example",
            b"To: parent@post.example, victim@post.example",
            "To differs",
            id="two-recipients-in-one-field",
        ),
        pytest.param(
            b"Auto-Submitted: auto-replied\r\n",
            b"",
            "Auto-Submitted is missing",
            id="a-mark-is-missing",
        ),
        pytest.param(
            b"auto-replied", b"no", "Auto-Submitted differs", id="a-mark-is-changed"
        ),
        pytest.param(
            b"Subject: Your complaint",
            b"Subject: Your win",
            "Subject differs",
            id="subject",
        ),
        pytest.param(
            b"Subject: Your complaint",
            b"Subject: =?utf-8?b?AA?= =?nonsense?q?=FF?=",
            "Subject differs",
            id="undecodable-subject",
        ),
        pytest.param(
            b"<complaints@", b"<refunds@", "From differs", id="sender's-address"
        ),
        pytest.param(
            b"Complaints Team", b"Refunds", "From differs", id="sender's-name"
        ),
        pytest.param(
            b"<CMP-2026-00042.a1b2@", b"<other@", "Message-ID differs", id="message-id"
        ),
        pytest.param(
            b"<first@post.example>", b"<other@x>", "References differs", id="thread"
        ),
        pytest.param(b"\r\nTo:", b"\nTo:", "a CR or LF stands alone", id="bare-lf"),
        pytest.param(b"\r\nTo:", b"\rTo:", "a CR or LF stands alone", id="bare-cr"),
        pytest.param(
            b"\r\nTo:", b"\r\r\nTo:", "a CR or LF stands alone", id="cr-before-crlf"
        ),
        pytest.param(b"Hello", b"Hell\xc3\xb6", "printable ASCII", id="8-bit-body"),
        pytest.param(
            b"Subject: ", b"Subject: \xff", "printable ASCII", id="8-bit-subject"
        ),
        pytest.param(b"Hello", b"Hell\0", "printable ASCII", id="nul"),
        pytest.param(
            b"Hello", b"Hello " * 20, "a line is longer than 78", id="long-line"
        ),
        pytest.param(
            b"Hello,", b"Goodbye,", "the plain part does not decode", id="text"
        ),
        pytest.param(b"<p>Hello,", b"<p>", "the html part does not decode", id="html"),
        pytest.param(
            b"Hello,", b"=FF=FE,", "the plain part does not decode", id="not-utf-8"
        ),
        pytest.param(
            b"text/plain; charset=utf-8\r\n",
            b"text/plain; charset=utf-8\r\nContent-Disposition: attachment\r\n",
            "the plain part has other fields",
            id="a-part's-field-is-added",
        ),
        pytest.param(
            b"text/html;", b"text/calendar;", "html part has other", id="part's-type"
        ),
        pytest.param(
            b"--=_triage--\r\n",
            b"--=_triage\r\n\r\nthird\r\n--=_triage--\r\n",
            "other parts than a text and an HTML body",
            id="a-part-is-added",
        ),
        pytest.param(
            b"\r\n--=_triage--\r\n", b"", "MIME structure has a defect", id="never-ends"
        ),
        pytest.param(
            b"--=_triage--\r\n",
            b"--=_triage--\r\nmore\r\n",
            "MIME structure has a defect",
            id="text-behind-the-parts",
        ),
        pytest.param(
            b"--=_triage\r\n",
            b"before\r\n--=_triage\r\n",
            "MIME structure has a defect",
            id="text-before-the-parts",
        ),
        pytest.param(
            b"Hello,",
            b"\r\n--=_triage2\r\n\r\nhidden\r\n",
            "other parts than a text and an HTML body",
            id="what-begins-like-a-delimiter",
        ),
        pytest.param(
            b'multipart/alternative; boundary="=_triage"',
            b"text/plain",
            "Content-Type differs",
            id="no-parts-at-all",
        ),
        pytest.param(
            b"Hello", b"Hello=\r\n" * 5000, "it is larger than", id="much-too-large"
        ),
    ],
)
def test_tampering_is_noticed(old: bytes, new: bytes, fact: str, draft: Draft) -> None:
    written = write(draft)
    tampered = written.replace(old, new, 1)
    assert tampered != written

    with pytest.raises(MessageError, match=fact):
        verify(tampered, draft)


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        pytest.param({"to": "a@b, c@d"}, "To is not one plain address", id="to"),
        pytest.param({"message_id": "1"}, "Message-ID is no message id", id="own-id"),
        pytest.param({"in_reply_to": "1"}, "In-Reply-To is no", id="parent"),
        pytest.param({"references": ("1",)}, "References holds something", id="thread"),
        pytest.param(
            {"references": ("<a@b>",) * 11}, "more than 10 ids", id="long-thread"
        ),
    ],
)
def test_a_draft_that_breaks_the_grammar_never_gets_through(
    changes: dict[str, object], fact: str, draft: Draft
) -> None:
    wrong = replace(draft, **changes)  # type: ignore[arg-type]  # fields by name

    with pytest.raises(MessageError, match=fact):
        verify(write(wrong), wrong)


def test_a_mail_without_a_body_is_noticed(draft: Draft) -> None:
    head = write(draft).partition(BODY)[0]

    with pytest.raises(MessageError, match="MIME structure has a defect"):
        verify(head, draft)


def test_a_line_that_is_no_field_is_noticed(draft: Draft) -> None:
    tampered = write(draft).replace(b"\r\nTo:", b"\r\nno field\r\nTo:", 1)

    with pytest.raises(MessageError, match="a field is missing, repeated or added"):
        verify(tampered, draft)


def test_a_line_break_in_a_value_is_noticed_as_another_field(draft: Draft) -> None:
    wrong = replace(draft, in_reply_to="<a@b>\r\nBcc: <victim@post.example>")

    with pytest.raises(MessageError, match="Bcc is not ours"):
        verify(write(wrong), wrong)


def test_all_facts_are_told_and_no_value_is(draft: Draft) -> None:
    tampered = write(draft).replace(b"To: parent@", b"Cc: parent@", 1)

    with pytest.raises(MessageError) as caught:
        verify(tampered, draft)

    assert str(caught.value) == (
        "a composed mail is not sent: Cc is not ours; To is missing"
    )


def test_a_header_block_without_parts_is_whole_for_every_python(draft: Draft) -> None:
    """As Debian 12 has it, it notes that a header block alone has no parts."""
    parsed = BytesHeaderParser().parsebytes(write(draft).partition(b"\r\n\r\n")[0])
    parsed.defects.append(MultipartInvariantViolationDefect())

    assert list(_fields(parsed, draft)) == []
