import re
from pathlib import Path

import pytest

from tests.cli.conftest import Triage, as_shipped
from tests.journeys.installing import Servers, Settings, install
from triage import shipped
from triage.config import load_configs
from triage.demo.servers import ImapServer, SmtpSink
from triage.wiring.logins import expiries_of


def own_templates(config: Path) -> Path:
    """Let an installation have templates of its own, as it is after `init`."""
    folder = config.parent / "templates"
    folder.mkdir()
    for path in shipped.templates().iterdir():
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = config.read_text().replace(str(shipped.templates()), "templates")
    config.write_text(text)
    return folder


def test_what_is_right_is_listed(triage: Triage, config: Path) -> None:
    result = triage("check", "--config", config)

    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert lines[0] == f"ok  configuration {config}"
    assert "5 signals, 4 lines, 4 routes" in lines[1]
    assert lines[2] == "ok  replies: 4 routes send them"
    assert lines[3].startswith(f"ok  templates {shipped.templates()}: ")


def test_problems_of_rules_templates_and_config_are_told_together(
    triage: Triage, config: Path
) -> None:
    templates = own_templates(config)
    rules = config.parent / "rules" / "10-journeys.toml"
    text = rules.read_text().replace('topic = ["website"]', 'topic = ["websight"]')
    rules.write_text(text.replace('priority = "urgent"', 'priorty = "urgent"'))
    review = templates / "review.txt"
    review.write_text(review.read_text().replace("{{ reference }}", "{{ refrence }}"))
    (config.parent / "reference.key").write_text("short")

    result = triage("check", "--config", config)

    assert result.status == 1
    assert f"{rules}:" in result.err
    assert "unknown key `priorty`" in result.err
    assert "did you mean `priority`?" in result.err
    assert f"{review}:" in result.err
    assert "refrence" in result.err
    assert "shorter than 32 characters" in result.err
    assert "Traceback" not in result.err


def test_a_wrong_rule_is_shown_with_line_and_caret(
    triage: Triage, config: Path
) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    rules.write_text(rules.read_text().replace('"lesson*"', '"less*on"'))

    result = triage("check", "--config", config)

    (place, source, caret) = result.err.splitlines()[:3]
    number = rules.read_text().splitlines().index('phrases = ["teacher*", "less*on"]')
    assert result.status == 1
    assert place.startswith(f"{rules}:{number + 1}:")
    assert "less*on" in source
    assert caret.strip() == "^"


def test_a_signal_that_misses_its_own_example_is_told(
    triage: Triage, config: Path
) -> None:
    rules = config.parent / "rules" / "10-journeys.toml"
    text = rules.read_text().replace(
        'phrases = ["teacher*", "lesson*"]',
        'phrases = ["teacher*", "lesson*"]\nexamples = ["There is no tuition."]',
    )
    rules.write_text(text)

    result = triage("check", "--config", config)

    assert result.status == 1
    assert "There is no tuition." in result.err


def test_a_template_that_the_rules_name_and_nobody_wrote_is_told(
    triage: Triage, config: Path
) -> None:
    templates = own_templates(config)
    (templates / "review.txt").unlink()
    (templates / "review.html").unlink()

    result = triage("check", "--config", config)

    assert result.status == 1
    assert "there is no template `review`" in result.err
    assert f"{config.parent / 'rules' / '10-journeys.toml'}:" in result.err


def test_a_contact_that_the_rules_tell_and_nobody_set_is_told(
    triage: Triage, config: Path
) -> None:
    lines = config.read_text().splitlines()
    config.write_text("\n".join(x for x in lines if not x.startswith("safeguarding")))

    result = triage("check", "--config", config)

    assert result.status == 1
    assert "[contacts] of the configuration has no `safeguarding`" in result.err


@pytest.mark.parametrize("folder", ["rules", "templates"])
def test_a_folder_that_is_not_there_is_told(
    triage: Triage, config: Path, folder: str
) -> None:
    text = config.read_text()
    old = "rules" if folder == "rules" else str(shipped.templates())
    config.write_text(text.replace(f'folder = "{old}"', 'folder = "nowhere"'))

    result = triage("check", "--config", config)

    assert result.status == 1
    assert f"the folder {config.parent / 'nowhere'} does not exist" in result.err


def place_of(config: Path, line: str) -> str:
    """Where a line of the configuration stands, as it is told."""
    lines = config.read_text("utf-8").splitlines()
    return f"{config}:{lines.index(line) + 1}:"


