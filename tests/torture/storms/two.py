"""Two installations, each of which gets as mail what the other sends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from tests.journeys.installing import ADDRESS
from tests.torture.evidence import Delivered, Due
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.mails import complaint
from tests.torture.oracle.rows import reading
from tests.torture.row import Outcome
from tests.torture.storms.desk import BOARD, FACING, Coming, Desk, desk
from triage.demo.servers import Accepted

PROMISE = "loop"
OTHER_BOARD = "otherboard.example"
ROUNDS = 5
"""Each is one letter further than the loop may go."""
BUDGET = 3
"""Letters a day to one address, as shipped: where nothing marks a machine."""
Way = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """How the two face each other."""

    name: str
    way: Way = bytes
    """What happens to a letter between them."""
    begins: str = "one"
    """Whose address a complaint bears that comes to whom: one, or both at once."""
    knows: str = ""
    """As what each has the other's address: own, staff, or nothing."""
    least: int = 1
    """Letters that both must send together, or else nothing is tried."""
    most: int = 1
    """Letters that either may send to the other."""
    rewrites: bool = False
    """Whether a null reverse-path becomes the writer's address, as some servers do."""


def without(*names: str) -> Way:
    """Return a way on which fields are lost."""
    wanted = tuple(name.lower().encode() + b":" for name in names)

    def strip(octets: bytes) -> bytes:
        head, blank, body = octets.partition(b"\r\n\r\n")
        lines = head.replace(b"\r\n ", b"\0 ").split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(wanted)]
        return b"\r\n".join(kept).replace(b"\0 ", b"\r\n ") + blank + body

    return strip


def retitled(octets: bytes) -> bytes:
    """A gateway that puts a word before each subject."""
    return octets.replace(b"\r\nSubject: ", b"\r\nSubject: [complaint] ", 1)


def all_lost(octets: bytes) -> bytes:
    """No mark is left, only what ties a letter to a thread."""
    return retitled(
        without(
            "Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Triage-Loop"
        )(octets)
    )


def thread_lost(octets: bytes) -> bytes:
    """Not even that."""
    return without("In-Reply-To", "References")(all_lost(octets))


MEETINGS = (
    Meeting(name="both begin", begins="both"),
    Meeting(
        name="no Auto-Submitted",
        way=without("Auto-Submitted"),
        begins="both",
        rewrites=True,
    ),
    Meeting(name="no mark left", way=all_lost, rewrites=True),
    Meeting(
        name="no mark left, both begin",
        begins="both",
        way=all_lost,
        rewrites=True,
        most=BUDGET,
    ),
    Meeting(name="no thread left either", way=thread_lost, rewrites=True),
    Meeting(name="copies go to us", knows="witness", begins="both"),
    Meeting(
        name="the other's address is one of ours",
        knows="own",
        begins="both",
        least=0,
        most=0,
    ),
    Meeting(name="the other is staff", knows="staff", begins="both"),
)
SHORT = 2


def run(ground: Ground) -> Outcome:
    """Let two face each other in every way, and count what each sends."""
    findings: list[Finding] = []
    counts: list[str] = []
    meetings = MEETINGS if ground.is_full else MEETINGS[:SHORT]
    for number, meeting in enumerate(meetings):
        sent, found = meet(ground, f"meeting-{number}", meeting)
        counts.append(f"{meeting.name} {sent[0]} and {sent[1]}")
        findings += found
    return Outcome(
        cases=len(meetings),
        findings=tuple(findings),
        note=f"letters to each other: {'; '.join(counts)}",
    )


def meet(
    ground: Ground, name: str, meeting: Meeting
) -> tuple[tuple[int, int], list[Finding]]:
    """Begin, and carry mail to and fro until a day brings nothing more."""
    with ExitStack() as opened:
        one, other = (
            opened.enter_context(
                desk(
                    ground,
                    f"{name}-{domain[0]}",
                    domain=domain,
                    facing=f"complaints@{facing}",
                    **_known(meeting),
                )
            )
            for domain, facing in ((BOARD, OTHER_BOARD), (OTHER_BOARD, BOARD))
        )
        one.receive(_beginning(one, other))
        if meeting.begins == "both":
            other.receive(_beginning(other, one))
        carried = {one.name: 0, other.name: 0}
        found: list[Finding] = []
        for _ in range(ROUNDS):
            before = dict(carried)
            for here, there in ((one, other), (other, one)):
                here.work()
                new = here.letters_to([there.address])[carried[here.name] :]
                carried[here.name] += len(new)
                there.receive(*(_carried(each, meeting) for each in new))
            if carried == before:
                break
            one.later += timedelta(days=1)
            other.later += timedelta(days=1)
        else:
            words = f"they still write after {ROUNDS} days"
            found.append(Finding(PROMISE, meeting.name, words))
        sent = carried[one.name], carried[other.name]
        found += amiss(meeting, sent)
        for here in (one, other):
            found += [*here.findings("once", "gate", "private"), *lost(here)]
    return sent, found


def lost(here: Desk) -> Iterator[Finding]:
    """Count the mails that came; a letter names others, so their marks prove little."""
    with reading(here.store) as store:
        (row,) = store.execute("SELECT count(*) AS known FROM messages").fetchall()
    if row["known"] != len(here.delivered):
        words = f"{row['known']} of {len(here.delivered)} mails are known"
        yield Finding("fate", here.name, words)


def amiss(meeting: Meeting, sent: tuple[int, int]) -> Iterator[Finding]:
    """Compare what each sent with what it may send."""
    if max(sent) > meeting.most:
        words = f"{sent[0]} and {sent[1]} letters to each other"
        yield Finding(PROMISE, meeting.name, words)
    if sum(sent) < meeting.least:
        yield Finding(PROMISE, meeting.name, "nobody wrote: not tried")


def _known(meeting: Meeting) -> dict[str, object]:
    """What the configuration says of the address that a desk faces."""
    known: dict[str, dict[str, object]] = {
        "own": {"mailbox": {"addresses": [ADDRESS, FACING]}},
        "staff": {"mailbox": {"staff": [FACING]}},
        "witness": {"submission": {"witness": "copy"}},
    }
    return known.get(meeting.knows, {})


def _beginning(to: Desk, other: Desk) -> Coming:
    """A complaint that bears the other's address, as whoever forged it wants."""
    fields = {"To": to.address}
    return Coming(mail=complaint(Due.EITHER, sender=other.address, fields=fields))


def _carried(letter: Accepted, meeting: Meeting) -> Coming:
    octets = meeting.way(letter.octets)
    writer = _within(b"From: ", letter.octets)
    mail = Delivered(
        octets=octets,
        mark=_within(b"Message-ID: ", octets),
        due=Due.EITHER,
        sender=writer,
    )
    path = writer if meeting.rewrites else letter.sender
    return Coming(mail=mail, path=path)


def _within(field: bytes, octets: bytes) -> str:
    """What stands between the first < and > behind a field's name."""
    return octets.split(field, 1)[1].split(b"<", 1)[1].split(b">", 1)[0].decode()
