"""Message-IDs of our own: bound to a case, hard to forge, easy to rotate."""

import pytest

from triage.message.header import message_ids
from triage.message.token import Minted, mint_id, verify_id

KEY, OLD_KEY, OTHER = b"k" * 32, b"o" * 32, b"x" * 32
DOMAIN = "library.example"
MINTED = mint_id("CMP-2026-00042", "acknowledge", KEY, DOMAIN)


def test_an_id_of_ours_says_its_case_and_kind() -> None:
    minted = verify_id(MINTED, [KEY], DOMAIN)

    assert minted == Minted("CMP-2026-00042", "acknowledge")


def test_an_id_of_ours_is_of_the_grammar_that_we_read() -> None:
    longest = mint_id("A" * 40, "a" * 40, KEY, f"{'a' * 100}.example")

    assert message_ids(MINTED) == (MINTED,)
    assert message_ids(longest) == (longest,)


def test_the_same_message_has_the_same_id() -> None:
    assert mint_id("CMP-2026-00042", "acknowledge", KEY, DOMAIN) == MINTED


def test_an_id_is_ours_in_any_case_of_letters() -> None:
    for changed in (MINTED.lower(), MINTED.upper()):
        assert verify_id(changed, [KEY], DOMAIN) == Minted(
            "CMP-2026-00042", "acknowledge"
        )


def test_an_old_key_still_verifies() -> None:
    old = mint_id("CMP-2026-00042", "acknowledge", OLD_KEY, DOMAIN)

    assert verify_id(old, [KEY, OLD_KEY], DOMAIN) is not None
    assert verify_id(old, [KEY], DOMAIN) is None
    assert verify_id(old, [], DOMAIN) is None


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(MINTED.replace("00042", "00043"), id="another case"),
        pytest.param(MINTED.replace("acknowledge", "redirect"), id="another kind"),
        pytest.param(MINTED.replace("library.", "evil."), id="another domain"),
        pytest.param(mint_id("CMP-2026-00042", "acknowledge", OTHER, DOMAIN), id="key"),
        pytest.param(MINTED[:-20] + "0" * 3 + MINTED[-17:], id="a changed digit"),
        pytest.param(MINTED[1:-1], id="no brackets"),
        pytest.param(f" {MINTED}", id="a space before"),
        pytest.param(f"{MINTED}\n", id="a newline after"),
        pytest.param("<acknowledge.CMP-2026-00042@library.example>", id="no code"),
        pytest.param(
            f"<acknowledge.CMP-2026-00042.{'0' * 32}@library.example>", id="zeros"
        ),
        pytest.param("", id="empty"),
        pytest.param("<" * 4000, id="brackets"),
        pytest.param("\ud800", id="a surrogate"),
        pytest.param(MINTED.replace("k", "\u212a"), id="the sign for kelvin"),
    ],
)
def test_a_forged_id_is_not_ours(forged: str) -> None:
    assert verify_id(forged, [KEY], DOMAIN) is None


def test_an_id_of_ours_on_another_domain_is_not_ours() -> None:
    other = mint_id("CMP-2026-00042", "acknowledge", KEY, "other.example")

    assert verify_id(other, [KEY], DOMAIN) is None


@pytest.mark.parametrize(
    ("reference", "kind", "domain"),
    [
        pytest.param("cmp-1", "acknowledge", DOMAIN, id="small reference"),
        pytest.param("CMP.1", "acknowledge", DOMAIN, id="dot in the reference"),
        pytest.param("CMP-1", "Acknowledge", DOMAIN, id="capital kind"),
        pytest.param("CMP-1", "ack.now", DOMAIN, id="dot in the kind"),
        pytest.param("CMP-1\r\nBcc: e", "acknowledge", DOMAIN, id="newline"),
        pytest.param("", "acknowledge", DOMAIN, id="no reference"),
        pytest.param("A" * 41, "acknowledge", DOMAIN, id="long reference"),
        pytest.param("CMP-1", "acknowledge", "a@b", id="domain"),
    ],
)
def test_what_cannot_be_told_apart_later_is_not_minted(
    reference: str, kind: str, domain: str
) -> None:
    with pytest.raises(ValueError, match="not fit for a Message-ID"):
        mint_id(reference, kind, KEY, domain)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 octets"):
        mint_id("CMP-1", "acknowledge", b"short", DOMAIN)
