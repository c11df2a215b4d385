"""All that the program mails: letters, receipts, reminders, digests, notices, alarms.

Every template is worded in all its circumstances; an installation lives through seven
weeks in a few passes, after mails with poisoned words; and every alarm is mailed. What
came out of the wire is parsed again by other code than ours.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice

from tests.torture.access.house import House
from tests.torture.access.looking import letter_faults, octet_faults
from tests.torture.access.printing import poisoned
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from triage.alarm import Entry, Kind, MailAlarm, Notice, trial_notice
from triage.demo.servers import Accepted, SmtpSink
from triage.preview import letters_of, sample_circumstances
from triage.smtp import Envelope, Server, Submission
from triage.wiring import rulebook_to_look_at

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
READER = "reader@post.example"
DAYS = (0, 1, 3, 9, 14, 20, 28, 49)
OF_ALARMS = {
    "date", "from", "to", "subject", "message-id", "auto-submitted",
    "x-auto-response-suppress", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


def parse_own_mails(ground: Ground) -> Outcome:
    """Have everything mailed that is ever mailed, and look at the octets."""
    templates = [*_templates()]
    alarms = [*_alarms()]
    lived, kinds = _lived(ground)
    findings = [
        Finding("access", about, fault)
        for about, letter in (*templates, *lived)
        for fault in letter_faults(letter)
    ]
    findings += [
        Finding("access", "alarm", fault)
        for each in alarms
        for fault in alarm_faults(each)
    ]
    counted = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    note = (
        f"{len(templates)} wordings of all templates, {len(alarms)} alarms,"
        f" {len(lived)} mails of seven weeks: {counted}"
    )
    cases = len(templates) + len(alarms) + len(lived)
    return Outcome(cases=cases, findings=tuple(findings), note=note)


def _templates() -> Iterator[tuple[str, Accepted]]:
    """Yield each letter as a server got it."""
    book = rulebook_to_look_at(None, None)
    samples = sample_circumstances(book.ruleset, NOW)
    with SmtpSink() as server:
        submission = _submission(server)
        for each in letters_of(book, (), samples, NOW, READER):
            before = len(server.accepted)
            submission.submit(
                Envelope("complaints@examboard.example", READER), each.data, _nothing
            )
            (letter,) = server.accepted[before:]
            if letter.octets != each.data:
                raise LookupError(f"{each.template} came out as other octets")
            yield each.template, letter
        submission.close()


def _submission(server: SmtpSink) -> Submission:
    return Submission(Server(host="127.0.0.1", port=server.port, security="plain"))


def _nothing() -> None:
    """Nothing is recorded before the dot."""


def _lived(ground: Ground) -> tuple[list[tuple[str, Accepted]], Counter[str]]:
    with House(ground, digest_at="00:00:01") as house:
        house.deliver(*islice(poisoned(), None, None, 3))
        for days in DAYS:
            house.journey.run_once(later=timedelta(days=days))
        kinds = Counter(
            row["kind"].rstrip("-0123456789")
            for row in house.rows("SELECT kind FROM outbox WHERE state = 'sent'")
        )
        mails = [(", ".join(each.recipients), each) for each in house.accepted]
    if len(mails) != kinds.total():
        raise LookupError(f"{kinds.total()} are noted as sent, {len(mails)} came")
    return mails, kinds


def _alarms() -> Iterator[Accepted]:
    """Yield each alarm, its reminder and its end, as a server got them."""
    with SmtpSink() as server:
        for host in ("box", "b\xf8x-" * 20):
            alarm = MailAlarm(
                name="mail",
                fails_with=frozenset(),
                submission=_submission(server),
                sender="alarm@examboard.example",
                to=(READER,),
                host=host,
            )
            for notice in _notices():
                alarm.tell(notice)
        yield from server.accepted


def _notices() -> Iterator[Notice]:
    yield trial_notice(NOW)
    for kind in Kind:
        for why in ("", "no answer in time \xe9", "\u4e2d" * 200, "word " * 400):
            entry = Entry(kind=kind, job="answers", since=NOW, what=why, told_at=NOW)
            yield Notice(at=NOW, begun=(entry,))
            yield Notice(at=NOW, reminded=(entry,), over=(entry,) * 20)
            yield Notice(at=NOW, over=(entry,))


def alarm_faults(mail: Accepted) -> Iterator[str]:
    """Yield everything that no alarm may be."""
    yield from octet_faults(mail.octets)
    parsed = BytesParser(policy=compat32).parsebytes(mail.octets)
    counts = Counter(name.lower() for name in parsed)
    for name in counts.keys() ^ OF_ALARMS:
        yield f"a field too few or too many: {name}"
    if max(counts.values()) > 1:
        yield "a field stands twice"
    if parsed.get_content_type() != "text/plain" or parsed.defects:
        yield "it is no plain text"
    if parsed["Auto-Submitted"] != "auto-generated":
        yield "it does not say that a program wrote it"
    if (parsed["To"],) != mail.recipients:
        yield "To is not whom the envelope names"
