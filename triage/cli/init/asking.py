"""The questions of `triage init`; each answer that can be tried is tried at once."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import click

from triage.cli.init.draft import Draft
from triage.cli.init.presets import PRESETS, Login, Preset
from triage.cli.terminal import printable
from triage.doctor import Finding, Verdict
from triage.errors import ConfigError
from triage.workdays import Calendar

PRIVATE = 0o600
CALENDAR = Path("rules", "70-calendar.toml")
NOON = time(12)
MOST_PORT = 65_535
NO_FILE = "none"
OWN_AUTHORITY = "File with a certificate authority of your own"
USUAL_ZONE = "Europe/London"
SERVERS_KEEP = ("Etc/", "UTC", "UCT", "Universal", "Zulu", "GMT")
SERVER = {"mailbox": "IMAP server", "submission": "SMTP server"}
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?")
SECURITY = {
    "mailbox": ("imaps", "starttls", "plain"),
    "submission": ("tls", "starttls", "plain"),
}
ADDRESSED = ("safeguarding", "malpractice", "director", "form-8")

Look = Callable[[Path], Iterable[Finding]]
"""Looks at what a config names, and changes and sends nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How answers are tried out."""

    mailbox: Look
    submission: Look


@dataclass(slots=True)
class Setup:
    """An installation that is being made in a folder."""

    folder: Path
    draft: Draft
    preset: Preset = PRESETS["own"]
    address: str = ""
    login: dict[str, object] | None = None
    """How one logs in to the mailbox: rows of a table of tokens; None: a password."""
    answered: dict[str, str] = field(default_factory=dict)
    """What was answered, to be offered where the same is asked again."""

    @property
    def config(self) -> Path:
        """Write the config as far as it goes, and return where."""
        path = self.folder / "config.toml"
        path.write_text(self.draft.text, encoding="utf-8")
        return path

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def ask(
        self,
        key: str,
        question: str,
        usual: str,
        kind: click.ParamType[Any, Any] | None = None,
    ) -> str:
        """Ask; `key` tells what is asked for from the same question elsewhere."""
        offered = self.answered.get(key, usual)
        answer = str(click.prompt(question, default=offered, type=kind)).strip()
        self.answered[key] = answer
        return answer

    def keep_secret(self, name: str, secret: str) -> dict[str, str]:
        """Write a secret for its owner alone; return how a config names it."""
        path = self.folder / name
        path.touch(mode=PRIVATE)
        path.write_text(f"{secret}\n", encoding="utf-8")
        return {"file": name}


def ask_everything(setup: Setup, tries: Tries) -> None:
    """Ask, try, and write each answer down; raises click.Abort where one gives up."""
    _ask_who(setup)
    click.echo("\nHow does one get into the mailbox?")
    _until_it_works(setup, _ask_mailbox, tries.mailbox)
    _until_it_works(setup, _ask_submission, tries.submission)
    _ask_calendar(setup)
    setup.draft.put("references", "domain", setup.domain)


def _ask_who(setup: Setup) -> None:
    click.echo("Where is the mailbox?")
    for name, preset in PRESETS.items():
        click.echo(f"  {name:10} {preset.title}")
    chosen = click.prompt("Kind of server", type=click.Choice(tuple(PRESETS)))
    setup.preset = PRESETS[chosen]
    setup.address = _asked_address("Address that people write to")
    put = setup.draft.put
    name = click.prompt("Full name of your organisation")
    put("organisation", "name", name)
    put("organisation", "short_name", click.prompt("Short name", default=name))
    team = click.prompt("Name of the team", default="Complaints Team")
    put("organisation", "team", team)
    put("organisation", "phone", click.prompt("Telephone number that letters give"))
    put("submission", "from_name", f"{name}, {team}")
    contact = _asked_address("Address of the team, for notices and the morning mail")
    for key in ("team", *ADDRESSED):
        put("contacts", key, contact)


def _asked_address(question: str, default: str | None = None) -> str:
    while True:
        address: str = click.prompt(question, default=default).strip()
        local, at, domain = address.rpartition("@")
        if at and local and "." in domain and address.isascii() and " " not in address:
            return address
        click.echo("That is no address: write name@domain.example.")


def _until_it_works(
    setup: Setup, ask: Callable[[Setup, Finding | None], None], look: Look
) -> None:
    """Ask again, with what failed in mind, until it works or is kept all the same."""
    failed: Finding | None = None
    while True:
        ask(setup, failed)
        click.echo("Trying it …")
        failed = _first_failure(look(setup.config))
        if failed is None:
            return
        choice = click.prompt(
            "Ask again, keep it as it is, or stop",
            type=click.Choice(("again", "keep", "stop")),
            default="again",
        )
        if choice == "stop":
            raise click.Abort
        if choice == "keep":
            return


def _first_failure(findings: Iterable[Finding]) -> Finding | None:
    """Show what was found; return the first that failed."""
    first = None
    try:
        for found in findings:
            if found.verdict is not Verdict.NOTE:
                click.echo(f"  {found.verdict:8} {printable(found.text)}")
            # The same is asked again now, and there is no config yet to be edited.
            if found.to_do is not None and found.verdict is not Verdict.FAILED:
                click.echo(f"           to do: {printable(found.to_do)}")
            if found.verdict is Verdict.FAILED and first is None:
                first = found
    except ConfigError as error:
        click.echo(f"  failed   {printable(str(error))}")
        first = Finding("config", Verdict.FAILED, str(error))
    return first


def _ask_mailbox(setup: Setup, _failed: Finding | None) -> None:
    preset, put = setup.preset, setup.draft.put
    put("mailbox", "addresses", [setup.address])
    _ask_server(setup, "mailbox", preset.imap_host or f"imap.{setup.domain}")
    put("mailbox", "user", setup.ask("mailbox.user", "User there", setup.address))
    put("mailbox", "folder", setup.ask("mailbox.folder", "Folder", "INBOX"))
    setup.login = _ask_tokens(setup, preset.login)
    _log_in_by(setup, "mailbox", "imap-password")


def _ask_submission(setup: Setup, failed: Finding | None) -> None:
    preset, put = setup.preset, setup.draft.put
    if failed is not None and failed.check == "smtp.sender":
        envelope = _asked_address("Envelope sender, that never answers by itself")
        put("submission", "envelope_from", envelope)
        return
    put("submission", "from_address", setup.address)
    put("submission", "witness", preset.witness)
    put("submission", "sent_folder", preset.sent_folder)
    click.echo("\nAnd the server that takes our letters?")
    _ask_server(setup, "submission", preset.smtp_host or f"smtp.{setup.domain}")
    user = setup.ask("submission.user", "User there", setup.address)
    put("submission", "user", user)
    _log_in_by(setup, "submission", "smtp-password")


def _ask_server(setup: Setup, table: str, usual: str) -> None:
    preset, put = setup.preset, setup.draft.put
    put(table, "host", _asked_host(setup, table, usual))
    if preset.imap_host is not None:
        put(table, "security", "imaps" if table == "mailbox" else preset.smtp_security)
        return
    choices = SECURITY[table]
    how = setup.ask(f"{table}.how", "Encryption", choices[0], click.Choice(choices))
    put(table, "security", how)
    ports = click.IntRange(0, MOST_PORT)
    port = int(setup.ask(f"{table}.port", "Port (0: the usual one)", "0", ports))
    ca_file = "" if how == "plain" else _asked_authority(setup, table)
    path = str(Path(ca_file).expanduser().resolve()) if ca_file else None
    for key, value in (("port", port or None), ("ca_file", path)):
        if value is None:
            setup.draft.take_away(table, key)
        else:
            put(table, key, value)


def _asked_host(setup: Setup, table: str, usual: str) -> str:
    while True:
        host = setup.ask(f"{table}.host", SERVER[table], usual)
        if HOST.fullmatch(host):
            return host
        del setup.answered[f"{table}.host"]
        click.echo("That is no name of a server: write one as mail.domain.example.")


def _asked_authority(setup: Setup, table: str) -> str:
    """Ask for a file; the mailbox's is offered for letters too."""
    usual = setup.answered.get("mailbox.ca", NO_FILE)
    file = setup.ask(f"{table}.ca", OWN_AUTHORITY, usual)
    return "" if file == NO_FILE else file


