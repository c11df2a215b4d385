"""config.toml: every problem at once with its place, and secrets kept elsewhere."""

import os
from pathlib import Path

import pytest

from triage import shipped
from triage.config import (
    OneMailbox,
    load_config,
    load_configs,
    look_at_folder,
    read_folder,
)
from triage.errors import ConfigError, Problem
from triage.logins import Secret

MINIMAL = """\
[organisation]
name = "Board"
short_name = "Board"
team = "Team"
phone = "1"
[mailbox]
host = "imap.example"
user = "me"
password = { file = "imap-password" }
addresses = ["me@board.example"]
[submission]
host = "smtp.example"
from_address = "me@board.example"
from_name = "Board"
[store]
path = "data/triage.sqlite3"
[rules]
folder = "rules"
[templates]
folder = "/elsewhere/templates"
[references]
domain = "board.example"
key = { env = "KEY" }
old_keys = [{ file = "old.key" }]
[contacts]
[links]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def problems_of(path: Path, text: str) -> list[Problem]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return list(caught.value.problems)


def test_the_example_is_right() -> None:
    config = load_config(shipped.example_config())

    assert config.mailbox.security == "imaps"
    assert config.submission.security == "tls"


def test_what_is_not_said_is_safe(path: Path) -> None:
    path.write_text(MINIMAL)

    config = load_config(path)

    assert config.mailbox.security == "imaps"
    assert config.submission.security == "tls"
    assert config.mailbox.folder == "INBOX"
    assert config.submission.envelope_from == ""
    assert config.log_level == "info"


def test_paths_are_relative_to_the_file(path: Path) -> None:
    path.write_text(MINIMAL)

    config = load_config(path)

    folder = path.parent
    assert config.store.path == folder / "data/triage.sqlite3"
    assert config.rules.folder == folder / "rules"
    assert config.mailbox.password is not None
    assert config.mailbox.password.file == folder / "imap-password"
    assert config.references.old_keys[0].file == folder / "old.key"
    assert config.templates.folder == Path("/elsewhere/templates")


def test_a_file_that_is_named_from_another_folder_has_the_same_paths(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(MINIMAL)
    monkeypatch.chdir(path.parent)

    config = load_config(Path("config.toml"))

    assert config.rules.folder == path.parent / "rules"


def test_a_tilde_is_the_home_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    path.write_text(MINIMAL.replace('"rules"', '"~/rules"'))

    config = load_config(path)

    assert config.rules.folder == Path("/home/ops/rules")


def test_every_problem_is_told_at_once_with_its_place(path: Path) -> None:
    text = (
        MINIMAL.replace('host = "imap.example"', 'hots = "imap.example"')
        .replace('phone = "1"', "phone = 1")
        .replace("[contacts]\n", "")
    )

    problems = problems_of(path, text)

    assert [(each.file, each.line, each.message) for each in problems] == [
        (str(path), 5, "`phone` must be text in quotes"),
        (str(path), 6, "`host` is missing"),
        (str(path), 7, "unknown key `hots`"),
        (str(path), None, "`contacts` is missing"),
    ]


def test_a_misspelt_key_is_shown_with_what_was_meant(path: Path) -> None:
    text = MINIMAL.replace("[store]", "seconds_after_dt = 20\n[store]")

    (problem,) = problems_of(path, text)

    assert (problem.line, problem.column) == (15, 1)
    assert problem.source == "seconds_after_dt = …"
    assert "seconds_after_dot" in str(problem)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(
            'host = "imap.example"',
            'host = "imap.example"\nsecurity = "plain"',
            'security = "plain" sends the password in clear',
            id="IMAP in clear",
        ),
        pytest.param(
            'host = "smtp.example"',
            'host = "smtp.example"\nsecurity = "plain"',
            'security = "plain" sends the password in clear',
            id="SMTP in clear",
        ),
        pytest.param(
            'host = "smtp.example"',
            'host = "smtp.example"\nuser = "me"',
            "user goes together with password or oauth",
            id="a user without a password",
        ),
        pytest.param(
            'host = "smtp.example"',
            'host = "smtp.example"\npassword = { env = "P" }',
            "user goes together with password or oauth",
            id="a password without a user",
        ),
        pytest.param(
            'addresses = ["me@board.example"]', "addresses = []", "", id="no address"
        ),
        pytest.param(
            '{ env = "KEY" }',
            '{ env = "KEY", file = "key" }',
            "name exactly one of file, env, credential, command",
            id="a secret in two places",
        ),
        pytest.param(
            '{ env = "KEY" }',
            "{ }",
            "name exactly one of file, env, credential, command",
            id="a secret nowhere",
        ),
        pytest.param('{ env = "KEY" }', '"12345"', "", id="a secret in clear"),
        pytest.param(
            'user = "me"',
            'user = "me"\npoll_seconds = 0',
            "",
            id="polling all the time",
        ),
    ],
)
def test_what_would_be_unsafe_is_refused(
    path: Path, old: str, new: str, words: str
) -> None:
    problems = problems_of(path, MINIMAL.replace(old, new, 1))

    assert len(problems) == 1
    assert words in problems[0].message
    assert problems[0].line is not None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_itself_may_be_spoken_to_in_clear(path: Path, host: str) -> None:
    text = MINIMAL.replace('"smtp.example"', f'"{host}"\nsecurity = "plain"')
    path.write_text(text)

    assert load_config(path).submission.security == "plain"


def test_a_secret_written_in_clear_is_not_repeated(path: Path) -> None:
    text = MINIMAL.replace(
        '{ file = "imap-password" }', '{ file = 1, secret = "s3cret" }'
    )

    problems = problems_of(path, text)

    assert all("s3cret" not in each.message for each in problems)


def test_where_there_is_no_file_the_way_to_one_is_told(path: Path) -> None:
    with pytest.raises(ConfigError, match="triage init FOLDER"):
        load_config(path)


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


def test_a_file_in_another_encoding_is_refused(path: Path) -> None:
    path.write_bytes("name = 'Prüfung'".encode("latin-1"))

    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(path)


def test_broken_toml_is_shown_with_its_line(path: Path) -> None:
    (problem,) = problems_of(path, MINIMAL.replace('"me"', '"me', 1))

    assert problem.line == 8


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("  s3cret \nsecond line\n")
    return secret


def test_a_secret_comes_from_a_file(secret_file: Path) -> None:
    assert Secret(file=secret_file).read() == "s3cret"


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_TEST_SECRET", "s3cret")

    assert Secret(env="TRIAGE_TEST_SECRET").read() == "s3cret"


def test_a_secret_comes_from_a_systemd_credential(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret_file.parent))
    secret_file.chmod(0o440)  # as systemd lays it down beside an ACL

    assert Secret(credential="secret").read() == "s3cret"


def test_a_secret_comes_from_a_command_without_a_shell() -> None:
    secret = Secret(command=("printf", "%s\\n", "$HOME; s3cret", "second"))

    assert secret.read() == "$HOME; s3cret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_file_that_others_can_read_is_refused(secret_file: Path, mode: int) -> None:
    secret_file.chmod(mode)

    with pytest.raises(ConfigError, match="can be read by other users") as caught:
        Secret(file=secret_file).read()

    assert caught.value.problems[0].hint == f"run: chmod 600 {secret_file}"


def test_a_file_that_others_can_read_is_refused_under_systemd_too(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/triage.service")
    secret_file.chmod(0o644)

    with pytest.raises(ConfigError, match="can be read by other users"):
        Secret(file=secret_file).read()


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        pytest.param(
            Secret(env="TRIAGE_NO_SUCH"),
            "the environment variable TRIAGE_NO_SUCH is not set",
            id="no variable",
        ),
        pytest.param(
            Secret(file=Path("/no/such/file")),
            "the secret in file /no/such/file cannot be read: No such file",
            id="no file",
        ),
        pytest.param(
            Secret(credential="imap"),
            "the unit names it by LoadCredential=",
            id="no systemd",
        ),
        pytest.param(
            Secret(command=("/no/such/command",)),
            "the command /no/such/command for a secret does not exist",
            id="no command",
        ),
        pytest.param(
            Secret(command=("sh", "-c", "echo s3cret; exit 3")),
            "the command sh for a secret failed: exit status 3",
            id="a command that fails",
        ),
        pytest.param(
            Secret(command=("true",)),
            "the secret in command true is empty",
            id="a command that says nothing",
        ),
        pytest.param(
            Secret(command=("printf", "\\377")),
            "the command printf for a secret failed",
            id="a command that prints no text",
        ),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_in_words(
    secret: Secret, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    with pytest.raises(ConfigError) as caught:
        secret.read()

    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   \nsecond\n"])
def test_an_empty_secret_is_refused(secret_file: Path, content: bytes) -> None:
    secret_file.write_bytes(content)

    with pytest.raises(ConfigError, match="is empty"):
        Secret(file=secret_file).read()


def test_a_secret_that_is_no_text_is_refused(secret_file: Path) -> None:
    secret_file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="it is not text"):
        Secret(file=secret_file).read()


def test_of_a_folder_the_wanted_files_are_read_and_hidden_ones_are_not(
    tmp_path: Path,
) -> None:
    for name in ("a.toml", "b.csv", ".a.toml.swp", ".hidden.toml", "c.toml~", "d.txt"):
        (tmp_path / name).write_text(name)

    files = read_folder(tmp_path, (".toml", ".csv"))

    assert files == {"a.toml": "a.toml", "b.csv": "b.csv"}


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_bytes(b"\xff")
    (tmp_path / "c.toml").mkdir()

    with pytest.raises(ConfigError) as caught:
        read_folder(tmp_path, (".toml",))

    named = [Path(each.file or "").name for each in caught.value.problems]
    assert named == ["a.toml", "b.toml", "c.toml"]


def test_a_file_that_is_not_utf_8_is_told_with_its_line_and_what_to_do(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.toml").write_bytes(b'[[route]]\ntitle = "caf\xe9"\n')

    with pytest.raises(ConfigError) as caught:
        read_folder(tmp_path, (".toml",))

    (problem,) = caught.value.problems
    assert problem.line == 2
    assert "save it as UTF-8" in str(problem)


def test_a_pipe_or_a_device_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.toml")
    (tmp_path / "b.toml").symlink_to("/dev/zero")

    with pytest.raises(ConfigError) as caught:
        read_folder(tmp_path, (".toml",))

    assert [str(each).count("no ordinary file") for each in caught.value.problems] == [
        1,
        1,
    ]


def test_a_file_that_is_much_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.toml").open("wb") as file:
        file.truncate(10_000_000)

    with pytest.raises(ConfigError, match="more than 8,000,000 octets"):
        read_folder(tmp_path, (".toml",))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        read_folder(tmp_path / "rules", (".toml",))


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").touch(0o000)

    with pytest.raises(ConfigError, match="Permission denied"):
        read_folder(tmp_path, (".toml",))


TOML = (".toml",)


def test_a_look_at_a_folder_differs_as_soon_as_a_file_does(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    looks = [look_at_folder(tmp_path, TOML)]
    for text in ("one", "another", "another one"):
        file.write_text(text, encoding="utf-8")
        looks.append(look_at_folder(tmp_path, TOML))
    file.chmod(0o600)
    looks.append(look_at_folder(tmp_path, TOML))
    beside = tmp_path / ".a.toml.new"
    beside.write_text("another one", encoding="utf-8")
    beside.replace(file)
    looks.append(look_at_folder(tmp_path, TOML))

    assert len(set(looks)) == len(looks)


def test_a_look_at_a_folder_leaves_other_files_out(tmp_path: Path) -> None:
    before = look_at_folder(tmp_path, TOML)

    for name in (".a.toml.swp", "#a.toml#", "notes.txt", ".b.toml"):
        (tmp_path / name).touch()

    assert before == look_at_folder(tmp_path, TOML)


def test_a_look_at_what_is_not_there_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "dangling.toml").symlink_to(tmp_path / "nowhere")

    dangling = look_at_folder(tmp_path, TOML)
    gone = look_at_folder(tmp_path / "gone", TOML)

    assert dangling[0][0] == "dangling.toml"
    assert "does not exist" in str(gone[0][0])


TOKENS = {
    "command": "oauth = { command = ['token'] }",
    "microsoft": (
        "oauth.microsoft = { tenant = 't', client_id = 'c', expires = 2027-05-01, "
        "client_secret = { file = 'secret' }, refresh_token_file = 'state/token' }"
    ),
    "google": "oauth.google = { service_account = { file = 'key.json' } }",
    "issuer": (
        "oauth.issuer = { token_url = 'https://issuer.example/token', client_id = 'c', "
        "client_secret = { env = 'SECRET' } }"
    ),
}
PASSWORD = 'password = { file = "imap-password" }\n'  # noqa: S105 - where it is kept


def with_tokens(line: str) -> str:
    return MINIMAL.replace(PASSWORD, f"{line}\n", 1)


@pytest.mark.parametrize("line", TOKENS.values(), ids=TOKENS)
def test_tokens_stand_in_place_of_a_password(path: Path, line: str) -> None:
    path.write_text(with_tokens(line))

    mailbox = load_config(path).mailbox

    assert mailbox.password is None
    assert mailbox.oauth is not None


def test_paths_of_tokens_are_relative_to_the_file(path: Path) -> None:
    path.write_text(with_tokens(TOKENS["microsoft"]))

    oauth = load_config(path).mailbox.oauth

    assert oauth is not None
    assert oauth.microsoft is not None
    assert oauth.microsoft.refresh_token_file == path.parent / "state/token"
    assert oauth.microsoft.client_secret == Secret(file=path.parent / "secret")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("", "exactly one of password, oauth", id="no login"),
        pytest.param(
            f"{PASSWORD}{TOKENS['command']}",
            "exactly one of password, oauth",
            id="two logins",
        ),
        pytest.param("oauth = {}", "exactly one of microsoft, google", id="no issuer"),
        pytest.param(
            f"{TOKENS['google']}\n{TOKENS['issuer']}",
            "exactly one of microsoft, google",
            id="two issuers",
        ),
        pytest.param(
            "oauth.microsoft = { tenant = 't', client_id = 'c' }",
            "client_secret or a refresh_token_file",
            id="Microsoft without a way",
        ),
        pytest.param(
            "oauth.microsoft = { tenant = 't', client_id = 'c', "
            "refresh_token_file = 'f', expires = 2027-05-01 }",
            "last day of a client_secret",
            id="expiry of nothing",
        ),
        pytest.param(
            "oauth.google = { client_id = 'c' }",
            "service_account, or else",
            id="half a client of Google's",
        ),
        pytest.param(
            TOKENS["issuer"].replace("https", "http"),
            "http goes in clear",
            id="secrets in clear",
        ),
        pytest.param(
            TOKENS["microsoft"].replace("tenant", "tennant"),
            "`tenant` is missing",
            id="misspelt",
        ),
    ],
)
def test_a_login_with_tokens_that_cannot_be_is_refused(
    path: Path, line: str, words: str
) -> None:
    problems = problems_of(path, with_tokens(line))

    assert words in problems[0].message
    assert all(each.line in range(6, 11) for each in problems)


def test_a_submission_needs_a_user_for_its_tokens(path: Path) -> None:
    text = MINIMAL.replace("from_name", f"{TOKENS['command']}\nfrom_name", 1)

    (problem,) = problems_of(path, text)

    assert "user goes together with password or oauth" in problem.message


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:9464", ("::1", 9464)),
        ("localhost:80", ("localhost", 80)),
    ],
)
def test_it_listens_on_this_machine(
    path: Path, listen: str, address: tuple[str, int]
) -> None:
    path.write_text(f'{MINIMAL}[http]\nlisten = "{listen}"\n', encoding="utf-8")

    assert load_config(path).http.address == address


def test_it_listens_nowhere_unless_told_to(path: Path) -> None:
    path.write_text(MINIMAL, encoding="utf-8")

    assert load_config(path).http.address is None


@pytest.mark.parametrize("listen", ["0.0.0.0:9464", "[::]:9464", "board.example:80"])
def test_other_machines_are_answered_only_if_that_is_said(
    path: Path, listen: str
) -> None:
    (problem,) = problems_of(path, f'{MINIMAL}[http]\nlisten = "{listen}"\n')

    assert "open_to_network = true" in problem.message
    path.write_text(
        f'{MINIMAL}[http]\nlisten = "{listen}"\nopen_to_network = true\n',
        encoding="utf-8",
    )
    assert load_config(path).http.address is not None


@pytest.mark.parametrize(
    "listen",
    ["", "9464", ":9464", "localhost", "localhost:x", "127.0.0.1:70000", "::1:1"],
)
def test_an_address_to_listen_at_has_a_host_and_a_port(path: Path, listen: str) -> None:
    (problem,) = problems_of(path, f'{MINIMAL}[http]\nlisten = "{listen}"\n')

    assert "listen takes a host and a port" in problem.message


SEVERAL = """\
[store]
path = "triage.sqlite3"
[references]
domain = "board.example"
key = { env = "KEY" }
[organisation]
name = "Board"
short_name = "Board"
team = "Team"
phone = "1"
[submission]
host = "smtp.example"
from_address = "uk@board.example"
from_name = "Board"
[rules]
folder = "rules"
[templates]
folder = "templates"
[contacts]
team = "team@board.example"
director = "director@board.example"
[[mailbox]]
name = "uk"
host = "imap.example"
user = "uk"
password = { file = "uk-password" }
addresses = ["uk@board.example"]
[[mailbox]]
name = "ie"
host = "imap.example"
user = "ie"
password = { file = "ie-password" }
addresses = ["ie@board.example"]
rules = { folder = "rules-ie" }
[mailbox.submission]
host = "smtp.ie.example"
from_address = "ie@board.example"
from_name = "Board of Ireland"
[mailbox.contacts]
team = "team-ie@board.example"
"""

OWN_SUBMISSION = """\
[mailbox.submission]
host = "smtp.ie.example"
from_address = "ie@board.example"
from_name = "Board of Ireland"
"""


def test_a_mailbox_may_have_a_sender_of_its_own_at_the_server_of_all(
    path: Path,
) -> None:
    with_login = SEVERAL.replace(
        'from_name = "Board"\n',
        'from_name = "Board"\nenvelope_from = "bounces@board.example"\n'
        'user = "all"\npassword = { file = "smtp-password" }\n',
        1,
    )
    path.write_text(with_login.replace('host = "smtp.ie.example"\n', ""), "utf-8")

    _, ie = load_configs(path)

    assert ie.submission.host == "smtp.example"
    assert ie.submission.from_address == "ie@board.example"
    assert ie.submission.envelope_from == ""
    assert ie.submission.user == "all"
    assert ie.submission.password == Secret(file=path.parent / "smtp-password")


def test_a_login_of_all_is_given_to_no_other_server_and_in_no_part(path: Path) -> None:
    with_login = SEVERAL.replace(
        'from_name = "Board"\n',
        'from_name = "Board"\nuser = "all"\npassword = { file = "smtp-password" }\n',
        1,
    )
    own_user = 'user = "ie"\noauth = { command = ["print-token"] }\n'

    path.write_text(with_login, "utf-8")
    _, elsewhere = load_configs(path)
    path.write_text(with_login.replace('host = "smtp.ie.example"\n', own_user), "utf-8")
    _, as_itself = load_configs(path)

    assert (elsewhere.submission.user, elsewhere.submission.password) == (None, None)
    assert (as_itself.submission.user, as_itself.submission.password) == ("ie", None)


def test_each_of_several_mailboxes_has_what_is_its_own_and_what_is_everybodys(
    path: Path,
) -> None:
    path.write_text(SEVERAL, encoding="utf-8")

    uk, ie = load_configs(path)

    assert (uk.mailbox.name, ie.mailbox.name) == ("uk", "ie")
    assert (uk.submission.host, ie.submission.host) == (
        "smtp.example",
        "smtp.ie.example",
    )
    assert uk.rules.folder == path.parent / "rules"
    assert ie.rules.folder == path.parent / "rules-ie"
    assert ie.templates.folder == path.parent / "templates"
    assert ie.contacts == {
        "team": "team-ie@board.example",
        "director": "director@board.example",
    }
    assert uk.store == ie.store
    assert "ie@board.example" in uk.siblings
    assert "uk@board.example" not in uk.siblings


def test_the_mailbox_that_is_meant_must_be_named(path: Path) -> None:
    path.write_text(SEVERAL, encoding="utf-8")

    with pytest.raises(ConfigError, match="several mailboxes: uk, ie"):
        load_config(path)
    with pytest.raises(ConfigError, match="no mailbox `fr`"):
        load_config(OneMailbox.of(path, "fr"))

    assert load_config(OneMailbox.of(path, "ie")).mailbox.user == "ie"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            'name = "ie"', 'name = "uk"', "two mailboxes `uk`", id="one name twice"
        ),
        pytest.param('name = "ie"\n', "", "needs a `name`", id="no name"),
        pytest.param(
            'user = "ie"',
            'user = "UK"',
            "another mailbox reads INBOX",
            id="one account",
        ),
        pytest.param(
            '[rules]\nfolder = "rules"\n', "", "`uk` has no `rules`", id="no rules"
        ),
        pytest.param('name = "ie"', 'name = "I E"', "`name`: at", id="no name at all"),
        pytest.param(
            'name = "ie"', 'name = "ie-"', "no hyphen", id="hyphen at its end"
        ),
        pytest.param('name = "ie"', 'nam = "ie"', "unknown key", id="misspelt key"),
        pytest.param(
            'user = "ie"',
            'user = "uk"\nfolder = "Inbox"',
            "another mailbox reads Inbox",
            id="an inbox is one, however it is written",
        ),
        pytest.param(
            'from_address = "ie@board.example"',
            'from_address = "UK@board.example"',
            "letters of the mailbox `ie` would come from an address of `uk`",
            id="sender of another",
        ),
        pytest.param(
            OWN_SUBMISSION, "", "letters of the mailbox `ie`", id="no sender of its own"
        ),
    ],
)
def test_what_is_wrong_with_several_mailboxes_is_told_with_its_place(
    path: Path, before: str, after: str, told: str
) -> None:
    (problem,) = problems_of(path, SEVERAL.replace(before, after))

    assert told in problem.message
    assert problem.line is not None


def test_a_mailbox_may_have_a_name_before_there_is_another(path: Path) -> None:
    path.write_text(
        MINIMAL.replace("[mailbox]", '[mailbox]\nname = "uk"'), encoding="utf-8"
    )

    assert load_config(path).mailbox.name == "uk"
    assert load_config(OneMailbox.of(path, "uk")).siblings == ()


@pytest.mark.parametrize(
    "line",
    [
        'password = "S3CRET"',
        'password = { value = "S3CRET" }',
        'password = { file = "S3CRET }',
        'passwd = "S3CRET"',
        'oauth = { issuer = { token_url = "http://x.example/S3CRET" } }',
        '[alarm]\nwebhook = "http://chat.example/S3CRET"',
        '[alarm]\nwebhook = "https://ann:S3CRET@chat.example/"',
        '[alarm]\nping = ["https://ping.example/S3CRET"]',
    ],
)
def test_a_secret_that_somebody_wrote_there_is_told_to_nobody(
    tmp_path: Path, line: str
) -> None:
    config = tmp_path / "config.toml"
    text = MINIMAL.replace('password = { file = "imap-password" }', line, 1)
    config.write_text(text, "utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(config)

    assert "S3CRET" not in str(caught.value)
