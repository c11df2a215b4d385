"""How long it takes to find the evidence in a mail, as rules and mails grow.

    python bench/match.py           made-up rules and mails
    python bench/match.py DIR       the rules as shipped on the .eml files of DIR

Words of made-up rules and mails are drawn from one vocabulary, in which few words are
frequent, as in any language. "tried" counts how often a pattern is searched for in a
sentence; "every one" tries all patterns in all sentences.
"""

import sys
from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.ruleset.rule_files import FRAME
from triage import shipped
from triage.message import parse
from triage.message.model import Message
from triage.ruleset import Ruleset, compile_ruleset, find_evidence
from triage.ruleset.reading import read_fields

# The first words are the most frequent.
_FREQUENT = """
the i to and my of a for in that you is was have this not it on with we be are as at
from they by but or her she he his has exam school about been had will your me when
paper no would our all were so their result which if do time there what please after
complaint grade marks teacher centre candidate examination results answer
"""
FREQUENT = tuple(_FREQUENT.split())
SIZES = (
    (250, 2_500, 2_000),
    (300, 3_000, 5_000),
    (500, 5_000, 5_000),
    (1_000, 10_000, 5_000),
)
MAILS = 50
ROUNDS = 15


class Words:
    """The same words on every run: a linear congruential generator."""

    def __init__(self) -> None:
        self._state = 1

    def below(self, limit: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % limit

    def frequent(self) -> str:
        # The smaller of two draws.
        return FREQUENT[min(self.below(len(FREQUENT)), self.below(len(FREQUENT)))]

    def rare(self) -> str:
        number = min(self.below(4_000), self.below(4_000))
        return "".join(
            "bcdfglmnprst"[int(d)] + "aeiou"[int(d) % 5] for d in f"{number:03}"
        )

    def run(self, length: int) -> str:
        words = (
            self.frequent() if self.below(2) else self.rare() for _ in range(length)
        )
        return " ".join(words)

    def phrase(self) -> str:
        """A phrase that ops could write: it has a telling word."""
        phrases = (
            f"{self.frequent()} {self.rare()}",
            f"{self.frequent()} {self.rare()} {self.frequent()}",
            f"{self.frequent()} {self.frequent()} {self.rare()}",
            f"{self.rare()} ... {self.run(2)}",
            f"({self.frequent()}|{self.frequent()}) {self.rare()} [{self.frequent()}]",
            f"{{words-{self.below(20)}}} {self.rare()}",
            f"{self.frequent()} {self.rare()}*",
        )
        return phrases[self.below(len(phrases))]


def rules(signals: int, phrases: int) -> str:
    words = Words()
    text = [FRAME]
    for number in range(20):
        listed = ", ".join(f'"{words.rare()}"' for _ in range(12))
        text.append(f'[[list]]\nid = "words-{number}"\nwords = [{listed}]\n')
    for number in range(signals):
        written = [f'"{words.phrase()}"' for _ in range(phrases // signals - 3)]
        text.append(
            f'[[signal]]\nid = "signal-{number}"\ntitle = ""\n'
            f"phrases = [{', '.join(written)}]\n"
            f'together = [["{words.rare()}"], ["{words.phrase()}"]]\n'
            f'unless = ["{words.phrase()}"]\n'
        )
    return "\n".join(text)


def mails(octets: int) -> Iterator[Message]:
    words = Words()
    for number in range(MAILS):
        text = ""
        while len(text) < octets:
            text += words.run(8 + words.below(16)) + (
                ". " if words.below(4) else ".\n\n"
            )
        yield Message(str(number), len(text), subject=words.run(6), text=text)


def milliseconds(of: Callable[[Message], object], messages: Sequence[Message]) -> float:
    """Return the mean of every message's best time."""
    best = [float("inf")] * len(messages)
    for _ in range(ROUNDS):
        for number, message in enumerate(messages):
            start = perf_counter()
            of(message)
            best[number] = min(best[number], perf_counter() - start)
    return 1000 * sum(best) / len(best)


def measure(ruleset: Ruleset, messages: Sequence[Message], name: str) -> None:
    signals = ruleset.matching
    everything: Set[bytes] = frozenset(signals.vocabulary.usage)
    few = messages[:5]

    def naive(message: Message) -> object:
        return find_evidence(ruleset, message, lambda _words: everything)

    start = perf_counter()
    for message in few:
        naive(message)
    every_one = 1000 * (perf_counter() - start) / len(few)
    words = [
        sentence.words
        for message in messages
        for read in read_fields(message, signals.wanted)
        for sentence in read.sentences
    ]
    terms = map(signals.vocabulary.terms, words)
    tried = sum(len(signals.index.candidates(each)) for each in terms)
    hits = sum(len(find_evidence(ruleset, message).hits) for message in messages)
    print(
        f"{name:38}"
        f"{milliseconds(lambda m: find_evidence(ruleset, m), messages):8.2f}"
        f"{milliseconds(lambda m: read_fields(m, signals.wanted), messages):9.2f}"
        f"{every_one:11.1f}"
        f"{tried / len(messages):8.0f}"
        f"{len(words) * len(signals.matchers) / len(messages):11,.0f}"
        f"{hits / len(messages):7.1f}"
    )


def as_shipped(folder: Path) -> None:
    files = {path.name: path.read_text("utf-8") for path in shipped.rules().iterdir()}
    start = perf_counter()
    ruleset = compile_ruleset(files)
    took = perf_counter() - start
    messages = [parse(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
    octets = sum(len(message.text) for message in messages) / len(messages)
    signals = len(ruleset.tables.signal)
    patterns = len(ruleset.matching.matchers)
    name = f"{octets / 1000:.1f} KB, {signals} signals, {patterns} patterns"
    measure(ruleset, messages, name)
    print(f"compiled in {took:.2f} s")


def made_up() -> None:
    for signals, phrases, octets in SIZES:
        ruleset = compile_ruleset({"rules.toml": rules(signals, phrases)})
        name = f"{octets / 1000:.0f} KB, {signals} signals, {phrases} phrases"
        measure(ruleset, list(mails(octets)), name)


print(
    f"{'ms a mail':38}{'indexed':>8}{'reading':>9}{'every one':>11}"
    f"{'tried':>8}{'of':>11}{'hits':>7}"
)
if len(sys.argv) > 1:
    as_shipped(Path(sys.argv[1]))
else:
    made_up()
