"""A whole installation with the shipped rules, and people who write to it.

Its mail server speaks for itself in Authentication-Results, above the Received field
that it writes: what a stranger's mail brings stands below. Everything is looked at from
outside: what the SMTP server took, the mailbox, and the store's file by SQL of its own.
"""

import io
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.journeys.installing import ADDRESS, Settings
from tests.journeys.journey import Journey
from tests.torture.access.hands import light_hands
from tests.torture.ground import Ground
from tests.torture.shipped_rules import AUTHSERV, lay_shipped_rules
from triage.cli import main
from triage.config import load_config
from triage.demo.servers import Accepted, SmtpSink
from triage.wiring import Installation

STAFF = "officer@examboard.example"
FORM = "webform@examboard.example"
VICTIM = "anna.okoro@post.example"
ATTACKER = "mallory@evil.example"
VICTIMS_WORDS = (
    "Your website has been down for a week and I cannot enter my candidates. "
    "Nobody has answered my three telephone calls about it."
)
_COMMAND_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Post:
    """A mail as it stands on a stranger's desk, and the path that it takes."""

    octets: bytes
    path: str
    """The reverse-path; '' is the null one."""


def post(  # noqa: PLR0913 - an attacker chooses each of them
    *,
    sender: str = ATTACKER,
    subject: str = "Complaint about your website",
    text: str = "Your website does not let me in, and nobody answers.",
    path: str | None = None,
    passes: str | None = "",
    fields: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    name: str = "",
    top: str = "",
) -> Post:
    """Write a mail by hand, so that nothing repairs what an attacker means.

    `passes` is the domain for which our server found SPF to pass: '' is the path's own,
    None that it found nothing, and `spf=…` all that it wrote. `fields` replace or add;
    `top` stands above all others of the attacker's.
    """
    return_path = _address_in(sender) if path is None else path
    domain = return_path.rpartition("@")[2] if passes == "" else passes
    given = {
        "Date": format_datetime(_now()),
        "From": f"{name} <{sender}>" if name else sender,
        "To": ADDRESS,
        "Subject": subject,
        "Message-ID": f"<{_serial()}@desk.example>",
    }
    added = list(fields.items() if isinstance(fields, Mapping) else fields)
    replaced = {field.lower() for field, _ in added}
    lines = [
        *(f"{field}: {value}" for field, value in given.items()),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    kept = [line for line in lines if line.partition(":")[0].lower() not in replaced]
    kept += [f"{field}: {value}" for field, value in added]
    head = "\r\n".join(kept)
    return Post(
        f"{_found(domain, return_path)}{top}{head}\r\n\r\n{text}\r\n".encode(
            "utf-8", "surrogatepass"
        ),
        return_path,
    )


def as_delivered(octets: bytes, path: str) -> Post:
    """Return a mail that came by a reverse-path for which SPF passed."""
    return Post(_found(path.rpartition("@")[2] or None, path).encode() + octets, path)


def _found(domain: str | None, path: str) -> str:
    """What our own server writes on top of a mail that it takes in."""
    received = (
        f"Received: from somewhere by {AUTHSERV} with ESMTPS;"
        f" {format_datetime(_now())}\r\n"
    )
    if domain is None:
        return f"Authentication-Results: {AUTHSERV}; none\r\n{received}"
    if "=" in domain:
        return f"Authentication-Results: {AUTHSERV}; {domain}\r\n{received}"
    result = "pass" if domain == path.rpartition("@")[2] else "fail"
    return (
        f"Authentication-Results: {AUTHSERV}; spf={result} smtp.mailfrom={path}\r\n"
        f"{received}"
    )


def _address_in(sender: str) -> str:
    found = re.search(r"[^\s<>\",;:]+@[^\s<>\",;:]+", sender)
    return found[0] if found else ATTACKER


def _now() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)  # noqa: TID251 - a mail of just now


def _serial() -> int:
    _NUMBERS[0] += 1
    return _NUMBERS[0]


