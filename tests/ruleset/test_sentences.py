from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.ruleset.folding import fold
from triage.ruleset.sentences import sentence_bounds

HARD_WRAPPED = """\
I am writing because the school has not told us anything about the results of
Cambridge exams that our son sat in June and nobody there will talk to us now.
"""


def sentences(text: str) -> list[str]:
    folded = fold(text).text
    return [
        " ".join(folded[start:end].decode().split())
        for start, end in sentence_bounds(folded)
    ]


PARTED = [
    pytest.param("It is late. I am cross.", 2, id="full stop"),
    pytest.param("Why? Because! So.", 3, id="question, exclamation"),
    pytest.param("It is late.I am cross.", 2, id="no space after the stop"),
    pytest.param("Really?I am cross", 2, id="no space after a question mark"),
    pytest.param('He said "no." Then he left.', 2, id="stop within quotes"),
    pytest.param("He left (at last.) Then I left.", 2, id="stop within brackets"),
    pytest.param("I got a D. I want a B.", 2, id="a grade ends a sentence"),
    pytest.param("The answer was no. We left.", 2, id="no"),
    pytest.param("one\n\ntwo", 2, id="blank line"),
    pytest.param("one\n \t\ntwo", 2, id="blank line with spaces"),
    pytest.param("Dear Sir\nI complain.", 2, id="short line"),
    pytest.param("hi,\ni complain", 2, id="greeting in small letters"),
    pytest.param("we want:\n- an answer\n- a refund", 3, id="list of dashes"),
    pytest.param("we want:\n1. an answer\n2) a refund", 3, id="numbered list"),
    pytest.param("we want:\n• an answer", 2, id="list of dots"),
    pytest.param("We waited... Then we left", 2, id="dots before a capital"),
    pytest.param("It ends at 5 p.m. We left.", 2, id="p.m. before a capital"),
    pytest.param("Pens, paper etc. We paid.", 2, id="etc. before a capital"),
]


@pytest.mark.parametrize(("text", "count"), PARTED)
def test_a_sentence_ends(text: str, count: int) -> None:
    assert count == len(sentences(text))


WHOLE = [
    pytest.param("Mr. Smith and Dr. Jones left", id="titles"),
    pytest.param("e.g. the exam, i.e. the paper", id="e.g. and i.e."),
    pytest.param("e.g. Physics", id="e.g. before a capital"),
    pytest.param("I paid 3.50 on 2.5.2026 at 10.30", id="numbers"),
    pytest.param("write to me@school.example or www.school.example", id="addresses"),
    pytest.param("candidate no. 0213", id="no. before a number"),
    pytest.param("centre no. PK417 in Lahore", id="no. before a code"),
    pytest.param("M. Smith and J. K. Rowling", id="initials"),
    pytest.param("We waited... and waited", id="dots before a small letter"),
    pytest.param("at 5 p.m. yesterday", id="p.m. before a small letter"),
    pytest.param("pens, paper etc. were late", id="etc. before a small letter"),
    pytest.param("1. We paid the fee", id="number of an item"),
    pytest.param("the school has not\nanswered", id="line break before a small letter"),
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_sentence_does_not_end(text: str) -> None:
    assert len(sentences(text)) == 1


def test_a_line_that_was_broken_for_want_of_room_goes_on() -> None:
    assert len(sentences(HARD_WRAPPED)) == 1


def test_a_line_that_had_room_ends() -> None:
    text = HARD_WRAPPED.replace("about the results of\n", "anywhere\n")

    assert len(sentences(text)) == 2


def test_a_sentence_without_an_end_is_cut_at_a_comma() -> None:
    text = "we told them and they never did anything at all, " * 30

    found = sentences(text)

    assert all(sentence.endswith("all,") for sentence in found)
    assert all(len(sentence) <= 600 for sentence in found)


def test_a_word_without_an_end_is_cut_too() -> None:
    assert all(len(sentence) <= 600 for sentence in sentences("x" * 5000))


@settings(deadline=None)
@given(st.text(alphabet="aB1.!?\n \t-*)(\"'é,", max_size=2000))
def test_sentences_cover_all_words_in_order(text: str) -> None:
    folded = fold(text).text

    bounds = list(sentence_bounds(folded))

    assert all(start < end for start, end in bounds)
    assert b"".join(folded.split()) == b"".join(
        b"".join(folded[start:end].split()) for start, end in bounds
    )


HOSTILE = ["e.g. ", "\n ", " \n", ".", "a. ", "x", "1. ", "- ", "'\"", "A.B", "no. "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece.encode() * (400_000 // len(piece))

    start = process_time()
    list(sentence_bounds(text))

    assert process_time() - start < 2
