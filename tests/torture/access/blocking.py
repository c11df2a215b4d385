"""A victim's complaint suppressed, her address blocked, her budget used up.

The installation counts as shipped: three replies a day to one person, twenty an hour to
a domain, sixty in all. Every scene ends with the victim's own true complaint.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import formatdate
from uuid import NAMESPACE_OID, uuid5

from tests.journeys.installing import ADDRESS, TEAM
from tests.torture.access.house import (
    ATTACKER,
    VICTIM,
    VICTIMS_WORDS,
    House,
    Post,
    as_delivered,
    post,
)
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome

VICTIMS_ID = "<annas-own@post.example>"
VICTIMS_DATE = formatdate()
"""The same in each of her complaint's copies, whenever they are sent."""
NAME = "Anna Okoro"
CENTRE = "Our centre number is IN123. "
FLOOD = 70
_DOMAINS = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """What an attacker does before the victim writes."""

    name: str
    play: Callable[[House], int]
    """Returns how many mails it took."""
    may_wait: bool = False
    """Whether the victim's reply may wait for a person, who was told."""


def block_a_victim(ground: Ground) -> Outcome:
    """Play every scene; the victim must get her case, and her reply."""
    return play(ground, SCENES if ground.is_full else SCENES[:1])


def play(ground: Ground, scenes: tuple[Scene, ...]) -> Outcome:
    """Play scenes, each in a house of its own."""
    cases, findings = 0, list[Finding]()
    for scene in scenes:
        with House(ground, budgets=True) as house:
            cases += scene.play(house)
            before = len(house.letters_to(VICTIM))
            house.deliver(true_complaint())
            house.work()
            house.work()
            findings += _wrong(house, scene, before)
    return Outcome(cases=cases, findings=tuple(findings), note=f"{len(scenes)} scenes")


def true_complaint() -> Post:
    """Return what the victim writes herself."""
    return post(
        sender=VICTIM,
        name=NAME,
        text=CENTRE + VICTIMS_WORDS,
        fields={"Message-ID": VICTIMS_ID, "Date": VICTIMS_DATE},
    )


def _wrong(house: House, scene: Scene, before: int) -> Iterator[Finding]:
    rows = house.rows(
        "SELECT c.reference, c.withheld, c.acknowledge_by, c.priority, o.state"
        " FROM cases c JOIN parties p ON p.case_id = c.id AND p.address = ?"
        " LEFT JOIN outbox o ON o.case_id = c.id AND o.kind = 'acknowledge'"
        " ORDER BY c.id DESC",
        VICTIM,
    )
    if not rows or rows[0]["acknowledge_by"] is None:
        yield Finding(
            "access", scene.name, "the victim's complaint has no clocked case"
        )
        return
    got = len(house.letters_to(VICTIM)) - before
    waits = rows[0]["state"] == "held"
    if got > 1 or (got == 0 and not (waits and scene.may_wait)):
        why = f"state {rows[0]['state']}, withheld {rows[0]['withheld']}"
        yield Finding("access", scene.name, f"the victim got {got} replies: {why}")
    if scene.may_wait and not house.letters_to(TEAM):
        yield Finding("access", scene.name, "replies wait, and nobody was told")
    if house.rows("SELECT 1 FROM bounced WHERE address = ?", VICTIM):
        yield Finding("access", scene.name, "the victim's address counts as bounced")


def _forged_bounces(house: House) -> int:
    house.deliver(post())
    house.work()
    (ack,) = house.letters_to(ATTACKER)
    own = str(BytesHeaderParser().parsebytes(ack.octets)["Message-ID"])
    ids = (
        own,
        VICTIMS_ID,
        own.replace(".CMP-2026-00001.", ".CMP-2026-00002."),
        "<acknowledge.CMP-2026-00002.0@examboard.example>",
    )
    reports = [report(each, VICTIM, path) for each in ids for path in ("", ATTACKER)]
    house.deliver(*reports)
    house.work()
    return len(reports)


