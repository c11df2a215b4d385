"""A whole installation with three letters to send, as often as it is wanted.

Three complaints are taken up once, from a real mailbox, and nothing is sent yet. Each
case begins with a copy of that store, a mailbox of its own for the copies of letters,
and the parts as the daemon connects them. The clock stands still until it is put
forward.
"""

import json
import logging
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner
from typing_extensions import override

from tests.journeys.installing import ADDRESS, TEAM, Servers, Settings, install
from tests.journeys.mails import make_mail
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.smtp.scripted import Received
from triage.cli import commands
from triage.config import Config, load_config
from triage.demo.servers import Accepted
from triage.dispatch import Dispatch, Submission
from triage.smtp import Limits
from triage.store import Store
from triage.store.mark import mark_path
from triage.wiring import Installation
from triage.wiring.logins import Logins
from triage.wiring.servers import (
    MailboxWitness,
    mailbox_of,
    sender_of,
    submission_of,
)

PEOPLE = ("ann@post.example", "ben@mail.example", "cem@web.example")
LETTERS = len(PEOPLE)
PATIENT = Limits(connect=20, before_dot=30, after_dot=30, after_stop=1)
HASTY = Limits(connect=1, before_dot=1, after_dot=30, after_stop=1)
HASTY_AFTER_THE_DOT = Limits(connect=20, before_dot=30, after_dot=1, after_stop=1)
TICK = timedelta(seconds=10)
WITNESS_TIME = timedelta(minutes=15)
LONGEST = timedelta(minutes=16)
"""Until everything must be done or before a person."""
MOVING = frozenset({"queued", "sending", "finishing"})

_speaking = threading.Lock()
_starting = threading.Lock()
"""A process that is being started has every file of ours for a moment, locks too."""


class Clock:
    """A clock that is put forward by hand.

    `before_each` is called whenever somebody looks at it: what the program does between
    body and dot is to look at the clock.
    """

    def __init__(self) -> None:
        self.now = datetime.now(UTC)  # noqa: TID251 - letters of just now
        self.before_each: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        self.before_each()
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How letters are submitted."""

    submission: Mapping[str, object] = field(default_factory=dict)
    """As in config.toml."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Files with a secret that it names."""
    imap_port: int | None = None
    """None: Dovecot's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where cases begin."""

    folder: Path
    dovecot: Dovecot
    template: Path
    """A store whose letters are queued."""
    user: str
    """Whose mailbox the complaints lie in."""
    spoiled: Callable[[Submission], Submission] = lambda submission: submission
    """Puts something between dispatch and the server; sabotage, to be found out."""

    @contextmanager
    def case(self, name: str, smtp_port: int, way: Way) -> Iterator["Case"]:
        """Lend a fresh installation that talks to this server."""
        folder = self.folder / name
        folder.mkdir()
        user = self.dovecot.new_user()
        _install(folder, self.dovecot, user, smtp_port, way)
        store = folder / "triage.sqlite3"
        shutil.copy(self.template, store)
        # Without its mark it would pass for an older copy.
        shutil.copy(mark_path(self.template), mark_path(store))
        config = folder / "config.toml"
        yield Case(self.dovecot, user, config, self.spoiled)
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Sending:
    """The parts that matter."""

    store: Store
    dispatch: Dispatch


