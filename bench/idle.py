"""What the daemon costs while nothing happens.

    python bench/idle.py                 1,000 mails in the mailbox, three minutes
    python bench/idle.py --mails 1000 --seconds 180
    python bench/idle.py --shipped-rules the rules as shipped, not a few

The real daemon with IDLE at Dovecot and its usual times, after it has settled. CPU is
what the kernel counted for the daemon and its reader, in percent of one core. Of memory
that both use (libraries, mostly), RSS counts all to each of them, PSS half to each.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import sleep

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.journeys.installing import Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, missing_parts
from tests.torture.shipped_rules import lay_shipped_rules
from triage.demo.servers import SmtpSink

SETTLING = 30.0
CPU_AIM, MEMORY_AIM = 0.5, 90.0


def main(mails: int, seconds: float, *, shipped: bool) -> int:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        certificate = Authority.new(folder).issue("localhost", hosts="IP:127.0.0.1")
        (folder / "installation").mkdir()
        dovecot = opened.enter_context(Dovecot(certificate))
        smtp = opened.enter_context(SmtpSink())
        journey = Journey(dovecot, smtp, folder / "installation")
        fill(journey, mails)
        config = journey.install(Settings(mailbox={"poll_seconds": 60}))
        if shipped:
            lay_shipped_rules(config.parent / "rules")
        daemon = opened.enter_context(RunningDaemon(config))
        daemon.wait_for(f"{mails} left", 120)
        sleep(SETTLING)
        processes = {"daemon": daemon.pid, **children_of(daemon.pid)}
        before = {name: cpu_seconds(pid) for name, pid in processes.items()}
        sleep(seconds)
        share = {
            name: (cpu_seconds(pid) - before[name]) / seconds * 100
            for name, pid in processes.items()
        }
        rss = {name: resident(pid, "Rss") for name, pid in processes.items()}
        pss = {name: resident(pid, "Pss") for name, pid in processes.items()}
        daemon.terminate()
    rules = "the rules as shipped" if shipped else "a few rules"
    print(f"{mails} mails, {rules}, {seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    for name in (*processes, "together"):
        figures = [
            sum(each.values()) if name == "together" else each[name]
            for each in (share, rss, pss)
        ]
        print(
            f"{name:18}{figures[0]:>7.2f} % of a core"
            f"{figures[1]:>8.0f} MB RSS{figures[2]:>8.0f} MB PSS"
        )
    is_cheap = sum(share.values()) < CPU_AIM and sum(pss.values()) < MEMORY_AIM
    print(f"aim: under {CPU_AIM} % and {MEMORY_AIM:.0f} MB: {is_cheap}")
    return 0 if is_cheap else 1


def fill(journey: Journey, mails: int) -> None:
    with journey.site.somebody_else() as client:
        for number in range(mails):
            octets = make_mail(f"Invoice {number}", sender="shop@post.example")
            client.append("INBOX", octets)


def children_of(pid: int) -> dict[str, int]:
    """Return the processes that it started, by what they are for."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            words = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
            is_tracker = "resource_tracker" in words
            found["resource tracker" if is_tracker else "reader"] = child
    return found


def cpu_seconds(pid: int) -> float:
    """Return what it had of a processor, in its own code and in the kernel's."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int, kind: str) -> float:
    """Return megabytes; `kind` is Rss or Pss."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


if __name__ == "__main__":
    if missing := missing_parts():
        sys.exit(missing)
    parser = argparse.ArgumentParser(description="the cost of an idle daemon, measured")
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--shipped-rules", action="store_true")
    given = parser.parse_args()
    sys.exit(main(given.mails, given.seconds, shipped=given.shipped_rules))
