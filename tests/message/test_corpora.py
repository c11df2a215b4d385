"""Real mails that other projects collected, read from beside the project if present."""

import csv
import os
import re
from collections import Counter
from pathlib import Path
from time import process_time

import pytest

from tests.message.test_hostile import assert_safe
from triage.message import parse
from triage.message.flatten import flatten
from triage.message.split import split

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
SOURCES = sorted(folder for folder in CORPORA.glob("*") if folder.is_dir())
DISCOURSE = CORPORA / "discourse+email_reply_trimmer" / "test"
TALON = CORPORA / "mailgun+talon" / "tests" / "fixtures"

pytestmark = pytest.mark.skipif(
    not SOURCES, reason=f"the mail corpora are not at {CORPORA}"
)


def files(folder: Path) -> list[Path]:
    return sorted(
        Path(parent, name) for parent, _, names in os.walk(folder) for name in names
    )


@pytest.mark.parametrize("folder", SOURCES, ids=[folder.name for folder in SOURCES])
def test_every_file_is_read_within_a_second(folder: Path) -> None:
    for file in files(folder):
        raw = file.read_bytes()
        begun = process_time()

        message = parse(raw)

        assert process_time() - begun < 1, file
        assert_safe(message)
        assert not any("cannot be read." in defect for defect in message.defects), file


def written(text: str) -> Counter[str]:
    """The lines that say something, without the signs of quotation before them."""
    stripped = (re.sub(r"^[> ]+", "", line).strip() for line in text.split("\n"))
    return Counter(line for line in stripped if line)


def test_what_is_trimmed_agrees_with_discourse() -> None:
    """At least 52 of 64; where not, we think otherwise or keep more.

    Discourse keeps a quotation that stands above all text, and a closing formula.
    """
    agreed = []
    for file in files(DISCOURSE / "emails"):
        text = file.read_text("utf-8", "replace").replace("\r\n", "\n")
        wanted = (DISCOURSE / "trimmed" / file.name).read_text("utf-8", "replace")

        found = split(text, "Re: Complaint")

        extra = written(found.text) - written(wanted)
        lost = written(wanted) - written(f"{found.text}\n{found.signature}")
        if not extra and not lost:
            agreed.append(file.name)
    assert len(agreed) >= 52


def talon_replies() -> list[Path]:
    return sorted((TALON / "standard_replies").glob("*.eml"))


@pytest.mark.parametrize("file", talon_replies(), ids=lambda file: file.stem)
def test_the_reply_is_what_talon_says_it_is(file: Path) -> None:
    beside = file.with_name(f"{file.stem}_reply_text")
    wanted = beside.read_text() if beside.exists() else "Hello"

    message = parse(file.read_bytes())

    assert written(f"{message.text}\n{message.signature}") == written(wanted)


def talon_html() -> list[Path]:
    return sorted((TALON / "html_replies").glob("*.html"))


@pytest.mark.parametrize("file", talon_html(), ids=lambda file: file.stem)
def test_the_reply_in_html_is_what_talon_says_it_is(file: Path) -> None:
    text, _ = flatten(file.read_text("utf-8", "replace"))

    found = split(text, "Re: Test")

    assert (found.text, found.signature) == ("Hi. I am fine.", "Thanks,\nAlex")


def test_signatures_agree_with_talon() -> None:
    """At least five of six: `sparse` draws lines and writes a post in two languages."""
    bodies = sorted((TALON / "signature" / "emails" / "stripped").glob("*_body"))
    agreed = []
    for body in bodies:
        name = body.name.removesuffix("_body")
        sender = body.with_name(f"{name}_sender").read_text()
        beside = body.with_name(f"{name}_signature")
        wanted = beside.read_text() if beside.exists() else ""

        found = split(body.read_text("utf-8", "replace"), "", [sender])

        if written(found.signature) == written(wanted):
            agreed.append(name)
    assert len(agreed) >= 5


def test_most_bounces_give_back_the_id_of_what_bounced() -> None:
    """Of the bounces that hold a Message-ID below their own header at all."""
    found = wanted = 0
    for row in csv.reader((CORPORA / "labels.csv").read_text("utf-8").splitlines()):
        file = CORPORA / row[0]
        if row[1] != "bounce" or not file.is_file():
            continue
        raw = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        body = raw.partition(b"\n\n")[2]
        if re.search(
            rb"^[ >\t]{0,8}Message-ID:\s*<[^<>\s@]+@[^<>\s@]+>",
            body,
            re.MULTILINE | re.IGNORECASE,
        ):
            wanted += 1
            found += bool(parse(raw).returned_ids)
    assert found >= 0.95 * wanted > 0