def test_what_is_wrong_beside_the_rules_is_told_together_with_its_place(
    triage: Triage, config: Path
) -> None:
    (config.parent / "imap-password").chmod(0o644)
    page = config.parent / "page"
    page.write_text("no program", "utf-8")
    alarm = f'command = ["{page}"]'
    web = 'webhook = { env = "TRIAGE_TEST_NO_SUCH_VARIABLE" }'
    text = config.read_text("utf-8")
    key = next(each for each in text.splitlines() if "reference.key" in each)
    password = next(each for each in text.splitlines() if "imap-password" in each)
    config.write_text(f"{text}\n[alarm]\n{alarm}\n{web}\n", "utf-8")
    (config.parent / "reference.key").unlink()
    config.with_name("triage.sqlite3").write_text("no database " * 1000, "utf-8")

    result = triage("check", "--config", config)

    assert (result.status, result.out) == (1, "")
    for line, words in (
        (password, "can be read by other users"),
        (key, "cannot be read: No such file or directory"),
        (alarm, f"the command {page} may not be run"),
        (web, "the environment variable TRIAGE_TEST_NO_SUCH_VARIABLE is not set"),
        ('path = "triage.sqlite3"', "the file is no database"),
    ):
        place = place_of(config, line)
        told = [each for each in result.err.splitlines() if each.startswith(place)]
        assert [words in each for each in told] == [True], result.err


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ('{ file = "gone" }', "cannot be read"),
        ('{ command = ["/no/such/program"] }', "/no/such/program is not there"),
        ('{ command = ["no-such-program"] }', "no-such-program is not there"),
    ],
    ids=["file", "path", "name"],
)
def test_a_secret_that_is_missing_is_told_without_a_server(
    triage: Triage, config: Path, password: str, words: str
) -> None:
    text = config.read_text("utf-8")
    line = next(each for each in text.splitlines() if "imap-password" in each)
    config.write_text(text.replace(line, f"password = {password}"), "utf-8")

    result = triage("check", "--config", config)

    assert result.status == 1
    assert place_of(config, f"password = {password}") in result.err
    assert words in result.err


def test_a_credential_is_looked_at_only_where_systemd_gave_some(
    triage: Triage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = config.read_text("utf-8")
    line = next(each for each in text.splitlines() if "imap-password" in each)
    config.write_text(text.replace(line, 'password = { credential = "imap" }'), "utf-8")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    here = triage("check", "--config", config)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(config.parent))
    there = triage("check", "--config", config)

    assert (here.status, there.status) == (0, 1)
    assert "not looked at: credential imap" in here.out
    assert f"{config.parent / 'imap'} cannot be read" in there.err


