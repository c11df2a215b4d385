"""The shipped letters, as `triage templates preview` words them."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from selectolax.lexbor import LexborHTMLParser

from triage.errors import ConfigError
from triage.intake import Rulebook
from triage.preview import letters_of, names_of_letters, page_of, sample_circumstances
from triage.wiring import rulebook_to_look_at

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


@cache
def shipped() -> Rulebook:
    return rulebook_to_look_at(None, None)


def titles_of(*wanted: str) -> list[tuple[str, str]]:
    samples = sample_circumstances(shipped().ruleset, NOW)
    shown = letters_of(shipped(), wanted, samples, NOW)
    return [(each.template, each.title) for each in shown]


def test_every_letter_is_shown_when_none_is_named() -> None:
    shown = {template for template, _ in titles_of()}

    assert shown == set(shipped().templates.pairs)


def test_a_letter_is_named_by_its_route_or_by_its_template() -> None:
    tables = shipped().ruleset.tables
    route = next(each for each in tables.route if each.template)
    assert route.template is not None

    assert titles_of(route.id) == titles_of(route.template)


def test_a_letter_that_asks_for_nothing_is_shown_once() -> None:
    assert titles_of("concern") == [("concern", "with nothing missing")]


def test_a_letter_that_asks_for_what_is_missing_is_shown_twice() -> None:
    assert titles_of("formal-complaint") == [
        ("formal-complaint", "with nothing missing"),
        ("formal-complaint", "with everything missing"),
    ]


def test_what_a_restriction_says_is_shown_for_every_kind() -> None:
    titles = [title for _, title in titles_of("restriction")]

    assert titles == [*shipped().ruleset.tables.restrictions.kinds, "once it is over"]


def test_all_names_that_are_neither_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        titles_of("formal-complain", "concern", "follow-up", "nonsense")

    first, second, third = map(str, caught.value.problems)
    assert "no route or template `formal-complain`" in first
    assert "did you mean `formal-complaint`" in first
    assert second == "the route `follow-up` sends no letter"
    assert "no route or template `nonsense`" in third


def test_a_letter_says_when_it_is_sent() -> None:
    uses = names_of_letters(shipped())

    assert uses["review"] == ("review: A person decides",)
    assert any("waits for a person" in use for use in uses["acknowledged-held"])


def test_the_page_shows_each_letter_as_text_and_in_four_frames() -> None:
    samples = sample_circumstances(shipped().ruleset, NOW)
    letters = list(letters_of(shipped(), ["formal-complaint"], samples, NOW))

    page = LexborHTMLParser(page_of(letters, "The Board", "abc"))

    texts = [node.text() for node in page.css("pre")]
    frames = page.css("iframe")
    assert [each.draft.wording.text for each in letters] == texts
    assert [node.attributes["class"] for node in frames[:4]] == [
        "wide light",
        "wide dark",
        "narrow light",
        "narrow dark",
    ]
    assert [node.attributes["srcdoc"] for node in frames[::4]] == [
        each.draft.wording.html for each in letters
    ]


def test_no_frame_may_run_a_script_and_the_page_loads_nothing() -> None:
    samples = sample_circumstances(shipped().ruleset, NOW)
    page = page_of(letters_of(shipped(), [], samples, NOW), "The Board", "abc")

    parsed = LexborHTMLParser(page)

    sandboxes = {node.attributes["sandbox"] for node in parsed.css("iframe")}
    (policy,) = (node.attributes["content"] for node in parsed.css("meta[http-equiv]"))
    assert sandboxes == {"allow-same-origin"}
    assert (policy or "").startswith("default-src 'none'")
    assert not parsed.css("link, img, script[src]")


def test_words_of_the_configuration_are_no_markup_on_the_page() -> None:
    samples = sample_circumstances(shipped().ruleset, NOW)
    letter = next(letters_of(shipped(), ["concern"], samples, NOW))
    hostile = replace(letter, title="<script>alert(1)</script>")

    page = page_of([hostile], "<b>The Board</b>", "abc")

    assert "<script>alert" not in page
    assert "<b>The Board" not in page


def test_dates_are_counted_by_the_calendar() -> None:
    samples = sample_circumstances(shipped().ruleset, NOW)
    letter = next(letters_of(shipped(), ["formal-complaint"], samples, NOW))

    assert "3 June 2026" in letter.draft.wording.text
    assert "19 June 2026" in letter.draft.wording.text


def test_an_answer_to_a_letter_that_is_tried_belongs_to_no_case() -> None:
    samples = sample_circumstances(shipped().ruleset, NOW)
    letter = next(letters_of(shipped(), ["concern"], samples, NOW))

    assert shipped().ours_among([letter.draft.message_id]) == ()
