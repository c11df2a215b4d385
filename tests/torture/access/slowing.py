"""A daemon made slow by mail, and other people's mail kept waiting by it.

With each costly mail comes a true complaint of somebody else, which must be answered in
the same pass. Then floods: a mail may not cost more because many came before it. What
is counted is processor time, by the kernel: the daemon's and its reader's.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

from tests.torture.access.costly import costly
from tests.torture.access.house import VICTIM, House, Post, post
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.readers import readers_of, seconds_of
from tests.torture.row import Outcome

MOST_SECONDS = 10.0
"""Of processor, for one mail and the true one beside it."""
FLOOD = 100
FLOODS_BEFORE = 2
MOST_GROWTH = 3.0
_WORST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """What a mail cost, and what went wrong."""

    name: str
    seconds: float
    findings: tuple[Finding, ...]


def slow_the_daemon(ground: Ground) -> Outcome:
    """Deliver every costly mail beside a true one, then flood the mailbox."""
    with House(ground) as house:
        house.deliver(post())
        house.work()
        tried = [
            try_one(house, name, each, number)
            for number, (name, each) in enumerate(costly())
        ]
        mails, grown = 0, dict[str, float]()
        for name, write in FLOODS.items():
            grown[name] = growth(house, write)
            mails += FLOOD * (FLOODS_BEFORE + 2)
        findings = [finding for each in tried for finding in each.findings]
        findings += [
            Finding("access", name, f"the last mails cost {times:.1f} times the first")
            for name, times in grown.items()
            if times > MOST_GROWTH
        ]
    return Outcome(
        cases=len(tried) + mails, findings=tuple(findings), note=_note(tried, grown)
    )


def _note(tried: list[Tried], grown: dict[str, float]) -> str:
    worst = sorted(tried, key=lambda each: each.seconds, reverse=True)[:_WORST_SHOWN]
    slowest = ", ".join(f"{each.seconds:.2f} s ({each.name})" for each in worst)
    times = max(grown.values())
    return (
        f"{len(tried)} costly mails, the slowest {slowest} of processor with the true"
        f" one; in {len(grown)} floods the last hundred cost at most {times:.1f} times"
        " the first"
    )


def try_one(
    house: House, name: str, bad: Post, number: int, most: float = MOST_SECONDS
) -> Tried:
    """Deliver a costly mail, and a true one behind it; both are due in one pass."""
    person = f"person{number}@honest{number}.example"
    house.deliver(bad, post(sender=person, text=f"Your website fails. {number}."))
    seconds, was_replaced = cost_of(house)
    faults = {
        f"it took {seconds:.1f} s of processor": seconds > most,
        "reading it ended the reader": was_replaced,
        "somebody else was kept waiting": not house.letters_to(person),
    }
    found = (Finding("access", name, words) for words, is_so in faults.items() if is_so)
    return Tried(name, seconds, tuple(found))


def cost_of(house: House) -> tuple[float, bool]:
    """Have one pass made; return what it cost, and whether the reader was replaced."""
    before, spent = _readers(), process_time()
    house.work()
    after = _readers()
    seconds = process_time() - spent
    seconds += sum(after[pid] - before.get(pid, 0.0) for pid in after)
    return seconds, not before.keys() <= after.keys()


def _readers() -> dict[int, float]:
    """Processor time of the processes that read mail, by their ids."""
    return {pid: seconds_of(pid) for pid in readers_of(os.getpid())}


def growth(house: House, write: Callable[[int], Post]) -> float:
    """Return how often the first hundred mails' cost the last hundred cost."""
    first, _ = _flood(house, write, 0)
    for number in range(1, FLOODS_BEFORE + 1):
        _flood(house, write, number)
    last, _ = _flood(house, write, FLOODS_BEFORE + 1)
    return last / first


def _flood(
    house: House, write: Callable[[int], Post], number: int
) -> tuple[float, bool]:
    house.deliver(*(write(number * FLOOD + each) for each in range(FLOOD)))
    return cost_of(house)


FLOODS: dict[str, Callable[[int], Post]] = {
    "one person, one text": lambda number: post(fields={"X-Number": str(number)}),
    "one person, other texts": lambda number: post(
        sender="m@evil2.example", text=f"Number {number}: no login at your website."
    ),
    "one name and centre, many addresses": lambda number: post(
        sender=f"anna@evil{number}.example",
        name="Anna Okoro",
        text=f"Our centre number is IN123. Number {number}: no login.",
    ),
    "many people about one case": lambda number: post(
        sender=f"m{number}@evil{number}.example", subject="Complaint CMP-2026-00001"
    ),
    "many people in one person's name": lambda number: post(
        sender=VICTIM, path=f"m{number}@evil{number}.example"
    ),
    "one Message-ID": lambda number: post(
        sender=f"m{number}@evil.example", fields={"Message-ID": "<1@evil.example>"}
    ),
}
