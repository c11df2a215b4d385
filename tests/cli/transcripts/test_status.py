"""The transcripts of `triage status`, beside a daemon that runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.cli.conftest import Triage
from tests.cli.transcripts.conftest import Compare
from tests.cli.transcripts.steady import steady
from tests.journeys.installing import (
    ADDRESS,
    Inline,
    Post,
    Servers,
    Settings,
    install,
    install_several,
)
from tests.journeys.mails import MOTHER, make_mail
from tests.journeys.running import RunningDaemon
from tests.journeys.valve import Valve
from tests.servers.dovecot import PASSWORD, Dovecot, Tokens, missing_parts
from tests.servers.issuer import CLIENT, SECRET, TokenIssuer
from tests.servers.token_smtp import TokenSmtp
from triage.demo.servers import Certificate, SmtpSink

pytestmark = pytest.mark.servers
PATIENCE = 60.0
WELL = ("all go well", "everybody is acknowledged", "nothing waits")
COMMAND = "$ triage status -c /etc/triage/config.toml\n"
SOON = """
[alarm]
command = ["/bin/true"]
mailbox_seconds = 12
look_seconds = 0.2
reconcile_seconds = 0.5
"""
"""What else takes minutes is noticed at once; somebody is told."""


@dataclass
class Place:
    """An installation beside a daemon that runs."""

    folder: Path
    dovecot: Dovecot
    smtp: SmtpSink
    triage: Triage
    user: str
    names: dict[str, str] = field(default_factory=dict)

    def servers(self, imap_port: int | None = None) -> Servers:
        return Servers(
            imap_port=imap_port or self.dovecot.imap,
            user=self.user,
            password=PASSWORD,
            smtp_port=self.smtp.port,
        )

    def status_with(self, config: Path, *words: str, without: str = "?") -> str:
        """Return what `triage status` says once it says all of this."""
        until = monotonic() + PATIENCE
        while True:
            result = self.triage("status", "--config", config)
            said = result.out + result.err
            if all(each in said for each in words) and without not in said:
                return COMMAND + steady(said, self.names)
            assert monotonic() < until, said
            sleep(0.2)


@pytest.fixture
def place(tmp_path: Path, dovecot: Dovecot, triage: Triage) -> Iterator[Place]:
    with SmtpSink() as smtp:
        made = Place(tmp_path, dovecot, smtp, triage, dovecot.new_user())
        made.names[f"127.0.0.1:{dovecot.imap}"] = "imap.examboard.example:993"
        yield made


def started(config: Path) -> RunningDaemon:
    with config.open("a", encoding="utf-8") as file:
        file.write(SOON)
    return RunningDaemon(config)


def test_all_is_well_as_the_page_shows_it(place: Place, compare: Compare) -> None:
    place.dovecot.deliver(place.user, make_mail(), MOTHER)
    config = install(place.folder, place.servers())
    with started(config) as daemon:
        place.smtp.wait_for(1, PATIENCE)

        said = place.status_with(
            config, "All is well", "accounted for", "1 open", *WELL
        )
        daemon.terminate()

    compare("status/healthy", said)


def test_a_mailbox_that_is_away_is_told_as_the_page_shows_it(
    place: Place, compare: Compare
) -> None:
    with Valve(place.dovecot.imap) as way:
        place.names[f"127.0.0.1:{way.port}"] = "imap.examboard.example:993"
        config = install(place.folder, place.servers(way.port))
        with started(config) as daemon:
            daemon.wait_for("running")
            place.status_with(config, "accounted for")
            way.go_away()

            said = place.status_with(config, "nothing listens", "told by: command")
            daemon.terminate()

    compare("status/away", said)


def test_a_daemon_that_was_killed_is_told_as_the_page_shows_it(
    place: Place, compare: Compare
) -> None:
    config = install(place.folder, place.servers())
    with started(config) as daemon:
        place.status_with(config, "accounted for")
        daemon.kill()

        said = place.status_with(config, "NOT RUNNING")

    compare("status/killed", said)


@pytest.fixture
def issuer() -> Iterator[TokenIssuer]:
    with TokenIssuer("nobody yet") as server:
        server.state.refresh_expires_in = 20 * 86400
        yield server


def test_a_token_near_its_end_is_told_as_the_page_shows_it(
    tmp_path: Path,
    certificate: Certificate,
    issuer: TokenIssuer,
    triage: Triage,
    compare: Compare,
) -> None:
    if missing := missing_parts():
        pytest.skip(missing)
    tokens = Tokens(f"{issuer.address}/introspect")
    with Dovecot(certificate, tokens=tokens) as dovecot, TokenSmtp(issuer) as smtp:
        user = issuer.state.user = dovecot.new_user()
        place = Place(tmp_path, dovecot, smtp, triage, user)
        config = install(tmp_path, place.servers(), by_tokens(tmp_path, issuer, user))
        with started(config) as daemon:
            tokens_came = ("mailbox: token of", "submission: token of")
            said = place.status_with(config, "accounted for", *tokens_came, *WELL)
            daemon.terminate()

    compare("status/token", said)


def by_tokens(folder: Path, issuer: TokenIssuer, user: str) -> Settings:
    (folder / "state").mkdir(mode=0o700)
    secrets = {"client-secret": SECRET, "state/token": issuer.new_refresh_token()}
    for name, secret in secrets.items():
        (folder / name).touch(0o600)
        (folder / name).write_text(f"{secret}\n", encoding="utf-8")
    oauth = {
        "issuer": {
            "token_url": issuer.token_url,
            "client_id": CLIENT,
            "client_secret": Inline("file", "client-secret"),
            "refresh_token_file": "state/token",
        }
    }
    login = {"user": user, "password": None, "oauth": oauth}
    return Settings(mailbox=login, submission=login)


def test_several_mailboxes_are_told_as_the_page_shows_it(
    place: Place, compare: Compare
) -> None:
    posts = {
        name: Post(
            servers=replace(place.servers(port), user=place.dovecot.new_user()),
            address=f"{name}-{ADDRESS}",
            folder=name,
        )
        for name, port in (("uk", place.dovecot.imap), ("ie", 1))
    }
    place.names["127.0.0.1:1"] = "imap.examboard.example:993"
    config = install_several(place.folder, posts)
    with started(config) as daemon:
        away = ("accounted for", "nothing listens", "told by: command")
        said = place.status_with(config, *away, without="intake uk")
        daemon.terminate()

    compare("status/several", said)
