"""A waiting letter in a person's words: the same mail, both bodies made anew."""

from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.errors import MessageError
from triage.reply import Letter, Organisation, Templates, compose, reword, text_of
from triage.reply.blocks import body_of
from triage.reply.sameness import first_difference

FIELDS = ("Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References")


@pytest.fixture(scope="module")
def letter(
    make_letter: Callable[..., Letter], templates: Templates, now: datetime
) -> bytes:
    return compose(make_letter("formal-complaint"), templates, now).data


def mail(data: bytes) -> EmailMessage:
    return message_from_bytes(data, EmailMessage, policy=default)


def html_of(data: bytes) -> str:
    body = mail(data).get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("template", ["review", "school-first", "results-via-school"])
@pytest.mark.parametrize("missing", [(), ("centre", "correspondence")])
def test_every_letter_can_be_reworded_by_what_it_says_already(
    template: str,
    missing: tuple[str, ...],
    make_letter: Callable[..., Letter],
    templates: Templates,
    now: datetime,
) -> None:
    former = compose(make_letter(template, missing=missing), templates, now).data

    again = reword(former, text_of(former), templates.organisation)

    assert text_of(former) == text_of(again)
    assert first_difference(text_of(former), html_of(again)) is None


def test_everything_but_the_wording_stays(
    letter: bytes, organisation: Organisation
) -> None:
    changed = reword(letter, "Dear Ms Mensah,\n\nThank you.", organisation)

    before, after = mail(letter), mail(changed)
    assert [str(before[field]) for field in FIELDS] == [
        str(after[field]) for field in FIELDS
    ]
    assert before.keys() == after.keys()
    assert text_of(changed) == "Dear Ms Mensah,\n\nThank you.\n"
    assert "<p>Dear Ms Mensah,</p>\n<p>Thank you.</p>" in html_of(changed)


def test_it_keeps_the_look_of_its_letter(
    letter: bytes, organisation: Organisation
) -> None:
    changed = html_of(reword(letter, text_of(letter), organisation))

    former = html_of(letter)
    head = former[: former.index("<body")]
    assert changed.startswith(head)
    for piece in ('<p class="sender">', "<h1>", "<h2>", '<div class="small">'):
        assert piece in former
        assert piece in changed


HOSTILE = '<script>alert(1)</script> & <img src=x> "quoted" {{ reference }}'


def test_what_is_written_is_text_whatever_it_looks_like(
    letter: bytes, organisation: Organisation
) -> None:
    changed = reword(letter, HOSTILE, organisation)

    assert text_of(changed).strip() == HOSTILE
    assert "&lt;script&gt;" in html_of(changed)
    assert "<img" not in html_of(changed)


BLOCKS = {
    "paragraph": ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
    "headings": (
        "Title\n-----\n\nNext\n----\nText.",
        "<h1>Title</h1>\n<h2>Next</h2>\n<p>Text.</p>",
    ),
    "bullets": ("- one\n- two\n  more", "<ul>\n<li>one</li>\n<li>two more</li>\n</ul>"),
    "numbers": ("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>"),
    "list below its sentence": (
        "Please send:\n- one\n- two",
        "<p>Please send:</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>",
    ),
    "kept break": ("Kind regards,\nRuth", "<p>Kind regards,<br>\nRuth</p>"),
    "filled line": (
        f"{'word ' * 13}word\nlonger and longer",
        f"<p>{'word ' * 13}word\nlonger and longer</p>",
    ),
    "link": (
        "See (https://www.example.org/a?b=1&c=2).",
        '<p>See (<a href="https://www.example.org/a?b=1&amp;c=2">'
        "https://www.example.org/a?b=1&amp;c=2</a>).</p>",
    ),
    "address": (
        "Write to help@example.org.",
        '<p>Write to <a href="mailto:help@example.org">help@example.org</a>.</p>',
    ),
    "no link": ("http://x.example", "<p>http://x.example</p>"),
    "no address": ("me@home", '<p><a href="mailto:me@home">me@home</a></p>'),
    "small print": (
        "Text.\n\n-----\n\nSmall.",
        '<p>Text.</p>\n</main>\n<div class="small">\n<p>Small.</p>\n</div>',
    ),
}


@pytest.mark.parametrize(("text", "html"), BLOCKS.values(), ids=BLOCKS)
def test_text_becomes_html_that_says_the_same(text: str, html: str) -> None:
    body = body_of(text, "Example Board")

    assert html in body
    assert first_difference(text, body) is None


REFUSED = {
    "empty": ("  \n ", "must say something"),
    "escape": ("Dear\x1b[2J you", "line 1 holds a character that nobody can see"),
    "turned": ("One.\nDear \u202eyou", "line 2 holds a character"),
    "surrogate": ("Dear \udcff", "line 1 holds a character"),
    "numbers that do not count": ("4. four\n5. five", "1., 2., 3."),
    "too long": ("word " * 6000, "larger than"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_what_no_letter_may_contain_is_refused(
    text: str, words: str, letter: bytes, organisation: Organisation
) -> None:
    with pytest.raises(MessageError, match=words):
        reword(letter, text, organisation)


def test_a_long_line_is_laid_out(letter: bytes, organisation: Organisation) -> None:
    changed = reword(letter, "word " * 40, organisation)

    assert max(map(len, text_of(changed).splitlines())) <= 72
    assert "<br>" not in html_of(changed)


def test_a_mail_that_is_not_ours_is_not_reworded(organisation: Organisation) -> None:
    with pytest.raises(MessageError, match="not of our making"):
        reword(b"From: a@b.example\r\n\r\nHello\r\n", "Hello.", organisation)


PIECES = st.sampled_from(
    [
        "word ", "- ", "1. ", "2. ", "\n", "\n\n", "---", "-----\n", "https://a.example/",
        "me@a.example", "<b>", "&amp;", "“", "é", ".", "(", ")", "|", "  ", "\t",
        "x" * 80, "{{ x }}", "\u00a0", "12. May", "=?utf-8?q?a?=", "\r\n", ":",
        "'", '"', "@",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_is_refused_or_said_in_both_forms(
    letter: bytes, organisation: Organisation, text: str
) -> None:
    try:
        changed = reword(letter, text, organisation)
    except MessageError:
        return

    said = text_of(changed)
    assert said.split() == text.replace("\u00a0", " ").split() or "|" in text
    assert first_difference(said, html_of(changed)) is None
