from pathlib import Path

from tests.cli.conftest import Triage
from tests.journeys.installing import Servers, install
from triage.demo.servers import SmtpSink


def with_server(smtp: SmtpSink, folder: Path) -> Path:
    servers = Servers(imap_port=1, user="triage", password="pw", smtp_port=smtp.port)  # noqa: S106
    return install(folder, servers)


def test_the_page_is_written_where_it_is_wanted(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"

    result = triage("templates", "preview", "school-first", "-c", config, "-o", page)

    assert (result.status, result.out) == (0, f"1 letters: {page.as_uri()}\n")
    assert "<h2>school-first</h2>" in page.read_text("utf-8")


def test_without_a_config_the_shipped_letters_are_shown(
    triage: Triage, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"

    result = triage("templates", "preview", "-o", page)

    assert result.status == 0
    assert "<h2>results-via-school</h2>" in page.read_text("utf-8")


def test_a_page_that_cannot_be_written_is_told_in_words(
    triage: Triage, config: Path, tmp_path: Path
) -> None:
    page = tmp_path / "no folder" / "page.html"

    result = triage("templates", "preview", "school-first", "-c", config, "-o", page)

    assert result.status == 2
    assert result.err == f"{page} cannot be written: No such file or directory\n"


def test_a_case_of_the_store_gives_its_reference_and_dates(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"

    result = triage(
        *("templates", "preview", "formal-complaint", "-c", worked, "-o", page),
        *("--case", "cmp-2026-00001"),
    )

    assert result.status == 0
    assert "for case CMP-2026-00001" in page.read_text("utf-8")


def test_a_case_that_is_not_there_is_said(
    triage: Triage, worked: Path, tmp_path: Path
) -> None:
    result = triage(
        *("templates", "preview", "-c", worked, "-o", tmp_path / "page.html"),
        *("--case", "CMP-2026-00009"),
    )

    assert result.status == 2
    assert "there is no case CMP-2026-00009" in result.err


def test_a_tester_gets_the_letter_as_a_person_would(
    triage: Triage, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    config = with_server(smtp_sink, tmp_path)

    result = triage(
        *("templates", "send-test", "school-first", "-c", config),
        *("--to", "tester@examboard.example"),
    )

    (letter,) = smtp_sink.accepted
    assert (result.status, result.out) == (
        0,
        "school-first, with nothing missing: accepted\n",
    )
    assert letter.recipients == ("tester@examboard.example",)
    assert b"To: tester@examboard.example\r\n" in letter.octets
    assert b"Auto-Submitted: auto-replied\r\n" in letter.octets


def test_a_letter_that_is_not_accepted_is_said_and_gives_status_1(
    triage: Triage, config: Path
) -> None:
    result = triage(
        *("templates", "send-test", "school-first", "-c", config),
        *("--to", "tester@examboard.example"),
    )

    assert result.status == 1
    assert result.out.startswith("school-first, with nothing missing: ")
    assert "accepted" not in result.out


def test_a_tester_has_one_plain_address(triage: Triage, config: Path) -> None:
    result = triage(
        *("templates", "send-test", "school-first", "-c", config, "--to", "a@b, c@d")
    )

    assert (result.status, result.err) == (2, "--to is not one plain e-mail address\n")


def test_which_letters_to_send_must_be_said(triage: Triage, config: Path) -> None:
    result = triage("templates", "send-test", "-c", config, "--to", "t@x.example")

    assert result.status == 2
    assert "--all" in result.err
