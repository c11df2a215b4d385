"""The transcript of `triage init`: a whole dialogue in a terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.transcripts.conftest import Compare
from tests.cli.transcripts.steady import steady
from tests.cli.transcripts.terminal import typed_at
from tests.servers.certificates import Authority
from tests.servers.dovecot import PASSWORD, Dovecot
from triage.demo.servers import Certificate, SmtpSink

pytestmark = pytest.mark.servers
ADDRESS = "complaints@examboard.example"
TEAM = "complaints-team@examboard.example"
AUTHORITY = "authority of your own"


@pytest.fixture
def sink(certificate: Certificate) -> Iterator[SmtpSink]:
    with SmtpSink(user="triage", password=PASSWORD, certificate=certificate) as server:
        yield server


def test_a_dialogue_with_a_wrong_answer_is_as_the_page_shows_it(
    tmp_path: Path,
    dovecot: Dovecot,
    sink: SmtpSink,
    authority: Authority,
    compare: Compare,
) -> None:
    user, folder = dovecot.new_user(), tmp_path / "triage"
    mailbox = (
        ("IMAP server", "localhost"),
        ("Encryption", ""),
        ("Port", str(dovecot.imaps)),
        (AUTHORITY, str(authority.ca_file)),
        ("User there", user),
        ("Folder", ""),
    )
    answers = (
        *(("Kind of server", "own"), ("people write to", ADDRESS)),
        *(("Full name", "Example Examinations Board"), ("Short name", "Example Exams")),
        *(("Name of the team", ""), ("Telephone", "+44 1632 960000")),
        *(("Address of the team", "the team"), ("Address of the team", TEAM)),
        *(*mailbox, ("Password", "a wrong one"), ("Ask again", "")),
        *((question, "") for question, _ in mailbox),
        ("Password", PASSWORD),
        *(("SMTP server", "127.0.0.1"), ("Encryption", "starttls")),
        *(("Port", str(sink.port)), (AUTHORITY, "")),
        *(("User there", "triage"), ("Password", PASSWORD)),
        *(("Time zone", "London"), ("Time zone", "Europe/London"), ("Country", "GB")),
    )

    status, shown = typed_at(["init", folder], answers)

    names = {
        str(folder): "/etc/triage",
        str(authority.ca_file): "/etc/ssl/board-ca.pem",
        f" {dovecot.imaps}\n": " 993\n",
        f" {sink.port}\n": " 587\n",
        f"[{dovecot.imaps}]": "[993]",
        f"[{user}]": f"[{ADDRESS}]",
        f":{dovecot.imaps}": ":993",
        f":{sink.port}": ":587",
        f": {user}\n": f": {ADDRESS}\n",
        f'"{user}"': f'"{ADDRESS}"',
        ": triage\n": f": {ADDRESS}\n",
        "localhost": "imap.examboard.example",
        "127.0.0.1": "smtp.examboard.example",
    }
    assert status == 0, shown
    assert PASSWORD + "\n" not in shown
    compare("init", f"$ triage init /etc/triage\n{steady(shown, names)}")