@dataclass
class Case:
    """One installation, from the fault until all is settled."""

    dovecot: Dovecot
    user: str
    config: Path
    spoiled: Callable[[Submission], Submission]
    clock: Clock = field(default_factory=Clock)

    @contextmanager
    def open(self, limits: Limits = PATIENT, *, whole: bool) -> Iterator["Sending"]:
        """Start it, or the part that sends; opening it again is a restart."""
        config = load_config(self.config)
        with ExitStack() as opened:
            with _starting:
                if whole:
                    parts = Installation(config, self.clock, smtp_limits=limits)
                    sending = Sending(parts.store, parts.dispatch)
                    opened.enter_context(parts)
                else:
                    sending = self._sending(config, limits, opened)
            sending.dispatch.recover()
            yield sending

    def _sending(self, config: Config, limits: Limits, opened: ExitStack) -> "Sending":
        mailbox = mailbox_of(config)
        opened.callback(mailbox.close)
        store = opened.enter_context(Store.open(config.store.path, exclusive=True))
        server = submission_of(config, limits=limits, logins=Logins(self.clock))
        dispatch = Dispatch(
            outbox=store.outbox,
            submission=self.spoiled(server),
            witness=MailboxWitness(mailbox, config.mailbox.folder),
            sender=sender_of(config),
            clock=self.clock,
        )
        return Sending(store, dispatch)

    def carry_copies(self, accepted: Iterable[Received | Accepted]) -> None:
        """Bring each accepted letter's copy to our mailbox, as the server would."""
        for letter in accepted:
            if ADDRESS in letter.recipients:
                self.dovecot.deliver(self.user, letter.octets)

    def listed(self) -> list[tuple[int, str, str]]:
        """Return number, Message-ID and state, as `triage outbox list` has them."""
        listed = self.says("outbox", "list", "--all", "--json").splitlines()
        lines = sorted((json.loads(line) for line in listed), key=lambda it: it["id"])
        return [(line["id"], line["message_id"], line["state"]) for line in lines]

    def says(self, *arguments: str) -> str:
        """Return what a command of `triage` prints."""
        with _speaking:
            done = CliRunner().invoke(
                commands,
                [*arguments, "--config", str(self.config)],
                catch_exceptions=False,
            )
        return done.stdout


def states_of(parts: Sending) -> tuple[str, ...]:
    """Return the states of all letters, the eldest first."""
    lines = sorted(parts.store.outbox.listed(), key=lambda line: line.id)
    return tuple(line.state.value for line in lines)


def settle(case: Case, parts: Sending) -> float | None:
    """Run passes until nothing moves; return the seconds on the clock, or None."""
    began = case.clock.now
    while case.clock.now - began <= LONGEST:
        parts.dispatch.run()
        if not MOVING & set(states_of(parts)):
            return (case.clock.now - began).total_seconds()
        case.clock.now += TICK
    return None


def ask_witness(case: Case, parts: Sending) -> None:
    """Let the time pass that a witness is given, and look for it."""
    case.clock.now += WITNESS_TIME
    parts.dispatch.run()


def copies_of(letters: Sequence[Received]) -> Counter[str]:
    return Counter(letter.message_id for letter in letters)


@contextmanager
def heard(level: int = logging.INFO) -> Iterator[list[str]]:
    """Collect what the program logs, in all threads; servers here log nowhere."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    # aiosmtpd logs what it is told as "mail", in this very process.
    with (
        _to(Collecting(level), "triage", level),
        _to(logging.NullHandler(), "mail", logging.CRITICAL),
        _to(logging.NullHandler(), "asyncio", logging.CRITICAL),
    ):
        yield lines


@contextmanager
def _to(handler: logging.Handler, name: str, level: int) -> Iterator[None]:
    logger = logging.getLogger(name)
    before, was_told_on = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        logger.propagate = was_told_on


def new_desk(folder: Path, dovecot: Dovecot) -> Desk:
    """Take up three complaints, and send nothing."""
    user = dovecot.new_user()
    folder.mkdir()
    config = _install(folder, dovecot, user, 1, Way())
    mails = tuple(
        make_mail(text=f"Your website is down. I am number {number}.", sender=sender)
        for number, sender in enumerate(PEOPLE)
    )
    for octets, sender in zip(mails, PEOPLE, strict=True):
        dovecot.deliver(user, octets, sender)
    with Installation(load_config(config)) as parts:
        parts.ready_mailbox()
        parts.intake.run(parts.stop.is_set)
        sending = Sending(parts.store, parts.dispatch)
        assert states_of(sending) == ("queued",) * LETTERS
    return Desk(
        folder=folder,
        dovecot=dovecot,
        template=folder / "triage.sqlite3",
        user=user,
    )


OURS = frozenset({ADDRESS, TEAM})


def _install(
    folder: Path, dovecot: Dovecot, user: str, smtp_port: int, way: Way
) -> Path:
    for name, secret in way.secrets.items():
        (folder / name).touch(0o600)
        (folder / name).write_text(secret)
    servers = Servers(
        imap_port=way.imap_port or dovecot.imap,
        user=user,
        password=PASSWORD,
        smtp_port=smtp_port,
    )
    submission = {"witness": "copy"} | dict(way.submission)
    return install(folder, servers, Settings(submission=submission))
