from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timing import seconds_of
from triage.decision.model import History, KnownCase, Ourselves, Rules, Sighting
from triage.decision.sender import (
    fingerprint,
    identity_keys,
    is_insistent,
    is_repeating,
    likeness,
    named_references,
    person_key,
    who_writes,
)
from triage.message.model import Address, Message
from triage.ruleset.evidence import Evidence, Hit
from triage.ruleset.schema import Window

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
OURSELVES = Ourselves(
    authserv_id="mx.library.example", web_forms=frozenset({"form@library.example"})
)
PROVEN = (
    "Authentication-Results",
    "mx.library.example; dkim=pass header.d=library.example",
)
FORM = (Address("form@library.example", "Web form"),)
ANN = Address("ann@readers.example", "Ann Reader")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("Ann@Readers.Example", "ann@readers.example", True, id="case"),
        pytest.param("ann+a@readers.example", "ann+b@readers.example", True, id="plus"),
        pytest.param("a.n.n@gmail.com", "ann@gmail.com", True, id="Gmail's dots"),
        pytest.param("ann@googlemail.com", "ann@gmail.com", True, id="Googlemail"),
        pytest.param("A.nn+x@GoogleMail.com", "ann@gmail.com", True, id="all at once"),
        pytest.param("a.nn@readers.example", "ann@readers.example", False, id="dots"),
        pytest.param("ann@readers.example", "ann@other.example", False, id="domain"),
        pytest.param(
            "+a@readers.example", "+b@readers.example", False, id="only a tag"
        ),
        pytest.param(".@gmail.com", "..@gmail.com", False, id="only dots"),
    ],
)
def test_one_person_has_one_key(
    one: str, other: str, expected: bool, make_rules: Callable[..., Rules]
) -> None:
    senders = make_rules().tables.senders

    assert expected == (person_key(one, senders) == person_key(other, senders))


def test_plus_addresses_may_be_people_of_their_own(
    make_rules: Callable[..., Rules],
) -> None:
    senders = make_rules(senders={"plus_addresses": False}).tables.senders

    assert person_key("ann+a@b.example", senders) != person_key(
        "ann@b.example", senders
    )


@given(address=st.text(alphabet="aA+.@ ß", max_size=12))
def test_a_key_is_its_own_key(address: str, make_rules: Callable[..., Rules]) -> None:
    senders = make_rules().tables.senders

    key = person_key(address, senders)

    assert key == person_key(key, senders)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, ANN, id="From"),
        pytest.param({"from_": ()}, None, id="nobody"),
        pytest.param({"from_": (ANN, Address("b@c.example"))}, None, id="several"),
        pytest.param(
            {"from_": FORM, "reply_to": (ANN,), "headers": (PROVEN,)},
            ANN,
            id="our form",
        ),
        pytest.param(
            {"from_": FORM, "reply_to": (), "headers": (PROVEN,)},
            None,
            id="form, nobody",
        ),
        pytest.param({"from_": FORM, "reply_to": (ANN,)}, None, id="form, unproven"),
        pytest.param(
            {"reply_to": (Address("x@evil.example"),), "headers": (PROVEN,)},
            ANN,
            id="Reply-To of a person",
        ),
    ],
)
def test_the_person_is_who_writes(
    fields: dict[str, Any],
    expected: Address | None,
    make_message: Callable[..., Message],
) -> None:
    assert expected == who_writes(make_message(**fields), OURSELVES)


