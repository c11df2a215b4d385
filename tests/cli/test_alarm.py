"""`triage alarm`, as an operator uses it."""

from pathlib import Path

from tests.cli.conftest import Triage


def test_a_channel_that_does_not_work_is_told(triage: Triage, config: Path) -> None:
    result = triage("alarm", "test", "--config", config)

    assert result.status == 1
    assert "the team, by our own submission server: " in result.out


def test_where_nobody_can_be_told_the_test_says_so(
    triage: Triage, config: Path
) -> None:
    text = config.read_text("utf-8")
    before, _, contacts = text.partition("[contacts]")
    without = contacts.replace("team =", "others =", 1)
    config.write_text(f"{before}[contacts]{without}", "utf-8")

    result = triage("alarm", "test", "--config", config)

    assert result.status == 1
    assert "nobody" in result.out
