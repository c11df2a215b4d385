"""How long a complaint takes from its arrival to a reply accepted by SMTP.

    python bench/journey.py                      50 mails, one after the other
    python bench/journey.py --mails 200
    python bench/journey.py --mails 200 --poll 2 no IDLE: the mailbox is asked every 2 s

The real daemon in a process of its own, Dovecot and aiosmtpd on loopback; with IDLE it
polls once an hour, so that nothing hides an IDLE that does not work. With --poll, mails
come at any moment between two looks. Each mail arrives by LMTP; the time runs from
before LMTP begins until the SMTP server has the whole reply. Other mail lies in the
mailbox and must be the same afterwards, octet for octet and flag for flag. How long
Dovecot waits before it announces a mail to anybody (it hopes for more) is measured
before, on another mailbox.
"""

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same moments every time
from statistics import median
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.journeys.installing import Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, missing_parts
from triage.demo.servers import Accepted, SmtpSink

OTHERS = 300
FLAGS = ((), ("\\Seen",), ("\\Flagged", "todo"), ("\\Deleted",), ("\\Answered",))
SECONDS = 30.0
HOUR = 3600
ANNOUNCEMENTS = 10


def main(mails: int, poll: int | None) -> int:
    accepted_at: list[float] = []
    dice = Random(1)  # noqa: S311 - the same moments every time

    def note(_: Accepted) -> None:
        accepted_at.append(perf_counter())

    with tempfile.TemporaryDirectory() as name:
        certificate = Authority.new(Path(name)).issue("localhost", hosts="IP:127.0.0.1")
        folder = Path(name) / "installation"
        folder.mkdir()
        with Dovecot(certificate) as dovecot, SmtpSink(note) as smtp:
            announced = announcement(Journey(dovecot, smtp, folder))
            journey = Journey(dovecot, smtp, folder)
            fill(journey)
            before = journey.contents()
            looking = {"idle": poll is None, "poll_seconds": poll or HOUR}
            config = journey.install(Settings(mailbox=looking))
            with RunningDaemon(config) as daemon:
                daemon.wait_for(f"{OTHERS} left")
                taken = []
                for number in range(mails):
                    sleep(dice.uniform(0, poll or 0))
                    taken.append(deliver(journey, number, accepted_at))
                daemon.terminate()
            is_unchanged = before == journey.contents()
            filed = len(journey.contents("Complaints/Formal"))
    way = "IDLE" if poll is None else f"polling every {poll} s"
    print(f"{way}; load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
    report(taken, announced)
    print(f"{'replies, filed':34}{len(accepted_at):>6}, {filed}")
    print(f"{f'{OTHERS} other mails':34}{'same' if is_unchanged else 'CHANGED':>10}")
    return 0 if is_unchanged and len(accepted_at) == filed == mails else 1


def announcement(journey: Journey) -> float:
    """Return how many seconds Dovecot takes to announce a mail, in the median."""
    taken = []
    with journey.site.somebody_else() as client:
        client.select_folder("INBOX", readonly=True)
        client.idle()
        for _ in range(ANNOUNCEMENTS):
            started = perf_counter()
            journey.deliver(make_mail())
            while not any(b"EXISTS" in line for line in client.idle_check(SECONDS)):
                pass
            taken.append(perf_counter() - started)
        client.idle_done()
    return median(taken)


def fill(journey: Journey) -> None:
    with journey.site.somebody_else() as client:
        for number in range(OTHERS):
            octets = make_mail(f"Invoice {number}", sender="shop@post.example")
            client.append("INBOX", octets, FLAGS[number % len(FLAGS)])


def deliver(journey: Journey, number: int, accepted_at: Sequence[float]) -> float:
    """Let one complaint arrive; return the seconds until its reply is accepted."""
    writer = f"writer{number}@post{number}.example"
    octets = make_mail(sender=writer)
    started = perf_counter()
    journey.deliver(octets, writer)
    journey.smtp.wait_for(number + 1, SECONDS)
    if len(accepted_at) != number + 1:
        sys.exit(f"no reply to mail {number} within {SECONDS:.0f} s")
    return accepted_at[number] - started


def report(taken: Sequence[float], announced: float) -> None:
    ordered = sorted(taken)
    rows = {
        f"arrival to reply, median of {len(taken)}": median(ordered),
        "  nine of ten within": ordered[len(ordered) * 9 // 10],
        "  99th percentile": ordered[math.ceil(len(ordered) * 0.99) - 1],
        "  worst": ordered[-1],
        "until Dovecot announces, median": announced,
    }
    for name, seconds in rows.items():
        print(f"{name:34}{seconds * 1000:>7.0f} ms")


if __name__ == "__main__":
    if missing := missing_parts():
        sys.exit(missing)
    parser = argparse.ArgumentParser(description="arrival to reply, measured")
    parser.add_argument("--mails", type=int, default=50)
    parser.add_argument("--poll", type=int, default=None, metavar="SECONDS")
    given = parser.parse_args()
    sys.exit(main(given.mails, given.poll))
