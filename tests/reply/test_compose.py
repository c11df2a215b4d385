from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import MessageError
from triage.reply import (
    Composed,
    Letter,
    Notice,
    Organisation,
    Templates,
    compile_templates,
    compose,
    compose_notice,
)

MakeLetter = Callable[..., Letter]
MakeNotice = Callable[..., Notice]
TINY = {
    "tiny.txt": "Subject: Complaint {{ reference }}\nHello",
    "tiny.html": '<html lang="en-GB"><p>Hello</p></html>',
}


def read(composed: Composed) -> EmailMessage:
    mail = message_from_bytes(composed.data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_reply_carries_exactly_these_fields(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    letter = make_letter("school-first")

    mail = read(compose(letter, templates, now))

    expected = [
        ("Date", "Thu, 02 Apr 2026 15:30:00 +0000"),
        (
            "From",
            '"Example Examinations Board, Complaints Team" '
            "<complaints@examboard.example>",
        ),
        ("To", "parent@post.example"),
        (
            "Subject",
            "Your complaint CMP-2026-00042: what you can do next (automatic reply)",
        ),
        ("Message-ID", "<CMP-2026-00042.a1b2@examboard.example>"),
        ("In-Reply-To", "<question@post.example>"),
        (
            "References",
            "<first@post.example> <second@post.example> <question@post.example>",
        ),
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "bulk"),
        ("X-Triage-Loop", "examboard.example"),
        ("Content-Language", "en-GB"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'multipart/alternative; boundary="=_triage"'),
    ]
    assert expected == [(name, str(value)) for name, value in mail.items()]


def test_a_reply_is_a_text_and_an_html_body(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    mail = read(compose(make_letter(), templates, now))

    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert all("Kind regards," in part.get_content() for part in mail.iter_parts())


def test_a_reply_is_lines_of_printable_ascii_that_end_in_crlf(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    for name in [name for name in templates.pairs if not name.startswith("notice")]:
        data = compose(make_letter(name), templates, now).data

        lines = data.split(b"\r\n")
        assert data.isascii()
        assert b"\n" not in b"".join(lines)
        assert b"\r" not in b"".join(lines)
        assert max(map(len, lines)) <= 78
        assert len(data) < 8_000


def test_what_goes_to_the_outbox_is_what_the_mail_says(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    composed = compose(make_letter("concern"), templates, now)

    mail = read(composed)
    assert composed.to == mail["To"]
    assert composed.subject == mail["Subject"]
    assert composed.message_id == mail["Message-ID"]
    assert composed.kind == "acknowledgement"


def test_composing_twice_gives_the_same_octets(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    letter = make_letter()

    assert compose(letter, templates, now) == compose(letter, templates, now)


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("<a@b>\r\nBcc: victim@post.example", id="line-break"),
        pytest.param("<a@b>\nBcc: victim@post.example", id="line-feed"),
        pytest.param("<=?utf-8?q?x=0ABcc=3A_v=40p?=@b>", id="encoded-word"),
        pytest.param("<a@b> <c@d>", id="two-in-one"),
        pytest.param("<" * 4000, id="many-brackets"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_id_that_breaks_the_grammar_is_left_out(
    hostile: str, templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    letter = make_letter(
        in_reply_to=hostile, references=(hostile, "<good@post.example>")
    )

    mail = read(compose(letter, templates, now))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<good@post.example>"
    assert mail["Bcc"] is None


@given(
    parent=st.none() | st.text(),
    ancestors=st.lists(st.text() | st.just("<a@b.example>"), max_size=20),
)
def test_no_id_adds_a_field(
    parent: str | None,
    ancestors: list[str],
    templates: Templates,
    make_letter: MakeLetter,
    now: datetime,
) -> None:
    letter = make_letter(in_reply_to=parent, references=tuple(ancestors))

    names = {name for name, _ in read(compose(letter, templates, now)).items()}

    assert len(names - {"In-Reply-To", "References"}) == 12


def test_a_reply_to_a_mail_without_ids_has_no_thread(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    letter = make_letter(in_reply_to=None, references=())

    mail = read(compose(letter, templates, now))

    assert "In-Reply-To" not in mail
    assert "References" not in mail


def test_of_a_long_thread_the_first_and_the_latest_ids_are_named(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    thread = tuple(f"<{number}@post.example>" for number in range(20))
    letter = make_letter(references=thread, in_reply_to="<19@post.example>")

    mail = read(compose(letter, templates, now))

    expected = ["<0@post.example>", *thread[11:]]
    assert expected == mail["References"].split()


def test_an_id_too_long_for_a_line_keeps_the_thread(
    templates: Templates, make_letter: MakeLetter, now: datetime
) -> None:
    long_id = f"<{'A' * 90}@eurprd04.prod.post.example>"
    letter = make_letter(in_reply_to=long_id, references=("<a@b.example>",))

    mail = read(compose(letter, templates, now))

    assert mail["In-Reply-To"] == long_id
    assert mail["References"].split() == ["<a@b.example>", long_id]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"to": "a@b.example, c@d.example"}, id="two-recipients"),
        pytest.param({"to": "a@b.example\r\nBcc: c@d.example"}, id="line-break-in-to"),
        pytest.param({"to": ""}, id="no-recipient"),
        pytest.param({"reference": "CMP\r\nBcc: c@d.example"}, id="no-reference"),
        pytest.param({"message_id": "<a@elsewhere.example>"}, id="not-our-domain"),
        pytest.param({"message_id": "<a b@examboard.example>"}, id="no-message-id"),
        pytest.param({"template": "holidays"}, id="no-such-template"),
    ],
)
def test_a_letter_that_cannot_be_written_is_refused_without_naming_anybody(
    changes: dict[str, object],
    templates: Templates,
    make_letter: MakeLetter,
    now: datetime,
) -> None:
    letter = make_letter(**changes)

    with pytest.raises(MessageError) as caught:
        compose(letter, templates, now)

    assert "@" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Complaints Team", id="words"),
        pytest.param('The "Exams" \\ Board', id="quotes-and-backslash"),
        pytest.param("Prüfungsamt für Beschwerden", id="umlauts"),
        pytest.param("試験" * 40, id="long-and-wide"),
        pytest.param("Board " * 20 + "Team", id="long"),
        pytest.param("Board, " * 20 + "Team", id="long-with-commas"),
        pytest.param("=?utf-8?q?x=0ABcc=3A?=", id="looks-encoded"),
    ],
)
def test_any_display_name_arrives_as_it_was_written(
    name: str,
    make_organisation: Callable[..., Organisation],
    make_letter: MakeLetter,
    now: datetime,
) -> None:
    templates = compile_templates(TINY, make_organisation(from_name=name))

    composed = compose(make_letter("tiny"), templates, now)

    # The newer readers of the standard library part encoded words by spaces.
    phrase, address = parseaddr(message_from_bytes(composed.data)["From"])
    assert str(make_header(decode_header(phrase))) == name
    assert address == "complaints@examboard.example"


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param("Ihre Beschwerde für uns", id="umlauts"),
        pytest.param("あなたの苦情を受け取りました" * 5, id="long-and-wide"),
        pytest.param("Your complaint " * 12, id="long"),
    ],
)
def test_any_subject_arrives_as_it_was_written(
    subject: str,
    organisation: Organisation,
    make_letter: MakeLetter,
    now: datetime,
) -> None:
    files = TINY | {"tiny.txt": f"Subject: {subject} {{{{ reference }}}}\nHello"}
    templates = compile_templates(files, organisation)

    composed = compose(make_letter("tiny"), templates, now)

    assert read(composed)["Subject"] == " ".join(f"{subject} CMP-2026-00042".split())
    assert max(map(len, composed.data.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(".", id="lone-dot"),
        pytest.param(
            "caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{RAINBOW}", id="unicode"
        ),
        pytest.param("a=b=\N{EM DASH}" * 60, id="long"),
        pytest.param("--=_triage--", id="boundary"),
        pytest.param("\N{NO-BREAK SPACE}x", id="no-break-space"),
    ],
)
def test_any_words_of_a_template_arrive_as_they_were_written(
    line: str, organisation: Organisation, make_letter: MakeLetter, now: datetime
) -> None:
    files = TINY | {
        "tiny.txt": f"Subject: Complaint {{{{ reference }}}}\n| Hello\n| {line}",
        "tiny.html": f'<html lang="en-GB"><p>Hello {line}</p></html>',
    }
    templates = compile_templates(files, organisation)

    mail = read(compose(make_letter("tiny"), templates, now))

    text, html = mail.iter_parts()
    assert line.split() == text.get_content().split()[1:]
    assert f"<p>Hello {line}</p>" in html.get_content()


def test_a_notice_is_marked_as_made_by_a_machine_but_not_as_bulk(
    templates: Templates, make_notice: MakeNotice, now: datetime
) -> None:
    mail = read(compose_notice(make_notice(), templates, now))

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Triage-Loop"] == "examboard.example"
    assert "Precedence" not in mail
    assert "In-Reply-To" not in mail


def test_a_notice_says_which_case_why_where_and_by_when(
    templates: Templates,
    make_notice: MakeNotice,
    make_letter: MakeLetter,
    now: datetime,
) -> None:
    notice = make_notice(
        route="A complaint for a person",
        folder="Review",
        priority="urgent",
        received_at=now,
        respond=make_letter().respond,
    )

    mail = read(compose_notice(notice, templates, now))

    text = next(mail.iter_parts()).get_content()
    assert mail["Subject"] == "Please look at case CMP-2026-00042"
    for line in (
        "Case reference: CMP-2026-00042",
        "- Somebody may be at risk of harm",
        "- Priority: urgent",
        "- Taken for: A complaint for a person",
        "- Received on: Thursday 2 April 2026",
        "- To be answered by: Monday 20 April 2026",
    ):
        assert line in text.splitlines()
    assert "To be acknowledged" not in text


def test_an_alert_needs_no_case(
    templates: Templates, make_notice: MakeNotice, now: datetime
) -> None:
    alert = make_notice(
        "notice-breaker", reference=None, why=("60 replies within one hour",)
    )

    mail = read(compose_notice(alert, templates, now))

    assert mail["Subject"] == "Automatic replies to complaints are held"
    assert "Case reference" not in next(mail.iter_parts()).get_content()


def test_a_notice_about_a_case_needs_its_reference(
    templates: Templates, make_notice: MakeNotice, now: datetime
) -> None:
    with pytest.raises(MessageError, match="case reference"):
        compose_notice(make_notice(reference=None), templates, now)


def test_the_subject_of_a_letter_is_known_without_composing_it(
    templates: Templates,
) -> None:
    subject = templates.subject_of("live-exam", "CMP-1")

    assert (
        subject == "Your complaint CMP-1: comments on an exam paper (automatic reply)"
    )
