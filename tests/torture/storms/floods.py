"""ROWS far too much mail: of reports, and in one person's name."""

from collections.abc import Callable, Iterator

from tests.journeys.installing import TEAM
from tests.torture.access.house import (
    ATTACKER,
    VICTIM,
    VICTIMS_WORDS,
    House,
    Post,
    post,
)
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from tests.torture.storms.animals import ANIMALS, bounced
from tests.torture.storms.answering import go_on, letters_of, read
from triage.demo.servers import Accepted
from triage.digest import number_of

BOUNCES, FEW_BOUNCES = 200, 12
FORGED, FEW_FORGED = 1_000, 16
BEFORE, AFTER = "<before@post.example>", "<after@post.example>"
MOST_A_DAY = 3
"""Letters to one person, as shipped."""
IN_WORDS = next(each for each in ANIMALS if each.name == "delivery report in words")
_OWED_AGAIN = (
    "SELECT DISTINCT c.id FROM cases c JOIN outbox o ON o.case_id = c.id"
    " WHERE o.bounced_at IS NOT NULL AND c.acknowledged_at IS NULL"
)
_HER_LETTERS = (
    "SELECT coalesce(o.state, 'not there') AS state FROM messages m"
    " LEFT JOIN outbox o ON o.message = m.id AND o.category = 'reply'"
    " WHERE m.message_id = ?"
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
        findings = (*lost(house, 2 * number), *amiss_of_bounces(house, number))
    mails = number_of(told, "mail")
    note = f"{letters} letters, each came back; the team was told by {mails}"
    return Outcome(cases=number, findings=findings, note=note)


def amiss_of_bounces(house: House, number: int) -> Iterator[Finding]:
    """Each got one letter, and each case is owed a word again."""
    letters = len(letters_of(house))
    if letters != number:
        yield Finding("once", "bounces", f"{letters} letters to {number}")
    owed = len(house.rows(_OWED_AGAIN))
    if owed != number:
        words = f"{owed} of {number} cases are owed a word again"
        yield Finding("settled", "bounces", words)


def forge_a_victim(ground: Ground) -> Outcome:
    """Name her in a thousand mails, in every way in which one can be named.

    She complains herself, before that and after it.
    """
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
    number = FORGED if ground.is_full else FEW_FORGED
    with House(ground, budgets=True) as house:
        house.deliver(
            hers(BEFORE), *(ways[n % len(ways)](n) for n in range(number)), hers(AFTER)
        )
        go_on(house, lambda _: ())
        letters = letters_of(house)
        told = len(house.letters_to(TEAM))
        findings = [*lost(house, number + 2), *amiss_for_her(house)]
    note = (
        f"she got {len(house.letters_to(VICTIM))} letters, one of them to her own"
        f" complaint; {len(letters)} in all; the team was told by"
        f" {number_of(told, 'mail')}"
    )
    return Outcome(cases=number + 2, findings=tuple(findings), note=note)


def hers(message_id: str) -> Post:
    """Her own complaint, by her own server."""
    return post(sender=VICTIM, text=VICTIMS_WORDS, fields={"Message-ID": message_id})


def amiss_for_her(house: House) -> Iterator[Finding]:
    """What she wrote before is answered once, and what she wrote after is not lost."""
    to_her = house.letters_to(VICTIM)
    if len(to_her) > MOST_A_DAY:
        yield Finding("gate", "victim", f"she got {len(to_her)} letters")
    answers = sum(read(each)["In-Reply-To"] == BEFORE for each in to_her)
    if answers != 1:
        yield Finding("once", "victim", f"her own complaint got {answers} letters")
    for row in house.rows(_HER_LETTERS, AFTER):
        if row["state"] not in ("sent", "held"):
            words = f"the reply to her later complaint is {row['state']}"
            yield Finding("settled", "victim", words)


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
