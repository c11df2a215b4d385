"""A whole installation in a folder: config, a few rules, the letters as shipped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from triage import shipped
from triage.demo.servers import HOST

ADDRESS = "complaints@examboard.example"
TEAM = "team@examboard.example"
CONTACTS = {
    "team": TEAM,
    "safeguarding": "safeguarding-lead@examboard.example",
    "malpractice": "malpractice-lead@examboard.example",
    "director": "directors@examboard.example",
    "form-8": "forms@examboard.example",
}
"""None of them as in the example that is shipped: of those people are warned."""
PRIVATE = 0o600

RULES = """
[intake]
subject_words = ["complaint*"]

[senders]
windows = [{messages = 1000, hours = 24}]
budgets = {sender_per_day = 10000, domain_per_hour = 10000, all_per_hour = BUDGET}

# At no hour at which tests run: its mail would be one more than they count.
[digest]
at = 23:59:59

[guard]
otherwise = "review"
points = 2

[[signal]]
id = "family"
title = "A parent writes"
phrases = ["my (son|daughter)"]

[[signal]]
id = "teaching"
title = "About lessons"
phrases = ["teacher*", "lesson*"]

[[signal]]
id = "website"
title = "About the website"
phrases = ["website", "web page"]

[[signal]]
id = "danger"
title = "Somebody is in danger"
phrases = ["beats (him|her|me)"]

[[signal]]
id = "earlier-letter"
title = "Names an earlier letter"
phrases = ["my letter of", "i wrote to you"]

[[role]]
id = "parent"
title = "Parent"
points = {family = 1}

[[topic]]
id = "teaching"
title = "Teaching"
points = {teaching = 2}

[[topic]]
id = "website"
title = "Our website"
points = {website = 2}

[[flag]]
id = "safeguarding"
title = "A child may be at risk"
any = ["danger"]
never_redirect = true
template = "acknowledged-neutral"
tell = ["safeguarding"]
priority = "urgent"

[[missing]]
id = "correspondence"
title = "Earlier letters"
present = [["earlier-letter"]]

[[route]]
id = "follow-up"
title = "Belongs to a known case"
folder = "Complaints/Follow-ups"
responds = false

[[route]]
id = "school-first"
title = "The school answers first"
template = "school-first"
folder = "Complaints/Redirected"
redirects = true

[[route]]
id = "formal-complaint"
title = "A complaint that we answer"
template = "formal-complaint"
folder = "Complaints/Formal"
asks_missing = true

[[route]]
id = "review"
title = "A person decides"
template = "review"
folder = "Complaints/Review"

[[rule]]
id = "known"
title = "It belongs to a known case"
route = "follow-up"
known_case = true

[[rule]]
id = "lessons"
title = "A family about lessons"
route = "school-first"
role = ["parent"]
topic = ["teaching"]

[[rule]]
id = "our-website"
title = "About our website"
route = "formal-complaint"
topic = ["website"]

