"""A single pass."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.journeys.installing import Post, Servers, install, install_several
from tests.servers.fake_mailbox import FakeMailbox
from triage.config import load_config, load_configs
from triage.errors import ConfigError, TransientError
from triage.wiring import Installation

WORDS = "any words"
NOBODY = Servers(imap_port=1, user="triage", password=WORDS, smtp_port=1)


class Noted:
    """A dispatch that only notes what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def recover(self) -> None:
        self.asked.append("recover")

    def run(self, _stopping: object) -> None:
        self.asked.append("run")


class Failing:
    """A job that cannot go on."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def run(self, _stopping: object) -> None:
        raise self.error


def test_letters_are_sent_though_the_mailbox_is_away(tmp_path: Path) -> None:
    dispatch = Noted()
    with Installation(load_config(install(tmp_path, NOBODY))) as parts:
        parts.dispatch = cast("Any", dispatch)

        with pytest.raises(TransientError, match="nothing listens"):
            parts.run_once()

    assert dispatch.asked == ["recover", "run"]


def test_a_single_pass_makes_the_list_of_cases_kept_too_long(tmp_path: Path) -> None:
    with Installation(load_config(install(tmp_path, NOBODY))) as parts:
        parts.dispatch = cast("Any", Noted())

        with pytest.raises(TransientError, match="nothing listens"):
            parts.run_once()

        assert parts.store.retention.last() is not None


@pytest.mark.parametrize(
    "error", [ConfigError("no such folder"), TransientError("away")], ids=type
)
def test_what_is_wrong_with_approvals_keeps_nothing_else(
    tmp_path: Path, error: Exception
) -> None:
    dispatch, deadlines = Noted(), Noted()
    with (
        FakeMailbox() as mailbox,
        Installation(load_config(install(tmp_path, NOBODY))) as parts,
    ):
        parts.mailbox = parts.intake.mailbox = cast("Any", mailbox)
        parts.approvals = cast("Any", Failing(error))
        parts.deadlines = cast("Any", deadlines)
        parts.dispatch = cast("Any", dispatch)

        with pytest.raises(type(error)) as raised:
            parts.run_once()

    assert raised.value is error
    assert deadlines.asked == ["run"]
    assert dispatch.asked == ["recover", "run"]


def test_what_is_wrong_with_the_rules_of_each_mailbox_is_told_at_once(
    tmp_path: Path,
) -> None:
    posts = {
        name: Post(
            servers=replace(NOBODY, user=name),
            address=f"{name}@examboard.example",
            folder=folder,
        )
        for name, folder in (("uk", "Britain"), ("ie", "Ireland"))
    }
    first, *beside = load_configs(install_several(tmp_path, posts))
    for name in posts:
        rules = tmp_path / f"rules-{name}" / "10-journeys.toml"
        rules.write_text("rubbish = [", "utf-8")

    with pytest.raises(ConfigError) as caught:
        Installation(first, beside=beside)

    told = str(caught.value)
    assert "rules-uk" in told
    assert "rules-ie" in told
