import pytest

from triage.reply.grammar import is_address, is_line, is_message_id, is_reference


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<a@b>", id="shortest"),
        pytest.param("<CA+x=1_2~3!@mail.gmail.com>", id="all-kinds-of-characters"),
        pytest.param("<a@[IPv6:2001:db8::1]>", id="domain-literal"),
        pytest.param(f"<{'a' * 244}@b.c>", id="longest"),
    ],
)
def test_a_message_id_of_strict_grammar_passes(text: str) -> None:
    assert is_message_id(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a@b", id="no-brackets"),
        pytest.param("<a@b> <c@d>", id="two"),
        pytest.param("<a@b>\r\nBcc: x@y.example", id="line-break-behind"),
        pytest.param("<a\r\nBcc:x@y>", id="line-break-inside"),
        pytest.param("<a@b>\n", id="line-end"),
        pytest.param("<=?utf-8?q?x=0ABcc=3A_e=40x?=@b>", id="encoded-word"),
        pytest.param("<a@=?utf-8?b?Cg==?=>", id="encoded-word-in-domain"),
        pytest.param('<"a b"@c>', id="quoted"),
        pytest.param("<a..b@c>", id="empty-atom"),
        pytest.param("<a@b@c>", id="two-ats"),
        pytest.param("<ä@b>", id="not-ascii"),
        pytest.param("<a@[x]y]>", id="bracket-inside-literal"),
        pytest.param("<a(comment)@b>", id="comment"),
        pytest.param(f"<{'a' * 245}@b.c>", id="too-long"),
        pytest.param("<a\x00@b>", id="nul"),
    ],
)
def test_anything_else_is_no_message_id(text: str) -> None:
    assert not is_message_id(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a@b.example", id="plain"),
        pytest.param("o'brien+exams_1@post.example", id="apostrophe-and-plus"),
        pytest.param("u@localhost", id="one-label"),
        pytest.param(f"{'a' * 64}@b.example", id="longest-local-part"),
    ],
)
def test_a_plain_address_passes(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("Ann <a@b.example>", id="display-name"),
        pytest.param("a@b.example, c@d.example", id="two"),
        pytest.param("a@b.example\r\nBcc: c@d.example", id="line-break"),
        pytest.param("a@b.example\n", id="line-end"),
        pytest.param("a@b@c.example", id="two-ats"),
        pytest.param('"a b"@c.example', id="quoted"),
        pytest.param("a@[192.0.2.1]", id="domain-literal"),
        pytest.param("a@-b.example", id="hyphen-first"),
        pytest.param("a@b..example", id="empty-label"),
        pytest.param(".a@b.example", id="dot-first"),
        pytest.param("ä@b.example", id="not-ascii"),
        pytest.param("=?utf-8?q?a=0Ab?=@b.example", id="encoded-word"),
        pytest.param(f"{'a' * 65}@b.example", id="local-part-too-long"),
        pytest.param("a@" + "b" * 250 + ".example", id="too-long"),
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("CMP-2026-00042", True, id="reference"),
        pytest.param("CMP 2026", False, id="space"),
        pytest.param("CMP-\r\nBcc", False, id="line-break"),
        pytest.param("-CMP", False, id="hyphen-first"),
        pytest.param("C" * 33, False, id="too-long"),
        pytest.param("<b>", False, id="markup"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_reference_is_letters_digits_and_hyphens(text: str, expected: bool) -> None:
    assert expected == is_reference(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Prüfungsamt, Team 1", True, id="any-language"),
        pytest.param("  ", False, id="blank"),
        pytest.param("a\nb", False, id="line-feed"),
        pytest.param("a\x85b", False, id="next-line"),
        pytest.param("a\u2028b", False, id="line-separator"),
        pytest.param("a\ud800b", False, id="lone-surrogate"),
    ],
)
def test_a_line_has_no_control_characters(text: str, expected: bool) -> None:
    assert expected == is_line(text)