[[rule]]
id = "rest"
title = "Everything else"
route = "review"
"""


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Where the servers are and how one logs in there."""

    imap_port: int
    user: str
    password: str
    smtp_port: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a test may want otherwise; keys of the tables, as in config.toml."""

    mailbox: Mapping[str, object] = field(default_factory=dict)
    submission: Mapping[str, object] = field(default_factory=dict)
    budget: int = 100_000
    automatic_folder: str | None = None
    modes: Mapping[str, object] = field(default_factory=dict)
    answers: Mapping[str, object] = field(default_factory=dict)
    log_level: str = "info"
    http: Mapping[str, object] = field(default_factory=dict)


USUAL = Settings()


def install(folder: Path, servers: Servers, settings: Settings = USUAL) -> Path:
    """Write an installation that talks to these servers; return its config.toml."""
    _write_private(folder / "imap-password", servers.password)
    _write_private(folder / "reference.key", "k" * 40)
    rules = folder / "rules"
    rules.mkdir()
    (rules / "10-journeys.toml").write_text(
        RULES.replace("BUDGET", str(settings.budget))
        + _shipped_automatic(settings.automatic_folder)
        + _table("modes", {"at_most": "live"} | dict(settings.modes))
        + _table("answers", settings.answers),
        encoding="utf-8",
    )
    calendar = (shipped.rules() / "70-calendar.toml").read_text("utf-8")
    (rules / "70-calendar.toml").write_text(calendar, encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(_config(servers, settings), encoding="utf-8")
    return config


@dataclass(frozen=True, kw_only=True)
class Post:
    """One of several mailboxes: its servers, who writes for it, how far it goes."""

    servers: Servers
    address: str
    folder: str
    """Where it files, in the place of Complaints."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """What its rules say otherwise: words, and those that replace them."""


def install_several(folder: Path, posts: Mapping[str, Post]) -> Path:
    """Write an installation with several mailboxes, each with rules of its own."""
    first = next(iter(posts.values()))
    config = install(folder, first.servers)
    text = config.read_text("utf-8")
    text = _without_table(_without_table(text, "mailbox"), "rules")
    text = _without_table(text, "submission")
    for name, post in posts.items():
        _write_private(folder / f"{name}-password", post.servers.password)
        _copy_rules(folder, name, post)
        text += _post(name, post)
    config.write_text(text, encoding="utf-8")
    return config


def _without_table(text: str, name: str) -> str:
    before, _, after = text.partition(f"[{name}]\n")
    _, bracket, rest = after.partition("\n[")
    return f"{before}{bracket[1:]}{rest}"


def _copy_rules(folder: Path, name: str, post: Post) -> None:
    own = folder / f"rules-{name}"
    own.mkdir()
    for path in (folder / "rules").iterdir():
        text = path.read_text("utf-8").replace("Complaints/", f"{post.folder}/")
        for before, after in post.rules.items():
            text = text.replace(before, after)
        (own / path.name).write_text(text, encoding="utf-8")


def _post(name: str, post: Post) -> str:
    mailbox: dict[str, object] = {
        "name": name,
        "host": HOST,
        "port": post.servers.imap_port,
        "security": "plain",
        "user": post.servers.user,
        "password": Inline("file", f"{name}-password"),
        "addresses": [post.address],
        "poll_seconds": 2,
        "rules": {"folder": f"rules-{name}"},
        "contacts": {"team": f"team-{name}@examboard.example"},
        "submission": {
            "host": HOST,
            "port": post.servers.smtp_port,
            "security": "plain",
            "from_address": post.address,
            "from_name": f"Example Board, {name}",
            "witness": "none",
        },
    }
    return f"\n[{_table('mailbox', mailbox).replace(']', ']]', 1)}"


def _shipped_automatic(folder: str | None) -> str:
    """The lists of automatic mail as shipped, and where it is filed here."""
    text = (shipped.rules() / "00-intake.toml").read_text("utf-8")
    lines = text[text.index("[automatic]") :].splitlines()
    kept = [line for line in lines if not line.startswith("folder =")]
    if folder is not None:
        kept.append(f"folder = {_toml(folder)}")
    return "\n".join(kept) + "\n"


def _config(servers: Servers, settings: Settings) -> str:
    mailbox: dict[str, object] = {
        "host": HOST,
        "port": servers.imap_port,
        "security": "plain",
        "user": servers.user,
        "password": Inline("file", "imap-password"),
        "addresses": [ADDRESS],
        "poll_seconds": 2,
    }
    submission: dict[str, object] = {
        "host": HOST,
        "port": servers.smtp_port,
        "security": "plain",
        "from_address": ADDRESS,
        "from_name": "Example Board, Complaints Team",
        "witness": "none",
    }
    names = (
        "complaints-policy",
        "malpractice",
        "enquiries-about-results",
        "handbook",
        "form-8",
        "private-candidates",
    )
    tables: dict[str, Mapping[str, object]] = {
        "organisation": {
            "name": "Example Board",
            "short_name": "Example",
            "team": "Complaints Team",
            "phone": "+44 1632 960000",
        },
        "mailbox": mailbox | dict(settings.mailbox),
        "submission": submission | dict(settings.submission),
        "store": {"path": "triage.sqlite3"},
        "rules": {"folder": "rules"},
        "templates": {"folder": str(shipped.templates())},
        "references": {
            "domain": "examboard.example",
            "key": Inline("file", "reference.key"),
        },
        "http": settings.http,
        "contacts": CONTACTS,
        "links": {name: f"https://examboard.example/{name}" for name in names},
    }
    lines = [f'log_level = "{settings.log_level}"']
    return "\n".join((*lines, *(_table(name, tables[name]) for name in tables)))


def _table(name: str, table: Mapping[str, object]) -> str:
    given = ((key, value) for key, value in table.items() if value is not None)
    lines = (f"{key} = {_toml(value)}\n" for key, value in given)
    return f"[{name}]\n{''.join(lines)}"


@dataclass(frozen=True)
class Inline:
    """An inline table with one key, as secrets are named."""

    key: str
    value: object


def _toml(value: object) -> str:
    if isinstance(value, Inline):
        return f"{{ {value.key} = {_toml(value.value)} }}"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key} = {_toml(each)}" for key, each in value.items())
        return f"{{ {pairs} }}"
    # Strings, numbers, booleans and lists of these are written alike in JSON.
    return json.dumps(value)


def encrypted(folder: Path, ca_file: Path, password: str) -> Settings:
    """Return what servers ask for that are encrypted, and letters logged in for."""
    _write_private(folder / "smtp-password", password)
    trusted = {"ca_file": str(ca_file)}
    submission = {
        "security": "starttls",
        "user": "triage",
        "password": Inline("file", "smtp-password"),
    }
    return Settings(
        mailbox={"security": "imaps"} | trusted, submission=submission | trusted
    )


def _write_private(path: Path, secret: str) -> None:
    path.touch(PRIVATE)
    path.write_text(f"{secret}\n", encoding="utf-8")