_NUMBERS = [0]


class House:
    """An installation between Dovecot and an SMTP server, under shipped rules."""

    def __init__(
        self,
        ground: Ground,
        *,
        budgets: bool = False,
        mailbox: Mapping[str, object] | None = None,
        log_level: str = "debug",
        digest_at: str = "23:59:59",
    ) -> None:
        self._smtp = SmtpSink()
        self._opened = ExitStack()
        self._work: Callable[[], object] | None = None
        self._ground = ground
        self._has_budgets = budgets
        self._digest_at = digest_at
        self._settings = Settings(
            mailbox={
                "authserv_id": AUTHSERV,
                "staff": ["*@examboard.example"],
                "web_forms": [FORM],
            }
            | dict(mailbox or {}),
            log_level=log_level,
        )

    def __enter__(self) -> Self:
        folder = self._ground.folder / f"house-{_serial()}"
        folder.mkdir()
        self._opened.enter_context(self._smtp)
        self.journey = Journey(self._ground.dovecot(), self._smtp, folder)
        self.journey.install(self._settings)
        rules = folder / "rules"
        lay_shipped_rules(rules, budgets=self._has_budgets)
        digest = rules / "75-digest.toml"
        _edit(digest, r"^at = .*$", f"at = {self._digest_at}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    @property
    def accepted(self) -> list[Accepted]:
        """What the SMTP server took, whatever it is."""
        return list(self._smtp.accepted)

    @property
    def config(self) -> Path:
        return self.journey.config

    @property
    def path(self) -> Path:
        """The store's file."""
        return self.journey.folder / "triage.sqlite3"

    def deliver(self, *posts: Post) -> None:
        for each in posts:
            if each.path:
                self.journey.deliver(each.octets, each.path)
            else:
                self.journey.deliver_from_nobody(each.octets)

    def work(self) -> None:
        """Take up what is there and send what is due, once."""
        if self._work is None:
            self._work = self._hands()
        self._work()

    def _hands(self) -> Callable[[], object]:
        """Return a pass: of a whole installation, or in the short form of its jobs."""
        if not self._ground.is_full:
            return light_hands(self.config, self._opened)
        installation = Installation(load_config(self.config))
        return self._opened.enter_context(installation).run_once

    def allow(self, **budgets: int) -> None:
        """Let so many letters out, by the names of the rule files' budgets."""
        rules = self.journey.folder / "rules" / "80-senders.toml"
        for name, number in budgets.items():
            _edit(rules, rf"^{name} = \d+", f"{name} = {number}")

    def put_into_sent(self, octets: bytes) -> None:
        """Keep a mail in the folder of sent mail, as an officer's program does."""
        sent_at = datetime.now(UTC)  # noqa: TID251 - a mail of now, after all others
        self.journey.site.deliver(octets, sent_at, folder="Sent")

    def letters_to(self, address: str) -> list[Accepted]:
        return [each for each in self.accepted if address in each.recipients]

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Look into the store by SQL that is nobody else's."""
        with closing(
            sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        ) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def command(self, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Run the program as an officer does."""
        return subprocess.run(  # noqa: S603 - the program under test
            [sys.executable, "-m", "triage", *map(str, words), "--config", self.config],
            capture_output=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )

    def says(self, *words: str | Path) -> tuple[str, str]:
        """Return what a command prints, and what it complains of; in this process."""
        printed, complained = io.StringIO(), io.StringIO()
        with (
            redirect_stdout(printed),
            redirect_stderr(complained),
            suppress(SystemExit),
        ):
            main([*map(str, words), "--config", str(self.config)])
        return printed.getvalue(), complained.getvalue()


def _edit(path: Path, pattern: str, text: str) -> None:
    before = path.read_text("utf-8")
    after, count = re.subn(pattern, text, before, flags=re.MULTILINE)
    if not count:
        raise LookupError(f"{path.name} has nothing like {pattern}")
    path.write_text(after, "utf-8")
