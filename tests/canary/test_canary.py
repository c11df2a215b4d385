from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.dispatch.fakes import LOST, NEVER, FakeSubmission
from tests.journeys.installing import Servers, Settings, install
from tests.servers.fake_mailbox import FakeMailbox
from triage.canary import BACK, Canary, latest
from triage.config import load_config
from triage.dispatch import Dispatch, Sender
from triage.errors import TransientError
from triage.intake import Rulebook
from triage.intake.letters import mint_for_us
from triage.smtp import Outcome
from triage.store import Category, Letter, State, Store
from triage.wiring import rulebook_of

MORNING = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOBODY = Servers(imap_port=1, user="triage", password="", smtp_port=1)
AUTOMATIC = "Complaints/Automatic"


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    settings = Settings(automatic_folder=AUTOMATIC)
    config = install(tmp_path_factory.mktemp("installation"), NOBODY, settings)
    return rulebook_of(load_config(config))


class Morning:
    """A canary with its mailbox, its server and a clock that a test moves."""

    def __init__(self, store: Store, mailbox: FakeMailbox, rulebook: Rulebook) -> None:
        self.now = MORNING
        self.store, self.mailbox, self.server = store, mailbox, FakeSubmission()
        self.canary = Canary(
            store=store,
            mailbox=mailbox,
            rulebook=lambda: rulebook,
            clock=lambda: self.now,
            address="complaints@examboard.example",
            at=time(6),
            within=15 * MINUTE,
        )

    def run(self, after: timedelta = timedelta()) -> str:
        self.now += after
        return self.canary.run()

    def send(self) -> bytes:
        """Send what is queued; return the letter as the server got it."""
        self.dispatch()
        return self.server.dots[-1]

    def dispatch(self) -> None:
        Dispatch(
            outbox=self.store.outbox,
            submission=self.server,
            witness=None,
            sender=Sender("test"),
            clock=lambda: self.now,
        ).run()

    def states(self) -> list[State]:
        return [line.state for line in self.store.outbox.listed()]

    def in_doubt(self) -> int:
        return self.store.overview.doubtful(0).count


@pytest.fixture
def morning(tmp_path: Path, rulebook: Rulebook) -> Iterator[Morning]:
    with (
        Store.open(tmp_path / "triage.sqlite3", exclusive=True) as store,
        FakeMailbox() as mailbox,
    ):
        yield Morning(store, mailbox, rulebook)


def test_it_is_sent_once_a_day_by_the_way_of_all_letters(morning: Morning) -> None:
    said = [morning.run() for _ in range(3)]
    (line,) = morning.store.outbox.listed(State.QUEUED)

    assert said == ["a test mail is queued", "", ""]
    assert (line.reference, line.kind) == (None, "canary-20260303-0600")


def test_what_came_back_is_timed_and_moved_out_of_the_way(morning: Morning) -> None:
    morning.run()
    morning.mailbox.deliver(morning.send())

    said = morning.run(after=MINUTE)

    assert said == "the test mail came back within 60 s"
    assert morning.store.heartbeat.last(BACK) == morning.now
    assert len(morning.mailbox.folders[AUTOMATIC]) == 1
    assert morning.mailbox.folders["INBOX"] == []
    assert morning.run(after=MINUTE) == ""


def test_until_the_next_it_keeps_no_connection(morning: Morning) -> None:
    morning.run()
    morning.mailbox.deliver(morning.send())

    morning.run(after=MINUTE)

    assert not morning.mailbox._is_connected


def test_it_stays_where_nothing_is_filed(morning: Morning) -> None:
    morning.canary = replace(morning.canary, files=False)
    morning.run()
    morning.mailbox.deliver(morning.send())

    morning.run(after=MINUTE)

    assert len(morning.mailbox.folders["INBOX"]) == 1


def test_one_that_does_not_come_back_is_a_failure_until_it_does(
    morning: Morning,
) -> None:
    morning.run()
    letter = morning.send()
    assert morning.run(after=15 * MINUTE) == ""

    with pytest.raises(TransientError, match="did not come back within 15 minutes"):
        morning.run(after=MINUTE)
    morning.mailbox.deliver(letter)

    assert morning.run(after=MINUTE) == "the test mail came back within 1020 s"


def test_a_forged_one_neither_silences_the_failure_nor_is_put_aside(
    morning: Morning,
) -> None:
    """From outside, with all that can be known of ours: the id of another day even."""
    morning.run()
    letter = morning.send()
    (line,) = morning.store.outbox.listed()
    real = line.message_id.encode()
    name, mac = real.rsplit(b"@", 1)[0].rsplit(b".", 1)
    for forged in (
        real.replace(mac, b"0" * len(mac)),
        real.replace(mac, mac[:-1]),
        name + b"@examboard.example>",
        b"<canary@elsewhere.example>",
    ):
        morning.mailbox.deliver(letter.replace(real, forged))

    with pytest.raises(TransientError, match="did not come back"):
        morning.run(after=16 * MINUTE)

    assert len(morning.mailbox.folders["INBOX"]) == 4


def test_one_that_the_server_does_not_take_is_a_failure(morning: Morning) -> None:
    morning.run()

    with pytest.raises(TransientError, match="was not taken by the server"):
        morning.run(after=16 * MINUTE)


def test_a_new_day_brings_a_new_one_in_the_place_of_one_that_could_not_be_sent(
    morning: Morning,
) -> None:
    morning.run()

    with pytest.raises(TransientError, match="03-03 06:00 UTC was not taken"):
        morning.run(after=DAY)

    (line,) = morning.store.outbox.listed(State.QUEUED)
    assert line.kind == "canary-20260304-0600"
    assert morning.states() == [State.DROPPED, State.QUEUED]


