"""Labelled complaints, read from beside the project if present."""

import email
import email.message
import email.policy
import re
from pathlib import Path

import pytest

from tests.message.mails import html_mail
from triage.message import parse

MAILS = Path(__file__).parents[2].parent / "shared" / "mails"
FILES = sorted(MAILS.glob("*.eml"))
each_mail = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])

pytestmark = pytest.mark.skipif(not FILES, reason=f"the mails are not at {MAILS}")


def texts(file: Path, kind: str) -> list[str]:
    """The parts of a type, as the standard library reads them."""
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    return [
        part.get_content().replace("\r\n", "\n")
        for part in message.walk()
        if part.get_content_type() == kind
    ]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@each_mail
def test_nothing_is_wrong_with_them(file: Path) -> None:
    assert parse(file.read_bytes()).defects == ()


@each_mail
def test_the_longest_paragraph_is_the_writers(file: Path) -> None:
    message = parse(file.read_bytes())

    for text in texts(file, "text/plain"):
        longest = max(text.split("\n\n"), key=len)
        assert longest.strip() in message.text


@each_mail
def test_no_quotation_is_the_writers(file: Path) -> None:
    message = parse(file.read_bytes())

    for text in texts(file, "text/plain"):
        for line in text.splitlines():
            if line.startswith(">") and line.strip("> "):
                assert line.strip("> ") not in message.text
    assert ">" not in message.text
    assert "wrote:" not in message.text
    assert "-----" not in message.text


@each_mail
def test_every_word_is_in_one_of_the_fields(file: Path) -> None:
    message = parse(file.read_bytes())

    kept = f"{message.text} {message.forwarded} {message.quoted} {message.signature}"
    for text in texts(file, "text/plain"):
        assert sorted(words(text)) == sorted(words(kept))


@each_mail
def test_the_writers_name_does_not_end_the_text(file: Path) -> None:
    message = parse(file.read_bytes())

    last = message.text.rstrip().split("\n")[-1].lower()
    assert message.sender is not None
    names = [word for word in words(message.sender.name.lower()) if len(word) > 3]
    assert not any(name in words(last) for name in names)


def has_both(file: Path) -> bool:
    return bool(texts(file, "text/plain") and texts(file, "text/html"))


BOTH = [file for file in FILES if has_both(file)]


@pytest.mark.parametrize("file", BOTH, ids=[file.stem for file in BOTH])
def test_its_html_says_the_same_as_its_plain_text(file: Path) -> None:
    whole = parse(file.read_bytes())
    assert whole.sender is not None
    sender = f"From: {whole.sender.name.replace(',', '')} <{whole.sender.address}>"

    message = parse(
        html_mail(*texts(file, "text/html"), f"Subject: {whole.subject}", sender)
    )

    assert words(message.text) == words(whole.text)
    assert words(message.quoted) == words(whole.quoted)
    assert words(message.forwarded) == words(whole.forwarded)
