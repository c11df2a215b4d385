"""The header block: fields, encoded words, ids, paths and dates."""

from datetime import UTC, datetime

import pytest

from tests.message.mails import HEAD, mail, without
from triage.message import limits, parse, peek


def test_field_names_are_found_without_regard_to_case() -> None:
    message = parse(mail("X-LOOP: yes", "x-loop: again"))

    assert message.headers.all("X-Loop") == ("yes", "again")
    assert "x-loop" in message.headers
    assert message.headers.first("X-Absent") is None


def test_fields_keep_their_order_and_their_spelling() -> None:
    message = parse(mail("Received: two", "Received: one", head=""))

    assert list(message.headers) == [("Received", "two"), ("Received", "one")]


def test_a_folded_field_is_unfolded() -> None:
    message = parse(mail("Subject: Complaint\r\n about\r\n\tfees"))

    assert message.subject == "Complaint about fees"


def test_a_field_with_space_before_its_colon_counts() -> None:
    message = parse(mail("Auto-Submitted : auto-replied"))

    assert message.headers.first("Auto-Submitted") == "auto-replied"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param("=?utf-8?q?Queja_n=C3=BAmero?=", "Queja número", id="q"),
        pytest.param("=?UTF-8?B?w4k=?= t=?utf-8?Q?_?=", "É t", id="b beside plain"),
        pytest.param(
            "=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café", id="cut within a character"
        ),
        pytest.param("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab", id="folded neighbours"),
        pytest.param("=?utf-8?q?a?= b", "a b", id="space before plain"),
        pytest.param("=?iso-8859-1?q?=93no=94?=", "“no”", id="latin-1 as Windows-1252"),
        pytest.param("=?gb2312?b?lIE=?=", "攣", id="gb2312 as gb18030"),
        pytest.param("=?utf-8*en?q?ok?=", "ok", id="with language"),
        pytest.param("=?x-unknown?q?ok=E9?=", "oké", id="unknown charset"),
        pytest.param("=?utf-8?q?Hello world?=", "Hello world", id="space within"),
        pytest.param("=?utf-8?b?!!!?=", "", id="nothing in base64"),
        pytest.param("=?utf-8?x?abc?=", "=?utf-8?x?abc?=", id="unknown encoding"),
        pytest.param("=?utf-8?q?open", "=?utf-8?q?open", id="unfinished"),
        pytest.param("caf\udcc3\udca9", "café", id="raw UTF-8"),
        pytest.param("caf\udce9", "café", id="raw Windows-1252"),
        pytest.param("=?utf-8?q?a=00b=1Bc=C2=85d?=", "a b c d", id="controls"),
        pytest.param("=?utf-8?q?ab=E2=80=AEtxt?=", "abtxt", id="overriding direction"),
    ],
)
def test_a_subject_is_decoded(sent: str, read: str) -> None:
    message = parse(mail(f"Subject: {sent}"))

    assert read == message.subject


@pytest.mark.parametrize(
    "word", ["=?utf-8?q?x=0ABcc:_e@x?=", "=?utf-8?b?eAoNQmNjOiBl?="]
)
def test_a_newline_in_an_encoded_word_stays_in_its_field(word: str) -> None:
    message = parse(mail(f"Subject: {word}", f"X-Other: {word}"))

    assert message.subject.startswith("x Bcc:")
    assert "\n" not in message.subject
    assert "Bcc" not in message.headers
    assert message.subject == message.headers.first("X-Other")


def test_the_first_of_two_subjects_counts() -> None:
    message = parse(mail("Subject: first", "Subject: second"))

    assert message.subject == "first"


