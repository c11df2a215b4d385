"""Makes a store as an earlier triage left it, with messages and letters in every state.

Run with the sources of that commit in front: for each number N of the schema

    git worktree add /tmp/old COMMIT
    PYTHONPATH=/tmp/old python tests/torture/host/upgrades/making.py /tmp/old N.sql

It uses what tests of all those commits have in common: tests.journeys on real servers,
the outbox as the dispatch job uses it, and the command line as far as it was there.
"""

import dataclasses
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.journeys.journey import Journey
from tests.journeys.mails import make_mail, report_on
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot
from triage.demo.servers import SmtpSink
from triage.store import Inbox, Place, SetAside
from triage.store.moving import Claim

LETTERS = 14
SHORT = """
    CAST(substr(data, 1, instr(data, CAST('MIME-Version' AS BLOB)) - 1)
        || CAST(x'0D0A' AS TEXT) || 'The words.'
        || CAST(x'0D0A' AS TEXT) AS BLOB)
"""
REF = "CMP-{year}-{number:05d}"

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("case", "note", "12", "They telephoned."),
    ("case", "assign", "12", "Ann"),
    ("case", "extend", "12", "--until", "2027-01-29", "--why", "The school is shut."),
    ("case", "answer", "13", "--why", "By telephone."),
    ("case", "answer", "14", "--why", "By telephone."),
    ("case", "close", "14", "--outcome", "upheld", "--why", "We were wrong."),
    ("case", "set", "12", "--person", "Ida Example", "--centre", "Example School 1"),
    ("case", "new", "--channel", "telephone", "--person", "Tom Example"),
    ("case", "link", "12", "13"),
    ("case", "escalate", "13", "--why", "Not content.", "--even-so"),
    ("subject", "hold", "person12@post.example", "--why", "A court asks."),
    ("subject", "restrict", "person11@post.example"),
    (
        "sender",
        "restrict",
        "person13@post.example",
        *("--kind", "no-automatic-replies", "--reason", "Writes day and night."),
        *("--adjustments", "none needed", "--review-on", "2027-03-01"),
        *("--by", "Ann"),
    ),
    ("sender", "approve", "1", "--by", "Bob"),
)
"""A bare number among the arguments is a case's."""


def main(sources: str, to: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "servers").mkdir()
        (folder / "installed").mkdir()
        certificate = Authority.new(folder / "servers").issue(
            "localhost", hosts="DNS:localhost,IP:127.0.0.1"
        )
        with Dovecot(certificate) as dovecot, SmtpSink() as smtp:
            journey = Journey(dovecot, smtp, folder / "installed")
            journey.install()
            restrictions = Path(sources, "rules/85-restrictions.toml")
            if restrictions.exists():
                shutil.copy(restrictions, journey.folder / "rules")
            _take_up(journey)
            _work_on(journey, sources)
            with journey.store() as store:
                _move_letters(store)
        _dump(folder / "installed" / "triage.sqlite3", Path(to))


def _take_up(journey: Journey) -> None:
    mails = [
        make_mail(f"Complaint {number}", f"The website, {number}.", sender=_who(number))
        for number in range(1, LETTERS + 1)
    ]
    for number, mail in enumerate(mails, 1):
        journey.deliver(mail, _who(number))
    journey.site.deliver(journey.contents()[0].octets)
    journey.deliver(make_mail("Lunch", "Nothing for you."))
    journey.deliver(make_mail("Complaint, away", auto_submitted="auto-replied"))
    _pass(journey)
    with journey.store() as store:
        shown: Any = store.outbox.show
        ours = [shown(number).line.message_id for number in (12, 2)]
        _set_aside(store)
    journey.deliver(
        make_mail("Complaint", "Again.", sender=_who(12), in_reply_to=ours[0]),
        _who(12),
    )
    journey.deliver_from_nobody(report_on(ours[1]))
    _pass(journey)


def _who(number: int) -> str:
    return f"person{number}@post.example"


def _pass(journey: Journey) -> None:
    with journey.installation() as parts:
        parts.mailbox.connect()
        parts.intake.run(lambda: False)


def _set_aside(store: Any) -> None:
    (row,) = store.ledger._engine.rows("SELECT * FROM inboxes")
    inbox = Inbox(row["account"], row["folder"])
    now = _now()
    values: dict[str, Any] = {
        "place": Place(inbox, row["uidvalidity"], 900),
        "reason": "reading it took more than 10 seconds",
        "now": now,
        "received_at": now,
        "raw": b"Subject: Complaint that nobody could read\r\n\r\n",
        "is_whole": True,
        "due": now + timedelta(days=2),
    }
    names = {field.name for field in dataclasses.fields(SetAside)}
    store.ledger.set_aside(SetAside(**{n: v for n, v in values.items() if n in names}))


def _work_on(journey: Journey, sources: str) -> None:
    if not Path(sources, "triage/cli/case").is_dir():
        return
    for command in COMMANDS:
        said = [_argument(each) for each in command]
        done = subprocess.run(  # noqa: S603 - the program of its time
            [sys.executable, "-m", "triage", *said, "--config", journey.config],
            cwd=sources,
            capture_output=True,
            text=True,
            check=False,
        )
        words = (done.stderr or done.stdout).strip().splitlines()
        _say(done.returncode, " ".join(said), words[-1] if words else "")


def _argument(word: str) -> str:
    if word.isdecimal() and len(word) == 2:
        return REF.format(year=_now().year, number=int(word))
    return word


def _move_letters(store: Any) -> None:
    """Leave a letter in each state, as the dispatch job does."""
    box, now = store.outbox, _now()
    mine = Claim(owner="an earlier daemon", deadline=now + timedelta(minutes=15))

    def claimed() -> Any:
        letter = box.claim(now, mine)
        assert letter is not None
        return letter

    for _ in range(2):  # sent
        letter = claimed()
        box.finish(letter, now, mine)
        box.accept(letter, now, "250 queued")
    box.refuse(claimed(), now, "550 no such user", address_is_bad=True)
    letter = claimed()  # uncertain
    box.finish(letter, now, mine)
    box.lose(letter, now, "the connection was lost")
    letter = claimed()  # held
    box.finish(letter, now, mine)
    box.lose(letter, now, "the connection was lost")
    box.unwitnessed(letter.id, now, "no copy of it was found")
    box.put_off(claimed(), now, "451 later", now + timedelta(minutes=1))
    letter = claimed()  # dropped
    box.hold(letter, now, "put off for two days")
    box.drop(letter.id, now)
    box.finish(claimed(), now, mine)  # finishing
    claimed()  # sending; the others stay queued


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a store of just now


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def _dump(store: Path, to: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        # What a letter says does not matter here: short ones keep the dumps small.
        connection.execute(f"UPDATE outbox SET data = {SHORT}")  # noqa: S608 - our own words
        connection.commit()
        states = connection.execute("SELECT state, count(*) FROM outbox GROUP BY 1")
        _say(dict(states.fetchall()))
        fates = connection.execute("SELECT fate, count(*) FROM messages GROUP BY 1")
        _say(dict(fates.fetchall()))
        to.write_text("\n".join(connection.iterdump()) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
