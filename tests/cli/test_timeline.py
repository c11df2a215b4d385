"""What officers read of a case, in order of time."""

from pathlib import Path

from tests.store.making import NOW, record_case
from triage.cli.case.timeline import Event, timeline
from triage.store import Store


def test_a_copy_says_why_it_is_one(tmp_path: Path) -> None:
    with Store.open(tmp_path / "triage.sqlite3", exclusive=True) as store:
        for uid in (1, 2):
            record_case(store, uid, asked={"core": "same"})
        found = store.cases.show("CMP-2026-00001")
    assert found is not None

    events = timeline(found)

    why = (
        "it came 2026-04-02 09:30 UTC and got its reply:"
        " only what servers write on top differs"
    )
    facts = (("from", "jane@example.org"), ("because", why))
    assert Event(NOW, "the same mail again: Complaint", facts) in events
