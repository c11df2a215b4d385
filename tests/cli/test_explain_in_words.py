"""What an officer reads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Triage
from tests.intake.mails import delivered

AT = "2026-03-02T09:30"
MONDAY = """\
  Acknowledge  by Wednesday 4 March 2026, 17:00: 2 working days from Mon 2 March
               2026 → Wed 4 March
"""


Explain = Callable[..., str]
"""Explains one mail; the name of its file is left out."""


@pytest.fixture(autouse=True)
def usual_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def explain(
    triage: Triage, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Explain:
    # A name as people type it: a long one would be wrapped.
    monkeypatch.chdir(tmp_path)
    path = Path("mail.eml")

    def run(raw: bytes, *options: str) -> str:
        path.write_bytes(raw)
        result = triage("explain", "-c", config, "--at", AT, *options, path)
        assert (result.status, result.err) == (0, "")
        return result.out.removeprefix(f"{path}\n")

    return run


def flat(printed: str) -> str:
    return " ".join(printed.split())


def change(config: Path, old: str, new: str) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    text = rules.read_text("utf-8")
    assert old in text
    rules.write_text(text.replace(old, new, 1), "utf-8")


def test_a_redirection_is_told_on_one_screen(explain: Explain) -> None:
    printed = explain(delivered("Complaint", "My daughter has no teacher."))

    assert printed == (
        """\
  Subject      Complaint
  From         Joy Mensah <joy.mensah@post.example>, Mon 2 March 2026, 09:30
  Decision     Sent elsewhere: The school answers first [school-first]
  Why          A family about lessons [lessons]
               ✓ the writer's role is parent
                   A parent writes [family]: “«My daughter» has no teacher.”
               ✓ the main matter is “Teaching” [teaching]
                   About lessons [teaching]: “My daughter has no «teacher».”
               ✓ this is clear enough to send somebody elsewhere: 2 points for
                 the main matter (2 needed), nothing against it, and no other
                 matter that people would work on
  Writer       Parent [parent]: 1 point, 1 needed
  Matter       Teaching [teaching]: 2 points, 1 needed
  Reply        “Your complaint CMP-0000-00000: what you can do next (automatic
               reply)” [school-first] to joy.mensah@post.example
               ✓ it goes out by itself
"""
        + MONDAY
        + """\
  Answer       no date: nothing is investigated on this route
  Filed in     Complaints/Redirected
  Nearly       no other line came near: none lacked just one thing
"""
    )


def test_a_mail_that_is_not_ours_says_what_it_would_need(explain: Explain) -> None:
    printed = explain(delivered("Lunch"))

    assert printed.endswith(
        """\
  Decision     Not ours: it stays where it is, as it is. Its subject would need
               one of: complaint*
"""
    )


def test_an_automatic_mail_says_what_shows_it(explain: Explain) -> None:
    printed = explain(delivered("Complaint", auto_submitted="auto-replied"))

    assert printed.endswith(
        """\
  Decision     Recorded, without a case and without a reply: it says that a
               machine sent it (auto-replied) [auto-submitted]
"""
    )


def test_a_redirection_that_the_guard_stops_says_what_stopped_it(
    explain: Explain,
) -> None:
    text = "My son has no teacher and your website is down."

    printed = explain(delivered("Complaint", text))

    assert "Decision Taken up by people: A person decides [review]" in flat(printed)
    assert (
        """\
               This would send the writer elsewhere; the guard forbids it:
               ✓ nothing was seen that speaks against it
               ✓ the main matter is clear enough: 2 points, 2 needed
               ✗ “Our website” [website], which people would work on, has 2
                 points: 0 fewer, 1 needed
"""
        in printed
    )
    assert (
        "Nearly The school answers first [school-first],"
        " had the guard not forbidden it (see Why)"
    ) in flat(printed)


def test_a_flag_shows_all_its_words_and_who_is_told(explain: Explain) -> None:
    printed = explain(
        delivered("Complaint", "My son is afraid. His teacher beats him.")
    )

    assert (
        """\
  Flags        A child may be at risk [safeguarding]
                 Somebody is in danger [danger]: “His teacher «beats him».”
"""
        in printed
    )
    assert (
        "✗ nobody is sent elsewhere who is flagged: A child may be at risk" in printed
    )
    assert "  Told at once safeguarding: A child may be at risk\n" in printed
    assert "  Filed in     Complaints/Review, urgent\n" in printed


def test_a_mail_of_html_alone_is_quoted_as_it_is_read(explain: Explain) -> None:
    html = "<p>My <b>daughter</b> has no\nteacher&nbsp;&amp; no book.</p>"

    printed = explain(delivered(html=html))

    assert "“«My daughter» has no teacher & no book.”" in flat(printed)


def test_where_no_line_holds_it_is_said(explain: Explain, config: Path) -> None:
    rest = '[[rule]]\nid = "rest"\ntitle = "Everything else"\nroute = "review"\n'
    change(config, rest, "")

    printed = explain(delivered("Complaint", "I am unhappy."))

    assert "  Why          no line of the table holds, so a person decides\n" in printed
    assert "  Matter       none is clear\n" in printed
    assert "Writer not known [unknown]: nothing was seen that tells who" in flat(
        printed
    )


def test_what_a_complaint_lacks_is_told_with_what_is_there(explain: Explain) -> None:
    lacking = explain(delivered("Complaint", "Your website is down."))
    whole = explain(delivered("Complaint", "I wrote to you. Your website is down."))

    assert "  Must contain ✗ asked for: Earlier letters [correspondence]\n" in lacking
    assert "✓ there: Earlier letters [correspondence]" in whole
    assert "Names an earlier letter [earlier-letter]: “«I wrote to you»." in flat(whole)


def test_a_reply_that_is_withheld_says_who_must_acknowledge(explain: Explain) -> None:
    raw = delivered("Complaint", return_path="")

    printed = explain(raw)

    assert (
        """\
               ✗ it is not sent, and a person must acknowledge by hand, because
                   its Return-Path is a machine's <> [null-return-path]
