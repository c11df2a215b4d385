"""What goes wrong around the daemon: servers, disk, passwords, hostile mail."""

import os
import resource
import signal
import subprocess
import sys
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from time import sleep

import pytest

from tests.journeys.installing import Inline, Settings
from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.journeys.valve import Valve
from tests.smtp.scripted import ScriptedServer
from triage.errors import LoginRefusedError
from triage.message import Message, parse
from triage.reader import Reader
from triage.wiring.rulebook import edition_of
from triage.wiring.servers import submission_of

pytestmark = pytest.mark.servers

WRONG = "a password of nobody"
HOSTILE_SUBJECT = b"Subject: Complaint that kills its reader"


def run_once(config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the program under test
        [sys.executable, "-m", "triage", "run", "--once", "--config", config],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_second_daemon_on_the_same_store_refuses_to_start(journey: Journey) -> None:
    config = journey.install()
    with RunningDaemon(config) as daemon:
        daemon.wait_for("running")

        second = run_once(config)

        daemon.terminate()
    assert second.returncode == 2
    assert f"another triage daemon (process {daemon.pid}) works on" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_wrong_password_is_told_in_a_plain_sentence(journey: Journey) -> None:
    config = journey.install(password=WRONG)

    once = run_once(config)
    with RunningDaemon(config) as daemon:
        daemon.wait_for("refuses the login")
        daemon.terminate()

    assert once.returncode == 2
    assert "refuses the login" in once.stderr
    for text in (once.stderr, daemon.log):
        assert "Traceback" not in text
        assert WRONG not in text


def test_a_server_that_is_away_is_waited_for(journey: Journey) -> None:
    with Valve(journey.dovecot.imap, is_away=True) as valve:
        config = journey.install(imap_port=valve.port)
        with RunningDaemon(config) as daemon:
            daemon.wait_for("nothing listens on that port")
            journey.deliver(make_mail())

            valve.come_back()
            journey.smtp.wait_for(1, seconds=30)
            daemon.terminate()

    assert len(journey.replies()) == 1
    assert "Traceback" not in daemon.log


def test_an_smtp_server_that_is_away_loses_no_letter(journey: Journey) -> None:
    journey.deliver(make_mail())
    with Valve(journey.smtp.port, is_away=True) as valve:
        journey.install(smtp_port=valve.port)
        journey.run_once()
        at_first = journey.letter_states()

        valve.come_back()
        journey.run_once(timedelta(minutes=2))

    assert at_first == ["queued"]
    assert journey.letter_states() == ["sent"]


def test_a_connection_that_breaks_is_made_again(journey: Journey) -> None:
    with Valve(journey.dovecot.imap) as valve:
        config = journey.install(imap_port=valve.port)
        with RunningDaemon(config) as daemon:
            daemon.wait_for("running")
            sleep(1)

            valve.hang_up()
            journey.deliver(make_mail())
            journey.smtp.wait_for(1, seconds=30)
            daemon.terminate()

    assert len(journey.replies()) == 1


def test_a_mailbox_that_is_numbered_anew_gets_nothing_twice(journey: Journey) -> None:
    journey.install(Settings(mailbox={"file": False}))
    journey.deliver(make_mail())
    journey.deliver(make_mail("Lunch"))
    journey.run_once()
    before = journey.contents()
    journey.forget_numbering()

    journey.run_once()
    journey.deliver(make_mail("Complaint of today", "The website again."))
    journey.run_once()

    assert len(journey.contents()) == len(before) + 1
    assert len(journey.replies()) == 2
    assert len(journey.cases()) == 2


def test_a_mail_that_came_while_the_mailbox_was_numbered_anew_waits_for_a_person(
    journey: Journey,
) -> None:
    journey.install(Settings(mailbox={"file": False}))
    journey.deliver(make_mail())
    journey.run_once()
    journey.deliver(make_mail("Complaint", "The website, and nobody knows."))
    journey.forget_numbering()

    journey.run_once()

    with journey.store() as store:
        (debt,) = store.cases.debts()
    assert debt.why == (
        "it lay there when the mailbox was renumbered or the cases restored",
    )
    assert len(journey.replies()) == 1


def parse_or_die(
    raw: bytes, /, *, size: int | None = None, is_whole: bool = True
) -> Message:
    """Read a mail as the program does, unless it is the hostile one."""
    if HOSTILE_SUBJECT in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(raw, size=size, is_whole=is_whole)


def test_a_mail_that_kills_its_reader_is_set_aside_and_others_go_on(
    journey: Journey,
) -> None:
    journey.install()
    for number in range(5):
        journey.deliver(make_mail(text=f"The website, {number}."))
        if number == 2:
            hostile = HOSTILE_SUBJECT.decode().removeprefix("Subject: ")
            journey.deliver(make_mail(hostile))

    with journey.installation() as parts:
        rules = edition_of(parts.config).rules
        with Reader(rules, parse=parse_or_die) as reader:
            parts.intake.reader = reader
            taken, _ = parts.run_once()
        (aside,) = parts.store.ledger.asides()

    assert taken == {"recorded": 5, "set aside": 1, "filed": 5}
    assert "ended by SIGKILL" in aside.reason
    assert len(journey.replies()) == 5
    assert journey.subjects() == ["Complaint that kills its reader"]


def nested(depth: int) -> bytes:
    head = make_mail("Complaint nested deep").partition(b"\r\nContent-Type")[0]
    parts = [
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    ]
    return head + b"\r\nMIME-Version: 1.0\r\n" + b"".join(parts) + b"\r\nEnd\r\n"


def with_fields(count: int) -> bytes:
    return make_mail("Complaint with many fields", x_filler="PLACE").replace(
        b"x-filler: PLACE\r\n", b"X-Filler: 1\r\n" * count
    )


def with_addresses(count: int) -> bytes:
    addresses = ",\r\n ".join(f"a{n}@x{n}.example" for n in range(count))
    return make_mail("Complaint to the whole world", cc="PLACE").replace(
        b"cc: PLACE\r\n", f"Cc: {addresses}\r\n".encode()
    )


def one_tag_of_html(octets: int) -> bytes:
    message = EmailMessage()
    message["From"] = "a@post.example"
    message["Subject"] = "Complaint in one tag"
    message.set_content("<" + "a" * octets, subtype="html")
    return message.as_bytes(policy=SMTP)


def test_hostile_mails_harm_nobody_and_stop_nothing(journey: Journey) -> None:
    journey.install()
    hostile = [
        nested(3_000),
        with_fields(20_000),
        with_addresses(8_000),
        one_tag_of_html(3_000_000),
        make_mail("Complaint").replace(
            b"Content-Type: text/plain", b"Content-Type: \0"
        ),
        b"Subject: Complaint\r\n\r\n",
        b"Subject: Complaint " + b"x" * 30_000 + b"\r\n\r\nLong\r\n",
    ]
    for octets in hostile:
        journey.deliver(octets)
    journey.deliver(make_mail("Complaint of a harmless person"))

    with journey.installation() as parts:
        taken, _ = parts.run_once()

    assert taken["recorded"] + taken["set aside"] == len(hostile) + 1
    assert "Complaint of a harmless person" in journey.subjects("Complaints/Formal")


def test_a_full_disk_stops_the_work_and_loses_nothing(journey: Journey) -> None:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")
        sleep(1)
        limits = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (1024, limits[1]))

        journey.deliver(make_mail())
        daemon.wait_for("the store cannot be used")
        while_full = len(journey.replies())
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, limits)
        journey.smtp.wait_for(1, seconds=30)
        daemon.wait_for("filed", 30)
        daemon.terminate()

    assert while_full == 0
    assert len(journey.replies()) == 1
    assert len(journey.cases()) == 1
    assert "Traceback" not in daemon.log


