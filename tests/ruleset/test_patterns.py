"""A pattern matches where a slow and simple reading of the phrase does."""

import pickle
from collections.abc import Sequence

from hypothesis import given, settings

from tests.ruleset.rule_files import FRAME, phrases, texts
from triage.message.model import Message
from triage.ruleset import compile_ruleset, find_evidence
from triage.ruleset.folding import folded_words, line_of_words
from triage.ruleset.patterns import (
    NamedList,
    _Automaton,
    any_of,
    matcher,
    patterns_of,
)
from triage.ruleset.phrases import Choice, Gap, Item, ListName, Word, read_phrase

WORDS_OF = {"list": ["a b", "cab", "ba*"], "more": ["{list}", "c [ca] c", "é"]}


def named_list(name: str) -> NamedList:
    words = WORDS_OF[name]
    each = [p for word in words for p in patterns_of(read_phrase(word), named_list)]
    return NamedList(tuple(each), any_of(each))


def ends(items: Sequence[Item], words: Sequence[bytes], start: int) -> set[int]:
    """Where a match that begins at `start` may end."""
    places = {start}
    for item in items:
        places = {end for place in places for end in ends_of_item(item, words, place)}
    return places


def ends_of_item(item: Item, words: Sequence[bytes], start: int) -> set[int]:
    match item:
        case Word(text, is_open):
            word = words[start] if start < len(words) else b""
            seen = word.startswith(text) if is_open else word == text
            return {start + 1} if seen else set()
        case Gap(most):
            return {end for end in range(start, start + most + 1) if end <= len(words)}
        case ListName(name):
            options = [read_phrase(word) for word in WORDS_OF[name]]
            return {end for option in options for end in ends(option, words, start)}
        case Choice(options, is_optional):
            found = {end for option in options for end in ends(option, words, start)}
            return found | {start} if is_optional else found


@settings(deadline=None)
@given(phrases(), texts)
def test_a_pattern_matches_where_the_phrase_does(phrase: str, text: str) -> None:
    sequence = read_phrase(phrase)
    words = folded_words(text)
    patterns = patterns_of(sequence, named_list)

    matches = [matcher(pattern).find(line_of_words(text)) for pattern in patterns]

    assert any(matches) == any(ends(sequence, words, n) for n in range(len(words)))


def test_rules_that_have_looked_at_no_mail_keep_no_automata() -> None:
    rules = '[[signal]]\nid = "one"\ntitle = ""\nphrases = ["my [son|daughter]"]\n'

    matching = compile_ruleset({"a.toml": FRAME + rules}).matching

    made = [each._match for each in matching.matchers if isinstance(each, _Automaton)]
    assert made
    assert set(made) == {None}


def test_compiled_rules_find_the_same_after_they_were_sent_to_another_process() -> None:
    rules = (
        '[[signal]]\nid = "one"\ntitle = ""\nphrases = ["my [son|daughter]"]\n'
        'regex = ["[0-9]{4}"]\n'
    )
    message = Message(sha256="", size=0, text="I write for my son, 4711.")
    ruleset = compile_ruleset({"a.toml": FRAME + rules})
    found = find_evidence(ruleset, message)

    sent = pickle.loads(pickle.dumps(ruleset.to_find_by()))  # noqa: S301 - our own

    assert len(found.hits) == 1
    assert find_evidence(sent, message) == found
