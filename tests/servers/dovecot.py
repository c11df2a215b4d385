"""A private Dovecot on loopback ports; runs as root and as anybody else."""

import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from triage.demo.servers import HOST, Certificate

PROGRAM = Path("/usr/sbin/dovecot")
LMTP = Path("/usr/lib/dovecot/lmtp")
PASSWORD = "pw"  # noqa: S105 - of a server that lives as long as the tests
_START_SECONDS = 15.0
_STOP_SECONDS = 5.0

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
instance_name = triage-tests
protocols = imap lmtp
listen = {host}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
ssl = yes
ssl_cert = <{certificate.cert}
ssl_key = <{certificate.key}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
mail_location = maildir:{folder}/mail/%u
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
mail_max_userip_connections = 10
imap_capability = {capabilities}
{passdb}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
  mailbox Sent {{
    special_use = \\Sent
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = {host}
    port = {lmtp}
  }}
}}
{more}
"""


_PASSWORDS = """\
passdb {{
  driver = static
  args = password={password}
}}
"""

_TOKENS = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {settings}
}}
"""


_AT_ONCE = """\
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""


@dataclass(frozen=True, slots=True)
class Tokens:
    """How tokens are taken: where they are looked up, and by which mechanisms."""

    introspection: str
    mechanisms: str = "xoauth2 oauthbearer"
    refuses_at_once: bool = False
    """Otherwise whoever is refused waits for some seconds."""


class Dovecot:
    """IMAP with STARTTLS on `imap`, IMAPS on `imaps`, LMTP on `lmtp`.

    Any user can log in with `PASSWORD`; a new name is a new, empty mailbox. Given
    `capabilities`, it offers no others. It takes `tokens` besides passwords where it is
    told how.
    """

    def __init__(
        self,
        certificate: Certificate,
        *,
        separator: str = "/",
        prefix: str = "",
        capabilities: str = "",
        tokens: Tokens | None = None,
    ) -> None:
        # Not pytest's folder, into which the user who owns the mail cannot look.
        self.folder = Path(tempfile.mkdtemp(prefix="triage-dovecot-"))
        self.imap, self.imaps, self.lmtp = (free_port() for _ in range(3))
        self._names = count(1)
        self._master: subprocess.Popen[bytes] | None = None
        self._configuration = _CONFIGURATION.format(
            folder=self.folder,
            host=HOST,
            certificate=certificate,
            mechanisms=f"plain login {tokens.mechanisms if tokens else ''}",
            passdb=self._passdb(tokens),
            separator=separator,
            prefix=prefix,
            capabilities=capabilities,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
            more=_AT_ONCE if tokens is not None and tokens.refuses_at_once else "",
            **_users(),
        )

    def _passdb(self, tokens: Tokens | None) -> str:
        passwords = _PASSWORDS.format(password=PASSWORD)
        if tokens is None:
            return passwords
        settings = self.folder / "oauth2.conf"
        settings.write_text(
            f"introspection_url = {tokens.introspection}\n"
            "introspection_mode = auth\n"
            "username_attribute = username\n"
            "active_attribute = active\n"
            "active_value = true\n"
        )
        return _TOKENS.format(settings=settings) + passwords

    def __enter__(self) -> Self:
        (self.folder / "run").mkdir()
        (self.folder / "mail").mkdir()
        if os.getuid() == 0:
            self.folder.chmod(0o755)
            shutil.chown(self.folder / "mail", "nobody", "nogroup")
        (self.folder / "dovecot.conf").write_text(self._configuration)
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, for the first time or again, with the mail that is there."""
        self._master = subprocess.Popen(  # noqa: S603 - the program under test
            [PROGRAM, "-F", "-c", self.folder / "dovecot.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_it_listens()

    def stop(self) -> None:
        """Stop it and break all connections."""
        if self._master is not None:
            self._master.terminate()
            try:
                self._master.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._master.kill()
                self._master.wait()

    def new_user(self) -> str:
        """Return a user whose mailbox nobody has used yet."""
        return f"user{next(self._names)}"

    def maildir(self, user: str) -> Path:
        return self.folder / "mail" / user

    def deliver(
        self, user: str, octets: bytes, sender: str = "sender@example.org"
    ) -> None:
        """Hand over a message by LMTP, as a mail server would."""
        with smtplib.LMTP(HOST, self.lmtp) as client:
            client.sendmail(sender, [user], octets)

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                for port in (self.imap, self.imaps, self.lmtp):
                    socket.create_connection((HOST, port), 1).close()
            except OSError:
                if self._master is None or self._master.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return
        log = self.folder / "dovecot.log"
        raise RuntimeError(
            f"Dovecot did not start: {log.read_text() if log.exists() else ''}"
        )


def missing_parts() -> str:
    """Say what of Dovecot is not installed; empty when nothing is."""
    missing = [str(path) for path in (PROGRAM, LMTP) if not path.exists()]
    return f"{' and '.join(missing)} not installed" if missing else ""


def _users() -> dict[str, str]:
    if os.getuid() == 0:
        return {
            "internal_user": "dovecot",
            "internal_group": "dovecot",
            "login_user": "dovenull",
            "mail_user": "nobody",
            "mail_group": "nogroup",
        }
    user = pwd.getpwuid(os.getuid()).pw_name
    group = grp.getgrgid(os.getgid()).gr_name
    return {
        "internal_user": user,
        "internal_group": group,
        "login_user": user,
        "mail_user": user,
        "mail_group": group,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
