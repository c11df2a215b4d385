"""Changed rules come into force beside a running intake, or do not."""

import shutil
import stat
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from time import monotonic, sleep
from typing import cast

import pytest

from tests.intake.mails import delivered
from tests.journeys.installing import TEAM, Servers, install
from tests.servers.fake_mailbox import FakeMailbox
from triage import shipped
from triage.config import load_config
from triage.edition import Edition
from triage.errors import ConfigError, TransientError
from triage.store import Activation, How, Inbox, Store, Trial
from triage.trial import Findings
from triage.wiring import Act, Installation, accept_blocking, go_back
from triage.wiring.trying import Attempt, try_apart, try_here

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PERSON = Act(NOW, "jane", "it was a mistake")
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
        """Open the installation; from then on trials are made in this process."""
        installation = self.start_apart()
        installation.rules._trials.try_out = partial(_try_here, installation)
        return installation

    def start_apart(self) -> Installation:
        installation = Installation(load_config(self.config), lambda: NOW)
        installation.rules._trials.pause = lambda: None
        return installation

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


def _try_here(
    installation: Installation, edition: Edition, in_force: Edition
) -> Findings:
    keys = installation.rules._keys
    return try_here(Attempt(installation.config, edition, in_force, NOW, keys))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation with letters of its own: going back replaces files."""
    config = install(tmp_path, NOBODY)
    shutil.copytree(shipped.templates(), tmp_path / "templates")
    text = config.read_text("utf-8")
    shipped_folder = f'"{shipped.templates()}"'
    config.write_text(text.replace(shipped_folder, '"templates"'), encoding="utf-8")
    assert load_config(config).templates.folder == tmp_path / "templates"
    return Site(config)


def renew(installation: Installation) -> None:
    installation.rules.ask()
    installation.rules.run(lambda: False)


def test_rulebook_and_reader_are_replaced_together(site: Site) -> None:
    with site.start_apart() as installation:
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
    with site.start_apart() as installation:
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


def test_a_ceiling_that_goes_missing_does_not_open_the_way_to_the_public(
    site: Site,
) -> None:
    site.edit('at_most = "live"', 'at_most = "watch"')
    with site.start() as installation:
        site.edit('[modes]\nat_most = "watch"\n', "")

        renew(installation)

        (reason,) = site.last_trial().reasons
        assert "nothing says how far replies go by themselves" in reason
        assert installation.intake.rulebook.ruleset.tables.modes.at_most == "watch"


def test_nothing_starts_for_the_first_time_without_a_ceiling(site: Site) -> None:
    site.edit('[modes]\nat_most = "live"\n', "")

    with pytest.raises(ConfigError, match="how far replies go by themselves"):
        site.start()


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


def kill_trials() -> None:
    """Wait for the process of a trial, and kill it."""
    while not (trials := [p for p in active_children() if p.name == "triage-trial"]):
        sleep(0.01)
    for process in trials:
        process.kill()


def test_a_trial_whose_process_dies_is_a_refusal(site: Site) -> None:
    with site.start_apart() as installation:
        site.edit('title = "Parent"', 'title = "A parent"')
        killing = threading.Thread(target=kill_trials)
        killing.start()

        renew(installation)

        killing.join()
        assert site.last_trial().reasons == ("the trial ended by itself (status -9)",)


def test_an_error_in_a_trial_is_told_without_its_words(site: Site) -> None:
    with site.start_apart() as installation:
        take_up(installation, delivered("Complaint", LIFT))
        edition = installation.store.editions.get(site.in_force().hash).edition
        broken = edition_without_iteration("what a sender wrote")
        attempt = Attempt(installation.config, broken, edition, NOW, ())

        found = try_apart(attempt, threading.Event().is_set)

        (fault,) = found.faults
        assert fault.startswith("it cannot be tried: an unexpected AttributeError at ")
        assert "sender" not in fault


def edition_without_iteration(words: str) -> Edition:
    return cast("Edition", words)


def test_a_trial_that_takes_long_is_seen_to_get_on(site: Site) -> None:
    asked = 0

    def stopping() -> bool:
        nonlocal asked
        asked += 1
        return False

    with site.start_apart() as installation:
        site.edit('title = "Parent"', 'title = "A parent"')
        installation.rules.ask()
        installation.rules.run(stopping)

    assert asked >= 2


def test_a_trial_ends_when_the_daemon_stops(site: Site) -> None:
    with site.start() as installation:
        stop = threading.Event()
        edition = installation.store.editions.get(site.in_force().hash).edition
        attempt = Attempt(installation.config, edition, edition, NOW, ())
        threading.Timer(0.3, stop.set).start()
        started = monotonic()

        with pytest.raises(TransientError, match="given up"):
            try_apart(attempt, stop.is_set)

        assert monotonic() - started < 5


LIFT = "My daughter fell in the lift and nobody came."


def take_up(installation: Installation, *mails: bytes) -> None:
    """Have mails taken up as they lie in a mailbox."""
    with FakeMailbox() as mailbox:
        for octets in mails:
            mailbox.deliver(octets)
        installation.intake.mailbox = mailbox
        installation.intake.inbox = Inbox(f"mailbox-{id(mailbox)}")
        installation.intake.run()


def routes(site: Site) -> list[tuple[str | None, str]]:
    """The route of every case, and the edition that decided."""
    with site.beside() as store:
        lines = sorted(store.cases.listed(), key=lambda line: line.reference)
        files = [store.cases.show(line.reference) for line in lines]
    decisions = [file.messages[0].decision for file in files if file is not None]
    return [(each.route, each.ruleset) for each in decisions if each is not None]


def turn_away_lifts(site: Site) -> None:
    site.edit('phrases = ["teacher*", "lesson*"]', 'phrases = ["lift*"]')


def test_a_decision_names_the_edition_that_was_in_force(site: Site) -> None:
    with site.start() as installation:
        before = site.in_force().hash
        take_up(installation, delivered("Complaint one", "Your lift is broken."))
        site.edit('phrases = ["website", "web page"]', 'phrases = ["lift"]')

        renew(installation)
        after = site.in_force().hash
        take_up(installation, delivered("Complaint two", "Your lift is broken."))

    assert routes(site) == [("review", before), ("formal-complaint", after)]


def test_a_message_that_would_be_turned_away_blocks_a_change(site: Site) -> None:
    with site.start_apart() as installation:
        take_up(installation, delivered("Complaint", LIFT))
        before = site.in_force().hash
        turn_away_lifts(site)

        renew(installation)

    trial = site.last_trial()
    assert site.in_force().hash == before
    assert trial.reasons == (
        "1 of the last 1 messages would newly be turned away, or no longer be "
        "acknowledged",
    )
    (blocking,) = trial.blocking
    assert blocking.reference == "CMP-2026-00001"
    assert blocking.why == "would be turned away: review → school-first (line lessons)"


def test_what_somebody_answers_for_comes_into_force_at_the_next_look(
    site: Site,
) -> None:
    with site.start() as installation:
        take_up(installation, delivered("Complaint", LIFT))
        turn_away_lifts(site)
        renew(installation)
        with site.beside() as store:
            accept_blocking(installation.config, store, ["cmp-2026-00001"], PERSON)

        installation.rules.run(lambda: False)

        assert site.in_force().hash == installation.intake.rulebook.ruleset.hash
        assert site.in_force().how is How.CHANGE


def test_a_restart_is_no_way_around_the_comparison(site: Site) -> None:
    with site.start() as installation:
        take_up(installation, delivered("Complaint", LIFT))
        before = site.in_force().hash
    turn_away_lifts(site)

    with site.start() as installation:
        assert before == installation.intake.rulebook.ruleset.hash


def test_without_messages_to_compare_only_examples_count(site: Site) -> None:
    text = site.config.read_text("utf-8")
    site.config.write_text(
        text.replace("[rules]\n", "[rules]\ncompare_last = 0\n"), encoding="utf-8"
    )
    with site.start() as installation:
        take_up(installation, delivered("Complaint", LIFT))
        turn_away_lifts(site)

        renew(installation)

        assert not site.last_trial().is_refused


def test_a_contact_that_is_gone_leaves_a_way_on_and_says_what_was_not_compared(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with site.start() as installation:
        take_up(installation, delivered("Complaint", LIFT))
        former = site.in_force().hash
    text = site.config.read_text("utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("safeguarding")]
    site.config.write_text("\n".join(kept), encoding="utf-8")
    site.edit('tell = ["safeguarding"]', 'tell = ["director"]')

    with site.start_apart():
        (note,) = site.last_trial().reasons

    assert note == (
        f"nothing was compared on recent messages, because edition {former}, then in"
        " force, could not be used any more: [contacts] of the configuration has no"
        " `safeguarding`"
    )
    assert site.in_force().hash != former
    assert site.in_force().notes == (note,)
    assert note in caplog.text


def test_an_answer_to_our_letter_is_known_when_it_is_judged_once_more(
    site: Site,
) -> None:
    with site.start() as installation:
        take_up(installation, delivered("Complaint", "Your website is down."))
        with site.beside() as store:
            (letter,) = store.outbox.listed()
        answer = delivered("Re: Complaint", LIFT, in_reply_to=letter.message_id)
        take_up(installation, answer)
        turn_away_lifts(site)

        renew(installation)

        # A follow-up is turned away by no line: it is before all others.
        assert not site.last_trial().is_refused


def test_going_back_to_what_was_in_force_is_never_blocked(site: Site) -> None:
    with site.start() as installation:
        first = site.in_force().hash
        site.edit('phrases = ["teacher*", "lesson*"]', 'phrases = ["pupil*"]')
        renew(installation)
        teacher = "My son's teacher gives no lessons."
        take_up(installation, delivered("Complaint", teacher))
        with site.beside() as store:
            done = go_back(installation.config, store, first, PERSON)

        renew(installation)

        assert [(each.name, each.what) for each in done.changes] == [
            ("10-journeys.toml", "changed")
        ]
        assert site.in_force().hash == first
        assert (site.in_force().how, site.in_force().by) == (How.ROLLBACK, "jane")


def test_going_back_loses_nothing_that_stood_there(site: Site) -> None:
    with site.start() as installation:
        site.mistype()
        wrong = site.rules.read_text("utf-8")
        with site.beside() as store:
            done = go_back(installation.config, store, None, PERSON)
            kept = store.editions.get(done.replaced.hash)

        assert kept.edition.rules["10-journeys.toml"] == wrong
        assert 'title = "Parent"' in site.rules.read_text("utf-8")
        assert done.is_in_force


def test_going_back_removes_files_that_came_later(site: Site) -> None:
    with site.start() as installation:
        later = site.rules.with_name("99-later.toml")
        later.write_text("# nothing\n", encoding="utf-8")
        note = site.rules.with_name("README.md")
        note.write_text("Not a rule file.\n", encoding="utf-8")
        with site.beside() as store:
            go_back(installation.config, store, None, PERSON)

    assert not later.exists()
    assert note.exists()


def test_a_file_comes_back_with_the_rights_that_it_had(site: Site) -> None:
    with site.start() as installation:
        site.mistype()
        site.rules.chmod(0o660)
        with site.beside() as store:
            go_back(installation.config, store, None, PERSON)

    assert stat.S_IMODE(site.rules.stat().st_mode) == 0o660
    assert [path.name for path in site.rules.parent.glob(".*")] == []


def test_folders_that_are_gone_come_back(site: Site) -> None:
    with site.start() as installation:
        shutil.rmtree(site.rules.parent)
        site.rules.parent.mkdir()
        with site.beside() as store:
            go_back(installation.config, store, None, PERSON)

    assert site.rules.exists()


def test_what_cannot_be_kept_is_not_overwritten(site: Site) -> None:
    with site.start() as installation:
        site.rules.write_bytes(b"\xff\xfe not text")
        with (
            site.beside() as store,
            pytest.raises(ConfigError, match="nothing was changed"),
        ):
            go_back(installation.config, store, None, PERSON)

    assert site.rules.read_bytes() == b"\xff\xfe not text"
