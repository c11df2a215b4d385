"""A server, or somebody on the way, that is to be given no password.

Each case meets an installation that has mail to take up; then the server is well, and
all must be done. What was sent in clear meanwhile is written down by the server.
"""

import ssl
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import Authority
from tests.servers.conversing import ALL_CAPABILITIES
from tests.servers.hostile import HostileServer, Step, Trap
from tests.servers.plugin import LOCAL
from tests.servers.scripted import BeginTls, Say, command_of
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.imap.life import HASTY, Life, begun, overheard
from tests.torture.imap.mails import as_kept, batch
from tests.torture.imap.record import findings_in
from tests.torture.oracle import judge
from tests.torture.row import Outcome
from triage.config import load_config
from triage.demo.servers import Certificate
from triage.errors import TransientError
from triage.mailbox import ImapMailbox
from triage.wiring import Installation

OFFERING = f"{ALL_CAPABILITIES} STARTTLS"
MAY_BE_SAID = frozenset({"CAPABILITY", "STARTTLS", "LOGOUT"})
"""To a server that has not shown who it is."""
ALWAYS = 1_000
GREETING, ASKING, BEGINNING = (
    Step(command, "") for command in ("greeting", "CAPABILITY", "STARTTLS")
)

Contexts = Mapping[str, ssl.SSLContext]


@dataclass(frozen=True, slots=True)
class Case:
    """What somebody does instead of what is right."""

    name: str
    security: str
    certificate: str = "good"
    step: Step | None = None
    said: Sequence[Say | BeginTls] = ()
    speaks_tls: bool = True
    """False: in clear, on a port that is for TLS."""


def _starttls(name: str, step: Step, *said: Say | BeginTls) -> Case:
    return Case(name, "starttls", step=step, said=said)


CASES = (
    *(
        Case(f"{security}: a certificate that is {kind}", security, kind)
        for security in ("imaps", "starttls")
        for kind in ("over", "of another host", "of nobody known")
    ),
    *(
        Case(f"{security}: no TLS but of before 1.2", security, "an old one")
        for security in ("imaps", "starttls")
    ),
    Case("imaps: a server without TLS", "imaps", speaks_tls=False),
    _starttls(
        "STARTTLS is stripped",
        ASKING,
        Say(f"* CAPABILITY {ALL_CAPABILITIES}\r\nTAG OK done\r\n".encode()),
    ),
    _starttls("STARTTLS is refused: NO", BEGINNING, Say(b"TAG NO not today\r\n")),
    _starttls("STARTTLS is refused: BAD", BEGINNING, Say(b"TAG BAD what?\r\n")),
    _starttls("garbage instead of TLS", BEGINNING, Say(b"TAG OK begin\r\n* OK hi\r\n")),
    _starttls(
        "an answer is injected before TLS",
        BEGINNING,
        Say(b"TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
        BeginTls(),
    ),
    _starttls("PREAUTH", GREETING, Say(b"* PREAUTH you are in\r\n")),
    _starttls(
        "PREAUTH, and STARTTLS is offered",
        GREETING,
        Say(f"* PREAUTH [CAPABILITY {OFFERING}] you are in\r\n".encode()),
    ),
)


def run(ground: Ground) -> Outcome:
    """Meet each of them, and then the server as it should be."""
    chosen = CASES if ground.is_full else CASES[::4]
    contexts = contexts_in(ground.folder)
    findings: list[Finding] = []
    slowest = 0.0
    for case in chosen:
        found, took = met(ground.folder, case, contexts)
        findings += found
        slowest = max(slowest, took)
    return Outcome(cases=len(chosen), findings=tuple(findings), settled=slowest)


def met(
    folder: Path,
    case: Case,
    contexts: Contexts,
    kind: type[ImapMailbox] = ImapMailbox,
) -> tuple[list[Finding], float]:
    """Meet one; return what was found, and how long it took once all was well.

    `kind` is the mailbox of intake; another one is sabotage, to be found out.
    """
    life_in = folder / case.name.replace(" ", "-")
    with overheard() as log, begun(life_in) as life:
        with _server_of(life, case, contexts, folder) as server:
            found = list(_met(life, server, case, contexts["good"], kind))
        found += (
            *life.findings,
            *findings_in(server, life.delivered),
            *judge(life.evidence(log())),
        )
        return found, life.slowest


def _met(
    life: Life,
    server: HostileServer,
    case: Case,
    good: ssl.SSLContext,
    kind: type[ImapMailbox],
) -> Iterator[Finding]:
    """Look for work twice where nobody is to be trusted; then all is well."""
    mails = batch(0)
    life.delivered += mails.all
    server.deliver(*(as_kept(each, life.clock()) for each in mails.all))
    with Installation(load_config(life.config), life.clock, HASTY) as parts:
        parts.mailbox.__class__ = kind
        for _ in range(2):
            try:
                parts.run_once()
            except TransientError:
                continue
            yield Finding("trust", case.name, "a server like this was used")
        yield from _said_too_early(server, case)
        if life.sink.accepted:
            yield Finding("trust", case.name, "a letter was sent")
        server.received.clear()
        server.trap, server.tls = None, good
        server.tls_at_once = case.security == "imaps"
        life.settle(parts, case.name)
    if not life.sink.accepted:
        yield Finding("settled", case.name, "no letter was sent in the end")


def _said_too_early(server: HostileServer, case: Case) -> Iterator[Finding]:
    for line in server.received:
        command = command_of(line)
        # What begins TLS is no command, and falls into lines by chance.
        is_meant = case.speaks_tls or command in ("AUTHENTICATE", "LOGIN")
        if is_meant and command not in MAY_BE_SAID:
            yield Finding("trust", case.name, f"it was said: {line[:40]!r}")


def contexts_in(folder: Path) -> Contexts:
    """Make an authority in a folder, and what servers show, by kind."""
    return dict(_contexts(folder))


def _contexts(folder: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    authority = Authority.new(folder)
    (folder / "stranger").mkdir()
    stranger = Authority.new(folder / "stranger")
    yield "good", authority.issue("good", hosts=LOCAL).context()
    yield "over", authority.issue("over", hosts=LOCAL, days=-1).context()
    other = authority.issue("other", hosts="DNS:imap.example.org")
    yield "of another host", other.context()
    yield "an old one", _of_before_1_2(authority.issue("old", hosts=LOCAL))
    yield "of nobody known", stranger.issue("mine", hosts=LOCAL).context()


def _of_before_1_2(certificate: Certificate) -> ssl.SSLContext:
    context = certificate.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def _server_of(
    life: Life, case: Case, contexts: Contexts, folder: Path
) -> HostileServer:
    """Return a server that takes the place of the life's own."""
    ca_file = Authority(folder).ca_file
    at_once = case.security == "imaps"
    server = HostileServer(
        life.account,
        capabilities=ALL_CAPABILITIES if at_once else OFFERING,
        tls=contexts[case.certificate],
        tls_at_once=at_once and case.speaks_tls,
    )
    if case.step is not None:
        server.trap = Trap(case.step, lambda _: case.said, times=ALWAYS)
    text = life.config.read_text("utf-8")
    words = f'port = {life.server.port}\nsecurity = "plain"\n'
    assert words in text
    secure = f'security = "{case.security}"\nca_file = "{ca_file}"\n'
    text = text.replace(words, f"port = {server.port}\n{secure}", 1)
    life.config.write_text(text, "utf-8")
    return server
