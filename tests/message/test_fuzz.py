"""A few thousand damaged mails: whatever the octets, reading does not raise."""

from random import Random  # noqa: TID251 - seeded: the same mails every time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.message.damage import SEEDS, damaged
from tests.message.mails import mail
from tests.message.test_hostile import assert_safe
from triage.message import parse, peek


@pytest.mark.parametrize("number", range(8))
def test_damaged_mails_are_read(number: int) -> None:
    chance = Random(number)  # noqa: S311 - chooses damage, no secret

    for _ in range(500):
        raw = damaged(chance.choice(SEEDS), chance)
        assert_safe(parse(raw, is_whole=chance.random() < 0.5))
        assert_safe(peek(raw))


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_a_mail_cut_at_any_octet_is_read(seed: bytes) -> None:
    for end in range(len(seed)):
        assert_safe(parse(seed[:end]))


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_octets_are_read(raw: bytes) -> None:
    assert_safe(parse(raw))
    assert_safe(peek(raw))


@settings(max_examples=200)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_words_are_read(value: str, body: str) -> None:
    raw = mail(
        f"Subject: {value}", f"From: {value}", body=body.encode("utf-8", "replace")
    )

    assert_safe(parse(raw))
