"""ROWS far too much mail: of reports, and in one person's name."""

from collections.abc import Callable, Iterator

from tests.journeys.installing import TEAM
from tests.torture.access.house import ATTACKER, VICTIM, House, Post, post
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from tests.torture.storms.animals import ANIMALS, bounced
from tests.torture.storms.answering import go_on, letters_of
from triage.demo.servers import Accepted

BOUNCES, FEW_BOUNCES = 200, 12
FORGED = 1_000
MOST_A_DAY = 3
"""Letters to one person, as shipped."""
IN_WORDS = next(each for each in ANIMALS if each.name == "delivery report in words")
_OWED_AGAIN = (
    "SELECT DISTINCT c.id FROM cases c JOIN outbox o ON o.case_id = c.id"
    " WHERE o.bounced_at IS NOT NULL AND c.acknowledged_at IS NULL"
)
_SUBJECTS = ("login", "fees", "certificates", "entries", "your website", "my results")


def bounce_every_letter(ground: Ground) -> Outcome:
    """Nobody who complains can be reached."""
    number = BOUNCES if ground.is_full else FEW_BOUNCES
    people = [f"gone{n}@nowhere{n}.example" for n in range(number)]

    def bounce(letter: Accepted) -> Iterator[Post]:
        for address in letter.recipients:
            if people.index(address) % 2:
                yield IN_WORDS.answer(address, letter)
            else:
                yield bounced(address, letter)

    with House(ground) as house:
        house.deliver(*(post(sender=each) for each in people))
        go_on(house, bounce)
        letters = len(letters_of(house))
        told = len(house.letters_to(TEAM))
        known = len(house.rows(_OWED_AGAIN))
        findings = list(lost(house, 2 * number))
    if letters != number:
        findings.append(Finding("once", "bounces", f"{letters} letters to {number}"))
    if known != number:
        words = f"{known} of {number} cases are owed a word again"
        findings.append(Finding("settled", "bounces", words))
    note = f"{letters} letters, each came back; the team was told by {told} mails"
    return Outcome(cases=number, findings=tuple(findings), note=note)


def forge_a_victim(ground: Ground) -> Outcome:
    """Name her in a thousand mails, in every way in which one can be named."""
    ways: tuple[Callable[[int], Post], ...] = (
        lambda n: _forged(n, sender=VICTIM, passes="evil.example"),
        lambda n: _forged(n, sender=VICTIM, path=ATTACKER),
        lambda n: _forged(n, sender=VICTIM, passes=None),
        lambda n: _forged(n, sender=VICTIM, path="", passes=None),
        lambda n: _forged(n, sender=ATTACKER, fields={"Reply-To": VICTIM}),
        lambda n: _forged(n, sender=f"m{n}@evil{n}.example", fields={"Sender": VICTIM}),
        lambda n: _forged(n, sender=f"m{n}@evil{n}.example", path=VICTIM),
        lambda n: _unchecked(_forged(n, sender=VICTIM)),
    )
    with House(ground, budgets=True) as house:
        house.deliver(*(ways[n % len(ways)](n) for n in range(FORGED)))
        go_on(house, lambda _: ())
        to_victim = len(house.letters_to(VICTIM))
        letters = len(letters_of(house))
        told = len(house.letters_to(TEAM))
        findings = list(lost(house, FORGED))
    if to_victim > MOST_A_DAY:
        findings.append(Finding("gate", "victim", f"she got {to_victim} letters"))
    note = (
        f"she got {to_victim} letters; {letters} in all, then the budgets of the hour"
        f" were spent; the team was told by {told} mails"
    )
    return Outcome(cases=FORGED, findings=tuple(findings), note=note)


def _forged(n: int, **words: object) -> Post:
    subject = f"Complaint about {_SUBJECTS[n % len(_SUBJECTS)]}, {n}"
    text = f"Number {n}: nobody answers me about {_SUBJECTS[n % len(_SUBJECTS)]}."
    return post(subject=subject, text=text, **words)  # type: ignore[arg-type]  # by name


def _unchecked(forged: Post) -> Post:
    """Take away what our server found out about a mail, as where none looks."""
    return Post(forged.octets.split(b"\r\n", 1)[1], forged.path)


def lost(house: House, delivered: int) -> Iterator[Finding]:
    """Count the mails that came against those that have a row."""
    known = len(house.rows("SELECT id FROM messages"))
    if known < delivered:
        yield Finding("fate", "the flood", f"{known} of {delivered} mails are known")
