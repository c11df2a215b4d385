from collections.abc import Callable

import pytest

from triage.errors import ConfigError
from triage.message.model import Message
from triage.ruleset import Ruleset, find_evidence
from triage.ruleset.phrases import PhraseError, read_phrase

Compile = Callable[[str], Ruleset]
Make = Callable[..., Message]

SEEN = [
    pytest.param("not happy", "I am NOT\nhappy.", "NOT happy", id="words"),
    pytest.param("complain*", "We complained", "complained", id="ending"),
    pytest.param("complain*", "a complain", "complain", id="ending of nothing"),
    pytest.param("(our|the) school", "in our school", "our school", id="alternative"),
    pytest.param("(our|the) school", "of the school", "the school", id="the other one"),
    pytest.param("[very] upset", "I am upset", "upset", id="left out"),
    pytest.param("[very] upset", "I am very upset", "very upset", id="not left out"),
    pytest.param("(a [b] c|d) e", "a c e", "a c e", id="brackets in brackets"),
    pytest.param("(a [b] c|d) e", "a b c e", "a b c e", id="all of them"),
    pytest.param("not ... right", "not right", "not right", id="gap of none"),
    pytest.param(
        "not ... right", "not 1 2 3 4 right", "not 1 2 3 4 right", id="gap of 4"
    ),
    pytest.param("not ...8... right", "not 1 2 3 4 5 6 7 8 right", None, id="gap of 8"),
    pytest.param("not … right", "not quite right", "not quite right", id="one sign"),
    pytest.param("not ...1... ok", "not so ok", "not so ok", id="gap of 1"),
    pytest.param("don't", "I don\u2019t", "don\u2019t", id="curly apostrophe"),
    pytest.param("don\u2019t", "I dont", "dont", id="none at all"),
    pytest.param("re-mark", "a re mark", "re mark", id="hyphen"),
    pytest.param("e.g. this", "E.g. this", "E.g. this", id="abbreviation"),
    pytest.param("mr smith", "Mr. Smith", "Mr. Smith", id="full stop of a title"),
    pytest.param("café", "CAFE", "CAFE", id="accent in the phrase"),
    pytest.param("cafe", "Cafe\u0301", "Cafe\u0301", id="accent of its own"),
    pytest.param("a (b|c) d", "a c d", "a c d", id="in the middle"),
    pytest.param("0580", "in 0580/12", "0580", id="digits"),
    pytest.param("школа", "Наша Школа", "Школа", id="another script"),
    pytest.param("not happy!", "not happy at all", "not happy", id="signs are nothing"),
    pytest.param("not happy", "not, happy", "not, happy", id="comma"),
    pytest.param("a b a c", "a b a b a c", "a b a c", id="false start"),
]


@pytest.mark.parametrize(("phrase", "text", "words"), SEEN)
def test_a_phrase_is_seen(
    ruleset_with: Compile, make_message: Make, phrase: str, text: str, words: str | None
) -> None:
    ruleset = ruleset_with(
        f"[[signal]]\nid = 's'\ntitle = ''\nphrases = ['''{phrase}''']"
    )

    (hit,) = find_evidence(ruleset, make_message(text)).hits

    assert (words or text) == hit.text


UNSEEN = [
    pytest.param("form", "formal", id="part of a word"),
    pytest.param("form", "perform", id="end of a word"),
    pytest.param("mal", "é formal", id="part of a word behind an accent"),
    pytest.param("caf", "café", id="part of a word before an accent"),
    pytest.param("complain*", "plain", id="another beginning"),
    pytest.param("not happy", "not. Happy", id="across a full stop"),
    pytest.param("not ... happy", "not now! Happy", id="gap across an end"),
    pytest.param("not happy", "not\n\nhappy", id="across a blank line"),
    pytest.param("not ... right", "not 1 2 3 4 5 right", id="gap of 5"),
    pytest.param("not ...1... ok", "not so very ok", id="gap of 2"),
    pytest.param("(our|the) school", "school", id="no alternative"),
    pytest.param("[very] upset", "very", id="only what may be left out"),
    pytest.param("two words", "words two", id="order"),
    pytest.param("remark", "re-mark", id="hyphen is a space"),
]


@pytest.mark.parametrize(("phrase", "text"), UNSEEN)
def test_a_phrase_is_not_seen(
    ruleset_with: Compile, make_message: Make, phrase: str, text: str
) -> None:
    ruleset = ruleset_with(f"[[signal]]\nid = 's'\ntitle = ''\nphrases = ['{phrase}']")

    assert find_evidence(ruleset, make_message(text)).hits == ()


WRONG = [
    pytest.param("", "no word", id="empty"),
    pytest.param(" -- ", "no word", id="signs only"),
    pytest.param("com*plain", "end of a word", id="star within"),
    pytest.param("*plain", "end of a word", id="star before"),
    pytest.param("a*", "two letters", id="one letter"),
    pytest.param("*", "two letters", id="star alone"),
    pytest.param("... right", "both sides", id="gap first"),
    pytest.param("right ...", "both sides", id="gap last"),
    pytest.param("(a ...|b) c", "both sides", id="gap last in brackets"),
    pytest.param("a ... ... b", "one: ...8...", id="two gaps"),
    pytest.param("a ...50... b", "1 to 20", id="gap too long"),
    pytest.param("a ...0... b", "1 to 20", id="gap of none"),
    pytest.param("(a|b", ") is missing", id="open bracket"),
    pytest.param("[a", "] is missing", id="open square bracket"),
    pytest.param("a)", "without its opening", id="closing bracket"),
    pytest.param("(a]", "without its opening", id="wrong bracket"),
    pytest.param("a|b", "round the alternatives", id="bar outside"),
    pytest.param("(a|)", "may be left out", id="empty alternative"),
    pytest.param("()", "may be left out", id="empty brackets"),
    pytest.param("complain(t|ts)", "space is missing before", id="glued before"),
    pytest.param("(re|un)do", "space is missing after", id="glued after"),
    pytest.param("{child", "other half", id="open list"),
    pytest.param("{child}s", "space is missing after", id="list glued"),
]


@pytest.mark.parametrize(("phrase", "words"), WRONG)
def test_a_phrase_that_cannot_be_read_says_why(phrase: str, words: str) -> None:
    with pytest.raises(PhraseError) as caught:
        read_phrase(phrase)

    assert words in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        pytest.param("[very]", "must be there", id="nothing certain"),
        pytest.param("[a] ... [b]", "must be there", id="gap of nothing certain"),
        pytest.param("{nobody}", "no list {nobody}", id="unknown list"),
        pytest.param("{chid}", "did you mean `child`?", id="misspelt list"),
        pytest.param("{loop}", "contains itself", id="list in itself"),
        pytest.param(
            "{huge} {huge} {huge} {huge}",
            "too many phrases",
            id="more than RE2 can hold",
        ),
    ],
)
def test_a_phrase_that_cannot_be_compiled_says_why(
    ruleset_with: Compile, phrase: str, words: str
) -> None:
    huge = ", ".join(f'"word{n} ...20... word"' for n in range(900))
    lists = (
        '[[list]]\nid = "child"\nwords = ["son"]\n'
        '[[list]]\nid = "loop"\nwords = ["(a|{loop})"]\n'
        f'[[list]]\nid = "huge"\nwords = [{huge}]\n'
    )

    with pytest.raises(ConfigError) as caught:
        ruleset_with(f"{lists}[[signal]]\nid='s'\ntitle=''\nphrases = ['{phrase}']")

    assert words in str(caught.value)


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises(PhraseError):
        read_phrase("(" * 100_000)
