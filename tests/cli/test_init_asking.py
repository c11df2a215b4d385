import os
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.servers.certificates import Authority
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.smtp.scripted import ScriptedServer
from triage import shipped
from triage.cli import commands
from triage.cli.init.draft import Draft
from triage.demo.servers import Certificate, SmtpSink

ADDRESS = "complaints@examboard.example"


def asked(folder: Path, *answers: object) -> Result:
    text = "".join(f"{answer}\n" for answer in answers)
    return CliRunner().invoke(commands, ["init", str(folder), "--ask"], input=text)


def config_in(folder: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((folder / "config.toml").read_text("utf-8"))


@pytest.fixture
def sink(certificate: Certificate) -> Iterator[SmtpSink]:
    with SmtpSink(user="triage", password=PASSWORD, certificate=certificate) as server:
        yield server


WHO = ("Example Board", "", "", "+44 1632 960000", "team@examboard.example")
CALENDAR = ("Europe/Dublin", "IE")
SAME = ("",) * 6
"""Server, encryption, port, authority, user and folder as they were answered."""


@dataclass(frozen=True)
class Own:
    """Answers about servers of one's own."""

    dovecot: Dovecot
    sink_port: int
    ca_file: Path
    user: str

    def mailbox(self, password: str = PASSWORD) -> tuple[object, ...]:
        return (
            "localhost",
            "imaps",
            self.dovecot.imaps,
            self.ca_file,
            self.user,
            "",
            password,
        )

    def submission(self) -> tuple[object, ...]:
        return (
            "localhost",
            "starttls",
            self.sink_port,
            self.ca_file,
            "triage",
            PASSWORD,
        )


@pytest.fixture
def own(dovecot: Dovecot, sink: SmtpSink, authority: Authority) -> Own:
    return Own(dovecot, sink.port, authority.ca_file, dovecot.new_user())


@pytest.mark.servers
def test_answers_that_work_make_an_installation_that_begins_today(
    tmp_path: Path, own: Own, sink: SmtpSink
) -> None:
    folder = tmp_path / "triage"

    result = asked(
        folder, "own", ADDRESS, *WHO, *own.mailbox(), *own.submission(), *CALENDAR
    )

    assert result.exit_code == 0, result.output
    config = config_in(folder)
    assert config["mailbox"]["since"] == date.today()  # noqa: DTZ011 - as the command does
    assert config["mailbox"]["addresses"] == [ADDRESS]
    assert config["organisation"]["short_name"] == "Example Board"
    assert config["references"]["domain"] == "examboard.example"
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.toml",
        "imap-password",
        "reference.key",
        "rules",
        "smtp-password",
        "templates",
    ]
    assert stat.S_IMODE((folder / "imap-password").stat().st_mode) == 0o600
    assert sink.accepted == []
    done = CliRunner().invoke(
        commands, ["check", "--connect", "-c", str(folder / "config.toml")]
    )
    assert done.exit_code == 0, done.output


@pytest.mark.servers
def test_the_calendar_and_the_modes_are_written_into_the_rules(
    tmp_path: Path, own: Own
) -> None:
    folder = tmp_path / "triage"

    asked(folder, "own", ADDRESS, *WHO, *own.mailbox(), *own.submission(), *CALENDAR)

    calendar = tomllib.loads((folder / "rules/70-calendar.toml").read_text("utf-8"))
    modes = tomllib.loads((folder / "rules/65-modes.toml").read_text("utf-8"))
    assert calendar["calendar"]["timezone"] == "Europe/Dublin"
    assert calendar["calendar"]["country"] == "IE"
    assert "subdivision" not in calendar["calendar"]
    assert modes["modes"]["at_most"] == "watch"


@pytest.mark.servers
def test_an_answer_that_does_not_work_is_asked_again_with_the_reason(
    tmp_path: Path, own: Own
) -> None:
    folder = tmp_path / "triage"

    result = asked(
        folder,
        *("own", ADDRESS, *WHO),
        *(*own.mailbox("wrong-one"), "again", *SAME, PASSWORD),
        *(*own.submission(), *CALENDAR),
    )

    assert result.exit_code == 0, result.output
    assert "refuses the login" in result.output
    assert "wrong-one" not in result.output
    assert "(or oauth)" not in result.output
    assert (folder / "imap-password").read_text() == f"{PASSWORD}\n"
    assert "imap-password   for you and triage alone" in result.output


@pytest.mark.servers
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, own: Own) -> None:
    answers = list(own.mailbox())
    answers[5] = "Nope"

    result = asked(tmp_path / "triage", *("own", ADDRESS, *WHO), *answers, "stop")

    assert 'there is no folder "Nope"' in result.output


