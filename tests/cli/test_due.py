"""`triage due`: the morning digest, as it is now."""

import json
from pathlib import Path

from tests.cli.conftest import Triage
from triage.store import Deed
from triage.wiring import now, open_store


def test_what_is_overdue_is_told_and_ends_with_1(triage: Triage, worked: Path) -> None:
    result = triage("due", "--config", worked)

    assert result.status == 1
    assert "1 acknowledgement and 1 answer are overdue." in result.out
    assert "\nOverdue: 2\n" in result.out
    assert "triage case show CMP-2026-00001" in result.out
    assert "post.example" not in result.out


def test_nothing_overdue_ends_with_0(triage: Triage, worked: Path) -> None:
    with open_store(worked) as store:
        store.register.answer("CMP-2026-00001", Deed(at=now(), by="Ann", act="answer"))

    result = triage("due", "--config", worked)

    assert "\nNothing is overdue.\n" in result.out
    assert result.status == 0


def test_for_scripts_it_is_one_object_with_every_figure(
    triage: Triage, worked: Path
) -> None:
    result = triage("due", "--json", "--config", worked)

    found = json.loads(result.out)
    late, duty = found["overdue"]["rows"]
    assert result.status == 1
    assert found["overdue"]["by"] == {"acknowledge": 1, "respond": 1}
    assert late["is_on_its_way"]
    assert (duty["kind"], duty["reference"]) == ("respond", "CMP-2026-00001")
    assert len(found["health"]["audit_head"]) == 64


def test_it_looks_ahead_over_working_days(triage: Triage, worked: Path) -> None:
    near = json.loads(triage("due", "--json", "--config", worked).out)
    far = json.loads(triage("due", "--json", "--days", "9", "--config", worked).out)

    assert near["today"] < near["next_until"] < far["next_until"]


def test_without_a_store_it_says_what_to_do(triage: Triage, config: Path) -> None:
    result = triage("due", "--config", config)

    assert result.status == 2
    assert "`triage run` makes it" in result.err