def test_the_log_names_nobody_and_quotes_nothing(journey: Journey) -> None:
    with RunningDaemon(journey.install()) as daemon:
        daemon.wait_for("running")
        journey.deliver(make_mail("Complaint Zanzibar", "The Quetzalcoatl website."))
        journey.smtp.wait_for(1)
        daemon.wait_for("is sent")
        daemon.terminate()

    for word in ("Zanzibar", "Quetzalcoatl", "joy.mensah", "Mensah"):
        assert word not in daemon.log


def test_debug_tells_more_and_still_no_password(journey: Journey) -> None:
    with RunningDaemon(journey.install(Settings(log_level="debug"))) as daemon:
        daemon.wait_for("running")
        journey.deliver(make_mail())
        journey.smtp.wait_for(1)
        daemon.terminate()

    assert journey.servers.password not in daemon.log.split()


@pytest.mark.parametrize("name", ["imap-password", "reference.key"])
def test_a_secret_that_others_can_read_is_refused(journey: Journey, name: str) -> None:
    config = journey.install()
    (journey.folder / name).chmod(0o644)

    once = run_once(config)

    assert once.returncode == 2
    assert f"chmod 600 {journey.folder / name}" in once.stderr


def test_a_password_that_one_connection_was_refused_is_tried_by_no_other(
    journey: Journey,
) -> None:
    """Each of them trying it for itself would lock the account sooner."""
    journey.install(password=WRONG)
    with journey.installation() as parts:
        with pytest.raises(LoginRefusedError, match="refuses the login"):
            parts.mailbox.connect()
        for other in (parts.watcher, parts.mailbox):
            with pytest.raises(LoginRefusedError, match="is not tried again"):
                other.connect()


def test_a_submission_password_that_was_refused_is_not_tried_again_soon(
    journey: Journey,
) -> None:
    with ScriptedServer(
        {"auth": b"535 5.7.8 no\r\n"}, extensions=["AUTH PLAIN"]
    ) as smtp:
        submission = {"user": "triage", "password": Inline("file", "imap-password")}
        journey.install(Settings(submission=submission), smtp_port=smtp.port)
        journey.deliver(make_mail())
        with journey.installation() as parts:
            parts.run_once()
            failed = submission_of(parts.config, logins=parts.logins).check()

    assert failed is not None
    assert "is not tried again for five minutes" in failed.text
    assert sum(each.startswith("AUTH") for each in smtp.commands) == 1
