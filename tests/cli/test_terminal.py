import pytest

from triage.cli.terminal import Look, columns_of, dim, marked, printable, strong

PLAIN = Look(width=40)
COLOURED = Look(width=40, has_styles=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("as it is", "as it is", id="plain"),
        pytest.param(
            "naïve café 試験 👩‍🏫", "naïve café 試験 👩‍🏫", id="other scripts"
        ),
        pytest.param("a\x1b[31mb", "a[31mb", id="escape"),
        pytest.param("a\x9b31mb", "a31mb", id="C1 escape"),
        pytest.param("a\u202eb\u2066c\u200fd\u061ce", "abcde", id="direction marks"),
        pytest.param("a\r\n\tb\u2029c", "a b c", id="line ends"),
        pytest.param("a\udcffb", "ab", id="lone surrogate"),
        pytest.param("\x01a\x06", "a", id="our own marks"),
    ],
)
def test_text_is_made_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_without_colours_marked_words_stand_in_guillemets() -> None:
    lines = list(PLAIN.lines(f"{strong('Why')} {marked('my son')} {dim('[id]')}"))

    assert lines == ["Why «my son» [id]"]


def test_on_a_terminal_marked_words_are_bold_and_underlined() -> None:
    lines = list(COLOURED.lines(f"see {marked('my son')}"))

    assert lines == ["see \x1b[1;4mmy son\x1b[0m"]


def test_a_style_ends_with_its_line_and_goes_on_in_the_next() -> None:
    words = "a phrase that is longer than one line of it"

    first, second = COLOURED.lines(marked(words), "", "    ")

    assert first == "\x1b[1;4ma phrase that is longer than one\x1b[0m"
    assert second == "    \x1b[1;4mline of it\x1b[0m"


def test_a_text_is_broken_between_words_and_set_in() -> None:
    lines = list(PLAIN.lines("one two three four five six seven eight", "- ", "  "))

    assert lines == ["- one two three four five six seven", "  eight"]


def test_a_word_that_fits_on_no_line_is_cut() -> None:
    lines = list(PLAIN.lines("x" * 90))

    assert lines == ["x" * 40, "x" * 40, "x" * 10]


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    assert columns_of("試験") == 4
    assert columns_of("e\u0301") == 1
    assert [len(line) for line in PLAIN.lines("試" * 30)] == [20, 10]


def test_an_empty_text_is_an_empty_line() -> None:
    assert list(PLAIN.lines("", "- ")) == ["-"]