def test_one_that_was_moved_and_then_not_noted_is_back_all_the_same(
    morning: Morning,
) -> None:
    """As where the process was killed between the two, or a filter moved it."""
    morning.run()
    morning.mailbox.deliver(morning.send())
    morning.mailbox.file([1], AUTOMATIC)

    assert "came back" in morning.run(after=MINUTE)
    assert len(morning.mailbox.folders[AUTOMATIC]) == 1


@pytest.mark.parametrize("waits", [MINUTE, 16 * MINUTE])
def test_one_whose_fate_is_unknown_is_proven_by_its_return(
    morning: Morning, waits: timedelta
) -> None:
    morning.canary = replace(morning.canary, within=60 * MINUTE)
    morning.server.outcomes = [LOST]
    morning.run()
    letter = morning.send()
    morning.now += waits
    morning.dispatch()
    morning.mailbox.deliver(letter)

    assert "came back" in morning.run()
    assert morning.states() == [State.SENT]


@pytest.mark.parametrize(
    ("outcome", "what"),
    [(LOST, "did not come back"), (NEVER, "was not taken by the server")],
)
def test_one_that_is_lost_or_refused_rings_its_alarm_and_is_nobodys_doubtful_letter(
    morning: Morning, outcome: Outcome, what: str
) -> None:
    morning.server.outcomes = [outcome]
    morning.run()
    morning.dispatch()
    morning.now += 15 * MINUTE
    morning.dispatch()

    morning.run()

    assert morning.in_doubt() == 0
    assert morning.states() == [State.DROPPED]
    with pytest.raises(TransientError, match=what):
        morning.run(after=MINUTE)


def test_one_that_was_given_up_and_comes_late_ends_the_failure(
    morning: Morning,
) -> None:
    morning.server.outcomes = [LOST]
    morning.run()
    letter = morning.send()
    morning.now += 15 * MINUTE
    morning.dispatch()
    morning.run()
    assert morning.states() == [State.DROPPED]
    morning.mailbox.deliver(letter)

    assert "came back" in morning.run(after=MINUTE)


def test_while_one_is_given_up_no_letter_of_a_person_is(morning: Morning) -> None:
    notice = Letter(
        kind="notice",
        to="team@examboard.example",
        message_id=mint_for_us("RULES", "notice", morning.canary.rulebook()),
        data=b"Subject: a notice\r\n\r\n",
        category=Category.NOTICE,
        acknowledges=False,
    )
    morning.server.outcomes = [NEVER]
    morning.store.outbox.notify(notice, morning.now)
    morning.dispatch()

    morning.run(after=MINUTE)

    assert morning.states() == [State.REFUSED, State.QUEUED]


def test_the_failure_of_a_day_ends_when_the_next_is_back_and_not_when_it_is_sent(
    morning: Morning,
) -> None:
    morning.run()
    morning.send()
    with pytest.raises(TransientError, match="03-03 06:00 UTC did not come back"):
        morning.run(after=DAY)
    letter = morning.send()
    with pytest.raises(TransientError, match="03-03 06:00 UTC did not come back"):
        morning.run(after=MINUTE)
    morning.mailbox.deliver(letter)

    assert morning.run(after=MINUTE) == "the test mail came back within 120 s"


def test_another_hour_that_somebody_sets_brings_another_one(morning: Morning) -> None:
    morning.run()
    morning.mailbox.deliver(morning.send())
    morning.run(after=MINUTE)
    morning.canary = replace(morning.canary, at=time(6, 30))

    assert morning.run(after=60 * MINUTE) == "a test mail is queued"
    morning.mailbox.deliver(morning.send())
    assert "came back" in morning.run(after=MINUTE)


def test_days_on_which_nothing_ran_are_no_failure(morning: Morning) -> None:
    morning.run()
    morning.mailbox.deliver(morning.send())
    morning.run(after=MINUTE)

    assert morning.run(after=3 * DAY) == "a test mail is queued"


def test_a_clock_that_was_wrong_silences_nothing(morning: Morning) -> None:
    morning.store.heartbeat.note(BACK, MORNING + 40 * DAY)

    assert morning.run() == "a test mail is queued"
    with pytest.raises(TransientError, match="was not taken by the server"):
        morning.run(after=16 * MINUTE)


def test_it_names_nobody_and_answers_nothing(morning: Morning) -> None:
    morning.run()

    head = morning.send().partition(b"\r\n\r\n")[0].decode()

    assert "Auto-Submitted: auto-generated" in head
    assert "X-Triage-Loop: triage" in head
    assert "omplaint" not in head.partition("Subject: ")[2].partition("\r\n")[0]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (MORNING, MORNING),
        (MORNING - MINUTE, MORNING - DAY),
        (MORNING + timedelta(hours=17), MORNING),
    ],
)
def test_it_is_due_at_its_hour_by_the_boards_clock(
    now: datetime, due: datetime, rulebook: Rulebook
) -> None:
    assert latest(time(6), rulebook.ruleset.calendar, now) == due


def test_in_summer_its_hour_is_that_of_the_board(rulebook: Rulebook) -> None:
    now = datetime(2026, 7, 1, 5, 30, tzinfo=UTC)

    assert latest(time(6), rulebook.ruleset.calendar, now) == now - 30 * MINUTE


def test_each_of_several_mailboxes_knows_its_own_again(rulebook: Rulebook) -> None:
    kind = "canary-20260303"
    ids = [
        mint_for_us("CANARY", kind, replace(rulebook, mailbox=name))
        for name in ("", "uk", "ie")
    ]

    minted = [each.reference for each in rulebook.ours_among(ids)]

    assert minted == ["CANARY", "CANARY-UK", "CANARY-IE"]
    assert ids[1] == mint_for_us("CANARY", kind, replace(rulebook, mailbox="uk"))
