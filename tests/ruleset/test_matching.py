from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ruleset.rule_files import FRAME
from triage.message.model import Address, Attachment, Message
from triage.ruleset import Evidence, Hit, Ruleset, compile_ruleset, find_evidence
from triage.ruleset.matching import MOST_HITS

Compile = Callable[[str], Ruleset]
Make = Callable[..., Message]

BEATEN = """
[[signal]]
id = "beaten"
title = ""
together = [["my son", "a pupil"], ["beaten", "hit*"]]
"""
GRADE = """
[[signal]]
id = "grade"
title = ""
phrases = ["grade*", "my grade was wrong", "marks"]
unless = ["not about", "nothing ... grade*"]
"""
ANGRY = """
[[signal]]
id = "angry"
title = ""
weak = ["furious", "disgrace*", "disgraceful"]
"""
NUMBER = """
[[signal]]
id = "number"
title = ""
regex = ['\\b[a-z]{2}\\d{3}\\b', 'n°\\s*\\d+']
unless = ["not ours"]
"""


def found(evidence: Evidence) -> list[tuple[str, str]]:
    return [(hit.signal, hit.text) for hit in evidence.hits]


def test_a_hit_carries_the_words_and_the_sentence_as_written(
    ruleset_with: Compile, make_message: Make
) -> None:
    text = "Hello.\n\nI can\u2019t accept\n  my  GRÁDES! Bye."

    evidence = find_evidence(ruleset_with(GRADE), make_message(text))

    expected = Hit("grade", "text", "GRÁDES", "I can\u2019t accept my GRÁDES!")
    assert (expected,) == evidence.hits


def test_of_several_phrases_the_earliest_and_longest_words_are_shown(
    ruleset_with: Compile, make_message: Make
) -> None:
    text = "So my grade was wrong, and my marks."

    evidence = find_evidence(ruleset_with(GRADE), make_message(text))

    assert found(evidence) == [("grade", "my grade was wrong")]


def test_evidence_stands_in_the_order_of_the_text(
    ruleset_with: Compile, make_message: Make
) -> None:
    ruleset = ruleset_with(GRADE + BEATEN + NUMBER)
    message = make_message(
        "My son was hit. I saw AB123 there. The grade is no matter.", subject="marks"
    )

    evidence = find_evidence(ruleset, message)

    assert [h.signal for h in evidence.hits] == ["grade", "beaten", "number", "grade"]
    assert [h.where for h in evidence.hits] == ["subject", "text", "text", "text"]


def test_no_more_than_a_few_hits_of_a_signal_are_kept(
    ruleset_with: Compile, make_message: Make
) -> None:
    text = "Grades. " * 10 + "Not about grades. " * 10

    evidence = find_evidence(ruleset_with(GRADE), make_message(text))

    assert (len(evidence.hits), len(evidence.cancelled)) == (MOST_HITS, MOST_HITS)


TOGETHER = [
    pytest.param("They have beaten my son", "beaten … my son", id="any order"),
    pytest.param("my son was hit", "my son … hit", id="the other order"),
    pytest.param("my son was hit, a pupil too", "hit … a pupil", id="more than needed"),
    pytest.param("my son is fine. They were beaten", None, id="two sentences"),
    pytest.param("my son and a pupil", None, id="one list twice"),
]


@pytest.mark.parametrize(("text", "words"), TOGETHER)
def test_words_of_every_list_stand_together_in_one_sentence(
    ruleset_with: Compile, make_message: Make, text: str, words: str | None
) -> None:
    evidence = find_evidence(ruleset_with(BEATEN), make_message(text))

    assert ([("beaten", words)] if words else []) == found(evidence)


def test_lists_may_be_several_and_one_is_enough(
    ruleset_with: Compile, make_message: Make
) -> None:
    ruleset = ruleset_with(
        '[[signal]]\nid = "s"\ntitle = ""\n'
        'together = [[["a b"], ["c"]], [["d"], ["e"], ["f"]]]'
    )

    evidence = find_evidence(ruleset, make_message("f e d. c b a. c a b. d e."))

    assert found(evidence) == [("s", "f … e … d"), ("s", "c … a b")]


