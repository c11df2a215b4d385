"""Commands as an operator types them, in this process."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from tests.intake.conftest import ReaderHere
from tests.intake.mails import delivered
from tests.journeys.installing import Post, Servers, Settings, install, install_several
from tests.servers.fake_mailbox import FakeMailbox
from triage import shipped
from triage.cli import main
from triage.config import load_config
from triage.intake import Intake
from triage.store import Inbox, Store
from triage.wiring import rulebook_of

NOBODY = Servers(imap_port=1, user="triage", password="pw", smtp_port=1)  # noqa: S106
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str


Triage = Callable[..., Result]


def as_shipped(config: Path) -> None:
    """Let a contact and a link be those of the example that comes with triage."""
    shown = load_config(shipped.example_config())
    own = load_config(config)
    text = config.read_text("utf-8")
    for old, new in (
        (own.contacts["director"], shown.contacts["director"]),
        (own.links["handbook"], shown.links["handbook"]),
    ):
        assert f'"{old}"' in text
        text = text.replace(f'"{old}"', f'"{new}"')
    config.write_text(text, "utf-8")


@pytest.fixture
def triage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Triage:
    """Run a command, `typed` on its standard input; return what it left behind."""

    def run(*arguments: str | Path, typed: str = "") -> Result:
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(typed.encode())))
        with pytest.raises(SystemExit) as left:
            main([str(each) for each in arguments])
        printed = capsys.readouterr()
        status = left.value.code
        assert isinstance(status, int)
        return Result(status, printed.out, printed.err)

    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation of the few rules of the journeys; its servers are away."""
    return install(tmp_path, NOBODY)


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """An installation of the two mailboxes `uk` and `ie`; their servers are away."""
    posts = {
        name: Post(
            servers=replace(NOBODY, user=name),
            address=f"{name}@examboard.example",
            folder=folder,
        )
        for name, folder in (("uk", "Britain"), ("ie", "Ireland"))
    }
    return install_several(tmp_path, posts)


@pytest.fixture
def worked(config: Path) -> Path:
    """An installation whose store has a case with its letter, and a mail without."""
    return work(
        config,
        delivered("Complaint one", "Your website is down."),
        delivered("Complaint two", auto_submitted="auto-replied"),
        delivered("Lunch"),
    )


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """An installation in hold: three cases whose letters wait for approval."""
    return work(
        install(tmp_path, NOBODY, Settings(modes={"at_most": "hold"})),
        delivered("Complaint one", "Your website is down."),
        delivered("Complaint two", "The teacher of my daughter is late."),
        delivered("Complaint three", "It is all too much."),
    )


@pytest.fixture
def worked_with_escapes(config: Path) -> Path:
    """An installation that was written to by somebody with control characters."""
    subject = b"=?utf-8?q?Complaint_=1B[2Jone?="
    return work(
        config,
        delivered("PLACE", "The \x1b[31mwebsite.").replace(b"PLACE", subject),
        delivered("PLACE", precedence="bulk").replace(b"PLACE", subject),
    )


def work(config: Path, *mails: bytes) -> Path:
    settings = load_config(config)
    rulebook = rulebook_of(settings)
    with (
        Store.open(settings.store.path, exclusive=True) as store,
        FakeMailbox() as mailbox,
    ):
        for octets in mails:
            mailbox.deliver(octets)
        Intake(
            inbox=Inbox("triage@127.0.0.1"),
            mailbox=mailbox,
            reader=ReaderHere(rulebook.ruleset),
            store=store,
            rulebook=rulebook,
            clock=lambda: NOW,
        ).run()
    return config


def moved(config: Path, table: str, id: int, **columns: object) -> None:  # noqa: A002 - a column
    """Change a row behind the program's back, as time or a server would."""
    path = load_config(config).store.path
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, value in columns.items():
            connection.execute(
                f"UPDATE {table} SET {name} = ? WHERE id = ?",  # noqa: S608 - a test's own
                (value, id),
            )
