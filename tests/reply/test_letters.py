"""The letters as shipped: kind, plain, complete, and the same in both forms."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from html import unescape

import pytest

from triage.reply import Letter, Notice, Organisation, Restriction, Templates
from triage.reply.compose import draft_letter, draft_notice
from triage.reply.model import Wording

MakeLetter = Callable[..., Letter]
SITE = "https://www.examboard.example"
ADDRESS = "feedback@examboard.example"
ANSWER_BY = "Monday 20 April 2026"
LINKS = {
    "acknowledged-held": [],
    "acknowledged-neutral": [],
    "appeal-access": ["handbook"],
    "appeal-malpractice": ["handbook"],
    "appeal-results": ["handbook"],
    "concern": [],
    "enquiry-about-results": ["enquiries-about-results", "handbook"],
    "escalation": [],
    "formal-complaint": [],
    "holding": [],
    "live-exam": ["form-8"],
    "outside-remit": ["malpractice"],
    "receipt": [],
    "report-malpractice": ["malpractice"],
    "restriction": [],
    "results-via-school": ["private-candidates"],
    "review": [],
    "school-first": ["malpractice"],
}
LETTERS = sorted(LINKS)
READ_FIRST = ["restriction"]
AUTOMATIC = sorted(set(LETTERS) - set(READ_FIRST))
TOLD = Restriction("We write to you.", "This is fair.", date(2026, 7, 1))
REDIRECTIONS = [
    "appeal-access",
    "appeal-malpractice",
    "appeal-results",
    "enquiry-about-results",
    "live-exam",
    "outside-remit",
    "results-via-school",
    "school-first",
]
DATED = [
    "acknowledged-held",
    "acknowledged-neutral",
    "escalation",
    "formal-complaint",
    "holding",
    "receipt",
    "report-malpractice",
    "review",
]
ASKING = ["formal-complaint", "receipt", "review"]
ASKED = {
    "centre": "name and number of the school or exam centre",
    "candidate": "the qualification, the syllabus (its name or four-digit code) "
    "and the candidate (name or four-digit number)",
    "description": "what happened, in your own words",
    "correspondence": "any earlier emails or letters between you and us",
}
Word = Callable[..., Wording]


@pytest.fixture
def word(templates: Templates, make_letter: MakeLetter, now: datetime) -> Word:
    def word(template: str, **changes: object) -> Wording:
        return draft_letter(make_letter(template, **changes), templates, now).wording

    return word


def flat(text: str) -> str:
    return " ".join(text.split())


def words_shown(html: str) -> list[str]:
    without_head = re.sub(r"(?s)<head>.*?</head>", "", html)
    return unescape(re.sub(r"<[^>]*>", " ", without_head)).split()


def targets(html: str) -> list[str]:
    return [unescape(target) for target in re.findall(r'href="([^"]*)"', html)]


def headings(html: str) -> list[str]:
    return re.findall(r"<(h\d)", html)


def test_every_letter_is_listed_here(templates: Templates) -> None:
    assert set(templates.pairs) == {
        *LETTERS,
        "notice",
        "notice-breaker",
        "notice-digest",
        "notice-due",
        "notice-overdue",
        "notice-restored",
        "notice-retention",
        "notice-rules",
    }


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("missing", [(), tuple(ASKED)], ids=["complete", "lacking"])
def test_text_and_html_say_the_same_words(
    name: str, missing: tuple[str, ...], word: Word
) -> None:
    wording = word(name, missing=missing, series="May/June 2026")

    def bare(words: list[str]) -> list[str]:
        stripped = (each.strip(".,:;?()-").casefold() for each in words)
        return [each for each in stripped if each and "://" not in each]

    text = re.sub(r"(?m)^\d\. ", "", wording.text)
    assert bare(text.split()) == bare(words_shown(wording.html))


@pytest.mark.parametrize("name", LETTERS)
def test_every_link_stands_in_both_forms(name: str, word: Word) -> None:
    wording = word(name)

    expected = [f"{SITE}/{link}" for link in LINKS[name]]
    expected += [f"{SITE}/complaints?part=1&lang=en"]
    web = [target for target in targets(wording.html) if "https:" in target]
    assert sorted(expected) == sorted(web)
    assert sorted(expected) == sorted(re.findall(r"https:\S+", wording.text))
    assert "tel:+441632960000" in targets(wording.html)
    assert "+44 1632 960000" in wording.text


def test_the_form_goes_to_the_address_of_the_configuration(word: Word) -> None:
    wording = word("live-exam")

    assert f"mailto:{ADDRESS}" in targets(wording.html)
    assert ADDRESS in wording.text


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_says_who_writes_and_how_to_come_back(name: str, word: Word) -> None:
    text = flat(word(name).text)

    automatic = "This email was sent automatically" in text
    assert automatic == (name in AUTOMATIC)
    assert "Case reference: CMP-2026-00042" in text
    assert "Kind regards, Complaints Team Example Examinations Board" in text
    assert "You can reply to this email, and a person will read it." in text


@pytest.mark.parametrize("name", REDIRECTIONS)
def test_a_redirection_says_what_to_do_and_when_to_come_back(
    name: str, word: Word
) -> None:
    text = flat(word(name).text)

    assert re.search("What you can do", text)
    assert re.search(r"misunderstood you.*A person will read it\.", text)
    assert ANSWER_BY not in text


@pytest.mark.parametrize("name", DATED)
def test_a_letter_about_what_we_do_says_by_when(name: str, word: Word) -> None:
    dated, undated = flat(word(name).text), flat(word(name, respond=None).text)

    assert f"by {ANSWER_BY}." in dated
    assert not re.search(r"\baim\b", undated)


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize(
    "missing",
    [
        pytest.param((), id="nothing"),
        *(pytest.param((item,), id=item) for item in ASKED),
        pytest.param(("centre", "correspondence"), id="two"),
        pytest.param(tuple(ASKED), id="all"),
    ],
)
def test_exactly_what_is_missing_is_asked_for(
    name: str, missing: tuple[str, ...], word: Word
) -> None:
    text = flat(word(name, missing=missing).text)

    asked = [item for item, words in ASKED.items() if words in text]
    assert list(missing) == asked
    assert bool(missing) == ("What we still need from you" in text)


@pytest.mark.parametrize("name", sorted(set(LETTERS) - set(ASKING)))
def test_a_letter_that_does_not_ask_never_asks(name: str, word: Word) -> None:
    assert word(name, missing=tuple(ASKED)).text == word(name).text


def test_a_formal_complaint_may_take_longer_and_says_so(word: Word) -> None:
    text = flat(word("formal-complaint").text)

    assert "A senior manager will look into your complaint." in text
    assert "If yours does, we will tell you and give you a new date." in text


@pytest.mark.parametrize(
    "name", ["report-malpractice", "acknowledged-neutral", "acknowledged-held"]
)
def test_nobody_who_is_in_need_of_us_is_sent_to_the_school(
    name: str, word: Word
) -> None:
    assert not re.search("school|college|centre", word(name).text, re.IGNORECASE)


def test_the_neutral_letter_assumes_nothing_and_names_emergency_services(
    word: Word,
) -> None:
    text = flat(word("acknowledged-neutral").text)

    assert "your local emergency services" in text
    assert not re.search("harm|abuse|safe|hurt|danger|risk", text, re.IGNORECASE)


def test_a_private_candidate_has_a_centre_too(word: Word) -> None:
    _, _, text = word("results-via-school").text.partition("a private candidate\n")

    assert text.splitlines()[2].startswith("You have an exam centre too")


def test_an_exam_series_is_named_where_it_is_known(word: Word) -> None:
    known = flat(word("live-exam", series="May/June 2026").text)
    unknown = flat(word("live-exam").text)

    assert "marking and grading the May/June 2026 exams" in known
    assert "marking and grading the exams" in unknown


@pytest.mark.parametrize("name", LETTERS)
def test_a_subject_says_complaint_so_that_any_answer_to_it_is_ours(
    name: str, templates: Templates
) -> None:
    subject = templates.subject_of(name, "CMP-2026-00042")

    assert "complaint" in subject.casefold()
    assert "CMP-2026-00042" in subject
    assert ("automatic reply" in subject) == (name in AUTOMATIC)


def test_a_restriction_says_what_until_when_and_how_it_is_looked_at_again(
    word: Word,
) -> None:
    text = flat(word("restriction", restriction=TOLD).text)

    assert "We write to you. This is fair." in text
    assert "This holds until Wednesday 1 July 2026." in text
    assert "You can still complain to us." in text
    assert "A person who did not take this decision will then look at it" in text


def test_a_restriction_that_is_over_is_told_in_a_few_words(word: Word) -> None:
    text = flat(word("restriction", restriction=Restriction("We write.", "Fair.")).text)

    assert "This is now over" in text
    assert "What changes" not in text


@pytest.mark.parametrize("name", LETTERS)
def test_the_words_are_plain(name: str, word: Word) -> None:
    text = word(
        name, missing=tuple(ASKED), series="May/June 2026", restriction=TOLD
    ).text

    text = re.sub(r"https:\S+|(?m:^-+$)", "", text)
    paragraphs = re.split(r"\n\s*\n|\n(?=- |\d\. )", text)
    sentences = [
        sentence
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.?!:])\s+", flat(paragraph))
    ]
    too_long = [each for each in sentences if len(each.split()) > 25]
    assert too_long == []
    assert sum(map(len, map(str.split, sentences))) / len(sentences) < 13


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize(
    "word_to_avoid",
    ["unfortunately", "regret", "remit", "vexatious", "please note", "hereby",
     "you must", "you should have", "you failed", "kindly", "e.g.", "i.e.", "resolve"],
)  # fmt: skip
def test_some_words_are_never_used(name: str, word_to_avoid: str, word: Word) -> None:
    text = flat(word(name, missing=tuple(ASKED)).text).casefold()

    assert word_to_avoid not in text


@pytest.mark.parametrize("name", LETTERS)
def test_lines_of_text_fit_a_narrow_window(name: str, word: Word) -> None:
    lines = word(name, missing=tuple(ASKED)).text.split("\n")

    assert max(len(line) for line in lines if "https:" not in line) <= 72


@pytest.mark.parametrize("name", LETTERS)
def test_headings_and_language_are_real(name: str, word: Word) -> None:
    html = word(name, missing=tuple(ASKED)).html

    first, *others = headings(html)
    assert first == "h1"
    assert set(others) <= {"h2"}
    assert re.findall(r'<(\w+)[^>]* lang="en-GB"', html) == ["html", "div"]


@pytest.mark.parametrize(
    "name",
    ["notice", "notice-breaker", "notice-restored", "notice-retention", "notice-rules"],
)
def test_a_notice_looks_like_a_letter(
    name: str,
    templates: Templates,
    make_notice: Callable[..., Notice],
    now: datetime,
) -> None:
    wording = draft_notice(make_notice(name), templates, now).wording

    assert headings(wording.html) == ["h1", "h2", "h2"]
    assert "- Somebody may be at risk of harm" in wording.text


def declarations(css: str) -> Mapping[str, Mapping[str, str]]:
    rules: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"([.\w]+) \{([^{}]*)\}", css):
        pairs = re.findall(r"([\w-]+): (#[0-9a-f]{6})", body)
        rules.setdefault(selector, {}).update(pairs)
    return rules


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "behind"),
    [
        pytest.param(".page", ".letter", id="letter"),
        pytest.param(".page", ".reference", id="reference"),
        pytest.param("a", ".letter", id="link-in-letter"),
        pytest.param("a", "body", id="link-below"),
        pytest.param(".small", "body", id="small-print"),
        pytest.param(".sender", "body", id="sender"),
    ],
)
def test_contrast_is_at_least_aa(
    scheme: str, text: str, behind: str, shipped: dict[str, str]
) -> None:
    light, _, dark = shipped["_style.html"].partition("@media (prefers-color-scheme")
    rules = declarations(light if scheme == "light" else dark)

    pair = luminance(rules[text]["color"]), luminance(rules[behind]["background"])

    assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5


def test_no_letter_is_set_smaller_than_16_pixels(shipped: dict[str, str]) -> None:
    sizes = re.findall(r"(\d+)px/|font-size: (\d+)px", shipped["_style.html"])

    assert min(int(first or second) for first, second in sizes) >= 16


@pytest.mark.parametrize("name", LETTERS)
def test_no_board_is_named_in_a_template(
    name: str, shipped: dict[str, str], organisation: Organisation
) -> None:
    text = shipped[f"{name}.txt"] + shipped[f"{name}.html"]

    assert organisation.name not in text
    assert not re.search(r"Cambridge|https?:|@\w", text)