@pytest.mark.parametrize(
    ("name", "signals", "expected"),
    [
        pytest.param("", {}, ("addr:ann@readers.example",), id="address"),
        pytest.param("Ann Reader", {}, ("addr:ann@readers.example",), id="name alone"),
        pytest.param(
            "Ann Reader",
            {"branch-number": "gb 123"},
            ("addr:ann@readers.example", "name-centre:ann reader:GB123"),
            id="name and centre",
        ),
        pytest.param(
            "READER, Ánn",
            {"branch-number": "GB123"},
            ("addr:ann@readers.example", "name-centre:ann reader:GB123"),
            id="order, accents and capitals",
        ),
        pytest.param(
            "Ann",
            {"branch-number": "GB123"},
            ("addr:ann@readers.example",),
            id="one word is no name",
        ),
        pytest.param(
            "Ann Reader",
            {"card-number": "GB123"},
            ("addr:ann@readers.example",),
            id="another signal",
        ),
        pytest.param(
            "Ann Reader",
            {"branch-number": "---"},
            ("addr:ann@readers.example",),
            id="no number",
        ),
    ],
)
def test_a_person_is_known_by_address_or_by_name_and_centre(
    name: str,
    signals: dict[str, str],
    expected: tuple[str, ...],
    make_sighting: Callable[..., Sighting],
    make_rules: Callable[..., Rules],
) -> None:
    hits = tuple(Hit(signal, "text", words) for signal, words in signals.items())
    message = make_sighting(from_=(Address("ann+x@readers.example", name),)).message

    keys = identity_keys(message, Evidence(hits), make_rules(), OURSELVES)

    assert expected == keys


def test_nobody_has_no_key(
    make_message: Callable[..., Message], make_rules: Callable[..., Rules]
) -> None:
    keys = identity_keys(make_message(from_=()), Evidence(), make_rules(), OURSELVES)

    assert not keys


def hours_ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in hours]


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        pytest.param([], False, id="the first"),
        pytest.param(hours_ago(1, 2), False, id="three in a day"),
        pytest.param(hours_ago(1, 2, 3), True, id="four in a day"),
        pytest.param(hours_ago(1, 2, 24), True, id="at the edge of the day"),
        pytest.param(hours_ago(1, 2, 24.1), False, id="over the edge"),
        pytest.param(hours_ago(30, 60, 90, 120), False, id="five in a week"),
        pytest.param(hours_ago(30, 60, 90, 120, 150), True, id="six in a week"),
        pytest.param(hours_ago(200, 201, 202, 203, 204), False, id="long ago"),
        pytest.param(hours_ago(-1, -2, -3, -4, -5, -6), False, id="later ones"),
    ],
)
def test_more_than_a_window_allows_is_a_repeat_sender(
    earlier: list[datetime], expected: bool
) -> None:
    windows = (Window(messages=3, hours=24), Window(messages=5, hours=168))

    assert expected == is_repeating(earlier, NOW, windows)


CASE = "CMP-2026-00042"


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        pytest.param(History(), False, id="nothing"),
        pytest.param(History(case=KnownCase(CASE, "x")), False, id="open case"),
        pytest.param(
            History(case=KnownCase(CASE, "x", answered_at=NOW - timedelta(days=1))),
            True,
            id="answered case",
        ),
        pytest.param(History(answered_cases=(CASE,)), False, id="another matter"),
        pytest.param(
            History(answered_cases=(CASE,), near_identical_to=CASE),
            True,
            id="same text",
        ),
        pytest.param(History(near_identical_to=CASE), False, id="same text, open"),
        pytest.param(
            History(answered_cases=(CASE,), claims=CASE),
            True,
            id="names the answered case",
        ),
        pytest.param(
            History(answered_cases=(CASE,), claims="CMP-2026-00001"),
            False,
            id="names another case",
        ),
    ],
)
def test_to_go_on_after_the_answer_is_insistent(
    history: History, expected: bool
) -> None:
    assert expected == is_insistent(history, NOW)


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        pytest.param("", "", (), id="none"),
        pytest.param(f"Re: your complaint {CASE}", "", (CASE,), id="subject"),
        pytest.param("", f"my case ({CASE}).", (CASE,), id="text"),
        pytest.param("", "cmp-2026-00042", (CASE,), id="small letters"),
        pytest.param("", "CMP\u20132026\u201300042", (CASE,), id="dashes"),
        pytest.param("", "CMP 2026 00042", (CASE,), id="spaces"),
        pytest.param(CASE, CASE, (CASE,), id="once"),
        pytest.param("", f"CMP-2025-00001, {CASE}", ("CMP-2025-00001", CASE), id="two"),
        pytest.param("", "CMP-2026-123456", ("CMP-2026-123456",), id="a long number"),
        pytest.param("", "CMP-2026-0004", (), id="too short"),
        pytest.param("", "XCMP-2026-00042", (), id="within a word"),
        pytest.param("", "CMP-2026-0004200000000", (), id="too long"),
        pytest.param("CMP-2026", "-00042", (), id="not across subject and text"),
    ],
)
def test_our_references_are_found(
    subject: str,
    text: str,
    expected: tuple[str, ...],
    make_message: Callable[..., Message],
) -> None:
    message = make_message(subject=subject, text=text, quoted="CMP-2026-99999")

    assert expected == named_references(message)