def test_what_is_no_name_of_a_server_is_asked_again(tmp_path: Path) -> None:
    result = asked(
        tmp_path / "triage",
        *("own", ADDRESS, *WHO, "Mars/Olympus", "localhost", "plain", 1),
        *("user", "", "pw", "stop"),
    )

    assert "That is no name of a server" in result.output
    assert "nothing listens on that port" in result.output


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_is_closed_leaves_no_password_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "triage"
    command = [sys.executable, "-m", "triage", "init", str(folder), "--ask"]
    answers = ("own", ADDRESS, *WHO, "localhost", "plain", 1, "user", "", "pw")
    with subprocess.Popen(  # noqa: S603 - the program under test
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{each}\n" for each in answers).encode())
        process.stdin.flush()
        said = b""
        while b"or stop" not in said:
            said += os.read(process.stdout.fileno(), 4096)
        assert len(list(folder.iterdir())) == 1

        process.send_signal(number)
        _, told = process.communicate(timeout=20)

    assert b"nothing was made" in told
    assert list(folder.iterdir()) == []


def test_what_an_earlier_try_left_is_told(tmp_path: Path) -> None:
    left = tmp_path / "triage" / ".triage-init-abc"
    left.mkdir(parents=True)

    result = asked(
        left.parent,
        *("own", ADDRESS, *WHO, "localhost", "plain", 1, "user", "", "pw", "stop"),
    )

    assert f"{left} was left by an earlier try" in result.output


@pytest.mark.servers
def test_an_empty_sender_that_is_refused_is_replaced_by_an_address(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    folder = tmp_path / "triage"
    steps = [b"550 5.7.1 no empty sender\r\n", b"250 2.1.0 ok\r\n"]
    with ScriptedServer(
        {"mail": steps, "auth": b"235 2.7.0 ok\r\n"},
        extensions=("AUTH PLAIN",),
    ) as server:
        result = asked(
            folder,
            *("own", ADDRESS, *WHO),
            *("localhost", "plain", dovecot.imap, dovecot.new_user(), "", PASSWORD),
            *("localhost", "plain", server.port, "triage", "pw"),
            *("again", "bounces@examboard.example"),
            *CALENDAR,
        )

    assert result.exit_code == 0, result.output
    assert config_in(folder)["submission"]["envelope_from"] == (
        "bounces@examboard.example"
    )
    assert server.received == []


def test_one_who_gives_up_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "triage"

    result = asked(
        folder,
        *("own", ADDRESS, *WHO),
        *("localhost", "plain", 1, "user", "", "pw"),
        "stop",
    )

    assert result.exit_code == 1
    assert "nothing listens on that port" in result.output
    assert list(folder.iterdir()) == []


def test_tokens_are_asked_for_where_passwords_are_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "triage"

    result = asked(
        folder,
        *("microsoft", ADDRESS, *WHO),
        *("127.0.0.1", "", "", "tenant.example", "the-client", "the-secret", "keep"),
        *("127.0.0.1", "", "keep"),
        *CALENDAR,
    )

    assert result.exit_code == 0, result.output
    config = config_in(folder)
    for table in ("mailbox", "submission"):
        assert "password" not in config[table]
        assert config[table]["oauth"] == {
            "microsoft": {
                "tenant": "tenant.example",
                "client_id": "the-client",
                "client_secret": {"file": "client-secret"},
            }
        }
    assert (folder / "client-secret").read_text() == "the-secret\n"
    assert "the-secret" not in result.output


def test_a_config_keeps_its_comments_when_it_is_filled_in() -> None:
    text = shipped.example_config().read_text("utf-8")
    draft = Draft(text)

    draft.put("mailbox", "port", 1993)
    draft.put("submission", "security", "starttls")
    draft.take_away("mailbox", "port")

    assert "# port = 1993" in draft.text
    assert 'security = "starttls"                  # tls (port 465)' in draft.text
    assert draft.text.count("#") == text.count("#")


def test_a_table_that_is_written_again_stands_there_once() -> None:
    draft = Draft(shipped.example_config().read_text("utf-8"))

    for tenant in ("one", "two"):
        for table in ("mailbox", "submission"):
            rows = {"tenant": f"{tenant}.example"}
            draft.set_table(f"{table}.oauth.microsoft", rows, f"How {table} logs in.")

    found = tomllib.loads(draft.text)
    for table in ("mailbox", "submission"):
        assert found[table]["oauth"] == {"microsoft": {"tenant": "two.example"}}
