"""Changed rules come into force beside a running intake, or do not."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.journeys.installing import TEAM, Servers, install
from triage.config import load_config
from triage.errors import ConfigError, TransientError
from triage.store import Activation, How, Store, Trial
from triage.wiring import Installation
from triage.wiring.trying import Attempt, try_apart

NOW = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
NOBODY = Servers(imap_port=1, user="triage", password="pw", smtp_port=1)  # noqa: S106


@dataclass(frozen=True)
class Site:
    """An installation whose rule file a test edits."""

    config: Path

    @property
    def rules(self) -> Path:
        return self.config.parent / "rules" / "10-journeys.toml"

    def edit(self, before: str, after: str) -> None:
        text = self.rules.read_text("utf-8")
        assert before in text
        self.rules.write_text(text.replace(before, after), encoding="utf-8")

    def mistype(self) -> None:
        self.edit('title = "Parent"', 'titel = "Parent"')

    def start(self) -> Installation:
        return Installation(load_config(self.config))

    def beside(self) -> Store:
        return Store.open(load_config(self.config).store.path, exclusive=False)

    def last_trial(self) -> Trial:
        with self.beside() as store:
            trial = store.editions.last_trial()
        assert trial is not None
        return trial

    def in_force(self) -> Activation:
        with self.beside() as store:
            activation = store.editions.in_force()
        assert activation is not None
        return activation

    def notices(self) -> list[EmailMessage]:
        with self.beside() as store:
            ids = [line.id for line in store.outbox.listed()]
            items = [store.outbox.show(each) for each in ids]
        return [
            message_from_bytes(item.data, EmailMessage, policy=default)
            for item in items
            if item is not None
        ]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(install(tmp_path, NOBODY))


def renew(installation: Installation) -> None:
    installation.rules.ask()
    installation.rules.run(lambda: False)


def test_rulebook_and_reader_are_replaced_together(site: Site) -> None:
    with site.start() as installation:
        before = installation.intake.reader
        site.edit('title = "Parent"', 'title = "A parent"')

        renew(installation)

        in_force = site.in_force()
        assert in_force.how is How.SIGNAL
        assert installation.intake.rulebook.ruleset.hash == in_force.hash
        assert installation.intake.reader is not before


def test_ids_of_letters_hold_across_a_change(site: Site) -> None:
    with site.start() as installation:
        before = installation.intake.rulebook.keys
        site.edit('title = "Parent"', 'title = "A parent"')

        renew(installation)

        assert before == installation.intake.rulebook.keys


def test_a_change_needs_no_secret_a_second_time(site: Site) -> None:
    with site.start() as installation:
        (site.config.parent / "reference.key").unlink()
        site.edit('title = "Parent"', 'title = "A parent"')

        renew(installation)

        assert site.in_force().hash == installation.intake.rulebook.ruleset.hash


def test_a_typing_error_is_shown_with_its_place_and_changes_nothing(
    site: Site,
) -> None:
    with site.start() as installation:
        before = installation.intake.rulebook
        site.mistype()

        renew(installation)

        reason = next(r for r in site.last_trial().reasons if "titel" in r)
        line = site.rules.read_text("utf-8").splitlines().index('titel = "Parent"') + 1
        assert reason.splitlines() == [
            f"{site.rules}:{line}:1: unknown key `titel`",
            '    titel = "Parent"',
            "    ^",
            "    did you mean `title`?",
        ]
        assert installation.intake.rulebook is before


def test_a_signal_that_misses_its_own_example_is_refused(site: Site) -> None:
    with site.start() as installation:
        phrases = 'phrases = ["website", "web page"]'
        site.edit(phrases, f'{phrases}\nexamples = ["The lift is broken."]')

        renew(installation)

        (reason,) = site.last_trial().reasons
        assert "the signal `website` does not see its example" in reason
        assert "The lift is broken." in reason


def test_the_team_is_told_once_for_each_refused_edition(site: Site) -> None:
    with site.start() as installation:
        site.mistype()

        for _ in range(3):
            renew(installation)

        (notice,) = site.notices()
        assert notice["To"] == TEAM
        assert notice["Subject"] == "Changed rules for complaints are not in force"
        assert "unknown key" in notice.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it is there


def test_the_team_is_told_of_folders_that_are_gone(site: Site) -> None:
    with site.start() as installation:
        site.rules.parent.rename(site.rules.parent.with_name("elsewhere"))

        renew(installation)

        assert len(site.notices()) == 1
        assert site.last_trial().hash is None


def test_a_restart_with_refused_rules_uses_those_that_were_in_force(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with site.start() as installation:
        before = installation.intake.rulebook.ruleset.hash
    site.mistype()

    with site.start() as installation:
        assert before == installation.intake.rulebook.ruleset.hash
        assert "are refused" in caplog.text
        assert len(site.notices()) == 1


def test_a_first_start_with_faulty_rules_is_refused(site: Site) -> None:
    site.mistype()

    with pytest.raises(ConfigError, match="titel"):
        site.start()


def test_a_first_start_whose_examples_fail_is_refused(site: Site) -> None:
    phrases = 'phrases = ["website", "web page"]'
    site.edit(phrases, f'{phrases}\nexamples = ["The lift is broken."]')

    with pytest.raises(ConfigError, match="does not see its example"):
        site.start()


def test_a_start_that_fails_lets_the_next_one_in(site: Site) -> None:
    site.mistype()
    with pytest.raises(ConfigError):
        site.start()
    site.edit('titel = "Parent"', 'title = "Parent"')

    with site.start() as installation:
        assert site.in_force().hash == installation.intake.rulebook.ruleset.hash


def test_a_swap_waits_for_the_end_of_a_pass(site: Site) -> None:
    with site.start() as installation:
        before = installation.intake.rulebook
        site.edit('title = "Parent"', 'title = "A parent"')
        with installation.intake.between_passes():  # as a pass does
            renewing = threading.Thread(target=renew, args=(installation,))
            renewing.start()
            sleep(3)
            meanwhile = installation.intake.rulebook

        renewing.join(20)

        assert meanwhile is before
        assert installation.intake.rulebook is not before


def test_a_trial_ends_when_the_daemon_stops(site: Site) -> None:
    with site.start() as installation:
        stop = threading.Event()
        edition = installation.store.editions.get(site.in_force().hash).edition
        attempt = Attempt(installation.config, edition, edition, NOW, ())
        threading.Timer(0.3, stop.set).start()
        started = monotonic()

        with pytest.raises(TransientError, match="given up"):
            try_apart(attempt, stop)

        assert monotonic() - started < 5