"""
        in printed
    )


def test_a_reply_that_is_held_says_what_goes_out_meanwhile(
    explain: Explain, config: Path
) -> None:
    change(config, "never_redirect = true", "hold_redirect = true")
    change(config, "points = 2\n", 'points = 2\nmeanwhile = "acknowledged-held"\n')

    printed = explain(delivered("Complaint", "My son has a teacher. He beats him."))

    assert "✗ it waits until a person approves it, because" in printed
    assert "it would turn away a flagged writer [flagged-redirection]" in printed
    assert (
        "✓ in the meantime an acknowledgement [acknowledged-held] goes out at once"
        in (flat(printed))
    )


def test_the_nearest_line_says_the_one_thing_that_it_lacks(explain: Explain) -> None:
    printed = explain(delivered("Complaint", "No lesson was held."))

    assert printed.endswith(
        """\
  Nearly       “A family about lessons” [lessons] would have led to: The school
               answers first [school-first]. Only this keeps it from holding:
               ✗ the writer's role is unknown, and this line is for the role
                 parent
"""
    )


def test_the_whole_way_shows_every_line_that_was_looked_at(explain: Explain) -> None:
    printed = explain(delivered("Complaint", "Your web page is down."), "--table")

    table = printed.partition("  The table, line by line\n")[2]
    assert table.startswith(
        """\
    ✗ 1. It belongs to a known case [known]
         ✗ the mail belongs to no known case, and this line is for others
    ✗ 2. A family about lessons [lessons]
         ✗ the writer's role is unknown, and this line is for the role parent
    ✓ 3. About our website [our-website]
         ✓ the main matter is “Our website” [website]
             About the website [website]: “Your «web page» is down.”
    1 more line follows: nobody had to look there

  What it is about: points of each matter
    ✓ Our website [website]: 2 points, 1 needed
        +2 About the website [website]
"""
    )
    assert explain(delivered("Complaint", "Your web page is down."), "-v") == printed


def test_words_that_were_taken_back_and_single_hints_are_shown(
    explain: Explain, config: Path
) -> None:
    change(config, '"web page"]', '"web page"]\nunless = ["not"]')
    change(
        config, 'phrases = ["teacher*", "lesson*"]', 'weak = ["teacher*", "lesson*"]'
    )

    printed = explain(delivered("Complaint", "A teacher. It is not the website."), "-v")

    assert printed.endswith(
        """\
  Taken back by other words of the same sentence
    “It is not the website.”
      About the website [website]: «website»

  Single hints, of which two would be needed
    “A teacher.”
      About lessons [teaching]: «teacher»
"""
    )


def test_the_letter_is_shown_with_a_sample_reference(explain: Explain) -> None:
    printed = explain(delivered("Complaint", "Your website is down."), "--reply")

    letter = printed.partition("  | ")[2]
    assert "  | Case reference: CMP-0000-00000\n" in letter
    assert "  | Complaints Team\n" in letter


def test_a_letter_that_is_withheld_is_shown_as_well(explain: Explain) -> None:
    printed = explain(delivered("Complaint", return_path=""), "--reply")

    assert "  | Case reference: CMP-0000-00000\n" in printed


def test_a_letter_that_cannot_be_written_says_why(explain: Explain) -> None:
    raw = delivered().replace(b"From: Joy Mensah <joy.mensah@post.example>\r\n", b"")

    printed = explain(raw, "--reply")

    assert "it names no sender [no-author]" in printed
    assert "no reply can be written: the recipient is not one plain" in flat(printed)


@pytest.mark.parametrize(
    "steering",
    [
        pytest.param("\x1b[2J", id="escape"),
        pytest.param("\x9b2J", id="C1"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\u2066", id="isolate"),
        pytest.param("\x07\x08\x7f", id="bell, backspace, delete"),
        pytest.param("\u2028", id="line separator"),
    ],
)
def test_nothing_of_a_sender_steers_the_terminal(
    explain: Explain, steering: str
) -> None:
    raw = delivered(
        "Complaint SUBJECT", f"My {steering}daughter has no{steering} teacher."
    )
    subject = f"=?utf-8?q?{''.join(f'={o:02X}' for o in steering.encode())}?="

    printed = explain(raw.replace(b"SUBJECT", subject.encode()), "-v", "--reply")

    assert not {c for c in steering if not c.isprintable()} & set(printed)


def test_a_mail_without_anything_is_explained(explain: Explain) -> None:
    printed = explain(b"Subject: complaint\r\n\r\n")

    assert "From (nobody), Mon 2 March 2026" in flat(printed)
    assert "no author" not in printed


def test_lines_are_as_long_as_the_terminal_is_wide(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = delivered("Complaint " + "x" * 900, "My daughter has no teacher. " * 30)

    for columns in (40, 80, 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        printed = explain(raw, "-v")
        assert max(map(len, printed.splitlines())) <= min(columns, 100)
