"""How each job goes, as whoever asks from outside is told."""

from datetime import timedelta

from tests.alarm.watching import EVEN, NOON
from triage.alarm import JobFact, Policy, Pulse
from triage.alarm.book import Moment
from triage.alarm.outlook import outlook_of
from triage.alarm.signs import Facts

HOUR = 3600.0


def told_of(pulse: Pulse, at: float) -> JobFact:
    facts = Facts(at=at, jobs=pulse.jobs(), settled=0, hindrance=None, glimpse=EVEN)
    (job,), _ = outlook_of(facts, {}, Moment(at, NOON), Policy())
    return job


def test_a_first_run_that_takes_long_tells_when_it_last_got_on() -> None:
    seconds = [0.0]
    pulse = Pulse(lambda: seconds[0])
    pulse.expect("intake", 60)
    pulse.begin("intake")
    begun = told_of(pulse, seconds[0])

    seconds[0] = HOUR
    pulse.get_on("intake")

    assert begun.got_on_at is None
    assert told_of(pulse, HOUR).got_on_at == NOON
    assert told_of(pulse, HOUR).running_since == NOON - timedelta(seconds=HOUR)