def _same_message_id(house: House) -> int:
    house.deliver(
        post(fields={"Message-ID": VICTIMS_ID}),
        post(sender=VICTIM, path=ATTACKER, fields={"Message-ID": VICTIMS_ID}),
        post(path="", passes=None, fields={"Message-ID": VICTIMS_ID}),
        post(fields={"Message-ID": VICTIMS_ID, "Auto-Submitted": "auto-replied"}),
    )
    house.work()
    return 4


def _same_octets(house: House) -> int:
    """As she wrote them, and with what our server found when they came from her."""
    copy = true_complaint().octets
    written = copy[copy.index(b"From: ") :]
    house.deliver(
        *(as_delivered(written, ATTACKER) for _ in range(2)), Post(copy, ATTACKER)
    )
    house.work()
    return 3


def _in_her_name(house: House) -> int:
    """Her address in From, on envelopes that fail or are not hers."""
    forged = [
        *(post(sender=VICTIM, name=NAME, passes="evil.example") for _ in range(6)),
        *(post(sender=VICTIM, name=NAME, path=ATTACKER) for _ in range(6)),
        *(post(sender=ATTACKER, fields={"Reply-To": VICTIM}) for _ in range(6)),
    ]
    house.deliver(*forged)
    house.work()
    return len(forged)


def _as_her_namesake(house: House) -> int:
    """His own address with her name and her centre: one person, by the rules."""
    for number in range(8):
        house.deliver(
            post(
                sender=f"anna{number}@evil{number}.example",
                name=NAME,
                text=CENTRE + VICTIMS_WORDS,
            )
        )
    house.work()
    return 8


def _marks(house: House) -> int:
    """Marks of machines, of loops and of spam, in her name."""
    marks = {
        "X-Triage-Loop": "triage", "Auto-Submitted": "auto-replied",
        "Precedence": "bulk",
        "List-Id": "<x.evil.example>", "X-Spam-Flag": "YES", "X-Loop": VICTIM,
        "X-Auto-Response-Suppress": "All", "Return-Path": f"<{VICTIM}>",
    }  # fmt: skip
    house.deliver(
        *(
            post(sender=VICTIM, path=ATTACKER, fields=[(name, value)])
            for name, value in marks.items()
        )
    )
    house.work()
    return len(marks)


def _flood(house: House) -> int:
    """More mails than an hour's replies, from many people of several domains."""
    house.deliver(
        *(
            post(
                sender=f"m{n}@evil{n % _DOMAINS}.example", text=f"Number {n}. No login."
            )
            for n in range(FLOOD)
        )
    )
    house.work()
    return FLOOD


def report(message_id: str, failed: str, path: str) -> Post:
    """Write a delivery report (RFC 3464) on a letter, as anybody can."""
    lines = (
        "From: Mail Delivery <mailer-daemon@evil.example>",
        f"To: {ADDRESS}",
        "Subject: Undelivered: your mail",
        f"Date: {formatdate()}",
        f"Message-ID: <{uuid5(NAMESPACE_OID, message_id + path)}@evil.example>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.evil.example",
        "",
        f"Final-Recipient: rfc822; {failed}",
        f"Original-Recipient: rfc822; {failed}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"To: {failed}",
        f"Message-ID: {message_id}",
        "",
        "--b--",
        "",
    )
    return Post("\r\n".join(lines).encode("ascii"), path)


SCENES = (
    Scene("bounces on letters that came to others", _forged_bounces),
    Scene("the Message-ID of her mail, used before", _same_message_id),
    Scene("the very octets of her mail, sent before", _same_octets),
    Scene("eighteen mails in her name", _in_her_name),
    Scene("eight mails of a namesake", _as_her_namesake),
    Scene("marks of machines in her name", _marks),
    Scene("a flood that opens the breaker", _flood, may_wait=True),
)
