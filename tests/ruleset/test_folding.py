import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.ruleset.folding import fold, folded_words

SAME = [
    pytest.param("Café", "cafe", id="accent"),
    pytest.param("cafe\u0301", "cafe", id="accent of its own"),
    pytest.param("ÉCOLE", "ecole", id="accent on a capital"),
    pytest.param("don\u2019t", "dont", id="curly apostrophe"),
    pytest.param("don't", "dont", id="straight apostrophe"),
    pytest.param("l`école", "lecole", id="backtick"),
    pytest.param("'don't'", "dont", id="quoted"),
    pytest.param("re-mark", "re mark", id="hyphen"),
    pytest.param(
        "re\u2011mark \u2013 fee", "re mark fee", id="typographic hyphen and dash"
    ),
    pytest.param("ﬁnal oﬃce", "final office", id="ligatures"),
    pytest.param("Straße", "strasse", id="sharp s"),
    pytest.param("Łódź Øre", "lodz ore", id="letters that Unicode does not take apart"),
    pytest.param("sch\u00adool zero\u200bwidth", "school zerowidth", id="invisible"),
    pytest.param("no\u00a0break", "no break", id="hard space"),
    pytest.param("\uff26\uff35\uff2c\uff2c ①", "full 1", id="compatibility forms"),
    pytest.param("0580/12", "0580 12", id="code"),
    pytest.param("a_b & c", "a b c", id="signs"),
    pytest.param("“Quoted”, «cité»", "quoted cite", id="quotation marks"),
    pytest.param("naïve\r\n\ttext", "naive text", id="white space"),
    pytest.param("ПРИВЕТ", "привет", id="another script"),
    pytest.param("¿Por qué?", "por que", id="Spanish marks"),
    pytest.param("smile😭here", "smile here", id="picture"),
    pytest.param("lone\udcffsurrogate", "lone surrogate", id="lone surrogate"),
    pytest.param("nul\x00nul", "nul nul", id="NUL"),
]


@pytest.mark.parametrize(("written", "plain"), SAME)
def test_words_are_the_same_however_they_are_written(written: str, plain: str) -> None:
    assert plain == b" ".join(folded_words(written)).decode()


def test_an_apostrophe_at_the_edge_of_a_word_is_a_space() -> None:
    assert folded_words("students' 'tis 5'6") == [b"students", b"tis", b"5", b"6"]


@settings(deadline=None)
@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    words = b" ".join(folded_words(text))

    assert words == b" ".join(folded_words(words.decode()))


@settings(deadline=None)
@given(st.text(), st.sampled_from(["needle", "nadel7"]), st.text())
def test_a_place_leads_back_to_what_was_written(
    before: str, needle: str, after: str
) -> None:
    text = f"{before} {needle} {after}"
    folded = fold(text)

    start = folded.text.index(b" %b " % needle.encode()) + 1

    first, last = folded.original(start), folded.original(start + len(needle))
    assert needle == text[first:last]


@settings(deadline=None)
@given(st.text())
def test_every_place_lies_within_the_text(text: str) -> None:
    folded = fold(text)

    places = [folded.original(n) for n in range(len(folded.text) + 1)]

    assert all(0 <= place <= len(text) for place in places)
    assert places[-1] == len(text)
