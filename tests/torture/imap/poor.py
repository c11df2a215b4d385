"""Servers that lack what makes work safe or quick, or answer MOVE in their own way."""

from collections.abc import Iterator
from dataclasses import replace

from tests.servers.conversing import ALL_CAPABILITIES
from tests.servers.hostile import Moment, Step
from tests.servers.scripted import Answer, Say
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.imap.emptiness import EMPTINESS
from tests.torture.imap.faults import DROPS, REFUSALS, STALLS, Fault
from tests.torture.imap.life import APPROVED, begun, installation, overheard
from tests.torture.imap.mails import as_kept, batch
from tests.torture.imap.record import findings_in
from tests.torture.imap.steps import DECISIVE, FORMAL
from tests.torture.imap.sweep import Case, Server, added, swept
from tests.torture.oracle import judge
from tests.torture.row import Outcome
from triage.config import load_config
from triage.errors import ConfigError
from triage.wiring import Installation

EXCHANGE = "IMAP4 IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE"
IN_VAIN = b"TAG BAD Command Argument Error. 11\r\n"
COPYING = (
    (Step("UID COPY", "INBOX"), 1),
    (Step("UID COPY", "INBOX"), 2),
    (Step("UID STORE", "INBOX"), 1),
    (Step("UID STORE", "INBOX"), 2),
    (Step("UID EXPUNGE", "INBOX"), 1),
    (Step("UID EXPUNGE", "INBOX"), 2),
    (Step("UID COPY", APPROVED), 1),
    (Step("UID EXPUNGE", APPROVED), 1),
)
"""What takes the place of MOVE, and how often it was done."""
MOVING = tuple((step, 1) for step in (*DECISIVE, Step("LIST", FORMAL)))
OFTEN, SELDOM = 3, 29
"""Every third fault where copies take the place of MOVE, elsewhere one of each step."""


def lacking(*names: str) -> Server:
    """Return a server that has all that we use but this."""
    left = [each for each in ALL_CAPABILITIES.split() if each not in names]
    return Server(capabilities=" ".join(left))


SERVERS: dict[str, Server] = {
    "no MOVE": lacking("MOVE"),
    "only UIDPLUS": Server(capabilities="IMAP4rev1 AUTH=PLAIN UIDPLUS"),
    "only MOVE": Server(capabilities="IMAP4rev1 AUTH=PLAIN MOVE"),
    "no NAMESPACE": lacking("NAMESPACE"),
    "no UIDPLUS": lacking("UIDPLUS"),
    "as Exchange": Server(
        capabilities=EXCHANGE, move_answer=b"* 0 RECENT\r\nTAG OK MOVE completed.\r\n"
    ),
    "MOVE is carried out and answered BAD": Server(
        capabilities=EXCHANGE, move_answer=IN_VAIN
    ),
}
NOT_SAFE = lacking("MOVE", "UIDPLUS")


def run(ground: Ground) -> Outcome:
    """Live with each server, well and with faults, and with one that cannot file."""
    total = _without_filing(ground)
    most = ""
    for number, (name, server) in enumerate(SERVERS.items()):
        folder = ground.folder / str(number)
        folder.mkdir()
        cases = list(_cases(server)) if ground.is_full else [AS_IT_IS]
        outcome = swept(replace(ground, folder=folder), iter(cases), server)
        most = max(most, outcome.note)
        total = added(total, replace(outcome, findings=_named(name, outcome.findings)))
    return replace(total, note=f"{len(SERVERS) + 1} servers, {most}")


def _unharmed(moment: Moment) -> Answer:
    return [Say(moment.perform())]


AS_IT_IS = Case(Step("FETCH body", "Sent"), Fault("nothing goes wrong", _unharmed))
"""All has been done by then: taken up, answered, approved, filed."""


def _cases(server: Server) -> Iterator[Case]:
    """Yield cases: at what takes the place of MOVE every fault."""
    yield AS_IT_IS
    faults = (*DROPS, *REFUSALS, *STALLS[:2])
    moves = "MOVE" in server.capabilities.split()
    steps = MOVING if moves else COPYING
    share = OFTEN if server == SERVERS["no MOVE"] else SELDOM
    for step, occurrence in () if moves else steps:
        yield from (Case(step, fault, occurrence) for fault in EMPTINESS[:2])
    for number, (step, occurrence) in enumerate(steps):
        for place, fault in enumerate(faults):
            if (number + place) % share == 0:
                yield Case(step, fault, occurrence)


def _named(name: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(replace(each, about=f"{name}: {each.about}") for each in findings)


def _without_filing(ground: Ground) -> Outcome:
    """Refuse a server where filing touches mail of others; work there without it."""
    with (
        overheard() as log,
        begun(ground.folder / "unsafe", capabilities=NOT_SAFE.capabilities) as life,
    ):
        findings = []
        with Installation(load_config(life.config), life.clock) as parts:
            try:
                parts.run_once()
            except ConfigError:
                pass
            else:
                findings.append(Finding("untouched", "no MOVE, no UIDPLUS", "it runs"))
        text = life.config.read_text("utf-8")
        life.config.write_text(
            text.replace("[mailbox]\n", "[mailbox]\nfile = false\n", 1), "utf-8"
        )
        with installation(life) as parts:
            mails = batch(0)
            life.delivered += mails.all
            life.server.deliver(*(as_kept(each, life.clock()) for each in mails.all))
            passes = [parts.run_once() for _ in range(2)]
        if any(passes[-1]):
            findings.append(Finding("settled", "no MOVE, no UIDPLUS", str(passes)))
        findings += [
            *life.findings,
            *findings_in(life.server, life.delivered),
            *judge(life.evidence(log())),
        ]
        if life.server.changes:
            findings.append(Finding("untouched", "INBOX", "mail was changed"))
    return Outcome(cases=1, findings=tuple(findings), settled=life.slowest)