WEAK = [
    pytest.param("I am furious.", (0, 1), id="one hint"),
    pytest.param("Furious! Furious!", (0, 2), id="one hint twice"),
    pytest.param("Disgraceful!", (0, 1), id="two hints in the same word"),
    pytest.param("A disgrace. Disgraceful!", (2, 0), id="two hints, two words"),
    pytest.param("Furious about the disgrace.", (1, 0), id="in one sentence"),
    pytest.param("Furious. It is a disgrace.", (2, 0), id="in two sentences"),
]


@pytest.mark.parametrize(("text", "counts"), WEAK)
def test_two_different_weak_hints_give_the_signal(
    ruleset_with: Compile, make_message: Make, text: str, counts: tuple[int, int]
) -> None:
    evidence = find_evidence(ruleset_with(ANGRY), make_message(text))

    assert counts == (len(evidence.hits), len(evidence.hints))


def test_a_weak_hint_in_the_subject_and_one_in_the_text_count(
    ruleset_with: Compile, make_message: Make
) -> None:
    message = make_message("I am furious", subject="Disgrace")

    assert {"angry"} == find_evidence(ruleset_with(ANGRY), message).signals


UNLESS = [
    pytest.param("It is not about the grade.", 0, 1, id="cancelled"),
    pytest.param("It is not about that. The grade is wrong.", 1, 0, id="elsewhere"),
    pytest.param("The grade! It is not about grades.", 1, 1, id="one of two"),
    pytest.param("Nothing wrong with grades", 0, 1, id="by words that overlap"),
    pytest.param("It is not about the fee", 0, 0, id="nothing to cancel"),
]


@pytest.mark.parametrize(("text", "hits", "cancelled"), UNLESS)
def test_unless_takes_back_what_its_own_sentence_says(
    ruleset_with: Compile, make_message: Make, text: str, hits: int, cancelled: int
) -> None:
    evidence = find_evidence(ruleset_with(GRADE), make_message(text))

    assert (hits, cancelled) == (len(evidence.hits), len(evidence.cancelled))


REGEX = [
    pytest.param("We are GB123.", [("number", "GB123")], id="capitals"),
    pytest.param("é€ n° 17 and x", [("number", "n° 17")], id="signs as written"),
    pytest.param("AB123. CD456.", [("number", "AB123"), ("number", "CD456")], id="two"),
    pytest.param("It is not ours: GB123.", [], id="cancelled"),
    pytest.param("GB1234", [], id="none"),
]


@pytest.mark.parametrize(("text", "hits"), REGEX)
def test_a_regular_expression_runs_on_the_text_as_written(
    ruleset_with: Compile,
    make_message: Make,
    text: str,
    hits: list[tuple[str, str]],
) -> None:
    assert hits == found(find_evidence(ruleset_with(NUMBER), make_message(text)))


def test_a_match_of_an_expression_carries_its_sentence(
    ruleset_with: Compile, make_message: Make
) -> None:
    message = make_message("Dear Sirs.\n\nÜber uns: GB123 is it. Bye.")

    (hit,) = find_evidence(ruleset_with(NUMBER), message).hits

    assert hit.sentence == "Über uns: GB123 is it."