def test_an_address_is_lower_cased_and_its_name_decoded() -> None:
    message = parse(mail("From: =?utf-8?b?6ZmI6Z2Z?= <Jing.Chen@School.Example>"))

    assert [(author.address, author.name) for author in message.from_] == [
        ("jing.chen@school.example", "陈静")
    ]
    assert message.sender == message.from_[0]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param("a@b.example", ["a@b.example"], id="bare"),
        pytest.param("<a@b.example>", ["a@b.example"], id="in brackets"),
        pytest.param('"Doe, John" <a@b.example>', ["a@b.example"], id="comma in name"),
        pytest.param(
            "a@b.example, c@d.example", ["a@b.example", "c@d.example"], id="two"
        ),
        pytest.param("team: a@b.example, c@d.example;", 2, id="group"),
        pytest.param("undisclosed-recipients:;", [], id="empty group"),
        pytest.param("<>", [], id="null"),
        pytest.param("Bob <bob@b.example", [], id="unclosed"),
        pytest.param("bob", [], id="no domain"),
        pytest.param('"a b"@c.example', [], id="quoted local part"),
        pytest.param("a@[127.0.0.1]", [], id="domain literal"),
        pytest.param("<@r.example:a@b.example>", ["a@b.example"], id="source route"),
        pytest.param("a@b.example (Ann (the) Reader)", ["a@b.example"], id="comment"),
        pytest.param(
            "a@evil.example <b@c.example>", ["b@c.example"], id="address as name"
        ),
        pytest.param("alice@b.example)bob@c.example", [], id="CVE-2023-27043"),
        pytest.param("ü@bücher.example", ["ü@bücher.example"], id="SMTPUTF8"),
        pytest.param(f"{'a' * 65}@b.example", [], id="local part too long"),
    ],
)
def test_mailboxes_of_from(sent: str, read: list[str] | int) -> None:
    message = parse(mail(f"From: {sent}"))

    addresses = [author.address for author in message.from_]
    assert read == (len(addresses) if isinstance(read, int) else addresses)


def test_what_is_no_address_leaves_a_defect_without_quoting_it() -> None:
    message = parse(mail("From: Secret Name <secret@b.example"))

    assert any("from has an irregular address" in defect for defect in message.defects)
    assert not any("ecret" in defect for defect in message.defects)


def test_several_authors_are_no_sender() -> None:
    message = parse(mail("From: a@b.example, c@d.example"))

    assert message.sender is None


def test_all_fields_of_recipients_are_read() -> None:
    message = parse(
        mail(
            "To: a@x.example",
            "To: b@x.example",
            "Cc: c@x.example",
            "Reply-To: d@x.example",
            "Resent-To: e@x.example",
            "Resent-Cc: f@x.example",
        )
    )

    assert [to.address for to in message.to] == ["a@x.example", "b@x.example"]
    assert [cc.address for cc in message.cc] == ["c@x.example"]
    assert [to.address for to in message.reply_to] == ["d@x.example"]
    assert [to.address for to in message.resent] == ["e@x.example", "f@x.example"]


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        pytest.param(["Return-Path: <Ann@B.Example>"], "ann@b.example", id="path"),
        pytest.param(["Return-Path: <>"], "", id="null"),
        pytest.param(["Return-Path: < >"], "", id="null with space"),
        pytest.param(["Return-Path: ann@b.example"], "ann@b.example", id="no brackets"),
        pytest.param([], None, id="missing"),
        pytest.param(["Return-Path: <a b@c.example>"], None, id="with space"),
        pytest.param(["Return-Path: <x> <y>"], None, id="two paths"),
    ],
)
def test_return_path(fields: list[str], read: str | None) -> None:
    message = parse(mail(*fields, head=without("return-path")))

    assert read == message.return_path


def test_the_topmost_of_several_return_paths_counts_and_is_a_defect() -> None:
    message = parse(mail("Return-Path: <>", "Return-Path: <a@b.example>"))

    assert message.return_path == ""
    assert any("several Return-Path" in defect for defect in message.defects)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param("<a.b@c.example>", "<a.b@c.example>", id="regular"),
        pytest.param("<A$b%c=d+e@f-g>", "<A$b%c=d+e@f-g>", id="atom signs"),
        pytest.param("", None, id="empty"),
        pytest.param("a@b.example", None, id="no brackets"),
        pytest.param("<a b@c.example>", None, id="space"),
        pytest.param('<"a"@c.example>', None, id="quoted"),
        pytest.param("<a@[127.0.0.1]>", None, id="literal"),
        pytest.param("<a(b)@c.example>", None, id="comment"),
        pytest.param("<a@b@c.example>", None, id="two signs"),
        pytest.param("<a\\@c.example>", None, id="backslash"),
        pytest.param("<é@c.example>", None, id="not ASCII"),
        pytest.param(f"<{'a' * 238}@b.example>", f"<{'a' * 238}@b.example>", id="250"),
        pytest.param(f"<{'a' * 239}@b.example>", None, id="251"),
    ],
)
def test_only_a_message_id_of_strict_grammar_is_kept(
    sent: str, read: str | None
) -> None:
    message = parse(mail(f"Message-ID: {sent}"))

    assert read == message.message_id


