"""A board, the letters as shipped, and makers that supply what does not matter."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from triage.reply import (
    Letter,
    Notice,
    Organisation,
    Templates,
    compile_templates,
)
from triage.workdays import Due

TEMPLATES = Path(__file__).parents[2] / "templates"
ASKED = ("centre", "candidate", "description", "correspondence")
SITE = "https://www.examboard.example"

MakeLetter = Callable[..., Letter]


@pytest.fixture(scope="session")
def make_organisation() -> Callable[..., Organisation]:
    def make(**changes: object) -> Organisation:
        values: dict[str, object] = {
            "name": "Example Examinations Board",
            "short_name": "Example Exams",
            "team": "Complaints Team",
            "phone": "+44 1632 960000",
            "from_address": "complaints@examboard.example",
            "from_name": "Example Examinations Board, Complaints Team",
            "message_id_domain": "examboard.example",
            "loop_mark": "examboard.example",
            "timezone": ZoneInfo("Europe/London"),
            "contacts": {"form-8": "feedback@examboard.example"},
            "links": {
                "complaints-policy": f"{SITE}/complaints?part=1&lang=en",
                "enquiries-about-results": f"{SITE}/enquiries-about-results",
                "form-8": f"{SITE}/form-8",
                "handbook": f"{SITE}/handbook",
                "malpractice": f"{SITE}/malpractice",
                "private-candidates": f"{SITE}/private-candidates",
            },
        }
        return Organisation(**(values | changes))  # type: ignore[arg-type]  # by name

    return make


@pytest.fixture(scope="session")
def organisation(make_organisation: Callable[..., Organisation]) -> Organisation:
    return make_organisation()


@pytest.fixture(scope="session")
def shipped() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in TEMPLATES.iterdir()}


@pytest.fixture(scope="session")
def templates(shipped: dict[str, str], organisation: Organisation) -> Templates:
    return compile_templates(shipped, organisation, ASKED)


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 4, 2, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def make_letter() -> MakeLetter:
    def make(template: str = "review", **changes: object) -> Letter:
        values: dict[str, object] = {
            "template": template,
            "kind": "acknowledgement",
            "to": "parent@post.example",
            "reference": "CMP-2026-00042",
            "message_id": "<CMP-2026-00042.a1b2@examboard.example>",
            "received_at": datetime(2026, 4, 2, 9, 12, tzinfo=UTC),
            "in_reply_to": "<question@post.example>",
            "references": ("<first@post.example>", "<second@post.example>"),
            "respond": Due(
                at=datetime(2026, 4, 20, 16, tzinfo=UTC),
                days=10,
                counted_from=date(2026, 4, 2),
                left_out=(),
                words="",
            ),
        }
        return Letter(**(values | changes))  # type: ignore[arg-type]  # by name

    return make


@pytest.fixture(scope="session")
def make_notice() -> Callable[..., Notice]:
    def make(template: str = "notice", **changes: object) -> Notice:
        values: dict[str, object] = {
            "template": template,
            "kind": "notice",
            "to": "safeguarding@examboard.example",
            "message_id": "<CMP-2026-00042.n1@examboard.example>",
            "why": ("Somebody may be at risk of harm",),
            "reference": "CMP-2026-00042",
        }
        return Notice(**(values | changes))  # type: ignore[arg-type]  # by name

    return make
