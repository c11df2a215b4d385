"""The labelled mails, by collection."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.message.test_corpora import CORPORA

LABELS = CORPORA / "labels.csv"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One mail, and what somebody else says that it is."""

    path: str
    label: str

    @property
    def source(self) -> str:
        return self.path.partition("/")[0]

    @property
    def octets(self) -> bytes:
        return (CORPORA / self.path).read_bytes()


def labelled(*labels: str) -> Iterator[Labelled]:
    """Yield mails whose label has other evidence than a header.

    Raises FileNotFoundError where the collections are not beside the project.
    """
    with LABELS.open() as lines:
        for row in csv.DictReader(lines):
            is_independent = "header:" not in row["evidence"]
            if row["label"] in labels and is_independent and _exists(row["path"]):
                yield Labelled(row["path"], row["label"])


def _exists(path: str) -> bool:
    return Path(CORPORA, path).is_file()
