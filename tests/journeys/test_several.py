"""Several mailboxes in one daemon: each by its own rules, writers known to all."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from time import monotonic

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no types

from tests.journeys.installing import Post, Servers, install_several
from tests.journeys.mails import MOTHER, make_mail
from tests.journeys.running import RunningDaemon
from tests.journeys.test_monitoring import port_of, until
from tests.mailbox.sites import ImapSite
from tests.monitoring.asking import ask
from tests.servers.dovecot import PASSWORD, Dovecot
from triage.config import load_configs
from triage.demo.servers import HOST, SmtpSink
from triage.store import CaseFile, State, Store
from triage.wiring import Installation

pytestmark = pytest.mark.servers

UK, IE = "complaints-uk@examboard.example", "complaints-ie@examboard.example"
WEBSITE_IS_REVIEWED = {'route = "formal-complaint"\ntopic': 'route = "review"\ntopic'}


class House:
    """Two mailboxes at Dovecot, two SMTP servers, one daemon between them."""

    def __init__(self, dovecot: Dovecot, folder: Path) -> None:
        self.dovecot = dovecot
        self.folder = folder
        self.users = {"uk": dovecot.new_user(), "ie": dovecot.new_user()}
        self.smtp = {"uk": SmtpSink(), "ie": SmtpSink()}
        self.config = folder / "config.toml"

    def install(self, **elsewhere: int) -> Path:
        """Write it; `uk_imap` or `uk_smtp` may be another port than the real."""
        posts = {
            name: Post(
                servers=Servers(
                    imap_port=elsewhere.get(f"{name}_imap", self.dovecot.imap),
                    user=self.users[name],
                    password=PASSWORD,
                    smtp_port=elsewhere.get(f"{name}_smtp", self.smtp[name].port),
                ),
                address=address,
                folder=folder,
                rules=rules,
            )
            for name, address, folder, rules in (
                ("uk", UK, "Britain", {}),
                ("ie", IE, "Ireland", WEBSITE_IS_REVIEWED),
            )
        }
        return install_several(self.folder, posts)

    def deliver(self, name: str, subject: str = "Complaint about your website") -> None:
        address = {"uk": UK, "ie": IE}[name]
        text = f"Your website is down; I wrote to {name}, and nobody can enter."
        mail = make_mail(subject, text, to=address)
        self.dovecot.deliver(self.users[name], mail, MOTHER)

    def subjects(self, name: str, folder: str) -> int:
        return len(
            ImapSite(self.dovecot.imap, self.users[name], PASSWORD).contents(folder)
        )

    def cases(self) -> list[CaseFile]:
        with Store.open(self.folder / "triage.sqlite3", exclusive=False) as store:
            lines = sorted(store.cases.listed(), key=lambda line: line.reference)
            found = [store.cases.show(line.reference) for line in lines]
        return [case for case in found if case is not None]

    def senders(self, name: str) -> set[str]:
        """Return who wrote, by the letters that a server accepted."""
        mails = [
            message_from_bytes(each.octets, policy=policy.default)
            for each in self.smtp[name].accepted
        ]
        return {mail["From"].addresses[0].addr_spec for mail in mails}


@pytest.fixture
def house(dovecot: Dovecot, tmp_path: Path) -> Iterator[House]:
    made = House(dovecot, tmp_path)
    with made.smtp["uk"], made.smtp["ie"]:
        yield made


def closed_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def triage(*words: str | Path) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - the program under test
        [sys.executable, "-m", "triage", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def status_with(words: str, config: Path) -> str:
    """Return what `triage status` says once it says something."""
    until = monotonic() + 20
    while words not in (told := triage("status", "--config", config)[1]):
        assert monotonic() < until, told
    return told


def test_each_mailbox_is_answered_by_its_own_rules_sender_and_server(
    house: House,
) -> None:
    with RunningDaemon(house.install()) as daemon:
        daemon.wait_for("running")

        house.deliver("uk")
        house.smtp["uk"].wait_for(1)
        house.deliver("ie")
        house.smtp["ie"].wait_for(1)
        daemon.wait_for("1 filed", times=2)
        daemon.terminate()

    assert house.senders("uk") == {UK}
    assert house.senders("ie") == {IE}
    assert [case.line.route for case in house.cases()] == ["formal-complaint", "review"]
    assert house.subjects("uk", "Britain/Formal") == 1
    assert house.subjects("ie", "Ireland/Review") == 1
    assert "mailbox ie: " in daemon.log


def test_who_writes_to_both_is_one_person(house: House) -> None:
    house.install()
    house.deliver("uk")
    house.deliver("ie")

    run_once(house)

    british, irish = house.cases()
    assert [each.reference for each in irish.others] == [british.line.reference]


def test_one_mail_to_both_gets_one_reply(house: House) -> None:
    house.install()
    mail = make_mail(to=f"{UK}, {IE}")
    for user in house.users.values():
        house.dovecot.deliver(user, mail, MOTHER)

    run_once(house)

    (case,) = house.cases()
    assert [(each.address, each.is_duplicate) for each in case.messages] == [
        (MOTHER, False),
        (MOTHER, True),
    ]
    assert len(house.smtp["uk"].accepted) + len(house.smtp["ie"].accepted) == 1
    assert house.subjects("ie", "INBOX") == 1


def test_a_mail_to_both_is_turned_away_by_nobody_but_a_person(house: House) -> None:
    house.install()
    mail = make_mail("Complaint", "The teacher of my son is late.", to=f"{UK}, {IE}")
    for user in house.users.values():
        house.dovecot.deliver(user, mail, MOTHER)

    run_once(house)

    (case,) = house.cases()
    (letter,) = [item.line for item in case.letters]
    assert case.line.route == "school-first"
    assert letter.state is State.HELD
    assert "another mailbox of ours got it too" in (letter.reason or "")


def test_mail_that_only_lies_in_another_mailbox_too_is_answered_where_it_belongs(
    house: House,
) -> None:
    house.install()
    mail = make_mail(to=IE)
    for user in house.users.values():
        house.dovecot.deliver(user, mail, MOTHER)

    run_once(house)
    run_once(house)

    assert len(house.smtp["uk"].accepted) == 0
    assert len(house.smtp["ie"].accepted) == 1


def test_a_mailbox_that_is_away_stops_no_other(house: House) -> None:
    config = house.install(uk_imap=closed_port())
    with config.open("a", encoding="utf-8") as file:
        file.write("[alarm]\nlook_seconds = 0.5\n")
    with RunningDaemon(config) as daemon:
        daemon.wait_for("intake uk: ")

        house.deliver("ie")
        house.smtp["ie"].wait_for(1)
        daemon.wait_for("1 filed")
        told = status_with("intake uk fails since", house.config)
        daemon.terminate()

    assert len(house.smtp["ie"].accepted) == 1
    assert "intake ie fails" not in told
    assert "uk: the mailbox was never read" in told


def test_figures_of_each_mailbox_have_its_name(house: House) -> None:
    with RunningDaemon(listening(house.install())) as daemon:
        port = port_of(daemon)
        house.deliver("ie")
        house.smtp["ie"].wait_for(1)

        sent = 'triage_letters_total{mailbox="ie",state="sent"} 1.0'
        told = until(port, "/metrics", lambda told: sent in told.body, 30).body
        found = json.loads(ask(port, "/status.json").body)
        daemon.terminate()

    assert 'triage_letters_total{mailbox="uk",state="sent"} 0.0' in told
    assert 'triage_cases_open{mailbox="ie"} 1.0' in told
    assert 'triage_cases_open{mailbox="uk"} 0.0' in told
    assert 'task="intake"} ' in told
    assert told.count("triage_store_size_bytes ") == 3
    assert found["mailboxes"]["ie"]["open_cases"] == 1
    assert "@" not in told


def listening(config: Path) -> Path:
    text = config.read_text("utf-8")
    config.write_text(text.replace("[http]\n", '[http]\nlisten = "127.0.0.1:0"\n'))
    return config


def test_a_submission_server_that_is_away_stops_no_other(house: House) -> None:
    with RunningDaemon(house.install(uk_smtp=closed_port())) as daemon:
        house.deliver("uk")
        daemon.wait_for("no letter can be sent now")

        house.deliver("ie")
        house.smtp["ie"].wait_for(1)
        daemon.terminate()

    assert house.senders("ie") == {IE}
    assert len(house.smtp["ie"].accepted) == 1


def test_check_goes_over_all_of_them(house: House) -> None:
    config = house.install()

    status, told = triage("check", "--connect", "--config", config)

    assert status == 0, told
    assert "mailbox uk:" in told
    assert "mailbox ie:" in told
    assert told.count("nothing was sent") == 2


def test_a_command_that_needs_rules_asks_for_the_mailbox(house: House) -> None:
    config = house.install()
    run_once(house)

    status, told = triage("due", "--config", config)
    assert status == 2
    assert "--mailbox NAME" in told

    status, told = triage("rules", "history", "--config", config)
    assert (status, "--mailbox NAME" in told) == (2, True)

    status, told = triage("due", "--json", "--config", config, "--mailbox", "ie")
    assert status == 0, told
    assert json.loads(told)["overdue"]["count"] == 0


def run_once(house: House) -> None:
    config, *beside = load_configs(house.config)
    with Installation(config, beside=beside) as installation:
        for parts in installation.each:
            parts.run_once()


@pytest.mark.parametrize("folder", ["Ireland/Review", "Ireland/Approved"])
def test_who_moves_the_copy_of_a_mail_to_both_decides_nothing_in_the_other(
    house: House, folder: str
) -> None:
    house.install()
    for name, own in (("uk", "Britain"), ("ie", "Ireland")):
        rules = house.folder / f"rules-{name}" / "10-journeys.toml"
        in_hold = f'at_most = "hold"\napproved_folder = "{own}/Approved"'
        text = rules.read_text("utf-8")
        rules.write_text(text.replace('at_most = "live"', in_hold), "utf-8")
    run_once(house)
    mail = make_mail(to=f"{UK}, {IE}")
    for user in house.users.values():
        house.dovecot.deliver(user, mail, MOTHER)
    run_once(house)
    run_once(house)

    with IMAPClient(HOST, house.dovecot.imap, ssl=False) as client:
        client.login(house.users["ie"], PASSWORD)
        client.select_folder("INBOX")
        if not client.folder_exists(folder):
            client.create_folder(folder)
        client.move(client.search(), folder)
    run_once(house)
    run_once(house)

    (case,) = house.cases()
    assert house.subjects("ie", folder) == 1
    assert case.line.route == "formal-complaint"
    assert [letter.line.state for letter in case.letters] == [State.HELD]
