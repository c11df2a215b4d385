"""Two thousand mails in half a year: nobody is forgotten, no date is wrong."""

import sqlite3
from contextlib import closing

from tests.halfyear.conftest import Lived
from tests.halfyear.log import Kind

AT_LEAST = {
    Kind.COMPLAINT: 1000,
    Kind.FOLLOW_UP: 150,
    Kind.REVIEW: 40,
    Kind.LATER: 20,
    Kind.STRANGER: 5,
    Kind.COPY: 20,
    Kind.AUTOMATIC: 100,
    Kind.REPORT: 20,
    Kind.ORDINARY: 150,
    Kind.HOSTILE: 30,
}


def test_the_half_year_has_two_thousand_mails_of_all_kinds(lived: Lived) -> None:
    counted = lived.log.counted()

    assert counted.total() >= 2000
    assert {kind: min(counted[kind], n) for kind, n in AT_LEAST.items()} == AT_LEAST


def test_nothing_is_wrong_after_half_a_year(lived: Lived) -> None:
    wrong = [str(finding) for finding in lived.found]

    assert wrong == []


def test_what_can_go_wrong_has_happened(lived: Lived) -> None:
    """A half year in which no letter was refused or doubtful would prove little."""
    with closing(sqlite3.connect(lived.store)) as store:
        after = {row[0] for row in store.execute("SELECT DISTINCT after FROM moves")}
        routes = {row[0] for row in store.execute("SELECT DISTINCT route FROM cases")}

    assert after >= {"sent", "held", "refused", "uncertain", "queued"}
    assert len(routes) == 13
