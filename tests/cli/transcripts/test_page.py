"""The page has a place for each transcript, and no other."""

import re

from tests.cli.transcripts import page
from tests.cli.transcripts.test_doctor import SCENES

BESIDE = {
    *("init", "doctor/healthy", "doctor/config"),
    *(f"status/{each}" for each in ("healthy", "away", "killed", "token", "several")),
}


def test_every_transcript_stands_on_the_page_and_each_of_the_page_is_made() -> None:
    made = BESIDE | {f"doctor/{name}" for name in SCENES}

    assert set(page.blocks()) == made


def test_every_finding_stands_in_the_handbook() -> None:
    doctor = page.PAGE.parents[1] / "triage" / "doctor"
    code = "".join(each.read_text("utf-8") for each in sorted(doctor.glob("*.py")))

    named = set(re.findall(r'"((?:imap|smtp|domain|host|calendar)\.[a-z-]+)"', code))

    handbook = (page.PAGE.parent / "operations.md").read_text("utf-8")
    assert len(named) > 10
    assert {each for each in named if f"`{each}`" not in handbook} == set()


def test_every_finding_of_the_handbook_stands_on_the_page() -> None:
    handbook = (page.PAGE.parent / "operations.md").read_text("utf-8")
    table = handbook.partition("| finding |")[2].partition("\n\n")[0]
    shown = "".join(page.blocks().values())

    named = set(re.findall(r"`([a-z.-]+)`", table))

    assert {each for each in named if f" {each}: " not in shown} == set()
