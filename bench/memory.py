"""What one 25 MB mail costs in memory, in the daemon and in its reader.

    python bench/memory.py
    python bench/memory.py --megabytes N

A first pass takes up a small mail, so that everything is loaded that ever is. Then come
a mail with scans, one that is text all through, and one that is HTML; the peaks before
and after each are compared (VmHWM of /proc, in MiB). Dovecot on loopback; the letters
are sent.
"""

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.peaks import peak_mib, reader_process
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, missing_parts
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.wiring import Installation

LIMIT = 40
READY = "ready"


def measure(config: Path) -> int:
    """Take up a small mail, then each that is announced on standard input."""
    most = 0
    with Installation(load_config(config)) as parts:
        parts.run_once()
        reader = reader_process()
        before = peak_mib(), peak_mib(reader)
        print(READY, flush=True)
        for line in sys.stdin:
            taken, _ = parts.run_once()
            after = peak_mib(), peak_mib(reader)
            here, there = after[0] - before[0], after[1] - before[1]
            most = max(most, here + there)
            print(
                f"{line.strip():30}{taken['recorded']} recorded; "
                f"{after[0]} MiB (+{here}) in the daemon, {after[1]} MiB (+{there}) "
                "in the reader",
                flush=True,
            )
            before = after
    return 0 if most < LIMIT else 1


def with_scans(octets: int) -> bytes:
    message = message_from_bytes(make_mail(), EmailMessage, policy=SMTP)
    scan = bytes(range(256)) * (octets * 3 // 4 // 256)
    message.add_attachment(scan, "application", "pdf", filename="scans.pdf")
    return message.as_bytes()


def long_text(octets: int) -> bytes:
    line = "My complaint goes on, and on, and on.\n"
    return make_mail(text=line * (octets // len(line)))


def long_html(octets: int) -> bytes:
    paragraph = "<p>My complaint <b>goes</b> on and on.</p>\n"
    return make_mail(html=paragraph * (octets * 3 // 4 // len(paragraph)))


def main(megabytes: int) -> int:
    octets = megabytes * 1_000_000
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory())
        certificate = Authority.new(Path(name)).issue("localhost", hosts="IP:127.0.0.1")
        folder = Path(name) / "installation"
        folder.mkdir()
        dovecot = stack.enter_context(Dovecot(certificate))
        journey = Journey(dovecot, stack.enter_context(SmtpSink()), folder)
        config = journey.install()
        journey.deliver(make_mail("Complaint of usual size"))
        with subprocess.Popen(  # noqa: S603 - this script
            [sys.executable, __file__, "--measure", config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        ) as measured:
            assert measured.stdin is not None
            assert measured.stdout is not None
            assert measured.stdout.readline().strip() == READY
            for kind in (with_scans, long_text, long_html):
                mail = kind(octets)
                journey.deliver(mail)
                words = kind.__name__.replace("_", " ")
                measured.stdin.write(f"{words}, {len(mail) / 1e6:.1f} MB\n")
                print(measured.stdout.readline(), end="")
            measured.stdin.close()
        print(f"at most {LIMIT} MiB more are allowed for one mail")
        return measured.returncode


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="memory, measured")
    parser.add_argument("--megabytes", type=int, default=25)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        sys.exit(measure(arguments.measure))
    if missing := missing_parts():
        sys.exit(missing)
    sys.exit(main(arguments.megabytes))
