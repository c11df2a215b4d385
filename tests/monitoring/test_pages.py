"""What is told when all is well and when it is not, on clocks that a test turns."""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.alarm.watching import NOON, Watching
from triage.alarm import Glimpse
from triage.monitoring import Ledger, Look, Lookout, MailboxStanding, Pages, Standing
from triage.monitoring.seeing import FRESH_SECONDS, SLOW
from triage.store import Passed

MINUTE, HOUR = 60.0, 3600.0
AWAY = "complaints@board.example@imap.example: nothing listens on that port"


def make_mailbox(**changes: Any) -> MailboxStanding:
    facts: dict[str, Any] = {
        "edition": "0123456789ab",
        "in_force_since": NOON,
        "changes_are_refused": False,
        "mailbox_read_at": NOON,
        "ledger": Ledger(
            at=NOON, unaccounted=0, lingering=0, amiss=0, there={"recorded": 3}
        ),
        "letters": {"queued": 2},
        "oldest_due_at": None,
        "to_approve": 0,
        "doubtful": 0,
        "in_vain": 0,
        "breaker_is_open": False,
        "modes": {"live": 4},
        "open_cases": 7,
        "overdue": 0,
        "unacknowledged": 0,
        "set_aside": 0,
        "unsettled": 0,
        "unassigned": 0,
        "needs": 0,
    }
    return MailboxStanding(**(facts | changes))


def make_standing(
    mailboxes: Mapping[str, MailboxStanding] | None = None,
    needs: tuple[str, ...] = (),
    **changes: Any,
) -> Standing:
    """Of one mailbox with these changes, or of several."""
    return Standing(
        at=NOON,
        mailboxes=mailboxes or {"": make_mailbox(**changes)},
        store_bytes=4096,
        free_bytes=10**9,
        needs=needs,
        needs_of_all=len(needs),
    )