def test_a_flood_of_references_is_cut(make_message: Callable[..., Message]) -> None:
    text = " ".join(f"CMP-2026-{n:05}" for n in range(100_000))

    references = named_references(make_message(text=text))

    assert len(references) == 10


LETTER = (
    "I wrote to you three weeks ago about the fine on my daughter's card. Nobody has"
    " answered, although your page says two working days. I ask you once more to tell"
    " me why she was charged for a book that she brought back in time."
)


def alike(one: str, other: str) -> float:
    return likeness(fingerprint(one), fingerprint(other))


def test_a_fingerprint_is_the_same_tomorrow() -> None:
    expected = "6e895f63"

    assert expected == fingerprint("one two three").hex()


@pytest.mark.parametrize(
    ("other", "at_least", "at_most"),
    [
        pytest.param(LETTER, 1, 1, id="the same"),
        pytest.param(
            LETTER.upper().replace(" ", "\n"), 1, 1, id="case and line breaks"
        ),
        pytest.param(LETTER.replace(",", " -"), 1, 1, id="punctuation"),
        pytest.param(f"Dear all, {LETTER}", 0.9, 0.99, id="another greeting"),
        pytest.param(LETTER.replace("three", "four"), 0.8, 0.99, id="another number"),
        pytest.param(LETTER[: len(LETTER) // 2], 0.3, 0.6, id="half of it"),
        pytest.param(
            "The reading room is too loud for me to work.", 0, 0, id="another"
        ),
        pytest.param("", 0, 0, id="nothing"),
        pytest.param("!!!", 0, 0, id="no words"),
    ],
)
def test_likeness_tells_copies_from_other_texts(
    other: str, at_least: float, at_most: float
) -> None:
    assert at_least <= alike(LETTER, other) <= at_most


def test_two_empty_texts_are_not_alike() -> None:
    assert alike("", "") == 0


@pytest.mark.parametrize("text", ["complaint", "my complaint"])
def test_very_short_texts_are_compared_whole(text: str) -> None:
    assert alike(text, text.title()) == 1
    assert alike(text, f"{text} again") == 0


def test_long_texts_are_sketched_closely_enough() -> None:
    words = [f"word{n}" for n in range(2000)]
    changed = [*words[:1800], *(f"other{n}" for n in range(200))]

    found = alike(" ".join(words), " ".join(changed))

    exact = 1798 / (1998 * 2 - 1798)
    assert abs(exact - found) < 0.1


def test_a_fingerprint_is_small_and_cheap() -> None:
    text = " ".join(str(n) for n in range(200_000))

    assert seconds_of(lambda: fingerprint(text)) < 1
    assert len(fingerprint(text)) == 512


def test_a_long_text_is_sketched_by_its_beginning() -> None:
    beginning = " ".join(str(n) for n in range(4000))
    rest = " ".join(str(n) for n in range(4000, 8000))

    assert fingerprint(beginning) == fingerprint(f"{beginning} {rest}")
    assert fingerprint(beginning) != fingerprint(f"{rest} {beginning}")


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    found = alike(one, other)

    assert 0 <= found <= 1
    assert found == alike(other, one)
    assert alike(one, one) in (0, 1)


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_a_fingerprint_from_a_damaged_store_upsets_nothing(
    one: bytes, other: bytes
) -> None:
    assert 0 <= likeness(one, other) <= 1