def test_what_is_answered_stands_before_the_thread() -> None:
    message = parse(
        mail("References: <1@x> <2@x>\r\n <3@x>", "In-Reply-To: your mail <3@x>")
    )

    assert message.references == ("<3@x>", "<1@x>", "<2@x>")


def test_an_encoded_word_cannot_smuggle_a_line_into_references() -> None:
    message = parse(mail("In-Reply-To: =?utf-8?q?<1@x>=0ABcc:_e@x?="))

    assert message.references == ("<1@x>",)


def test_a_long_id_in_encoded_words_is_understood() -> None:
    """Python's own mail library writes ids so where they do not fit on a line."""
    encoded = "=?utf-8?q?=3Cacknowledge=2ECMP-1=2Eabc?=\r\n =?utf-8?q?def=40x=3E?="

    message = parse(mail(f"In-Reply-To: {encoded}", f"References: <1@x> {encoded}"))

    assert message.references == ("<acknowledge.CMP-1.abcdef@x>", "<1@x>")


def test_the_newest_ids_of_a_long_thread_are_kept() -> None:
    thread = " ".join(f"<{number}@x>" for number in range(1000))

    message = parse(mail(f"References: {thread}", "In-Reply-To: <0@x>"))

    assert len(message.references) == limits.IDS
    assert message.references[0] == "<0@x>"
    assert message.references[-1] == "<999@x>"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param(
            "Tue, 24 Mar 2026 13:10:12 +0200",
            datetime(2026, 3, 24, 11, 10, 12, tzinfo=UTC),
            id="regular",
        ),
        pytest.param(
            "24 Mar 26 13:10 GMT", datetime(2026, 3, 24, 13, 10, tzinfo=UTC), id="old"
        ),
        pytest.param(
            "Tue, 24 Mar 2026 13:10:12 (no zone)",
            datetime(2026, 3, 24, 13, 10, 12, tzinfo=UTC),
            id="lenient",
        ),
        pytest.param("yesterday", None, id="words"),
        pytest.param("Tue, 24 Mar 9999999 13:10:12 +0000", None, id="far"),
        pytest.param("Tue, 24 Mar 2026 13:10:12 +99999999", None, id="zone"),
        pytest.param("31 Feb 2026 13:10:12 +0000", None, id="no such day"),
    ],
)
def test_date(sent: str, read: datetime | None) -> None:
    message = parse(mail(f"Date: {sent}"))

    assert read == message.dated


def test_content_type_is_lower_cased_and_without_parameters() -> None:
    message = parse(mail("Content-Type: Text/HTML; charset=utf-8", body="x"))

    assert message.content_type == "text/html"


def test_a_mail_without_content_type_is_plain_text() -> None:
    assert parse(mail(body="x")).content_type == "text/plain"


def test_header_fields_that_are_too_many_are_cut_with_a_defect() -> None:
    fields = [f"X-{number}: x" for number in range(limits.FIELDS + 1)]

    message = parse(mail(*fields, body="text"))

    assert len(message.headers.fields) == limits.FIELDS
    assert message.text == "text"
    assert any("too many header fields" in defect for defect in message.defects)
    assert not message.has_whole_header


def test_a_header_of_as_many_fields_as_are_read_is_whole() -> None:
    fields = [f"X-{number}: x" for number in range(limits.FIELDS)]
    octets = "\r\n".join((*fields, "", "text")).encode()

    assert parse(octets).has_whole_header


def test_a_header_block_that_is_too_large_is_cut_and_the_text_still_found() -> None:
    filling = [f"X-{number}: {'x' * 900}" for number in range(300)]

    message = parse(mail("Subject: kept", *filling, body="the text"))

    assert message.subject == "kept"
    assert message.text == "the text"
    assert any("header block is too large" in defect for defect in message.defects)
    assert not message.has_whole_header


