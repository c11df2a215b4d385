"""One installation that lives through one fault after another, on a server of ours.

Each case delivers five mails and sets a trap; the installation makes passes until it
has nothing to do any more, people approve and answer, and it makes passes again. The
server goes on with what it has, and so does the store: what a fault leaves behind meets
the next one, as in a life.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from time import monotonic

from tests.journeys.installing import ADDRESS, TEAM, Servers, Settings, install
from tests.servers.account import ELSEWHERE, Account, Mail
from tests.servers.conversing import ALL_CAPABILITIES
from tests.servers.hostile import HostileServer, Trap
from tests.torture.evidence import Accepted, Delivered, Due, Evidence
from tests.torture.finding import Finding
from tests.torture.imap.mails import (
    Batch,
    answer_to,
    as_kept,
    batch,
    message_id_of,
)
from tests.torture.oracle import unsettled
from triage.config import load_config
from triage.demo.servers import SmtpSink
from triage.errors import TriageError
from triage.mailbox import Limits, backoff
from triage.wiring import Installation

PASSWORD = "s3cret pässword"  # noqa: S105 - of a server that nobody else reaches
APPROVED, REJECTED = "Complaints/Approved", "Complaints/Rejected"
AUTOMATIC = "Complaints/Automatic"
HASTY = Limits(connect=1, command=1, farewell=0.1, idle_renewal=1, poll=0.1)
"""Where a server falls silent; a slow machine then only costs a pass more."""
PATIENT = Limits(connect=30, command=30, farewell=5, idle_renewal=1, poll=0.1)
"""Where the end of a fault is heard."""
MOST_PASSES = 12
MENDED_AFTER = 4
"""So many passes go by before what is wrong for a while is put right."""
A_PASS_TAKES = 20.0
"""Seconds after which something hangs, however slow the machine is."""
BETWEEN_PASSES = timedelta(seconds=10)
SETTINGS = Settings(
    mailbox={"large_message_kilobytes": 16, "poll_seconds": 1},
    automatic_folder=AUTOMATIC,
    modes={"approved_folder": APPROVED, "rejected_folder": REJECTED},
    answers={"closed_folder": "Complaints/Closed"},
)


@dataclass(kw_only=True)
class Life:
    """See the module."""

    server: HostileServer
    sink: SmtpSink
    config: Path
    delivered: list[Delivered] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    most_passes: int = 0
    slowest: float = 0.0
    """Seconds from the end of a fault until all was done."""
    _later: timedelta = timedelta()

    @property
    def account(self) -> Account:
        return self.server.account

    def clock(self) -> datetime:
        """Tell the time: each pass comes some seconds after the last."""
        return datetime.now(UTC) + self._later  # noqa: TID251 - tests may look

    def live_through(
        self,
        parts: Installation,
        number: int,
        name: str,
        trap: Trap | None,
        *,
        may_wait: bool = False,
    ) -> bool:
        """Try one case; tell whether the trap sprang.

        Where mail `may_wait`, it may be put before a person instead of being answered.
        """
        mails = batch(number)
        self.delivered += map(_unanswered, mails.all) if may_wait else mails.all
        self.server.hang_up()
        self.server.deliver(*(as_kept(each, self.clock()) for each in mails.all))
        if trap is not None and trap.step.command in ("CREATE", "SUBSCRIBE"):
            self.account.archive(trap.step.folder)
        self.server.trap = trap
        self.settle(parts, name)
        if trap is None or not trap.sprung:
            self._act_as_people(mails)
            self.settle(parts, name)
        self.server.trap = None
        return trap is None or bool(trap.sprung)

    def settle(self, parts: Installation, name: str) -> None:
        """Make passes until one has nothing to do and fails at nothing."""
        began, mended_at = monotonic(), 0
        for number in range(MOST_PASSES):
            trap = self.server.trap
            if number == MENDED_AFTER and trap is not None and trap.is_to_mend:
                trap.mend(self.account)
                began, mended_at = monotonic(), number
            is_done = self._pass(parts, name) and not self.unsettled()
            if is_done and (trap is None or not trap.is_to_mend):
                self.most_passes = max(self.most_passes, number - mended_at)
                self.slowest = max(self.slowest, monotonic() - began)
                return
        words = f"not done after {MOST_PASSES} passes"
        self.findings.append(Finding("settled", name, words))

    def unsettled(self) -> list[Finding]:
        """Return what is still to be done at this moment."""
        inbox = self.account.boxes.get("INBOX")
        there = len(inbox.mails) if inbox is not None else None
        return unsettled(self.config.parent / "triage.sqlite3", there)

    def _pass(self, parts: Installation, name: str) -> bool:
        """Make a pass; True when there was nothing to do."""
        self._later += BETWEEN_PASSES
        began = monotonic()
        try:
            taken, sent = parts.run_once()
        except TriageError as error:
            # As the daemon waits: for long after a refused login.
            self._later += timedelta(seconds=backoff(1, error))
            return False
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            self.findings.append(Finding("crash", name, repr(error)))
            return False
        finally:
            if (took := monotonic() - began) > A_PASS_TAKES:
                self.findings.append(Finding("hang", name, f"a pass took {took:.0f} s"))
        return not taken and not sent

    def _act_as_people(self, mails: Batch) -> None:
        """Approve the letter that waits, and answer the complaint."""
        mark = mails.redirected.mark.encode()
        for folder in list(self.account.boxes):
            if folder not in ("INBOX", APPROVED, REJECTED):
                self.account.carry(mark, folder, APPROVED)
        octets = answer_to(mails.complaint, message_id_of(mails.complaint.octets))
        self.account.deliver(Mail(octets, self.clock()), "Sent")

    def evidence(self, log: str) -> Evidence:
        """Return what is left in the end."""
        folders = self.account.contents()
        never_ours = folders.get(ELSEWHERE, ())
        return Evidence(
            delivered=tuple(
                each for each in self.delivered if each.octets not in never_ours
            ),
            accepted=tuple(
                Accepted(
                    octets=each.octets,
                    envelope_from=each.sender,
                    recipients=each.recipients,
                )
                for each in self.sink.accepted
            ),
            folders=folders,
            store=self.config.parent / "triage.sqlite3",
            own_addresses=frozenset({ADDRESS, TEAM}),
            logs=log,
            secrets=(PASSWORD,),
        )


def _unanswered(delivered: Delivered) -> Delivered:
    if delivered.due is not Due.REPLY:
        return delivered
    return replace(delivered, due=Due.EITHER)


@contextmanager
def begun(
    folder: Path,
    *,
    capabilities: str = ALL_CAPABILITIES,
    move_answer: bytes | None = None,
) -> Iterator[Life]:
    """Lend a life with its servers; nothing has been looked at yet."""
    folder.mkdir()
    account = Account("triage", PASSWORD)
    with ExitStack() as opened:
        sink = opened.enter_context(SmtpSink())
        server = opened.enter_context(
            HostileServer(account, capabilities=capabilities, move_answer=move_answer)
        )
        servers = Servers(
            imap_port=server.port,
            user=account.user,
            password=PASSWORD,
            smtp_port=sink.port,
        )
        config = install(folder, servers, SETTINGS)
        _let_redirections_wait(folder / "rules" / "10-journeys.toml")
        yield Life(server=server, sink=sink, config=config)


@contextmanager
def installation(life: Life, limits: Limits = PATIENT) -> Iterator[Installation]:
    """Lend its parts, after a first look at the empty mailbox."""
    config = load_config(life.config)
    with Installation(config, life.clock, limits) as parts:
        life.settle(parts, "a first look")
        yield parts


@contextmanager
def overheard() -> Iterator[Callable[[], str]]:
    """Lend what the program logs above debug."""
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.INFO)
    logger = logging.getLogger("triage")
    before, passes_on = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield said.getvalue
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        logger.propagate = passes_on


def _let_redirections_wait(rules: Path) -> None:
    text = rules.read_text("utf-8")
    route = 'id = "school-first"\n'
    rules.write_text(text.replace(route, f'{route}mode = "hold"\n', 1), "utf-8")
