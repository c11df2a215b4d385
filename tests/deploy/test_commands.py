"""What the handbook lets one type is typed; what cannot be is named with its reason."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.transcripts.steady import wait_past_midnight
from tests.deploy.machine import ROOT, Machine, commands_of, has_program
from tests.journeys.installing import Servers, Settings, install
from tests.journeys.mails import make_mail
from tests.journeys.running import RunningDaemon
from tests.servers.dovecot import PASSWORD, Dovecot, free_port
from triage.demo.servers import SmtpSink
from triage.wiring import now

pytestmark = pytest.mark.servers
PAGES = ("README.md", "docs/install.md", "docs/operations.md", "docs/connect.md")
JANE = "jane@home.example"

SYSTEMD = "systemd is not process 1 where tests run; its tools look at the units"
IMAGE = "fetches an image; its Containerfile does what docs/install.md does"
FOR_EVER = "goes on until it is stopped; tests/journeys run it"
EXCUSED: Mapping[str, str] = {
    "make demo": "is run beside the tests, and installs from the network",
    "make test": "is what runs the tests",
    "pip install .": "as in docs/install.md, into a place of the reader's own",
    "triage run -c /etc/triage/config.toml": FOR_EVER,
    "systemctl daemon-reload": SYSTEMD,
    "systemctl enable --now triage triage-backup.timer": SYSTEMD,
    "systemctl status triage": SYSTEMD,
    "systemctl restart triage": SYSTEMD,
}
EXCUSED_BEGINNINGS: Mapping[str, str] = {"podman ": IMAGE}


def why_not(line: str) -> str | None:
    """Return why a line is not run; None: it is."""
    by_beginning = (
        why for start, why in EXCUSED_BEGINNINGS.items() if line.startswith(start)
    )
    return EXCUSED.get(line) or next(by_beginning, None)


class Reader:
    """Somebody who does what a page says."""

    def __init__(self, machine: Machine, dovecot: Dovecot, stack: ExitStack) -> None:
        self.machine = machine
        self.dovecot = dovecot
        self.user = dovecot.new_user()
        self.stack = stack
        self.smtp = stack.enter_context(SmtpSink())
        self.daemon: RunningDaemon | None = None
        self.before: Mapping[str, Callable[[], None]] = {}
        """What the words between the commands say, by the command that follows."""

    def read(self, page: str) -> None:
        for line in commands_of(page):
            for start, act in self.before.items():
                if line.startswith(start):
                    act()
            if line in ("systemctl stop triage", "systemctl start triage"):
                self.stop() if " stop " in line else self.start()
            elif why_not(line) is None:
                self.machine.run(line)

    @property
    def config(self) -> Path:
        return self.machine.at("/etc/triage/config.toml")

    @property
    def servers(self) -> Servers:
        return Servers(
            imap_port=self.dovecot.imap,
            user=self.user,
            password=PASSWORD,
            smtp_port=self.smtp.port,
        )

    def lay_down(self, settings: Settings) -> None:
        """Have an installation in /etc/triage, with a case of one person."""
        self.config.parent.mkdir(exist_ok=True)
        self.machine.at("/var/backups/triage").mkdir(parents=True)
        install(self.config.parent, self.servers, settings)
        self.dovecot.deliver(self.user, make_mail(sender=JANE), JANE)

    def start(self) -> None:
        self.daemon = self.stack.enter_context(RunningDaemon(self.config))
        self.daemon.wait_for("running")

    def stop(self) -> None:
        assert self.daemon is not None
        self.daemon.terminate()

    def write_config(self) -> None:
        """Have the mailbox and the server for letters in it, and a password beside."""
        self._write_password(self.config.parent)
        self.config.write_text(self._config(), "utf-8")

    def write_config_with_credentials(self) -> None:
        """Have systemd's credentials named, and the store in its place."""
        self._write_password(self.config.parent / "credentials")
        text = self._config().replace("{ file =", "{ credential =")
        store = self.machine.at("/var/lib/triage/triage.sqlite3")
        self.config.write_text(text.replace('"triage.sqlite3"', f'"{store}"'), "utf-8")

    def _write_password(self, folder: Path) -> None:
        path = folder / "imap-password"
        path.touch(0o600)
        path.write_text(f"{PASSWORD}\n", "utf-8")

    def _config(self) -> str:
        with TemporaryDirectory() as folder:
            return install(Path(folder), self.servers).read_text("utf-8")

    def run_once(self) -> None:
        self.machine.run(
            "CREDENTIALS_DIRECTORY=/etc/triage/credentials"
            " /opt/triage/bin/triage run --once -c /etc/triage/config.toml"
        )


@pytest.fixture
def reader(tmp_path: Path, dovecot: Dovecot) -> Iterator[Reader]:
    wait_past_midnight()
    port = free_port()
    instead = {
        ":9464": f":{port}",
        "2026-11-24": f"{now():%Y-%m-%d}",
        "CMP-2026-00042": f"CMP-{now():%Y}-00001",
    }
    with ExitStack() as stack:
        machine = Machine(tmp_path / "machine", instead)
        yield Reader(machine, dovecot, stack)


def test_the_page_about_installing_is_done_from_top_to_bottom(reader: Reader) -> None:
    pytest.importorskip("hatchling", reason="make installs it: it builds the package")
    if not has_program("systemd-sysusers"):
        pytest.skip("systemd-sysusers is not installed: apt install systemd")
    as_root = "CREDENTIALS_DIRECTORY=/etc/triage/credentials /opt/triage/bin/triage"
    reader.before = {
        "/opt/triage/bin/pip": reader.machine.lend_packages,
        f"{as_root} check": reader.write_config_with_credentials,
        f"{as_root} backup": reader.run_once,
    }

    reader.read("docs/install.md")

    made = reader.machine.at("/var/backups/triage/before-upgrade.backup")
    assert made.is_file()


def test_the_page_about_operating_is_done_from_top_to_bottom(reader: Reader) -> None:
    if not has_program("curl"):
        pytest.skip("curl is not installed")
    listen = f"127.0.0.1{reader.machine.instead[':9464']}"
    reader.lay_down(Settings(http={"listen": listen}))
    reader.before = {"triage report": reader.start}

    reader.read("docs/operations.md")

    assert reader.config.parent.joinpath("jane.zip").is_file()


def test_the_page_about_connecting_is_done_from_top_to_bottom(reader: Reader) -> None:
    reader.lay_down(Settings())

    reader.read("docs/connect.md")


def test_the_first_page_is_done_from_top_to_bottom(reader: Reader) -> None:
    reader.before = {"triage check": reader.write_config}

    reader.read("README.md")


@pytest.mark.parametrize("line", sorted(EXCUSED))
def test_nothing_is_excused_that_no_page_says(line: str) -> None:
    said = [each for page in PAGES for each in commands_of(page)]

    assert line in said


def test_every_page_with_commands_is_read() -> None:
    pages = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    found = {str(path.relative_to(ROOT)) for path in pages}

    assert {page for page in found if commands_of(page)} <= set(PAGES)
