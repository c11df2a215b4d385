"""Which channels a configuration gives, and who hears of what."""

from pathlib import Path

import pytest

from tests.journeys.installing import Servers, install
from triage.alarm import Kind
from triage.config import Config, load_config
from triage.errors import ConfigError
from triage.logins import Secret
from triage.wiring import check_installation
from triage.wiring.alarms import _last_resort, channels_of, hears_of_outbox
from triage.wiring.logins import Logins

NOBODY = Servers(imap_port=1, user="triage", password="pw", smtp_port=2525)  # noqa: S106
SUBMISSION = (
    'submission = {{ host = "{host}", port = {port}, security = "{security}",'
    ' from_address = "alarm@other.example", to = ["{to}"] }}'
)


def submission(
    host: str = "mail.other.example",
    port: int = 465,
    security: str = "tls",
    to: str = "it@other.example",
) -> str:
    return SUBMISSION.format(host=host, port=port, security=security, to=to)


def installed(folder: Path, *lines: str) -> Path:
    config = install(folder, NOBODY)
    text = "\n".join((config.read_text("utf-8"), "[alarm]", *lines, ""))
    config.write_text(text, encoding="utf-8")
    return config


def configured(folder: Path, *lines: str) -> Config:
    return load_config(installed(folder, *lines))


@pytest.mark.parametrize(
    ("line", "is_heard"),
    [
        ("", False),
        (submission(), True),
        (submission("127.0.0.1", 2525, "plain"), False),
        ('webhook = "https://chat.example/hook"', True),
        ('ping = { file = "ping-address" }', True),
        ('command = ["/bin/true"]', True),
    ],
    ids=["nothing", "another server", "the same server", "webhook", "ping", "command"],
)
def test_who_hears_of_a_dead_outbox(
    tmp_path: Path, line: str, *, is_heard: bool
) -> None:
    config = installed(tmp_path, line)
    address = tmp_path / "ping-address"
    address.write_text("https://ping.example/abc\n", "utf-8")
    address.chmod(0o600)

    said = "\n".join(check_installation(config))

    assert is_heard is hears_of_outbox(load_config(config))
    assert ("nobody would hear" in said) is not is_heard


@pytest.mark.parametrize(("port", "security"), [(2525, "plain"), (465, "tls")])
def test_the_same_server_fails_with_the_outbox_by_any_port(
    tmp_path: Path, port: int, security: str
) -> None:
    same = submission("127.0.0.1", port, security)

    (channel,) = channels_of(configured(tmp_path, same))

    assert channel.fails_with == {Kind.OUTBOX}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('webhook = "http://chat.example/hook"', "http goes in clear"),
        ('ping = "ping.example"', "it is no web address"),
        ("command = []", "command"),
        ("mailbox_seconds = 0", "mailbox_seconds"),
        ("look_seconds = 60", "look_seconds"),
        (submission(security="plain"), "plain"),
        (submission(to="IT <it@other.example>"), "is no plain e-mail address"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        channels_of(configured(tmp_path, line))


def test_several_mailboxes_with_servers_of_their_own_tell_of_each_other(
    tmp_path: Path,
) -> None:
    one = configured(tmp_path)
    elsewhere = one.submission.model_copy(
        update={"host": "smtp.other.example", "security": "tls"}
    )
    other = one.model_copy(update={"submission": elsewhere})
    as_another = one.submission.model_copy(
        update={"user": "ie", "password": Secret(env="ANY")}
    )
    another = one.model_copy(update={"submission": as_another})
    hindrances = (lambda: None, lambda: None)

    same = _last_resort((one, one), Logins(), hindrances)
    two = _last_resort((one, other), Logins(), hindrances)
    two_logins = _last_resort((one, another), Logins(), hindrances)

    assert same is not None
    assert two is not None
    assert two_logins is not None
    assert not two_logins.fails_with
    assert same.fails_with == {Kind.OUTBOX}
    assert not two.fails_with
