"""ROW one person's mail comes again and again: copies, and mails that are alike."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import make_msgid

from tests.torture.access.house import House, Post, as_delivered, post
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from tests.torture.storms.answering import go_on
from tests.torture.storms.floods import MOST_A_DAY, lost

AGAIN, FEW_AGAIN = 50, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """What comes so often, and the letters that it may draw."""

    name: str
    mails: Callable[[str, int], Iterable[Post]]
    """By their sender and number."""
    most: int = MOST_A_DAY
    """Where Message-IDs tell mails apart: a sender chooses them, and so do people."""

    @property
    def sender(self) -> str:
        return f"{self.name.replace(' ', '-').lower()}@people.example"


def by_many_ways(sender: str, number: int) -> Iterator[Post]:
    """One mail that its sender's server signs and gives up again, each time elsewhere.

    Our server writes on top what it found, and a Received field with a new id.
    """
    written = post(sender=sender, passes=None).octets.split(b"\r\n", 2)[2]
    for n in range(number):
        signed = b"DKIM-Signature: v=1; d=people.example; t=%d;\r\n\tb=%d\r\n" % (n, n)
        way = b"Received: from desk by relay%d.example; today\r\n" % (n % 3)
        yield as_delivered(way + signed + written, sender)


REPETITIONS = (
    Repetition(
        name="the same octets",
        mails=lambda sender, number: [post(sender=sender)] * number,
        most=1,
    ),
    Repetition(name="the same mail by many ways", mails=by_many_ways, most=1),
    Repetition(
        name="one Message-ID",
        mails=lambda sender, number: (
            post(sender=sender, text=f"No login. {n}", fields={"Message-ID": "<a@b.c>"})
            for n in range(number)
        ),
    ),
    Repetition(
        name="many Message-IDs",
        mails=lambda sender, number: (
            post(sender=sender, fields={"Message-ID": make_msgid(domain="b.c")})
            for _ in range(number)
        ),
    ),
)


def repeat(ground: Ground) -> Outcome:
    """Send one person's mail again and again."""
    number = AGAIN if ground.is_full else FEW_AGAIN
    findings: list[Finding] = []
    counts: list[str] = []
    for repetition in REPETITIONS:
        with House(ground, budgets=True) as house:
            house.deliver(*repetition.mails(repetition.sender, number))
            go_on(house, lambda _: ())
            findings += [*amiss(repetition, house), *lost(house, number)]
            got = len(house.letters_to(repetition.sender))
        counts.append(f"{repetition.name} {got}")
    return Outcome(
        cases=number * len(REPETITIONS),
        findings=tuple(findings),
        note=f"letters: {', '.join(counts)}",
    )


def amiss(repetition: Repetition, house: House) -> Iterator[Finding]:
    """Compare the letters that left with what these mails may draw."""
    got = len(house.letters_to(repetition.sender))
    if not 1 <= got <= repetition.most:
        yield Finding("once", repetition.name, f"{got} letters, not {repetition.most}")
