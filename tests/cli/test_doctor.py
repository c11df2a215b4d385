import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Triage, as_shipped
from tests.journeys.installing import Inline, Servers, Settings, install
from tests.journeys.mails import make_mail
from tests.servers.certificates import Authority
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.smtp.scripted import ScriptedServer
from triage.config import load_config
from triage.demo.servers import Certificate, SmtpSink
from triage.wiring.servers import mailbox_of

pytestmark = pytest.mark.servers


@pytest.fixture
def sink(certificate: Certificate) -> Iterator[SmtpSink]:
    with SmtpSink(user="triage", password="pw", certificate=certificate) as server:  # noqa: S106 - of a server that lives as long as the test
        yield server


@pytest.fixture
def healthy(
    tmp_path: Path, dovecot: Dovecot, sink: SmtpSink, authority: Authority
) -> Path:
    """An installation whose servers are both encrypted and logged in to."""
    servers = Servers(
        imap_port=dovecot.imaps,
        user=dovecot.new_user(),
        password=PASSWORD,
        smtp_port=sink.port,
    )
    trusted = {"ca_file": str(authority.ca_file)}
    settings = Settings(
        mailbox={"security": "imaps", **trusted},
        submission={
            "security": "starttls",
            "user": "triage",
            "password": Inline("file", "imap-password"),
            **trusted,
        },
    )
    return install(tmp_path, servers, settings)


def edit(config: Path, old: str, new: str) -> None:
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def found(triage: Triage, config: Path) -> dict[str, tuple[str, str, str]]:
    """Return verdict, text and what to do by what was looked at; the worst of each."""
    result = triage("doctor", "--json", "--no-dns", "--config", config)
    assert result.err == ""
    findings = [json.loads(line) for line in result.out.splitlines()]
    worst = ("ok", "note", "warning", "failed")
    findings.sort(key=lambda each: worst.index(each["verdict"]))
    assert (result.status == 1) == (findings[-1]["verdict"] == "failed")
    return {
        each["check"]: (each["verdict"], each["text"], each["to_do"] or "")
        for each in findings
    }


def test_a_healthy_installation_fails_nowhere_and_nothing_is_sent(
    triage: Triage, healthy: Path, sink: SmtpSink
) -> None:
    result = triage("doctor", "--no-dns", "--config", healthy)

    assert (result.status, result.err) == (0, "")
    assert "none failed" in result.out
    assert sink.accepted == []
    assert not (healthy.parent / "triage.sqlite3").exists()


def test_a_password_that_is_wrong_is_told_with_what_to_do(
    triage: Triage, healthy: Path
) -> None:
    (healthy.parent / "imap-password").write_text("wrong")

    findings = found(triage, healthy)

    verdict, text, to_do = findings["imap.login"]
    assert (verdict, "wrong" in text) == ("failed", False)
    assert "Microsoft 365 and Google take no password" in to_do
    assert findings["smtp.login"][0] == "failed"
    assert "imap.uidvalidity" not in findings


def test_a_certificate_of_an_unknown_authority_is_told_with_what_to_do(
    triage: Triage, healthy: Path
) -> None:
    lines = healthy.read_text().splitlines()
    healthy.write_text("\n".join(x for x in lines if not x.startswith("ca_file")))

    findings = found(triage, healthy)

    verdict, text, to_do = findings["imap.login"]
    assert (verdict, "not trusted" in text) == ("failed", True)
    assert "ca_file" in to_do
    assert "cannot be trusted" in findings["smtp.login"][1]


def test_servers_that_are_away_keep_nothing_else_from_being_looked_at(
    triage: Triage, healthy: Path, dovecot: Dovecot, sink: SmtpSink
) -> None:
    edit(healthy, f"port = {dovecot.imaps}", "port = 1")
    edit(healthy, f"port = {sink.port}", "port = 1")

    findings = found(triage, healthy)

    assert "nothing listens on that port" in findings["imap.login"][1]
    assert "this machine gets there" in findings["imap.login"][2]
    assert "this machine gets there" in findings["smtp.login"][2]
    assert {"rules", "host.disk", "host.clock", "store"} <= findings.keys()