FIELDS = ["subject", "text", "signature", "quoted", "forwarded"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("looked_at", FIELDS)
def test_a_signal_looks_where_it_is_told_to(
    ruleset_with: Compile, make_message: Make, field: str, looked_at: str
) -> None:
    ruleset = ruleset_with(
        f"[[signal]]\nid = 's'\ntitle = ''\nphrases = ['word']\nin = ['{looked_at}']"
    )
    many = "enough of the writer's own text. " * 20
    message = make_message(**{"text": many, field: f"{many} word"})

    hits = find_evidence(ruleset, message).hits

    assert ([looked_at] if field == looked_at else []) == [hit.where for hit in hits]


def test_without_in_the_subject_and_the_writers_text_count(
    ruleset_with: Compile, make_message: Make
) -> None:
    many = "enough of the writer's own text. " * 20
    message = make_message(
        f"grade {many}",
        subject="grade",
        quoted="grade",
        signature="grade",
        forwarded="grade",
    )

    hits = find_evidence(ruleset_with(GRADE), message).hits

    assert [hit.where for hit in hits] == ["subject", "text"]


@pytest.mark.parametrize(
    ("own_words", "counts"), [(0, True), (24, True), (25, False), (300, False)]
)
def test_a_forwarded_mail_is_the_text_of_who_wrote_hardly_anything(
    ruleset_with: Compile, make_message: Make, own_words: int, counts: bool
) -> None:
    message = make_message("fyi " * own_words, forwarded="My grade was wrong")

    hits = find_evidence(ruleset_with(GRADE), message).hits

    assert (["forwarded"] if counts else []) == [hit.where for hit in hits]


def test_sender_and_names_of_attachments_can_be_looked_at(
    ruleset_with: Compile, make_message: Make
) -> None:
    ruleset = ruleset_with(
        '[[signal]]\nid = "s"\ntitle = ""\nphrases = ["exams officer", "reply"]\n'
        'in = ["sender", "attachment"]'
    )
    message = make_message(
        from_=(Address("exams@school.example", "Exams Officer, Hill School"),),
        attachments=(Attachment("your_reply-2026.pdf", "application/pdf", 9),),
    )

    evidence = find_evidence(ruleset, message)

    assert found(evidence)[:2] == [("s", "Exams Officer"), ("s", "reply")]
    assert [hit.where for hit in evidence.hits[:2]] == ["sender", "attachment"]


def test_an_attachment_is_a_signal_of_its_own(
    ruleset_with: Compile, make_message: Make
) -> None:
    message = make_message(
        attachments=(
            Attachment("logo.png", "image/png", 9, is_inline=True),
            Attachment("letter.pdf", "application/pdf", 9),
        )
    )

    evidence = find_evidence(ruleset_with(""), message)

    assert (Hit("attachment", "attachment", "letter.pdf"),) == evidence.hits


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("one two three four", False), ("one two three four five", True), ("", False)],
)
def test_a_signal_may_ask_for_a_number_of_words(
    ruleset_with: Compile, make_message: Make, text: str, is_found: bool
) -> None:
    ruleset = ruleset_with(
        '[[signal]]\nid = "s"\ntitle = ""\nat_least_words = 5\nin = ["text"]'
    )

    assert is_found == ("s" in find_evidence(ruleset, make_message(text)).signals)


@pytest.mark.parametrize(
    ("senders", "is_found"),
    [
        pytest.param((Address("a@hill.example"),), True, id="known domain"),
        pytest.param((Address("a@valley.example"),), False, id="unknown domain"),
        pytest.param((), False, id="no sender"),
        pytest.param(
            (Address("a@hill.example"), Address("b@hill.example")), False, id="several"
        ),
    ],
)
def test_a_signal_may_ask_for_the_centre_directory(
    frame: str, make_message: Make, senders: tuple[Address, ...], is_found: bool
) -> None:
    ruleset = compile_ruleset(
        {
            "rules.toml": frame.replace(
                "[senders]", '[senders]\ncentre_directory = "c.csv"'
            )
            + '[[signal]]\nid = "s"\ntitle = ""\ndirectory = true',
            "c.csv": "number,name,domains\nGB123,Hill,hill.example\n",
        }
    )

    evidence = find_evidence(ruleset, make_message(from_=senders))

    expected = (Hit("s", "sender", "a@hill.example"),) if is_found else ()
    assert expected == evidence.hits


def test_very_long_words_are_shown_short(
    ruleset_with: Compile, make_message: Make
) -> None:
    ruleset = ruleset_with('[[signal]]\nid = "s"\ntitle = ""\nregex = ["a+"]')

    (hit,) = find_evidence(ruleset, make_message("a" * 100_000)).hits

    assert len(hit.text) <= 300
    assert len(hit.sentence) <= 300


def test_an_empty_message_gives_no_evidence(
    ruleset_with: Compile, make_message: Make
) -> None:
    ruleset = ruleset_with(GRADE + BEATEN + ANGRY + NUMBER)

    assert Evidence() == find_evidence(ruleset, make_message())


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_stands_around_words_are_found_as_written(
    before: str, after: str
) -> None:
    ruleset = compile_ruleset(
        {
            "rules.toml": FRAME
            + "[[signal]]\nid = 's'\ntitle = ''\nphrases = ['n33dle in hay']\n"
            + "[[signal]]\nid = 'r'\ntitle = ''\nregex = ['n33dle']\n"
        }
    )
    message = Message("", 0, text=f"{before}\n\nN33dle in\thay\n\n{after}")

    hits = find_evidence(ruleset, message).hits

    assert ("s", "N33dle in hay") in [(hit.signal, hit.text) for hit in hits]
    assert ("r", "N33dle") in [(hit.signal, hit.text) for hit in hits]
