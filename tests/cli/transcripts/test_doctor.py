"""The transcripts of `triage doctor`: healthy, and each of its findings."""

import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import dns.resolver
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.cli.conftest import Triage
from tests.cli.transcripts.conftest import Compare
from tests.cli.transcripts.names import NameServer
from tests.cli.transcripts.steady import folded, in_days, steady
from tests.journeys.installing import ADDRESS, Inline, Servers, Settings, install
from tests.journeys.mails import MOTHER, make_mail
from tests.mailbox.mails import make_mail as make_old_mail
from tests.mailbox.scripts import header_of
from tests.mailbox.sites import ImapSite
from tests.servers.certificates import Authority
from tests.servers.dovecot import PASSWORD, Dovecot, free_port
from tests.servers.issuer import CLIENT, SECRET, TokenIssuer
from tests.servers.plugin import LOCAL
from tests.servers.scripted import (
    Answer,
    HangUp,
    InTurn,
    Reply,
    Say,
    ScriptedServer,
    say,
)
from tests.smtp.scripted import ScriptedServer as ScriptedSmtp
from triage.demo.servers import Certificate, SmtpSink
from triage.store.opening import lock_store
from triage.wiring import doctor, now

pytestmark = pytest.mark.servers
DOMAIN = "examboard.example"
SELECTOR = "s1"
COMMAND = f"triage doctor --dkim-selector {SELECTOR} -c /etc/triage/config.toml"
INDENT = 9 * " "
OK = b"TAG OK done"
IMAP, SMTP = f"imap.{DOMAIN}", f"smtp.{DOMAIN}"
RIGHT_TEXTS = {
    DOMAIN: ["v=spf1 include:_spf.mail.example -all"],
    f"{SELECTOR}._domainkey.{DOMAIN}": ["v=DKIM1; k=rsa; p=MIGfMA0GCSqG"],
    f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine"],
}