@dataclass
class Office:
    """A daemon as seen from the pages; its store shows what a test says."""

    watching: Watching = field(default_factory=Watching)
    found: Look = field(default_factory=lambda: Look(standing=make_standing()))
    looks: int = 0
    answers: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.answers.set()
        self.lookout = Lookout(
            look=self._look,
            pulse=self.watching.pulse,
            watching=self.watching.job,
            patience=1800.0,
            clock=lambda: self.watching.now,
            steady=lambda: self.watching.at,
            version="1.2.3",
        )
        self.pages = Pages(self.lookout)

    def _look(self) -> Look:
        self.answers.wait(10)
        self.looks += 1
        return self.found

    def told(self, path: str) -> tuple[int, str]:
        answer = asyncio.run(self.pages.answer(path))
        return answer.status.value, answer.body.decode()

    def figures(self) -> dict[str, float]:
        """Return each sample by its name and labels as they are written."""
        _, text = self.told("/metrics")
        return {
            f"{sample.name}{sorted(sample.labels.items())}": sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.answers.set()


def test_a_daemon_that_nobody_looked_at_yet_is_alive_and_not_ready(
    office: Office,
) -> None:
    assert office.told("/livez") == (200, "alive\n")
    assert office.told("/readyz") == (503, "it has only just begun\n")


def test_all_is_well_in_an_hour_of_health(office: Office) -> None:
    office.watching.wait(HOUR)

    assert office.told("/livez") == (200, "alive\n")
    assert office.told("/readyz") == (200, "ready\n")


def test_a_long_first_pass_that_gets_on_is_no_reason(office: Office) -> None:
    office.watching.hang("intake")
    office.watching.job.look()
    at_first = office.told("/readyz")[1]

    office.watching.at += 1.0
    office.watching.pulse.get_on("intake")

    assert "the mailbox is not read since" in at_first
    assert office.told("/readyz") == (200, "ready\n")


def test_a_failure_is_told_before_anybody_looks_again(office: Office) -> None:
    office.watching.wait(HOUR)
    office.watching.pulse.begin("intake")
    office.watching.pulse.fail("intake", "nothing listens on that port")

    status, text = office.told("/readyz")

    assert status == 503
    assert text.startswith("the mailbox is not read since 2026-03-10 12:59:00 UTC: ")
    assert text.endswith("nothing listens on that port\n")
    assert office.told("/livez")[0] == 200


@pytest.mark.parametrize(
    ("glimpse", "words"),
    [
        (
            Glimpse(due=0, on_their_way=0, uneven="1 not accounted for"),
            "the ledger does not balance",
        ),
        (Glimpse(due=2, on_their_way=2, uneven=None), "no letter is sent"),
        (
            Glimpse(due=0, on_their_way=0, uneven=None, unwritable="full"),
            "the store cannot be written",
        ),
    ],
    ids=["ledger", "outbox", "store"],
)
def test_whatever_keeps_mail_from_being_answered_is_a_reason(
    office: Office, glimpse: Glimpse, words: str
) -> None:
    office.watching.wait(MINUTE)
    office.watching.drawer.shows = glimpse
    office.watching.wait(MINUTE)

    status, text = office.told("/readyz")

    assert status == 503
    assert text.startswith(f"{words} since")


@pytest.mark.parametrize("job", ["answers", "digest"])
def test_any_job_that_fails_is_a_reason(office: Office, job: str) -> None:
    office.watching.wait(MINUTE)
    office.watching.failing[job] = "the template is gone"
    office.watching.wait(2 * MINUTE)

    assert f"the job `{job}` fails since" in office.told("/readyz")[1]


@pytest.mark.parametrize("job", ["intake", "dispatch", "answers"])
def test_only_a_job_that_hangs_for_long_needs_a_restart(
    office: Office, job: str
) -> None:
    office.watching.wait(MINUTE)
    office.watching.hang(job)
    office.watching.wait(20 * MINUTE)
    soon = office.told("/livez")

    office.watching.wait(20 * MINUTE)

    assert soon == (200, "alive\n")
    assert office.told("/livez") == (
        503,
        f"the job `{job}` neither ends nor gets on\n",
    )


def test_failing_for_days_needs_no_restart(office: Office) -> None:
    office.watching.failing["intake"] = "nothing listens on that port"

    office.watching.wait(50 * HOUR)

    assert office.told("/livez") == (200, "alive\n")


def test_when_nobody_looks_after_the_jobs_that_is_told(office: Office) -> None:
    office.watching.wait(MINUTE)
    office.watching.now += timedelta(minutes=5)

    status, text = office.told("/readyz")

    assert status == 503
    assert text.startswith("nobody looks after the jobs since")


def test_a_step_of_the_clock_is_forgotten_at_the_next_look(office: Office) -> None:
    office.watching.wait(MINUTE)
    office.watching.now += timedelta(days=400)
    office.watching.wait(MINUTE)

    assert office.told("/readyz") == (200, "ready\n")


def test_no_address_is_told(office: Office) -> None:
    office.watching.wait(MINUTE)
    office.watching.failing["intake"] = AWAY
    office.watching.wait(2 * MINUTE)

    told = office.told("/readyz")[1] + office.told("/status.json")[1]

    assert "@" not in told
    assert "nothing listens on that port" in told


def test_status_says_all_that_is_known(office: Office) -> None:
    office.found = Look(standing=make_standing(needs=("1 matter must be looked at",)))
    office.watching.wait(MINUTE)

    status, text = office.told("/status.json")

    found = json.loads(text)
    assert status == 200
    assert (found["is_ready"], found["reasons"]) == (True, [])
    assert found["needs"] == ["1 matter must be looked at"]
    assert found["store"]["open_cases"] == 7
    assert "needs" not in found["store"]
    assert {job["name"] for job in found["jobs"]} == set(office.watching.jobs)


def test_the_store_is_asked_once_in_a_while_however_often_somebody_asks(
    office: Office,
) -> None:
    office.watching.wait(MINUTE)
    for _ in range(20):
        office.told("/metrics")
        office.told("/status.json")
    at_first = office.looks

    office.watching.at += FRESH_SECONDS
    office.told("/metrics")

    assert (at_first, office.looks) == (1, 2)


def test_probes_do_not_ask_the_store(office: Office) -> None:
    office.told("/livez")
    office.told("/readyz")

    assert office.looks == 0


def test_a_store_that_cannot_be_read_leaves_the_rest(office: Office) -> None:
    office.found = Look(failure="the disk reports an error")
    office.watching.wait(MINUTE)

    found = json.loads(office.told("/status.json")[1])
    figures = office.figures()

    assert (found["store"], found["store_failure"]) == (
        None,
        "the disk reports an error",
    )
    assert figures["triage_store_look_failed[]"] == 1.0
    assert figures["triage_ready[]"] == 1.0


def test_a_store_that_hangs_keeps_nobody_waiting_for_long(office: Office) -> None:
    office.watching.wait(MINUTE)
    office.answers.clear()

    found = json.loads(office.told("/status.json")[1])

    assert found["store_failure"] == SLOW
    assert found["is_ready"] is True


def test_what_passed_adds_up(office: Office) -> None:
    passed = Passed(
        messages={("recorded", "review"): 2}, letters={"sent": 1}, waits=(3.0, 700.0)
    )
    office.found = Look(standing=make_standing(), passed={"": passed})
    office.watching.wait(MINUTE)
    office.figures()
    office.watching.at += FRESH_SECONDS

    figures = office.figures()

    recorded = "[('fate', 'recorded'), ('route', 'review')]"
    assert figures[f"triage_messages_total{recorded}"] == 4.0
    assert figures["triage_letters_total[('state', 'sent')]"] == 2.0
    assert figures["triage_letters_total[('state', 'refused')]"] == 0.0
    assert figures["triage_reply_duration_seconds_count[]"] == 4.0
    assert figures["triage_reply_duration_seconds_sum[]"] == 1406.0
    assert figures["triage_reply_duration_seconds_bucket[('le', '5.0')]"] == 2.0
    assert figures["triage_reply_duration_seconds_bucket[('le', '900.0')]"] == 4.0


def test_figures_say_for_how_long_what_is_wrong(office: Office) -> None:
    office.watching.wait(MINUTE)
    office.watching.failing["intake"] = "nothing listens on that port"
    office.watching.wait(10 * MINUTE)

    figures = office.figures()

    mailbox = "[('kind', 'mailbox'), ('task', '')]"
    ledger = "[('kind', 'ledger'), ('task', '')]"
    assert figures["triage_ready[]"] == 0.0
    assert 8 * MINUTE < figures[f"triage_unwell_seconds{mailbox}"] < 12 * MINUTE
    assert figures[f"triage_unwell_seconds{ledger}"] == 0.0
    runs = "[('outcome', 'failure'), ('task', 'intake')]"
    assert figures[f"triage_job_runs_total{runs}"] > 5


def test_what_can_be_counted_begins_at_nought(office: Office) -> None:
    office.found = Look(standing=make_standing(routes=("review",)))

    figures = office.figures()

    review = "[('fate', 'recorded'), ('route', 'review')]"
    assert figures[f"triage_messages_total{review}"] == 0.0


def test_moments_and_states_are_figures(office: Office) -> None:
    office.found = Look(
        standing=make_standing(
            oldest_due_at=NOON,
            expires={"imap certificate": NOON},
            breaker_is_open=True,
        )
    )
    office.watching.wait(MINUTE)

    figures = office.figures()

    assert figures["triage_mailbox_last_pass_timestamp_seconds[]"] == NOON.timestamp()
    assert figures["triage_oldest_due_letter_age_seconds[]"] == MINUTE
    assert figures["triage_outbox_letters[('state', 'queued')]"] == 2.0
    assert figures["triage_outbox_letters[('state', 'refused')]"] == 0.0
    assert figures["triage_breaker_open[]"] == 1.0
    expiry = "triage_expiry_timestamp_seconds[('of', 'imap certificate')]"
    assert figures[expiry] == NOON.timestamp()
    assert figures["triage_build_info[('version', '1.2.3')]"] == 1.0


def two_mailboxes() -> Standing:
    return make_standing(
        {"uk": make_mailbox(open_cases=2, needs=1), "ie": make_mailbox(open_cases=5)},
        needs=("uk: 1 matter must be looked at",),
    )


def test_each_of_several_mailboxes_has_figures_of_its_own(office: Office) -> None:
    passed = Passed(
        messages={("recorded", "review"): 2}, letters={"sent": 1}, waits=(3.0,)
    )
    office.found = Look(standing=two_mailboxes(), passed={"ie": passed})

    office.figures()
    figures = office.figures()

    assert figures["triage_cases_open[('mailbox', 'uk')]"] == 2.0
    assert figures["triage_cases_open[('mailbox', 'ie')]"] == 5.0
    sent = "triage_letters_total[('mailbox', '{}'), ('state', 'sent')]"
    assert figures[sent.format("ie")] == 1.0
    assert figures[sent.format("uk")] == 0.0
    waits = "triage_reply_duration_seconds_count[('mailbox', '{}')]"
    assert (figures[waits.format("uk")], figures[waits.format("ie")]) == (0.0, 1.0)
    at = "triage_mailbox_last_pass_timestamp_seconds[('mailbox', 'uk')]"
    assert figures[at] == NOON.timestamp()


def test_what_is_of_no_mailbox_is_told_once(office: Office) -> None:
    office.found = Look(standing=two_mailboxes())
    office.watching.wait(MINUTE)

    figures = office.figures()

    stores = [name for name in figures if name.startswith("triage_store_size_bytes")]
    assert stores == ["triage_store_size_bytes[]"]
    assert figures["triage_unwell_seconds[('kind', 'ledger'), ('task', '')]"] == 0.0


def test_jobs_are_told_apart_by_their_mailbox(office: Office) -> None:
    pulse = office.watching.pulse
    for name in ("intake uk", "intake ie"):
        pulse.expect(name, 60)
        pulse.begin(name)
    pulse.fail("intake uk", "nothing listens on that port")
    pulse.succeed("intake ie")

    figures = office.figures()

    runs = "triage_job_runs_total[('mailbox', '{}'), ('outcome', 'failure'), {}]"
    task = "('task', 'intake')"
    assert figures[runs.format("uk", task)] == 1.0
    assert figures[runs.format("ie", task)] == 0.0


def test_status_has_an_entry_for_each_of_several_mailboxes(office: Office) -> None:
    office.found = Look(standing=two_mailboxes())
    office.watching.wait(MINUTE)

    found = json.loads(office.told("/status.json")[1])

    assert found["mailboxes"]["uk"]["open_cases"] == 2
    assert found["mailboxes"]["ie"]["open_cases"] == 5
    assert found["store"]["store_bytes"] == 4096
    assert "open_cases" not in found["store"]


def test_an_unknown_path_is_told_which_there_are(office: Office) -> None:
    status, text = office.told("/metrics/")

    assert status == 404
    assert text == "there is only /livez, /readyz, /status.json, /metrics\n"
