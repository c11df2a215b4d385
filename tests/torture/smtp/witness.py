"""Letters that nobody answered for, and what becomes of the copies that would tell.

Three letters are taken by a server that hangs up after each dot. Then their copies
come, or do not, or come otherwise; nothing may go out again, and nothing may be
believed that is no proof.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tests.journeys.mails import make_mail
from tests.journeys.valve import Valve
from tests.mailbox.sites import ImapSite
from tests.servers.dovecot import PASSWORD
from tests.smtp.scripted import ScriptedServer, Talk
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome, Row
from tests.torture.smtp.desk import (
    PEOPLE,
    TICK,
    WITNESS_TIME,
    Case,
    Desk,
    Sending,
    Way,
    copies_of,
    heard,
    new_desk,
    states_of,
)
from tests.torture.smtp.expected import States
from tests.torture.smtp.stages import taking
from tests.torture.smtp.trial import named

DAY = timedelta(hours=24)
ALL_SENT: States = ("sent", "sent", "sent")
ALL_HELD: States = ("held", "held", "held")
ALL_IN_DOUBT: States = ("uncertain", "uncertain", "uncertain")
NOT_FOUND = "no copy of it was found"
NOT_LOOKED = "no copy could be looked for in a day"


@dataclass(frozen=True, slots=True)
class Lines:
    """One course of events, with the case at hand."""

    case: Case
    server: ScriptedServer
    parts: Sending
    site: ImapSite
    folder: str

    def keep(
        self, as_what: Callable[[bytes], bytes] = bytes, flags: tuple[str, ...] = ()
    ) -> None:
        """Put a copy of every letter where copies belong."""
        for letter in self.server.accepted:
            self.site.deliver(
                as_what(letter.data), self.case.clock.now, self.folder, flags
            )

    def make_folder(self) -> None:
        self.site.deliver(make_mail("Lunch"), folder=self.folder)

    def wait(self, time: timedelta = WITNESS_TIME) -> States:
        """Let time pass; return where the letters are then."""
        self.case.clock.now += time
        self.parts.dispatch.run()
        first, second, third = states_of(self.parts)
        return first, second, third

    def reasons(self) -> set[str]:
        return {line.reason or "" for line in self.parts.store.outbox.listed()}


def _come(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.keep()
    yield ALL_SENT, lines.wait()


def _come_late(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.make_folder()
    yield ALL_IN_DOUBT, lines.wait(timedelta(minutes=5))
    lines.keep()
    yield ALL_SENT, lines.wait()


def _come_too_late(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.make_folder()
    yield ALL_HELD, lines.wait()
    lines.keep()
    yield ALL_SENT, lines.wait(timedelta(hours=2))


def _never_come(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.make_folder()
    yield ALL_HELD, lines.wait()
    yield ALL_HELD, lines.wait(timedelta(days=3))


def _come_twice(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.keep()
    lines.keep()
    yield ALL_SENT, lines.wait()


def _come_marked(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.keep(flags=("\\Deleted", "\\Seen"))
    yield ALL_SENT, lines.wait()


def _come_folded(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.keep(lambda octets: octets.replace(b"Message-ID: ", b"MESSAGE-ID:\r\n "))
    yield ALL_SENT, lines.wait()


def _come_with_other_ids(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.keep(
        lambda octets: re.sub(
            rb"(?m)^Message-ID: <[^>]*>", b"Message-ID: <0100abc@mx.example>", octets
        )
    )
    yield ALL_HELD, lines.wait()
    yield ALL_HELD, lines.wait(timedelta(days=3))


def _are_only_spoken_of(lines: Lines) -> Iterator[tuple[States, States]]:
    """What names a letter is no copy of it."""
    for letter in lines.server.accepted:
        mail = make_mail(
            f"Message-ID: {letter.message_id}",
            letter.data.decode("ascii"),
            in_reply_to=letter.message_id,
            references=letter.message_id,
        )
        lines.site.deliver(mail, folder=lines.folder)
    yield ALL_HELD, lines.wait()


def _lie_elsewhere(lines: Lines) -> Iterator[tuple[States, States]]:
    lines.make_folder()
    for letter in lines.server.accepted:
        lines.site.deliver(letter.data, folder="Archive")
    yield ALL_HELD, lines.wait()


def _have_no_folder(lines: Lines) -> Iterator[tuple[States, States]]:
    """A folder that is missing proves nothing: its name may be wrong."""
    yield ALL_IN_DOUBT, lines.wait()
    yield ALL_IN_DOUBT, lines.wait(timedelta(hours=23))
    yield ALL_HELD, lines.wait(timedelta(hours=2))


def _get_a_folder(lines: Lines) -> Iterator[tuple[States, States]]:
    yield ALL_IN_DOUBT, lines.wait()
    lines.keep()
    yield ALL_SENT, lines.wait()


Courses = Mapping[str, Callable[[Lines], Iterator[tuple[States, States]]]]
ANYWHERE: Courses = {
    "come": _come,
    "come late": _come_late,
    "come after the letters were held": _come_too_late,
    "never come": _never_come,
    "come twice": _come_twice,
    "come marked as deleted": _come_marked,
    "come with a folded header": _come_folded,
    "come with another Message-ID": _come_with_other_ids,
    "are only spoken of": _are_only_spoken_of,
    "lie in another folder": _lie_elsewhere,
}
IN_SENT: Courses = {
    "have no folder": _have_no_folder,
    "get a folder later": _get_a_folder,
}
WITNESSES: Mapping[str, tuple[str, Courses]] = {
    "copy": ("INBOX", ANYWHERE),
    "sent": ("Sent", {**ANYWHERE, **IN_SENT}),
}
IN_SHORT = ("copy: come", "copy: never come", "sent: come with another Message-ID")


def try_witnesses(ground: Ground) -> Outcome:
    """Try every fate of a copy, in both places where copies may lie."""
    desk = new_desk(ground.folder / "desk", ground.dovecot())
    findings: list[Finding] = []
    tried = 0
    with heard() as log:
        for witness, (folder, courses) in WITNESSES.items():
            for name, course in courses.items():
                about = f"{witness}: {name}"
                if not ground.is_full and about not in IN_SHORT:
                    continue
                findings += _try(
                    desk, about, Way(submission={"witness": witness}), folder, course
                )
                tried += 1
        if ground.is_full:
            findings += _try_away(desk)
            tried += 1
    findings += named(log, PEOPLE)
    return Outcome(cases=tried, findings=tuple(findings))


def _try(
    desk: Desk,
    about: str,
    way: Way,
    folder: str,
    course: Callable[[Lines], Iterator[tuple[States, States]]],
) -> list[Finding]:
    findings: list[Finding] = []
    server = ScriptedServer({"dot": taking(Talk.hang_up)})
    name = about.replace(": ", "-")
    with (
        server,
        desk.case(name, server.port, way) as case,
        case.open(whole=True) as parts,
    ):
        _doubt_all(case, parts)
        server.heal()
        site = ImapSite(desk.dovecot.imap, case.user, PASSWORD)
        lines = Lines(case, server, parts, site, folder)
        for expected, found in course(lines):
            if expected != found:
                findings.append(
                    Finding("settled", about, f"{expected} was expected, not {found}")
                )
        if set(copies_of(server.accepted).values()) != {1}:
            findings.append(Finding("once", about, "something went out again"))
        findings += _is_it_told(about, case, parts)
    return findings


def _doubt_all(case: Case, parts: Sending) -> None:
    while "queued" in states_of(parts):
        parts.dispatch.run()
        case.clock.now += TICK
    assert states_of(parts) == ALL_IN_DOUBT


def _is_it_told(about: str, case: Case, parts: Sending) -> Iterator[Finding]:
    told = tuple(state for _, _, state in case.listed())
    if told != states_of(parts):
        yield Finding("honest", about, f"the list has {told}")
    held = told == ALL_HELD
    owed = len(parts.store.cases.debts())
    if held != (owed == len(told)):
        yield Finding("honest", about, f"{owed} acknowledgements are said to be owed")


def _try_away(desk: Desk) -> list[Finding]:
    """Try a mailbox that cannot be reached for an hour."""
    with Valve(desk.dovecot.imap, is_away=True) as valve:

        def course(lines: Lines) -> Iterator[tuple[States, States]]:
            lines.keep()
            yield ALL_IN_DOUBT, lines.wait(timedelta(hours=1))
            valve.come_back()
            yield ALL_SENT, lines.wait(timedelta(minutes=1))

        way = Way(submission={"witness": "copy"}, imap_port=valve.port)
        return _try(desk, "copy: cannot be looked for", way, "INBOX", course)


WITNESS = Row(
    name="smtp-witness",
    fault="A letter without an answer, and its copy is missing, late, doubled, with "
    "another Message-ID, elsewhere, or cannot be looked for",
    run=try_witnesses,
)
