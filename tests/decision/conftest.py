"""A lending library's rules, and makers of what does not matter to a case.

The policy is data: nothing of the exam board stands in the code under test, so another
organisation's rules do as well here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triage.decision.decide import decide
from triage.decision.gate import Seen
from triage.decision.model import Decision, History, Ourselves, Sighting
from triage.message.model import Address, Headers, Message
from triage.ruleset.evidence import Evidence, Hit
from triage.ruleset.likeness import Likeness
from triage.ruleset.schema import RuleFiles, Series
from triage.workdays import Calendar

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
READER = Address("ann@readers.example", "Ann Reader")
OURS = Address("complaints@library.example")
OURSELVES = Ourselves(
    addresses=frozenset({OURS.address}),
    authserv_id="mx.library.example",
    web_forms=frozenset({"form@library.example"}),
    loop_mark="library-loop",
)
NO_HISTORY = History()
CALENDAR = Calendar(ZoneInfo("Europe/London"), time(17), "GB", "ENG")
TABLES: dict[str, Any] = {
    "intake": {"subject_words": ["complaint"], "max_age_hours": 48},
    "automatic": {
        "list_fields": [
            "List-Id",
            "List-Unsubscribe",
            "List-Post",
            "Mailing-List",
            "X-Mailer: newsletter",
        ],
        "vendor_fields": ["X-Autoreply", "Delivered-To: autoresponder"],
        "precedence": ["bulk", "list", "junk", "auto_reply"],
        "suppress": ["All", "AutoReply", "OOF"],
        "system_senders": [
            "mailer-daemon",
            "postmaster",
            "noreply",
            "owner-*",
            "*-request",
            "bounce*",
        ],
        "subject_prefixes": [
            "Auto:",
            "Auto reply",
            "Automatic reply:",
            "Out of office",
        ],
        "max_received": 30,
    },
    "calendar": {
        "timezone": "Europe/London",
        "country": "GB",
        "subdivision": "ENG",
        "closing_time": "17:00",
        "acknowledge_days": 2,
        "respond_days": 10,
    },
    "senders": {
        "windows": [{"messages": 3, "hours": 24}, {"messages": 5, "hours": 168}],
        "dotless_domains": [["gmail.com", "googlemail.com"]],
        "public_domains": ["gmail.com", "googlemail.com"],
        "same_centre": ["branch-number"],
        "budgets": {"sender_per_day": 3, "domain_per_hour": 20, "all_per_hour": 60},
    },
    "guard": {
        "otherwise": "review",
        "margin": 2,
        "points": 2,
        "contrary": ["ill"],
        "meanwhile": "acknowledged",
    },
    "clock": {},
    "modes": {"at_most": "live"},
    "restrictions": {
        "kinds": {
            "quiet": {
                "title": "No automatic replies",
                "says": "A person writes to you.",
                "why": "So that you hear from somebody.",
            },
            "in-writing": {
                "title": "Only in writing",
                "says": "Please write to us.",
                "why": "So that it is on record.",
                "holds_replies": False,
            },
        }
    },
    "dissatisfied": {},
    "follow_up": {},
    "signal": [],
    "role": [
        {"id": "reader", "title": "A reader", "points": {"my-card": 1, "my-loan": 2}},
        {
            "id": "librarian",
            "title": "A colleague",
            "points": {"our-branch": 2, "my-card": -1},
            "at_least": 2,
        },
    ],
    "topic": [
        {"id": "fines", "title": "Fines", "points": {"fine": 2, "overdue": 1}},
        {"id": "staff", "title": "Staff", "points": {"rude": 3, "unhelpful": 1}},
        {"id": "noise", "title": "Noise", "points": {"noisy": 2}, "at_least": 2},
    ],
    "flag": [
        {
            "id": "abusive",
            "title": "Abuse",
            "any": ["swearing"],
            "hold_redirect": True,
            "tell": ["team"],
        },
        {
            "id": "danger",
            "title": "Somebody is in danger",
            "any": ["hit", "threat-to-self"],
            "none": ["in-a-novel"],
            "never_redirect": True,
            "template": "neutral",
            "priority": "urgent",
            "tell": ["duty", "team"],
        },
        {"id": "often", "title": "Writes often", "history": "repeat-sender"},
        {"id": "again", "title": "Goes on", "history": "insistent", "none": ["thanks"]},
    ],
    "missing": [
        {
            "id": "card",
            "title": "Card number",
            "present": [["card-number"], ["branch"]],
        },
        {
            "id": "receipt",
            "title": "Receipt",
            "present": [["attachment", "receipt-quoted"]],
            "asked_when_topic": ["fines"],
            "asked_when_any": ["paid"],
            "not_asked_when_any": ["paid-in-cash"],
        },
    ],
    "route": [
        {
            "id": "follow-up",
            "title": "Belongs to a case",
            "folder": "Cases",
            "responds": False,
        },
        {
            "id": "appeal",
            "title": "To the head librarian",
            "template": "appeal",
            "folder": "Appeals",
            "priority": "high",
            "escalates": True,
            "tell": ["head"],
        },
        {
            "id": "fines-desk",
            "title": "The fines desk answers",
            "template": "fines-desk",
            "folder": "Turned away",
            "redirects": True,
            "contrary": ["desk-refused"],
        },
        {
            "id": "complaint",
            "title": "A complaint",
            "template": "acknowledged",
            "folder": "Complaints",
            "asks_missing": True,
        },
        {
            "id": "review",
            "title": "A person decides",
            "template": "acknowledged",
            "folder": "Review",
        },
    ],
    "rule": [
        {
            "id": "appeals",
            "title": "Asks for the head",
            "route": "appeal",
            "any": ["asks-head"],
        },
        {
            "id": "known",
            "title": "Part of a case",
            "route": "follow-up",
            "known_case": True,
        },
        {
            "id": "fines-of-readers",
            "title": "A reader's fine",
            "route": "fines-desk",
            "role": ["reader", "unknown"],
            "topic": ["fines"],
            "none": ["not-about-fines"],
            "unless": [{"all": ["fined-by-mistake"]}],
        },
        {
            "id": "staff",
            "title": "About our staff",
            "route": "complaint",
            "topic": ["staff"],
        },
        {
            "id": "colleagues",
            "title": "A colleague's complaint",
            "route": "complaint",
            "role": ["librarian"],
            "all": ["formal"],
        },
    ],
    "series": [
        {
            "id": "spring",
            "title": "Spring term",
            "first": "2026-05-01",
            "last": "2026-06-15",
        }
    ],
}


@dataclass(frozen=True)
class Book:
    """Stands in for a ruleset."""

    tables: RuleFiles
    calendar: Calendar = CALENDAR
    hash: str = "0123abcd"

    @property
    def likeness(self) -> Likeness | None:
        return None

    def picks_up(self, subject: str) -> bool:
        return any(
            word in subject.casefold() for word in self.tables.intake.subject_words
        )

    def series_at(self, day: date) -> Series | None:
        running = (s for s in self.tables.series if s.first <= day <= s.last)
        return next(running, None)


def message(**fields: Any) -> Message:
    """A reader's mail that every gate lets pass; `headers` are added to it."""
    received = (("Received", "from a by b"), ("Received", "from b by c"))
    ordinary: dict[str, Any] = {
        "sha256": "00",
        "size": 1000,
        "subject": "A complaint",
        "from_": (READER,),
        "to": (OURS,),
        "return_path": READER.address,
        "text": "I was fined and nobody would say why.",
    }
    headers = Headers((*received, *fields.pop("headers", ())))
    return Message(**{**ordinary, "headers": headers, **fields})


