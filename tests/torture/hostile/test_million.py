"""The row of damaged mails can fail, and what it finds can be had again."""

from collections.abc import Iterator

from tests.torture.hostile.million import GUARDED, mail_of, try_mails


def test_an_exception_that_escapes_is_a_finding() -> None:
    def break_on_two(number: int) -> Iterator[str]:
        yield "read"
        if number == 2:
            raise LookupError

    tried = try_mails(range(4), break_on_two)

    assert [finding.about for finding in tried.findings] == ["mail 2"]
    assert tried.findings[0].words.startswith("LookupError at test_million.py")
    assert tried.counts["mails"] == 4


def test_an_exception_that_parsing_catches_is_a_finding_too() -> None:
    def guard_two(number: int) -> Iterator[str]:
        yield GUARDED if number == 2 else "read"

    tried = try_mails(range(4), guard_two)

    assert [finding.about for finding in tried.findings] == ["mail 2"]


def test_a_mail_follows_from_its_number() -> None:
    assert mail_of(7) == mail_of(7)
    assert mail_of(7) != mail_of(8)
