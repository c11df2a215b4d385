"""What the team is told of refused rules."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.intake.conftest import NOW
from triage.intake import Rulebook
from triage.intake.letters import MOST_REASONS, refusal_notice
from triage.store import Category, Letter


def text_of(letter: Letter | None) -> str:
    assert letter is not None
    mail = message_from_bytes(letter.data, EmailMessage, policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_a_refusal_is_told_to_the_team_as_a_notice(rulebook: Rulebook) -> None:
    reason = "rules/a.toml:3:1: unknown key `phrase`\n    phrase = []\n    ^"

    letter = refusal_notice("0123456789ab", [reason], rulebook, NOW)

    assert letter is not None
    assert letter.category is Category.NOTICE
    assert letter.to == rulebook.organisation.contacts["team"]
    assert "- rules/a.toml:3:1: unknown key `phrase` What to do" in text_of(letter)


def test_an_edition_has_one_notice_however_often_it_is_refused(
    rulebook: Rulebook,
) -> None:
    one, again, other = (
        refusal_notice(hash_, ["no"], rulebook, NOW)
        for hash_ in ("0123456789ab", "0123456789ab", "ba9876543210")
    )

    assert one is not None
    assert again is not None
    assert other is not None
    assert one.message_id == again.message_id != other.message_id


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("write to me@example.org", "- write to me at example.org What"),
        ("a bell\x07, a break\u2028", "- a bell�, a break What"),
        ("x" * 400, "- " + "x" * 299 + "… What"),
        ("\ud800", "- � What"),
        ("\n", "- unknown What"),
    ],
    ids=["an address", "controls", "a long one", "a lone surrogate", "nothing"],
)
def test_whatever_a_reason_says_it_can_be_told(
    rulebook: Rulebook, reason: str, expected: str
) -> None:
    letter = refusal_notice(None, [reason], rulebook, NOW)

    assert expected in text_of(letter)


def test_of_very_many_reasons_the_first_are_told(rulebook: Rulebook) -> None:
    reasons = [f"reason-{number:03}" for number in range(200)]

    letter = refusal_notice("0123456789ab", reasons, rulebook, NOW)

    assert text_of(letter).count("reason-") == MOST_REASONS


def test_without_a_team_nobody_is_told(rulebook: Rulebook) -> None:
    organisation = replace(rulebook.organisation, contacts={})
    alone = replace(rulebook, organisation=organisation)

    assert refusal_notice("0123456789ab", ["no"], alone, NOW) is None
