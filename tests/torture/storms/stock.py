"""ROWS old mail: at the first start, and when a mailbox is numbered anew."""

import os
import resource
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic

from tests.torture.access.house import House, post
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from tests.torture.storms.answering import letters_of
from triage.digest import number_of

OLD, KNOWN = 20_000, 5_000
DAY = 86_400.0
MONTH = 30 * DAY
MOST_MEGABYTES = 300
MOST_PASSES = 50
KILOBYTES = 1024
_EVERY_ANSWERED = 100
COMPLAINS_EVERY = 5


def find_old_mail(ground: Ground) -> Outcome:
    """Start for the first time at a mailbox that people have used for years."""
    with House(ground) as house:
        lay_down(house, OLD, age=MONTH)
        begun = monotonic()
        passes = _pass_until_known(house)
        seconds = monotonic() - begun
        told = len(house.accepted) - len(letters_of(house))
        cases = house.rows("SELECT count(*) AS n FROM cases")[0]["n"]
        findings = list(amiss_of_old_mail(house, OLD))
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // KILOBYTES
    if megabytes > MOST_MEGABYTES:
        findings.append(Finding("cost", "memory", f"{megabytes} MB"))
    note = (
        f"{cases:,} cases and no letter in {number_of(passes, 'start')} of"
        f" `triage run --once`, {seconds:.0f} s; {number_of(told, 'mail')} to the team;"
        f" at most {megabytes} MB"
    )
    return Outcome(cases=OLD, findings=tuple(findings), note=note)


def amiss_of_old_mail(house: House, number: int) -> Iterator[Finding]:
    """All of it is known, its complaints are cases, and nobody gets a letter."""
    letters = len(letters_of(house))
    if letters:
        yield Finding("gate", "old mail", f"{letters} letters went out")
    known = len(house.rows("SELECT id FROM messages"))
    if known != number:
        yield Finding("fate", "old mail", f"{known} of {number} are known")
    cases = len(house.rows("SELECT id FROM cases"))
    if cases != number // COMPLAINS_EVERY:
        yield Finding("fate", "old mail", f"{number} mails made {cases} cases")


def number_anew(ground: Ground) -> Outcome:
    """Give every mail of a known mailbox another UID, under another UIDVALIDITY."""
    with House(ground, mailbox={"file": False}) as house:
        lay_down(house, KNOWN, age=MONTH, fresh_every=_EVERY_ANSWERED)
        _pass_until_known(house)
        before, letters = _books(house), len(letters_of(house))
        house.journey.forget_numbering()
        begun = monotonic()
        passes = _pass_until_known(house)
        seconds = monotonic() - begun
        after, again = _books(house), len(letters_of(house)) - letters
    findings: list[Finding] = []
    if not letters:
        findings.append(Finding("once", "before", "nobody was answered: not tried"))
    if again:
        findings.append(Finding("once", "numbered anew", f"{again} more letters"))
    if before != after:
        words = f"cases and mails were {before}, and are {after}"
        findings.append(Finding("fate", "numbered anew", words))
    note = (
        f"{letters} letters before, {again} after; all known again in"
        f" {number_of(passes, 'pass', 'passes')}, {seconds:.0f} s"
    )
    return Outcome(cases=KNOWN, findings=tuple(findings), note=note)


def _books(house: House) -> tuple[int, int]:
    (row,) = house.rows(
        "SELECT (SELECT count(*) FROM cases) AS cases,"
        " (SELECT count(DISTINCT sha256) FROM messages) AS mails"
    )
    return row["cases"], row["mails"]


def lay_down(
    house: House, number: int, *, age: float, fresh_every: int | None = None
) -> None:
    """Put mails into the maildir as files; every fifth is a complaint."""
    folder = house.journey.dovecot.maildir(house.journey.user)
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).timestamp()  # noqa: TID251 - the files' own times
    begun = now - age
    for n in range(number):
        is_fresh = fresh_every is not None and n % fresh_every == 0
        subject = (
            f"Complaint about number {n}"
            if n % COMPLAINS_EVERY == 0
            else f"Question {n}"
        )
        mail = post(
            sender=f"w{n}@people{n % 50}.example",
            subject=subject,
            text=f"Your website does not let me in. My number is {n}.",
        )
        path = folder / "cur" / f"{int(begun) + n}.M{n}P1.old:2,S"
        octets = b"Return-Path: <%b>\r\n%b" % (mail.path.encode(), mail.octets)
        path.write_bytes(octets)
        received = now if is_fresh else begun + n
        os.utime(path, (received, received))
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")


def _pass_until_known(house: House) -> int:
    """Make passes, each a start of its own, until one finds nothing new."""
    before = -1
    for passes in range(1, MOST_PASSES + 1):
        done = house.command("run", "--once")
        if done.returncode:
            raise LookupError(done.stderr.decode()[-800:])
        now = len(house.rows("SELECT id FROM messages WHERE uid IS NOT NULL"))
        if now == before:
            return passes
        before = now
    raise LookupError(f"mails still come after {MOST_PASSES} passes")