def test_a_header_block_that_a_mailbox_may_have_cut_is_not_whole() -> None:
    """It cuts at the same size, after a whole line."""
    octets = limits.HEADER_BLOCK - limits.FIELD
    block = b"Subject: kept\r\nX-Long: "
    block += b"x" * (octets - len(block) - len(b"\r"))

    message = parse(block + b"\r\n\r\nthe text")

    assert not message.has_whole_header
    assert any("header block is too large" in defect for defect in message.defects)
    assert parse(block[:-1] + b"\r\n\r\nthe text").has_whole_header


def test_a_subject_is_read_behind_a_field_that_names_thousands() -> None:
    crowd = ",\r\n ".join(f"a{number}@crowd.example" for number in range(8_000))

    message = parse(mail(f"Cc: {crowd}", "Subject: kept"))

    assert message.subject == "kept"


def test_of_a_subject_larger_than_any_header_block_the_beginning_is_read() -> None:
    message = parse(mail(f"Subject: kept {'x' * limits.HEADER_BLOCK}"))

    assert message.subject.startswith("kept xxx")


def test_an_address_at_the_end_of_what_is_read_is_never_read_in_part() -> None:
    filling = f"X-Long: {'x' * (limits.HEADER_BLOCK - 30)}"

    message = parse(mail(filling, "From: <ann@readers.example>"))

    assert message.from_ == ()


def test_a_field_that_is_too_long_is_cut_with_a_defect() -> None:
    message = parse(mail(f"Subject: {'x' * (limits.FIELD + 100)}"))

    assert len(message.subject) <= limits.FIELD
    assert any("header field is too long" in defect for defect in message.defects)


def test_addresses_that_are_too_many_are_cut_with_a_defect() -> None:
    many = ", ".join(f"a{number}@x.example" for number in range(limits.ADDRESSES + 1))

    message = parse(mail(f"To: {many}"))

    assert len(message.to) == limits.ADDRESSES
    assert any("too many addresses" in defect for defect in message.defects)


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"], ids=["crlf", "lf", "cr"])
def test_every_line_end_is_taken(line_end: str) -> None:
    raw = (HEAD + "\r\nfirst\r\nsecond\r\n").replace("\r\n", line_end).encode()

    message = parse(raw)

    assert message.subject == "Complaint"
    assert message.text == "first\nsecond"


def test_mixed_line_ends_are_taken() -> None:
    message = parse(b"Subject: a\nX-B: c\r\n\r\nfirst\n\nsecond\r\n")

    assert (message.subject, message.headers.first("X-B")) == ("a", "c")
    assert message.text == "first\n\nsecond"


def test_an_mbox_line_and_a_byte_order_mark_are_passed_over() -> None:
    assert parse(b"From ann Tue Mar 24 2026\nSubject: x\n\nt").subject == "x"
    assert parse(b"\xef\xbb\xbfSubject: x\n\nt").subject == "x"


def test_a_body_without_an_empty_line_before_it_is_not_lost() -> None:
    message = parse(b"Subject: x\nDear Sir\nI complain.\n\nAnn")

    assert message.subject == "x"
    assert message.text.startswith("Dear Sir\nI complain.")
    assert any("No empty line" in defect for defect in message.defects)


def test_a_broken_line_among_header_fields_hides_none_of_them() -> None:
    message = parse(b"Subject: x\nbroken line\nAuto-Submitted: auto-replied\n\nt")

    assert message.headers.first("Auto-Submitted") == "auto-replied"
    assert message.text == "t"


def test_a_mail_without_header_fields_is_all_text() -> None:
    assert parse(b"hello\nthere\n").text == "hello\nthere"
    assert parse(b"\nhello\n").text == "hello"


def test_a_mail_of_header_fields_alone_has_no_text() -> None:
    message = parse(HEAD.encode())

    assert (message.subject, message.text) == ("Complaint", "")


def test_peek_reads_what_parse_reads() -> None:
    raw = mail("In-Reply-To: <2@x>", "Subject: =?utf-8?q?caf=C3=A9?=", body="text")

    peeked, parsed = peek(raw[: raw.index(b"\r\n\r\n") + 4]), parse(raw)

    for name in ("headers", "subject", "from_", "to", "return_path", "message_id"):
        assert getattr(parsed, name) == getattr(peeked, name)
    assert parsed.references == peeked.references
    assert peeked.sha256 == ""