def test_a_key_that_only_systemd_gives_keeps_nothing_else_from_being_looked_at(
    triage: Triage, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = config.read_text("utf-8")
    named = text.replace('{ file = "reference.key" }', '{ credential = "reference" }')
    assert named != text
    config.write_text(named, "utf-8")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    result = triage("check", "--config", config)

    assert (result.status, result.err) == (0, "")
    assert "ok  rules " in result.out
    assert "not looked at: credential reference: only systemd gives it" in result.out


def test_links_and_contacts_of_the_shipped_example_are_warned_of(
    triage: Triage, config: Path
) -> None:
    as_shipped(config)

    result = triage("check", "--config", config)

    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[-1] == (
        "warning  still as in the example that comes with triage:"
        " director in [contacts] and handbook in [links]"
    )


def test_a_damaged_page_of_the_store_is_told(triage: Triage, worked: Path) -> None:
    path = worked.with_name("triage.sqlite3")
    octets = bytearray(path.read_bytes())
    octets[20 * 4096 : 21 * 4096] = b"\xff" * 4096
    path.write_bytes(octets)

    result = triage("check", "--config", worked)

    assert result.status == 1
    assert f"the store {path} is damaged" in result.err


def test_a_store_that_is_well_is_listed_and_left_as_it_is(
    triage: Triage, worked: Path
) -> None:
    before = worked.with_name("triage.sqlite3").read_bytes()

    result = triage("check", "--config", worked)

    path = worked.with_name("triage.sqlite3")
    assert (result.status, result.err) == (0, "")
    assert f"ok  store {path}: whole" in result.out
    assert before == path.read_bytes()


def test_a_store_that_is_lost_is_told(triage: Triage, worked: Path) -> None:
    path = worked.with_name("triage.sqlite3")
    path.unlink()
    path.with_name(f"{path.name}.mark").write_text("ab 1\n", "utf-8")

    result = triage("check", "--config", worked)

    assert result.status == 1
    assert f"the store {path} is gone" in result.err


def test_which_mailbox_a_server_is_of_is_told(triage: Triage, several: Path) -> None:
    result = triage("check", "--config", several, "--connect")

    told = [each.partition(": ")[0] for each in result.err.splitlines()]
    assert {"mailbox uk", "mailbox ie"} == set(told)


def test_a_configuration_that_cannot_be_read_is_another_status(
    triage: Triage, config: Path
) -> None:
    config.write_text("[mailbox", "utf-8")

    assert triage("check", "--config", config).status == 2


def test_servers_that_are_away_are_both_told(triage: Triage, config: Path) -> None:
    result = triage("check", "--config", config, "--connect")

    assert result.status == 1
    assert "127.0.0.1:1, while connecting: nothing listens on that port" in result.err
    assert "SMTP 127.0.0.1: no connection to 127.0.0.1:1" in result.err


@pytest.mark.servers
def test_servers_that_answer_are_listed_and_nothing_is_sent(
    triage: Triage, tmp_path: Path, imap_server: ImapServer, smtp_sink: SmtpSink
) -> None:
    servers = Servers(
        imap_port=imap_server.port,
        user=imap_server.user,
        password=imap_server.password,
        smtp_port=smtp_sink.port,
    )
    settings = Settings(mailbox={"sent_folders": ["Sent"]})
    config = install(tmp_path, servers, settings)

    result = triage("check", "--config", config, "--connect")

    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[-2:] == [
        f"ok  IMAP 127.0.0.1:{imap_server.port}: 0 messages in INBOX;"
        " answers are noticed in Sent (missing)",
        "ok  SMTP 127.0.0.1: connected, nothing was sent",
    ]
    assert smtp_sink.accepted == []
    assert not (tmp_path / "triage.sqlite3").exists()


@pytest.mark.servers
def test_a_wrong_password_is_told_without_the_password(
    triage: Triage, tmp_path: Path, imap_server: ImapServer, smtp_sink: SmtpSink
) -> None:
    servers = Servers(
        imap_port=imap_server.port,
        user=imap_server.user,
        password="wrong-one",  # noqa: S106 - it is wrong
        smtp_port=smtp_sink.port,
    )

    result = triage("check", "-c", install(tmp_path, servers), "--connect")

    assert result.status == 1
    assert f'refuses the login of "{imap_server.user}"' in result.err
    assert "wrong-one" not in result.err


def test_what_is_wrong_with_one_of_several_mailboxes_has_its_place_there(
    triage: Triage, several: Path
) -> None:
    text = several.read_text("utf-8")
    login = 'password = { file = "ie-password" }'
    other = (
        'oauth = { issuer = { token_url = "https://login.example/", client_id = "a",'
        ' refresh_token_file = "ie-password" } }'
    )
    (several.parent / "ie-password").chmod(0o644)

    of_password = triage("check", "--config", several)
    several.write_text(text.replace(login, other), "utf-8")
    of_token = triage("check", "--config", several)

    assert f"{several}:{line_of(text, login)}:" in of_password.err
    assert f"{several}:{line_of(text, login)}:" in of_token.err
    assert (
        of_password.err.count(f"{several}:") == of_token.err.count(f"{several}:") == 1
    )


def test_what_is_wrong_with_what_all_mailboxes_share_has_its_place_at_the_top(
    triage: Triage, several: Path
) -> None:
    shared = 'password = { file = "smtp-password" }'
    top = f'[submission]\nhost = "localhost"\nuser = "all"\n{shared}\n'
    without_host = re.sub(
        r'submission = { host = "127.0.0.1", port = \d+, security = "plain", ',
        "submission = { ",
        several.read_text("utf-8"),
    )
    before, first, rest = without_host.partition("\n[[mailbox]]")
    sender = 'from_address = "all@examboard.example"\nfrom_name = "Board"\n'
    several.write_text(f"{before}\n{top}{sender}{first}{rest}", "utf-8")

    result = triage("check", "--config", several)

    line = line_of(several.read_text("utf-8"), shared)
    assert result.err.count(f"{several}:{line}:") == 1, result.err


def test_a_token_that_ends_is_renewed_for_the_mailbox_whose_it_is(
    several: Path,
) -> None:
    login = 'password = { file = "ie-password" }'
    table = (
        'oauth = { issuer = { token_url = "https://login.example/", client_id = "a",'
        ' refresh_token_file = "ie-token" } }'
    )
    kept = (
        '{"refresh_token": "r", "renewed_at": null,'
        ' "expires_at": "2026-03-02T10:00:00+00:00"}'
    )
    several.with_name("ie-token").write_text(kept, "utf-8")
    several.with_name("ie-token").chmod(0o600)
    text = several.read_text("utf-8")
    several.write_text(text.replace(login, table), "utf-8")

    uk, ie = map(expiries_of, load_configs(several))

    assert uk == ()
    assert [each.remedy for each in ie] == ["triage login mailbox --mailbox ie"]


def line_of(text: str, line: str) -> int:
    return text.splitlines().index(line) + 1