def test_a_server_that_refuses_the_empty_sender_is_told_with_what_to_do(
    triage: Triage, tmp_path: Path, dovecot: Dovecot
) -> None:
    with ScriptedServer({"mail": b"550 5.7.1 who are you\r\n"}) as server:
        servers = Servers(
            imap_port=dovecot.imap,
            user=dovecot.new_user(),
            password=PASSWORD,
            smtp_port=server.port,
        )

        findings = found(triage, install(tmp_path, servers))

    verdict, text, to_do = findings["smtp.sender"]
    assert (verdict, "who are you" in text) == ("failed", True)
    assert "envelope_from" in to_do
    assert server.received == []


def test_nothing_is_sent_where_a_letter_would_be_taken(
    triage: Triage, tmp_path: Path, dovecot: Dovecot
) -> None:
    with ScriptedServer() as server:
        servers = Servers(
            imap_port=dovecot.imap,
            user=dovecot.new_user(),
            password=PASSWORD,
            smtp_port=server.port,
        )

        findings = found(triage, install(tmp_path, servers))

    assert findings["smtp.sender"][0] == "ok"
    verbs = [each.split()[0].upper() for each in server.commands]
    assert verbs == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]


def test_a_server_without_move_is_told_of(
    triage: Triage, tmp_path: Path, plain_dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    user = plain_dovecot.new_user()
    servers = Servers(
        imap_port=plain_dovecot.imap,
        user=user,
        password=PASSWORD,
        smtp_port=smtp_sink.port,
    )

    findings = found(triage, install(tmp_path, servers))

    assert "no MOVE, but UIDPLUS" in findings["imap.filing"][1]
    assert "noticed within 2 seconds" in findings["imap.idle"][1]


def test_a_folder_that_was_numbered_anew_is_told_of(
    triage: Triage, healthy: Path, dovecot: Dovecot
) -> None:
    user = next(x for x in healthy.read_text().splitlines() if x.startswith("user"))
    for subject in ("Complaint", "Lunch"):
        dovecot.deliver(user.split('"')[1], make_mail(subject))
    assert triage("run", "--once", "--config", healthy).status == 0
    store = healthy.parent / "triage.sqlite3"
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("UPDATE inboxes SET uidvalidity = uidvalidity - 1")

    findings = found(triage, healthy)

    assert findings["imap.uidvalidity"][0] == "warning"
    assert findings["imap.clock"][0] == "ok"
    assert findings["store"][:2] == (
        "ok",
        f"{healthy.parent / 'triage.sqlite3'} is whole: 1 case, 2 mails",
    )


def test_links_and_contacts_of_the_shipped_example_are_warned_of(
    triage: Triage, healthy: Path
) -> None:
    as_shipped(healthy)

    verdict, text, to_do = found(triage, healthy)["config"]

    assert verdict == "warning"
    assert "director in [contacts] and handbook in [links]" in text
    assert "write your own" in to_do


def test_a_damaged_store_is_told_with_what_to_do(triage: Triage, healthy: Path) -> None:
    assert triage("run", "--once", "--config", healthy).status == 0
    store = healthy.parent / "triage.sqlite3"
    with store.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))

    findings = found(triage, healthy)

    assert findings["store"][0] == "failed"
    assert "backup" in findings["store"][2]


def test_a_store_that_may_only_be_read_is_told(triage: Triage, healthy: Path) -> None:
    assert triage("run", "--once", "--config", healthy).status == 0
    store = healthy.parent / "triage.sqlite3"
    store.chmod(0o400)
    if os.geteuid() == 0:  # who may write everything, unless it is somebody else's
        os.chown(store, 65_534, -1)

    verdict, text, to_do = found(triage, healthy)["store"]

    assert verdict == "failed"
    assert "cannot be written" in text
    assert "restore" not in to_do


def test_where_the_disk_is_full_nobody_is_told_to_restore(
    triage: Triage, healthy: Path
) -> None:
    assert triage("run", "--once", "--config", healthy).status == 0
    store = healthy.parent / "triage.sqlite3"
    store.write_bytes(b"what cannot be read without room beside it")
    config = healthy.read_text("utf-8")
    healthy.write_text(f"{config}\n[alarm]\nfree_megabytes = 1_000_000_000\n")

    verdict, _, to_do = found(triage, healthy)["store"]

    assert verdict == "failed"
    assert to_do.startswith("make room first")


