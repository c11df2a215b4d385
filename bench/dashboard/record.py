"""A day of the daemon, hurried, written down as Prometheus would have asked for it.

    python bench/dashboard/record.py FOLDER          25 hours, 80 times as fast

FOLDER/day.om can then be read by `promtool tsdb create-blocks-from openmetrics`. The
installation is that of bench/days.py, with the shipped rules and the mails of the
demonstration, each from somebody new. What goes wrong and what people do stands in
`script`. What takes this machine a second
appears as 80.
"""

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.client import HTTPException
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same mail every time
from socket import create_server
from time import monotonic, sleep
from typing import TextIO

from imapclient.exceptions import IMAPClientError
from prometheus_client.parser import text_string_to_metric_families
from typing_extensions import override

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.days import STEP, Clock, Days
from tests.journeys.installing import ADDRESS
from tests.monitoring.asking import HERE, ask
from tests.torture.site import OWN_ADDRESSES
from triage.demo.mails import Sample, samples
from triage.shipped import rules

EVERY = 30.0
"""Seconds of the hurried clock between two scrapes."""
LABELS = 'instance="mail.examboard.example:9464",job="triage"'
NIGHT, MORNING = (2, 2, 1, 1, 1, 2), (4, 8, 13, 17, 17, 15)
AFTERNOON, EVENING = (13, 14, 15, 14, 11, 8), (6, 6, 6, 6, 5, 4)
BY_HOUR = (*NIGHT, *MORNING, *AFTERNOON, *EVENING)
"""Mails in each hour of the day, in the mean."""
FOLLOW_UPS = 0.12
TRIES = 5
EARLIER = timedelta(days=6)
"""Before the day, when mails came that were only found now."""
OFFICE = range(8, 18)
FORMAL, APPROVED = "Complaints/Formal", "Complaints/Approved"
DECIDED, CLOSED = "Complaints/To be decided", "Complaints/Closed"
MODES = f"""
[modes]
at_most = "live"
approved_folder = "{APPROVED}"
"""
CANARY = """
[canary]
at = 06:00:00
"""


class Day(Days):
    """One installation through a day, and the file of what it told."""

    def __init__(
        self, opened: ExitStack, folder: Path, clock: Clock, figures: TextIO
    ) -> None:
        with create_server((HERE, 0)) as free:
            self.port = free.getsockname()[1]
        self.figures = figures
        self.written: list[tuple[str, str]] = []
        """Message-ID and recipient of each letter to a person."""
        self.approved = set[bytes]()
        self.number = 0
        self.dice = Random(5)  # noqa: S311 - the same mail every time
        self.mails = [each for each in samples() if not _leans_on_another(each)]
        self.answer = next(each for each in samples() if each.replies_to is not None)
        super().__init__(opened, folder, clock)

    @override
    def _install(self) -> None:
        super()._install()
        shutil.rmtree(self.rules)
        shutil.copytree(rules(), self.rules)
        (self.rules / "65-modes.toml").write_text(MODES, "utf-8")
        self.change("60-routes.toml", f'"{FORMAL}"', f'"{FORMAL}"\nmode = "hold"')
        config = self.site.journey.config
        http = f'[http]\nlisten = "{HERE}:{self.port}"\n'
        text = config.read_text("utf-8").replace("[http]\n", http)
        config.write_text(text + CANARY, "utf-8")

    @property
    def rules(self) -> Path:
        return self.site.journey.folder / "rules"

    def change(self, name: str, before: str, after: str) -> None:
        path = self.rules / name
        path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")

    @override
    def start(self) -> None:
        self.started = self.clock.now()
        super().start()

    @override
    def deliver(self) -> None:
        """Let a mail come: an answer to a letter of ours, or one of somebody new."""
        self.come(self.clock.now())

    def come(self, at: datetime) -> None:
        self.number += 1
        name = f"{self.number:05}"
        ours, sample = None, self.dice.choice(self.mails)
        sender = f"Somebody {name} <{name}@people{self.number % 97}.example>"
        if self.written and self.dice.random() < FOLLOW_UPS:
            ours, sender = self.dice.choice(self.written)
            sample = self.answer
        changed = sample.model_copy(update={"id": name, "sender": sender})
        self.waiting.append((at, changed.delivery(at, ours).octets))

    @override
    def work(self) -> None:
        """Hand over what waits, and let what was written to ourselves come back."""
        while self.waiting and self.is_up:
            at, octets = self.waiting.pop(0)
            self.site.journey.site.deliver(octets, at)
        for each in self.smtp.accepted[self._seen :]:
            self._seen += 1
            if ADDRESS in each.recipients:
                path = f"Return-Path: <{ADDRESS}>\r\n".encode()
                self.waiting.append((self.clock.now(), path + each.octets))
            elif not OWN_ADDRESSES.issuperset(each.recipients):
                letter = message_from_bytes(each.octets)
                self.written.append((letter["Message-ID"], each.recipients[0]))

    def scrape(self) -> None:
        """Write down what it tells at this moment, or that it tells nothing."""
        at = f"{self.clock.now().timestamp():.3f}"
        told = self._told()
        if told is None:
            self.figures.write(f"up{{{LABELS}}} 0 {at}\n")
            return
        self.figures.write(f"up{{{LABELS}}} 1 {at}\n")
        for family in text_string_to_metric_families(told):
            for name, labels, value, *_ in family.samples:
                own = "".join(f',{key}="{labels[key]}"' for key in sorted(labels))
                # The system dates processes by the real clock.
                is_start = name == "process_start_time_seconds"
                number = self.started.timestamp() if is_start else value
                self.figures.write(f"{name}{{{LABELS}{own}}} {number} {at}\n")

    def _told(self) -> str | None:
        """Ask more than once: the limits on a connection are hurried too."""
        for _ in range(TRIES):
            with suppress(OSError, HTTPException):
                return ask(self.port, "/metrics").body
        return None

    def approve(self) -> None:
        """Move what waits for approval; what was approved lies there too."""
        with self.site.journey.site.somebody_else() as client:
            client.select_folder(FORMAL)
            found = client.fetch(client.search(["ALL"]), ["ENVELOPE"])
            new = {
                uid: mail[b"ENVELOPE"].message_id
                for uid, mail in found.items()
                if mail[b"ENVELOPE"].message_id not in self.approved
            }
            self.approved.update(new.values())
            client.move(list(new), APPROVED)

    def move(self, folder: str, to: str) -> None:
        """Move all that is in a folder, as a person does in a mail program."""
        self.site.journey.site.move(folder, to)

    def at_work(self, action: Callable[[], object]) -> None:
        """Let a person do something, who is there by day."""
        if self.clock.now().hour in OFFICE:
            with suppress(IMAPClientError):  # there may be no such folder yet
                action()


