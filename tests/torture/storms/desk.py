"""An installation with the shipped rules and budgets, at its own mailbox and address.

Days can be let pass: its clock is put forward, and mail comes when that clock says.
Its mail server writes on top of each mail what a real one does.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from typing_extensions import override

from tests.journeys.installing import ADDRESS, USUAL, Settings
from tests.torture.access.hands import light_hands
from tests.torture.evidence import Delivered, Evidence
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.oracle import judge
from tests.torture.site import OWN_ADDRESSES, Site
from triage import shipped
from triage.demo.servers import Accepted, SmtpSink

AUTHSERV = "mx.examboard.example"
BOARD = "examboard.example"
FACING = "facing@nowhere.example"
"""Stands in settings for the address of the desk that this one faces."""
BUDGETS = r"^(sender_per_day|domain_per_hour|all_per_hour) = \d+"
_CHECKED: dict[str, object] = {"authserv_id": AUTHSERV}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A mail on its way to a desk."""

    mail: Delivered
    path: str | None = None
    """The reverse-path where it is not the sender; '' is the null one."""
    spf: str | None = "pass"
    """What our server finds; None: it writes no Authentication-Results."""


@dataclass
class Desk(Site):
    """See the module; `domain` is the board's, other boards have other keys."""

    ground: Ground
    name: str
    domain: str = BOARD
    facing: str = ""
    mailbox: dict[str, object] = field(default_factory=dict)
    submission: dict[str, object] = field(default_factory=dict)
    later: timedelta = timedelta()
    opened: ExitStack = field(default_factory=ExitStack)
    work: Callable[[], None] = field(init=False)
    """One pass of all its jobs."""

    def __post_init__(self) -> None:
        self._sink = self.opened.enter_context(SmtpSink())
        super().__init__(
            self.ground.dovecot(), self._sink, self.ground.folder / self.name
        )
        self.install(
            Settings(mailbox=_CHECKED | self.mailbox, submission=self.submission)
        )
        self.work = light_hands(self.journey.config, self.opened, self.now)

    @override
    def install(self, settings: Settings = USUAL, **servers: int | str) -> Path:
        config = super().install(settings, **servers)
        with_shipped_rules(self.journey.folder)
        written = config.read_text("utf-8").replace(BOARD, self.domain)
        config.write_text(written.replace(FACING, self.facing), "utf-8")
        if self.domain != BOARD:
            key = self.journey.folder / "reference.key"
            key.write_text(f"{self.domain[0]}" * 40, "utf-8")
        return config

    @property
    def address(self) -> str:
        return ADDRESS.replace(BOARD, self.domain)

    @property
    def own(self) -> frozenset[str]:
        return frozenset(each.replace(BOARD, self.domain) for each in OWN_ADDRESSES)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later  # noqa: TID251 - as wiring has it

    def receive(self, *coming: Coming) -> None:
        """Put mails into the mailbox, as its server does."""
        at = self.now()
        with self.journey.site.somebody_else() as client:
            for each in coming:
                octets = b"%b%b" % (self.top_of(each, at).encode(), each.mail.octets)
                client.append("INBOX", octets, (), at)
                self.delivered.append(each.mail)

    def top_of(self, coming: Coming, at: datetime) -> str:
        """What the server writes on top."""
        path = coming.mail.sender if coming.path is None else coming.path
        lines = [f"Return-Path: <{path}>"]
        if coming.spf is not None:
            found = f"spf={coming.spf} smtp.mailfrom={path}" if path else "none"
            lines.append(f"Authentication-Results: {AUTHSERV}; {found}")
        lines.append(
            f"Received: from somewhere by {AUTHSERV} with ESMTPS; {format_datetime(at)}"
        )
        return "".join(f"{line}\r\n" for line in lines)

    def letters(self) -> list[Accepted]:
        """What left for somebody who is none of us."""
        return [
            each
            for each in self._sink.accepted
            if not self.own.issuperset(map(str.lower, each.recipients))
        ]

    def letters_to(self, addresses: Iterable[str]) -> list[Accepted]:
        wanted = set(addresses)
        return [each for each in self.letters() if wanted.intersection(each.recipients)]

    @override
    def evidence(self) -> Evidence:
        return replace(super().evidence(), own_addresses=self.own)

    def findings(self, *promises: str) -> list[Finding]:
        """Have the oracle look, and see that nothing is left to be done."""
        return [*judge(self.evidence(), *promises), *self.unsettled()]


def with_shipped_rules(folder: Path, *, budgets: bool = True) -> None:
    """Put the shipped rules into an installation; their digest comes at no time."""
    rules = folder / "rules"
    shutil.rmtree(rules)
    shutil.copytree(shipped.rules(), rules)
    edit(rules / "75-digest.toml", r"^at = .*$", "at = 23:59:59")
    if not budgets:
        edit(rules / "80-senders.toml", BUDGETS, r"\1 = 100000")


def edit(path: Path, pattern: str, text: str) -> None:
    """Change a rule file as operators do."""
    after, count = re.subn(pattern, text, path.read_text("utf-8"), flags=re.MULTILINE)
    if not count:
        raise LookupError(f"{path.name} has nothing like {pattern}")
    path.write_text(after, "utf-8")


@contextmanager
def desk(ground: Ground, name: str, **wanted: object) -> Iterator[Desk]:
    """Lend a desk; it is closed at the end."""
    made = Desk(ground, name, **wanted)  # type: ignore[arg-type]  # by name
    with made.opened:
        yield made