@dataclass
class Site:
    """An installation that is about to be examined."""

    config: Path
    settings: Settings
    servers: Servers
    dovecot: Dovecot
    authority: Authority
    names: dict[str, str] = field(default_factory=dict)
    """What the page says instead of ports, paths and users."""
    texts: Mapping[str, Sequence[str]] | None = None
    """What DNS has; None: it is silent."""
    shown: dict[str, str] = field(default_factory=dict)
    """What the page says instead of what is the same on no machine."""
    is_clock_kept: bool = True
    triage: Triage | None = None

    @property
    def folder(self) -> Path:
        return self.config.parent

    @property
    def store(self) -> Path:
        return self.folder / "triage.sqlite3"

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    def work(self) -> None:
        """Let a complaint be answered, and a folder for sent mail be there."""
        user = self.servers.user
        self.dovecot.deliver(user, make_mail(), MOTHER)
        with ImapSite(self.dovecot.imap, user, PASSWORD).somebody_else() as client:
            client.create_folder("Sent")
        self.run_once()

    def run_once(self) -> None:
        assert self.triage is not None
        assert self.triage("run", "--once", "--config", self.config).status == 0

    def edit(self, old: str, new: str, path: Path | None = None) -> None:
        path = path or self.config
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, text: str, path: Path | None = None) -> None:
        with (path or self.config).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")

    def put(self, table: str, row: str) -> None:
        self.edit(f"[{table}]\n", f"[{table}]\n{row}\n")

    def take_away(self, *beginnings: str) -> None:
        lines = self.config.read_text("utf-8").splitlines()
        kept = [each for each in lines if not each.startswith(beginnings)]
        self.config.write_text("\n".join(kept) + "\n", encoding="utf-8")

    def listen_on(self, port: int) -> None:
        self.put("http", f'listen = "127.0.0.1:{port}"')
        self.names[f"127.0.0.1:{port}"] = "this machine:9464"
        self.shown["this machine"] = "127.0.0.1"

    def at_imap(self, port: int) -> None:
        """Let the mailbox be at another server, without TLS."""
        self.edit(f"port = {self.servers.imap_port}\n", f"port = {port}\n")
        self.edit('security = "imaps"', 'security = "plain"')
        self.names[f":{port}"] = ":993"

    def at_smtp(self, port: int) -> None:
        """Let letters go to another server, without TLS."""
        self.edit(f"port = {self.servers.smtp_port}\n", f"port = {port}\n")
        self.edit('security = "starttls"', 'security = "plain"')
        self.take_away('user = "triage"')
        before, _, after = self.config.read_text("utf-8").partition("[submission]")
        after = re.sub(r"^password = .*\n", "", after, count=1, flags=re.MULTILINE)
        self.config.write_text(f"{before}[submission]{after}", encoding="utf-8")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name fits on a line."""
    with TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def site(
    folder: Path,
    dovecot: Dovecot,
    certificate: Certificate,
    authority: Authority,
    triage: Triage,
) -> Iterator[Site]:
    trusted = {"ca_file": str(authority.ca_file)}
    with SmtpSink(user="triage", password="pw", certificate=certificate) as sink:  # noqa: S106 - of this sink
        servers = Servers(
            imap_port=dovecot.imaps,
            user=dovecot.new_user(),
            password=PASSWORD,
            smtp_port=sink.port,
        )
        settings = Settings(
            mailbox={"host": "localhost", "security": "imaps", **trusted},
            submission={
                "security": "starttls",
                "user": "triage",
                "password": Inline("file", "smtp-password"),
                **trusted,
            },
        )
        secret = folder / "smtp-password"
        secret.touch(0o600)
        secret.write_text("pw\n")
        config = install(folder, servers, settings)
        made = Site(config, settings, servers, dovecot, authority, triage=triage)
        made.texts = RIGHT_TEXTS
        _let_dates_reach(made, 300)
        made.names |= {
            f":{servers.imap_port}": ":993",
            f":{servers.smtp_port}": ":587",
            f'"{servers.user}"': f'"{ADDRESS}"',
            "localhost": IMAP,
            "127.0.0.1": SMTP,
            str(folder): "/etc/triage",
        }
        yield made


def _let_dates_reach(site: Site, days: int) -> None:
    path = site.rules / "70-calendar.toml"
    text = path.read_text("utf-8").partition("[[calendar.closing_days]]")[0]
    last, first = in_days(days), in_days(days - 40)
    text += (
        f'[[calendar.closing_days]]\nday = {last}\ntitle = "Closed"\n'
        f'[[series]]\nid = "next"\ntitle = "The next series"\n'
        f"first = {first}\nlast = {last}\n"
    )
    path.write_text(text, encoding="utf-8")


# What goes wrong, each with the checks of which the page shows the findings.


def no_config(site: Site, _stack: ExitStack) -> None:
    site.take_away("host =")
    site.edit("poll_seconds = 2", "poll_second = 2")


def a_secret_is_missing(site: Site, _stack: ExitStack) -> None:
    (site.folder / "smtp-password").unlink()


def others_read_a_secret(site: Site, _stack: ExitStack) -> None:
    (site.folder / "imap-password").chmod(0o644)


def the_key_is_short(site: Site, _stack: ExitStack) -> None:
    (site.folder / "reference.key").write_text("k\n")


def others_read_the_store(site: Site, _stack: ExitStack) -> None:
    site.run_once()
    site.store.chmod(0o644)


def others_change_the_config(site: Site, _stack: ExitStack) -> None:
    site.config.chmod(0o666)


def rules_are_wrong(site: Site, _stack: ExitStack) -> None:
    path = site.rules / "10-journeys.toml"
    site.edit('topic = ["website"]', 'topic = ["x"]', path)


def dates_end_soon(site: Site, _stack: ExitStack) -> None:
    _let_dates_reach(site, 45)


def the_client_secret_is_over(site: Site, _stack: ExitStack) -> None:
    _with_client_secret(site, -3)


def the_client_secret_ends_soon(site: Site, _stack: ExitStack) -> None:
    _with_client_secret(site, 20)


def _with_client_secret(site: Site, days: int) -> None:
    secret = site.folder / "client-secret"
    secret.touch(0o600)
    secret.write_text("secret\n")
    site.take_away("password =")
    for table in ("mailbox", "submission"):
        site.add(
            f'[{table}.oauth.microsoft]\ntenant = "{DOMAIN}"\nclient_id = "triage"\n'
            f'client_secret = {{ file = "client-secret" }}\nexpires = {in_days(days)}'
        )


def the_issuer_refuses(site: Site, stack: ExitStack) -> None:
    issuer = stack.enter_context(TokenIssuer(site.servers.user))
    revoked = issuer.new_refresh_token()
    issuer.revoke()
    _with_refresh_token(site, revoked, issuer.token_url)


def the_issuer_is_away(site: Site, _stack: ExitStack) -> None:
    _with_refresh_token(site, "token", "http://127.0.0.1:1/token")


def _with_refresh_token(site: Site, token: str, token_url: str) -> None:
    for name, text in (("client-secret", SECRET), ("refresh-token", token)):
        path = site.folder / name
        path.touch(0o600)
        path.write_text(f"{text}\n")
    site.names["127.0.0.1"] = f"login.{DOMAIN}"
    site.take_away("password =")
    for table in ("mailbox", "submission"):
        site.add(
            f'[{table}.oauth.issuer]\ntoken_url = "{token_url}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = {{ file = "client-secret" }}\n'
            'refresh_token_file = "refresh-token"'
        )


def there_is_no_refresh_token(site: Site, _stack: ExitStack) -> None:
    state = site.folder / "state"
    state.mkdir(mode=0o700)
    site.take_away("password =")
    for table in ("mailbox", "submission"):
        site.add(
            f'[{table}.oauth.google]\nclient_id = "triage"\n'
            'client_secret = { file = "imap-password" }\n'
            f'refresh_token_file = "{state}/refresh-token"'
        )


def passwords_are_wrong(site: Site, _stack: ExitStack) -> None:
    for name in ("imap-password", "smtp-password"):
        (site.folder / name).write_text("wrong\n")


def servers_are_away(site: Site, _stack: ExitStack) -> None:
    site.edit(f"port = {site.servers.imap_port}\n", "port = 1\n")
    site.edit(f"port = {site.servers.smtp_port}\n", "port = 1\n")
    site.names |= {"localhost:1": f"{IMAP}:993", "127.0.0.1:1": f"{SMTP}:587"}


def servers_are_not_trusted(site: Site, _stack: ExitStack) -> None:
    site.take_away("ca_file")


def certificates_end_in(days: int) -> "Scene":
    def scene(site: Site, stack: ExitStack) -> None:
        issued = _issued(site, days)
        # As others, it has held for three months.
        short = beginning_in(site.authority, issued, -timedelta(days=90))
        _secured_by(short, site, stack)

    return scene


def _issued(site: Site, days: int) -> Certificate:
    return site.authority.issue(f"in-{days}-days", hosts=LOCAL, days=days)


def _secured_by(certificate: Certificate, site: Site, stack: ExitStack) -> None:
    imap = ScriptedServer(RIGHT, tls=certificate.context(), tls_at_once=True)
    smtp = SmtpSink(user="triage", password="pw", certificate=certificate)  # noqa: S106 - of this sink
    for port, old, usual in (
        (stack.enter_context(imap).port, site.servers.imap_port, 993),
        (stack.enter_context(smtp).port, site.servers.smtp_port, 587),
    ):
        site.edit(f"port = {old}\n", f"port = {port}\n")
        site.names[f":{port}"] = f":{usual}"


def beginning_in(
    authority: Authority, certificate: Certificate, wait: timedelta
) -> Certificate:
    """Return a certificate that begins so much later."""
    old = x509.load_pem_x509_certificate(certificate.cert.read_bytes())
    key = load_pem_private_key(authority.key.read_bytes(), password=None)
    assert isinstance(key, EllipticCurvePrivateKey)
    longer = x509.CertificateBuilder(
        issuer_name=old.issuer,
        subject_name=old.subject,
        public_key=old.public_key(),
        serial_number=old.serial_number,
        not_valid_before=old.not_valid_before_utc + wait,
        not_valid_after=old.not_valid_after_utc,
        extensions=list(old.extensions),
    ).sign(key, SHA256())
    certificate.cert.write_bytes(longer.public_bytes(Encoding.PEM))
    return certificate


def certificates_begin_tomorrow(site: Site, stack: ExitStack) -> None:
    tomorrow = beginning_in(site.authority, _issued(site, 3), timedelta(days=1))
    _secured_by(tomorrow, site, stack)


def mailbox_that(script: Mapping[str, Reply | InTurn]) -> "Scene":
    def scene(site: Site, stack: ExitStack) -> None:
        server = stack.enter_context(ScriptedServer({**RIGHT, **script}))
        site.at_imap(server.port)

    return scene


def able_to(*capabilities: bytes) -> Mapping[str, Reply]:
    offer = b" ".join((b"IMAP4rev1 AUTH=PLAIN", *capabilities))
    return {
        "greeting": say(b"* OK [CAPABILITY " + offer + b"] ready"),
        "CAPABILITY": say(b"* CAPABILITY " + offer, OK),
        "credentials": say(b"TAG OK [CAPABILITY " + offer + b"] welcome"),
    }


def _opened(uidvalidity: int, how: bytes = b"READ-ONLY") -> Answer:
    return say(
        b"* 1 EXISTS",
        b"* OK [UIDVALIDITY %d] x" % uidvalidity,
        b"* OK [UIDNEXT 3] x",
        b"TAG OK [%b] done" % how,
    )


def _mail_of(at: datetime) -> Callable[[bytes], Answer]:
    stamp = f"{at:%d-%b-%Y %H:%M:%S +0000}".encode()
    header = header_of(2, make_old_mail())
    header = header.replace(b" 2-Mar-2026 09:30:00 +0100", stamp)
    return lambda _line: [Say(header + b"TAG OK done\r\n")]


def a_mail_is_from_the_future(site: Site, stack: ExitStack) -> None:
    at = now() + timedelta(hours=3, minutes=30)
    mailbox_that({"UID FETCH": _mail_of(at)})(site, stack)


def _status(line: bytes) -> Answer:
    """Every folder is there."""
    name = line.split(b'"')[1]
    return say(b'* STATUS "%b" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)' % name, OK)


def _rights(inside: bytes, elsewhere: bytes) -> Callable[[bytes], Answer]:
    def answer(line: bytes) -> Answer:
        letters = inside if b"INBOX" in line else elsewhere
        return say(b"* MYRIGHTS x " + letters, OK)

    return answer


ALL = (b"IDLE", b"MOVE", b"UIDPLUS", b"NAMESPACE", b"ACL", b"SPECIAL-USE")
SENT = say(b'* LIST (\\HasNoChildren \\Sent) "/" "Sent"', OK)
RIGHT: Mapping[str, Reply | InTurn] = {
    **able_to(*ALL),
    "LIST": SENT,
    "UID SEARCH": say(b"* SEARCH 2", OK),
    "UID FETCH": _mail_of(datetime(2026, 3, 2, 8, 30, tzinfo=UTC)),
    "STATUS": _status,
    "MYRIGHTS": _rights(b"lrswite", b"lrswite"),
}
"""A server on which nothing is wrong."""
OLD = able_to(b"UIDPLUS")
NEITHER = able_to(b"IDLE", b"NAMESPACE")


def numbered_anew(site: Site, _stack: ExitStack) -> None:
    site.work()
    with closing(sqlite3.connect(site.store)) as database, database:
        database.execute("UPDATE inboxes SET uidvalidity = uidvalidity - 1")


def the_folder_is_not_there(site: Site, _stack: ExitStack) -> None:
    site.put("mailbox", 'folder = "Beschwerden"')


def answers_have_no_folder(site: Site, _stack: ExitStack) -> None:
    site.put("mailbox", 'sent_folders = ["Sent Items"]')


def no_folder_witnesses(site: Site, _stack: ExitStack) -> None:
    site.work()
    site.edit('witness = "none"', 'witness = "sent"\nsent_folder = "Sent Items"')


def submission_that(script: Mapping[str, bytes], envelope: str = "") -> "Scene":
    def scene(site: Site, stack: ExitStack) -> None:
        server = stack.enter_context(ScriptedSmtp(script))
        site.at_smtp(server.port)
        site.put("submission", f'envelope_from = "{envelope}"')

    return scene


def dns_with(texts: Mapping[str, Sequence[str]] | None) -> "Scene":
    def scene(site: Site, _stack: ExitStack) -> None:
        site.texts = texts

    return scene


def disk_with(share: int) -> "Scene":
    """Let free space be less than what counts as full, or not much more."""

    def scene(site: Site, _stack: ExitStack) -> None:
        free = shutil.disk_usage(site.folder).free >> 20
        least = free * 2 // share
        site.add(f"[alarm]\nfree_megabytes = {least}")
        site.shown = {"48,210 MB": f"{share * 31} MB", f"{least:,}": "50"}

    return scene


def nobody_keeps_the_clock(site: Site, _stack: ExitStack) -> None:
    site.is_clock_kept = False


def something_else_listens(site: Site, stack: ExitStack) -> None:
    other = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    site.listen_on(other.getsockname()[1])


def the_daemon_listens_elsewhere(site: Site, stack: ExitStack) -> None:
    site.run_once()
    site.listen_on(free_port())
    stack.callback(lock_store(site.store))


def a_mailbox_was_taken_out(site: Site, _stack: ExitStack) -> None:
    site.put("mailbox", 'name = "uk"')
    site.work()
    with closing(sqlite3.connect(site.store)) as database, database:
        database.execute("INSERT INTO mailboxes (id, name) VALUES (9, 'ireland')")
        database.execute("UPDATE cases SET mailbox = 9")


def the_store_is_damaged(site: Site, _stack: ExitStack) -> None:
    site.run_once()
    with site.store.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(8192))


def nothing(_site: Site, _stack: ExitStack) -> None:
    """Everything is as it should be, and no daemon ever ran."""


Scene = Callable[[Site, ExitStack], None]
POLICY = f"_dmarc.{DOMAIN}"
SCENES: Mapping[str, tuple[Scene, str]] = {
    "secrets-missing": (a_secret_is_missing, "secrets"),
    "secrets-open": (others_read_a_secret, "secrets"),
    "secrets-key": (the_key_is_short, "secrets"),
    "secrets-store": (others_read_the_store, "secrets"),
    "secrets-config": (others_change_the_config, "secrets"),
    "rules": (rules_are_wrong, "rules"),
    "calendar": (dates_end_soon, "calendar."),
    "login-over": (the_client_secret_is_over, "login"),
    "login-soon": (the_client_secret_ends_soon, "login"),
    "login-token": (there_is_no_refresh_token, "login"),
    "login-revoked": (the_issuer_refuses, "imap.login"),
    "login-unreachable": (the_issuer_is_away, "smtp.login"),
    "refused": (passwords_are_wrong, "imap.login smtp.login"),
    "away": (servers_are_away, "imap.login smtp.login"),
    "untrusted": (servers_are_not_trusted, "imap.login smtp.login"),
    "certificate-over-soon": (certificates_end_in(3), "imap.cert smtp.cert"),
    "certificate-soon": (certificates_end_in(15), "imap.cert smtp.cert"),
    "certificate-not-yet": (certificates_begin_tomorrow, "imap.login smtp.login"),
    "folder-missing": (the_folder_is_not_there, "imap.folder"),
    "imap-breaks": (mailbox_that({"EXAMINE": [HangUp()]}), "imap.connection"),
    "imap-old": (mailbox_that(OLD), "imap.idle imap.filing imap.namespace"),
    "imap-neither": (mailbox_that(NEITHER), "imap.filing"),
    "numbers-each-time": (
        mailbox_that({"EXAMINE": InTurn([_opened(7), _opened(8)])}),
        "imap.uidvalidity",
    ),
    "numbers-once": (numbered_anew, "imap.uidvalidity"),
    "rights-read-only": (mailbox_that({"SELECT": _opened(7)}), "imap.rights"),
    "rights-lacking": (
        mailbox_that({"MYRIGHTS": _rights(b"lrsw", b"lrswite")}),
        "imap.rights",
    ),
    "folders-closed": (
        mailbox_that({"MYRIGHTS": _rights(b"lrswite", b"lr")}),
        "imap.folders",
    ),
    "sent-unmarked": (
        mailbox_that({"LIST": say(b'* LIST () "/" "INBOX"', OK)}),
        "imap.sent",
    ),
    "sent-missing": (answers_have_no_folder, "imap.sent"),
    "witness-missing": (no_folder_witnesses, "imap.witness"),
    "mail-from-the-future": (a_mail_is_from_the_future, "imap.clock"),
    "sender-empty": (
        submission_that({"mail": b"550 5.7.1 no empty sender here\r\n"}),
        "smtp.sender",
    ),
    "sender-named": (
        submission_that(
            {"mail": b"550 5.7.60 not your address\r\n"}, f"bounces@{DOMAIN}"
        ),
        "smtp.sender",
    ),
    "sender-later": (
        submission_that({"rcpt": b"451 4.7.1 greylisted, try later\r\n"}),
        "smtp.sender",
    ),
    "domain-nothing": (dns_with({}), "domain."),
    "domain-wrong": (
        dns_with(
            {
                **RIGHT_TEXTS,
                DOMAIN: ["v=spf1 mx -all", "v=spf1 a -all"],
                POLICY: ["v=DMARC1; p=perhaps"],
            }
        ),
        "domain.spf domain.dmarc",
    ),
    "domain-everybody": (dns_with({DOMAIN: ["v=spf1 +all"]}), "domain.spf"),
    "domain-silent": (dns_with(None), "domain.spf"),
    "clock": (nobody_keeps_the_clock, "host.clock"),
    "disk-full": (disk_with(1), "host.disk"),
    "disk-soon": (disk_with(10), "host.disk"),
    "http-taken": (something_else_listens, "http"),
    "http-elsewhere": (the_daemon_listens_elsewhere, "http"),
    "mailbox-left": (a_mailbox_was_taken_out, "mailbox"),
    "store-damaged": (the_store_is_damaged, "store"),
    "store-none": (nothing, "store"),
}


@pytest.fixture
def examined(
    site: Site, triage: Triage, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """What doctor says of the site, with lines as long as they need to be."""

    def examine() -> str:
        monkeypatch.setenv("COLUMNS", "500")
        with NameServer(site.texts) as server:
            # Commands ask this machine's DNS and clock, which nothing hands to them.
            monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver())
            monkeypatch.setattr(doctor, "is_clock_kept", lambda: site.is_clock_kept)
            arguments = ("doctor", "--dkim-selector", SELECTOR, "-c", site.config)
            result = triage(*arguments)
        said = steady(result.out + result.err, site.names)
        for found, instead in site.shown.items():
            said = said.replace(found, instead)
        return folded(said, INDENT)

    return examine


def findings_of(said: str, checks: Sequence[str]) -> str:
    """Return the findings of some checks, each with what is to be done."""
    findings = re.split(r"^(?=\S)", said, flags=re.MULTILINE)
    found = [
        each.rstrip()
        for each in findings
        if each.split() and each.split()[1].startswith(tuple(checks))
    ]
    return "".join(f"{each}\n" for each in found)


@pytest.mark.parametrize("name", SCENES)
def test_a_finding_is_as_the_page_shows_it(
    name: str, site: Site, examined: Callable[[], str], compare: Compare
) -> None:
    scene, checks = SCENES[name]
    with ExitStack() as stack:
        scene(site, stack)

        said = examined()

    compare(f"doctor/{name}", findings_of(said, checks.split()))


def test_a_healthy_installation_is_as_the_page_shows_it(
    site: Site, examined: Callable[[], str], compare: Compare
) -> None:
    site.work()
    site.listen_on(free_port())

    compare("doctor/healthy", f"$ {COMMAND}\n{examined()}")


def test_a_configuration_that_cannot_be_read_is_told_as_the_page_shows_it(
    site: Site, examined: Callable[[], str], compare: Compare
) -> None:
    no_config(site, ExitStack())

    compare("doctor/config", f"$ {COMMAND}\n{examined()}")