def _ask_tokens(setup: Setup, login: Login) -> dict[str, object] | None:
    """Ask how tokens are had; None: it is a password."""
    if login == "microsoft":
        click.echo("Microsoft 365 takes tokens (docs/connect.md).")
        return {
            "tenant": click.prompt("Tenant", default=setup.domain),
            "client_id": click.prompt("Application (client) id"),
            "client_secret": setup.keep_secret(
                "client-secret", click.prompt("Client secret", hide_input=True)
            ),
        }
    if login == "google":
        click.echo("Google takes tokens (docs/connect.md).")
        key = click.prompt("File with the service account's key (JSON)")
        return {"service_account": {"file": str(Path(key).expanduser().resolve())}}
    return None


def _log_in_by(setup: Setup, table: str, name: str) -> None:
    draft, kind = setup.draft, setup.preset.login
    heading = f"{table}.oauth.{kind}"
    if setup.login is None:
        password = click.prompt("Password", hide_input=True)
        draft.put(table, "password", setup.keep_secret(name, password))
    else:
        draft.take_away(table, "password")
        draft.set_table(heading, setup.login, f"How [{table}] logs in.")


def _ask_calendar(setup: Setup) -> None:
    click.echo("\nAnd by which calendar does the team work?")
    path = setup.folder / CALENDAR
    calendar = Draft(path.read_text(encoding="utf-8"))
    zone = _asked_zone()
    calendar.put("calendar", "timezone", zone)
    country = _asked_country(ZoneInfo(zone))
    if country is not None:
        calendar.put("calendar", "country", country)
        calendar.take_away("calendar", "subdivision")
    path.write_text(calendar.text, encoding="utf-8")


def _asked_zone() -> str:
    known = available_timezones()
    while True:
        zone: str = click.prompt("Time zone", default=_zone_of_this_machine(known))
        if zone in known:
            return zone
        click.echo("No such time zone: write one as Europe/London.")


def _zone_of_this_machine(known: set[str]) -> str:
    try:
        name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    except OSError:
        name = ""
    # A machine that keeps UTC says nothing about where the team works.
    return name if name in known and not name.startswith(SERVERS_KEEP) else USUAL_ZONE


def _asked_country(zone: ZoneInfo) -> str | None:
    """Ask whose public holidays count; None: the rules' own."""
    while True:
        country: str = click.prompt(
            "Country whose public holidays count (two letters)", default="GB"
        ).upper()
        if country == "GB":
            return None
        try:
            Calendar(zone, closing_time=NOON, country=country)
        except ValueError:
            click.echo("No calendar is known for it: write two letters, as IE.")
            continue
        return country
