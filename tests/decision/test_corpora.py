"""Real mails that others collected: no person is lost, no machine is answered."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from triage.decision.automatic import automatic
from triage.decision.gate import Seen
from triage.decision.model import Ourselves
from triage.decision.withhold import withheld
from triage.message import parse

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
LABELS = CORPORA / "labels.csv"
# Mail list software that complains to its own administrator, as a person would write.
LIKE_A_PERSON = "lhost-fml-03.eml"

pytestmark = pytest.mark.skipif(
    not LABELS.exists(), reason=f"the mail collections are not there: {CORPORA}"
)


@pytest.fixture(scope="module")
def read(make_seen: Callable[..., Seen]) -> Callable[[Path], Seen]:
    # Our addresses stand in none of these mails; not to know them checks the rest.
    ordinary = make_seen(ourselves=Ourselves())

    def read_file(path: Path) -> Seen:
        sighting = replace(ordinary.sighting, message=parse(path.read_bytes()))
        return replace(ordinary, sighting=sighting)

    return read_file


def labelled(*labels: str) -> Iterator[Path]:
    """Mails that a person labelled, not a header that the gates read themselves."""
    with LABELS.open() as lines:
        for row in csv.DictReader(lines):
            path = CORPORA / row["path"]
            is_independent = not row["evidence"].startswith("header:")
            if row["label"] in labels and is_independent and path.exists():
                yield path


def test_no_mail_of_a_person_is_taken_for_a_machines(
    read: Callable[[Path], Seen],
) -> None:
    paths = list(labelled("human"))

    lost = [path.name for path in paths if automatic(read(path))]

    assert len(paths) > 50
    assert not lost


def test_no_mail_of_a_machine_is_answered(read: Callable[[Path], Seen]) -> None:
    paths = list(labelled("bounce", "auto_reply", "other_auto"))

    seen = {path.name: read(path) for path in paths}

    answered = [
        name for name, one in seen.items() if not automatic(one) and not withheld(one)
    ]
    assert len(paths) > 500
    assert answered == [LIKE_A_PERSON]