def rules(**changes: Any) -> Book:
    """The library's rules; a table that is given replaces or extends the one there."""
    tables = {
        name: {**table, **changes.get(name, {})}
        if isinstance(table, dict)
        else changes.get(name, table)
        for name, table in TABLES.items()
    }
    return Book(RuleFiles.model_validate(tables))


def evidence(*signals: str) -> Evidence:
    return Evidence(tuple(Hit(signal, "text", signal) for signal in signals))


def sighting(
    *signals: str,
    received_at: datetime = NOW,
    mail: Message | None = None,
    **fields: Any,
) -> Sighting:
    return Sighting(mail or message(**fields), evidence(*signals), received_at)


def seen(
    *,
    history: History = NO_HISTORY,
    book: Book | None = None,
    ourselves: Ourselves = OURSELVES,
    received_at: datetime = NOW,
    **fields: Any,
) -> Seen:
    return Seen(
        sighting(received_at=received_at, **fields),
        history,
        book or rules(),
        ourselves,
        NOW,
    )


def decided(
    *signals: str,
    history: History = NO_HISTORY,
    book: Book | None = None,
    ourselves: Ourselves = OURSELVES,
    received_at: datetime = NOW,
    **fields: Any,
) -> Decision:
    found = sighting(*signals, received_at=received_at, **fields)
    return decide(found, history, book or rules(), ourselves, NOW)


@pytest.fixture(scope="session")
def make_message() -> Callable[..., Message]:
    return message


@pytest.fixture(scope="session")
def make_rules() -> Callable[..., Book]:
    return rules


@pytest.fixture(scope="session")
def make_evidence() -> Callable[..., Evidence]:
    return evidence


@pytest.fixture(scope="session")
def make_sighting() -> Callable[..., Sighting]:
    return sighting


@pytest.fixture(scope="session")
def make_seen() -> Callable[..., Seen]:
    return seen


@pytest.fixture(scope="session")
def decide_on() -> Callable[..., Decision]:
    return decided