def test_a_key_that_is_too_short_is_told(triage: Triage, healthy: Path) -> None:
    key = healthy.parent / "reference.key"
    key.write_text("short\n", "utf-8")

    verdict, text, to_do = found(triage, healthy)["secrets"]

    assert verdict == "failed"
    assert "is shorter than" in text
    assert "openssl rand" in to_do


def test_a_secret_that_only_systemd_gives_is_told_with_how_to_name_its_folder(
    triage: Triage, healthy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(healthy, '{ file = "imap-password" }', '{ credential = "imap-password" }')
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    findings = found(triage, healthy)

    for check in ("secrets", "imap.login"):
        verdict, text, to_do = findings[check]
        assert (verdict, "systemd gave none" in text) == ("failed", True)
        assert "CREDENTIALS_DIRECTORY=" in to_do, check
    assert "CREDENTIALS_DIRECTORY" not in findings["imap.login"][1]


def test_a_secret_that_others_can_read_is_told_with_what_to_do(
    triage: Triage, healthy: Path
) -> None:
    (healthy.parent / "imap-password").chmod(0o644)

    findings = found(triage, healthy)

    verdict, text, to_do = findings["secrets"]
    assert (verdict, "other users" in text) == ("failed", True)
    assert "chmod 600" in to_do


@pytest.mark.parametrize(
    ("modes", "expected"),
    [((0o644, 0o755), "warning"), ((0o644, 0o700), "ok"), ((0o600, 0o755), "ok")],
)
def test_a_credential_that_everybody_can_read_is_told(
    triage: Triage,
    healthy: Path,
    monkeypatch: pytest.MonkeyPatch,
    modes: tuple[int, int],
    expected: str,
) -> None:
    edit(healthy, '{ file = "imap-password" }', '{ credential = "imap-password" }')
    given = healthy.parent / "credentials"
    given.mkdir()
    kept = (healthy.parent / "imap-password").rename(given / "imap-password")
    for path, mode in zip((kept, given), modes, strict=True):
        path.chmod(mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))

    verdict, text, _ = found(triage, healthy)["secrets"]

    assert verdict == expected
    assert ("imap-password" in text) is (expected == "warning")


@pytest.mark.parametrize(
    ("folder", "expected"), [("Sent", "ok"), ("Sent Items", "failed")]
)
def test_a_folder_of_sent_mail_that_is_not_there_can_witness_nothing(
    triage: Triage, healthy: Path, folder: str, expected: str
) -> None:
    edit(healthy, 'witness = "none"', f'witness = "sent"\nsent_folder = "{folder}"')
    with mailbox_of(load_config(healthy)) as mailbox:
        mailbox.ensure_folders(["Sent"])

    verdict, text, to_do = found(triage, healthy)["imap.witness"]

    assert verdict == expected
    assert folder in text
    assert ("the server marks Sent" in to_do) is (expected == "failed")


def test_rules_with_mistakes_are_told_of(triage: Triage, healthy: Path) -> None:
    rules = healthy.parent / "rules" / "10-journeys.toml"
    rules.write_text(rules.read_text().replace('topic = ["website"]', 'topic = ["x"]'))

    findings = found(triage, healthy)

    lines = rules.read_text().splitlines()
    number = next(i for i, each in enumerate(lines, 1) if 'topic = ["x"]' in each)
    verdict, text, to_do = findings["rules"]
    assert verdict == "failed"
    assert text.startswith(f"rules and templates: 1 error: {rules}:{number}:")
    assert "triage rules check" in to_do


def test_a_config_that_is_missing_cannot_be_examined(
    triage: Triage, tmp_path: Path
) -> None:
    result = triage("doctor", "--config", tmp_path / "config.toml")

    assert result.status == 2
    assert "there is no configuration" in result.err


def test_a_config_that_is_wrong_is_a_finding_for_scripts(
    triage: Triage, config: Path
) -> None:
    edit(config, 'folder = "rules"', 'foler = "rules"\nfolders = "rules"')

    result = triage("doctor", "--json", "--config", config)

    findings = [json.loads(line) for line in result.out.splitlines()]
    assert (result.status, result.err) == (2, "")
    assert len(findings) > 1
    assert {(each["check"], each["verdict"]) for each in findings} == {
        ("config", "failed")
    }
    assert all(f"{config}:" in each["text"] for each in findings)
    assert all(each["to_do"] for each in findings)
