"""Every file, whatever it is, through the whole pure chain."""

from dataclasses import replace
from time import process_time

from tests.message.test_corpora import CORPORA, SOURCES, files
from tests.torture.corpora.judging import decided, ruleset
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from triage.message import parse

MOST_SECONDS = 1.0


def reading(ground: Ground) -> Outcome:
    """Read, match and decide every file; nothing is raised, and none takes a second."""
    ruleset()  # compiled before anything is timed
    findings: list[Finding] = []
    seconds: list[float] = []
    for folder in SOURCES:
        ground.say(f"  {folder.name}")
        for file in files(folder):
            name = str(file.relative_to(CORPORA))
            begun = process_time()
            try:
                message = parse(file.read_bytes())
                decided(replace(message, subject=f"Complaint {message.subject}"))
            except Exception as error:  # noqa: BLE001 - what is looked for
                findings.append(Finding("raised", name, repr(error)))
            seconds.append(process_time() - begun)
            if seconds[-1] > MOST_SECONDS:
                findings.append(Finding("slow", name, f"{seconds[-1]:.1f} s"))
    return Outcome(
        cases=len(seconds),
        findings=tuple(findings),
        note=f"slowest {max(seconds):.2f} s of CPU",
    )