def _leans_on_another(sample: Sample) -> bool:
    return sample.replies_to is not None or sample.returns is not None


def script(day: Day, hours: float) -> Iterator[tuple[float, Callable[[], object]]]:
    """Yield what happens, with its hour before the end."""
    yield 20.8, day.lose_submission
    yield 20.0, day.smtp_way.heal
    yield 14.0, day.fall_silent
    yield 13.4, day.speak_again
    yield 9.5, day.kill
    yield 9.45, day.start
    yield 22.0, lambda: [day.come(day.clock.now() - EARLIER) for _ in range(3)]
    yield 0.7, lambda: day.change("20-topics.toml", "[[topic]]", "[[topics]]")
    yield 4.0, day.expire
    for hour in range(1, int(hours), 3):
        yield hour + 0.3, lambda: day.at_work(day.approve)
        yield hour + 0.1, lambda: day.at_work(lambda: day.move(DECIDED, CLOSED))


def play(day: Day, hours: float) -> None:
    """Let the hours pass."""
    due = sorted(
        ((hours - before, action) for before, action in script(day, hours)),
        key=lambda each: each[0],
    )
    due = [each for each in due if each[0] > 0]
    next_mail = next_scrape = 0.0
    while day.clock.hours < hours:
        while due and due[0][0] <= day.clock.hours:
            due.pop(0)[1]()
        if day.clock.hours >= next_mail:
            day.deliver()
            rate = BY_HOUR[day.clock.now().hour]
            next_mail = day.clock.hours + day.dice.expovariate(rate)
        if day.clock.seconds() >= next_scrape:
            next_scrape = day.clock.seconds() + EVERY
            day.scrape()
        day.work()
        sleep(STEP)


def main(kept: Path, hours: float, speed: float) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        now = datetime.now(UTC)  # noqa: TID251 - the clock that is hurried
        # It ends before now, as Dovecot takes no mail from the future.
        clock = Clock(speed, now.replace(microsecond=0) - timedelta(hours=hours))
        figures = opened.enter_context((kept / "day.om").open("w", encoding="utf-8"))
        day = Day(opened, Path(name), clock, figures)
        day.start()
        clock.steady, clock.began = monotonic(), clock.now()
        play(day, hours)
        figures.write("# EOF\n")
        day.terminate()
        (kept / "day.log").write_text(day.daemon.log, "utf-8")
    print(f"{day.number} mails, {len(day.written)} letters to people")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="a day, hurried, for the dashboard")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=25.0)
    parser.add_argument("--speed", type=float, default=80.0)
    given = parser.parse_args()
    # Else aiosmtpd tells at each login what it will not offer in its next version.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    main(given.folder, given.hours, given.speed)
