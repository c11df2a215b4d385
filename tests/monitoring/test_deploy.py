"""What is shipped for Prometheus and Grafana fits what the daemon tells."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.alarm.watching import NOON
from tests.monitoring.test_pages import MINUTE, Office, make_standing
from tests.test_docs import all_commands
from triage.alarm import Kind
from triage.monitoring import Look

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
ALERT_TESTS = DEPLOY / "prometheus" / "alerts.test.yml"
DASHBOARD = DEPLOY / "grafana" / "triage.json"
NAME = re.compile(r"\b(?:triage|process)_[a-z0-9_]+\b")
PROMTOOL = shutil.which("promtool")

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is missing")


def promtool(*words: str | Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None
    return subprocess.run(  # noqa: S603 - Prometheus's own tool, on our files
        [PROMTOOL, *words], capture_output=True, text=True, check=False, timeout=60
    )


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return found


def questions() -> Iterator[str]:
    """Yield every expression of the dashboard, with its variables filled in."""
    shown = dashboard()
    for panel in shown["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (each["expr"] for each in shown["annotations"]["list"])


def legends() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        yield from (target["legendFormat"] for target in panel.get("targets", ()))


def told() -> list[Metric]:
    """Return all that the daemon tells."""
    office = Office()
    ends = {"mailbox.certificate": NOON}
    standing = make_standing(oldest_due_at=NOON, expires=ends)
    office.found = Look(standing=standing)
    office.watching.wait(MINUTE)
    _, text = office.told("/metrics")
    return list(text_string_to_metric_families(text))


def told_names() -> set[str]:
    """Return the name of every sample and family that the daemon tells."""
    families = told()
    samples = {sample.name for family in families for sample in family.samples}
    return samples | {family.name for family in families}


def told_labels() -> set[str]:
    """Return the name of every label that some sample has."""
    return {
        name for family in told() for each in family.samples for name in each.labels
    }


@needs_promtool
def test_the_alert_rules_are_right() -> None:
    checked = promtool("check", "rules", ALERTS)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_each_alert_rings_when_it_should() -> None:
    tested = promtool("test", "rules", ALERT_TESTS)

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_each_alert_is_tested_to_ring() -> None:
    named = set(re.findall(r"- alert: (\w+)", ALERTS.read_text("utf-8")))

    tests = ALERT_TESTS.read_text("utf-8")
    ringing = set(re.findall(r"alertname: (\w+)\n +exp_alerts:", tests))

    assert named
    assert ringing == named


@needs_promtool
def test_every_question_of_the_dashboard_can_be_asked(tmp_path: Path) -> None:
    rules = tmp_path / "questions.yml"
    lines = [
        f"  - {json.dumps({'record': f'question:{number}', 'expr': question})}"
        for number, question in enumerate(questions())
    ]
    rules.write_text("groups:\n- name: dashboard\n  rules:\n" + "\n".join(lines))

    checked = promtool("check", "rules", rules)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("where", [ALERTS, DASHBOARD], ids=["alerts", "dashboard"])
def test_every_figure_that_is_asked_for_is_told(where: Path) -> None:
    text = "\n".join(questions())
    if where is ALERTS:
        text = "\n".join(re.findall(r"expr: (.*)", ALERTS.read_text("utf-8")))
    asked = set(NAME.findall(text))

    assert len(asked) > 10
    assert asked <= told_names()


@pytest.mark.parametrize("command", ["status", "due", "doctor", "outbox list"])
def test_what_an_alert_says_to_do_can_be_done(command: str) -> None:
    assert f"triage {command}" in ALERTS.read_text("utf-8")
    assert tuple(command.split()) in set(all_commands())


def test_every_label_that_is_asked_for_is_told() -> None:
    text = "\n".join([*questions(), *legends()])
    text += "\n".join(re.findall(r"expr: (.*)", ALERTS.read_text("utf-8")))
    grouped = re.findall(r"(?:by|on) \(([^)]+)\)", text)
    asked = {name for names in grouped for name in re.split(r",\s*", names)}
    asked |= set(re.findall(r"\{\{\s*(\w+)\s*\}\}", text))
    asked |= set(re.findall(r"(\w+)(?:=~|!~|!=|=)\"", text))

    assert len(asked) > 5
    # Prometheus adds two; the third is told where there are several mailboxes.
    assert asked <= told_labels() | {"instance", "job", "mailbox"}


@pytest.mark.parametrize("kind", Kind)
def test_the_dashboard_says_what_to_do_about_whatever_can_be_wrong(kind: Kind) -> None:
    (text,) = [each for each in dashboard()["panels"] if each["type"] == "text"]

    (line,) = re.findall(rf"\| {kind} \| (.*) \|", text["options"]["content"])

    assert "`" in line


def test_what_the_dashboard_says_to_do_can_be_done() -> None:
    said = {
        tuple(words.split())
        for panel in dashboard()["panels"]
        for words in re.findall(r"`triage ([a-z ]+)", json.dumps(panel))
    }

    assert len(said) > 3
    known = {words[:length] for words in all_commands() for length in (1, 2)}
    assert {words[:2] for words in said} <= known


def test_the_dashboard_is_as_grafana_describes_one() -> None:
    register_default_plugins()
    shown = dashboard()

    read = Dashboard.from_json(shown)

    assert json.loads(JSONEncoder().encode(read)) == shown


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_says_what_it_shows() -> None:
    titles = [panel["title"] for panel in dashboard()["panels"]]
    numbers = [panel["id"] for panel in dashboard()["panels"]]

    assert all(titles)
    assert len(set(titles)) == len(titles)
    assert len(set(numbers)) == len(numbers)
