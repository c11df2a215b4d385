"""Rule files and letters are edited while the daemon runs, as ops do."""

import shutil

import pytest

from tests.journeys.journey import Journey, text_of
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from triage import shipped

pytestmark = pytest.mark.servers

LIFT = "The lift in your office is broken and I am in a wheelchair."


def install_with_letters(journey: Journey) -> None:
    """Install with a folder of letters that a test may edit."""
    journey.install()
    shutil.copytree(shipped.templates(), journey.folder / "templates")
    text = journey.config.read_text("utf-8")
    shipped_folder = f'"{shipped.templates()}"'
    journey.config.write_text(
        text.replace(shipped_folder, '"templates"'), encoding="utf-8"
    )


def edit(journey: Journey, name: str, before: str, after: str) -> None:
    path = journey.folder / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_next_mail_is_answered_by_what_was_edited(journey: Journey) -> None:
    install_with_letters(journey)
    with RunningDaemon(journey.config) as daemon:
        daemon.wait_for("running")
        journey.deliver(make_mail("Complaint one", LIFT))
        journey.smtp.wait_for(1)

        rules = "rules/10-journeys.toml"
        edit(journey, rules, '["website", "web page"]', '["website", "lift"]')
        for ending in ("txt", "html"):
            letter = f"templates/formal-complaint.{ending}"
            edit(journey, letter, "complaint", "grave complaint")
        daemon.reload()
        daemon.wait_for("is in force", times=2)
        journey.deliver(make_mail("Complaint two", LIFT))
        journey.smtp.wait_for(2)
        daemon.terminate()

    first, second = journey.cases()
    assert (first.line.route, second.line.route) == ("review", "formal-complaint")
    editions = [each.messages[0].decision.ruleset for each in (first, second)]  # type: ignore[union-attr]  # each was decided
    assert editions[0] != editions[1]
    assert "grave complaint" not in text_of(journey.replies()[0])
    assert "grave complaint" in text_of(journey.replies()[1])


def test_a_mistake_is_told_and_mail_is_answered_as_before(journey: Journey) -> None:
    install_with_letters(journey)
    with RunningDaemon(journey.config) as daemon:
        daemon.wait_for("running")

        edit(journey, "rules/10-journeys.toml", "phrases =", "phrase =")
        daemon.wait_for("are refused", 60)
        journey.deliver(make_mail("Complaint", "Your website is down."))
        journey.smtp.wait_for(2)
        daemon.terminate()

    subjects = sorted(str(reply["Subject"]) for reply in journey.replies())
    (case,) = journey.cases()
    assert "Changed rules for complaints are not in force" in subjects
    assert case.line.route == "formal-complaint"
    assert "did you mean `phrases`?" in daemon.log
