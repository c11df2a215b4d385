"""Mail that is not ours stays as it was, where it was."""

from collections import Counter
from collections.abc import Iterator, Set

from tests.torture.evidence import Due, Evidence
from tests.torture.finding import Finding
from tests.torture.oracle.books import Books
from tests.torture.oracle.mail import core_of

PROMISE = "untouched"


def untouched(evidence: Evidence, _books: Books) -> Iterator[Finding]:
    """Look for each such mail, byte by byte and flags, in its folder and all others."""
    lying = {
        folder: Counter(core_of(octets) for octets in mails)
        for folder, mails in evidence.folders.items()
    }
    came: Counter[tuple[str, bytes]] = Counter()
    names = {}
    for each in evidence.delivered:
        if each.due is Due.NOTHING:
            core = core_of(each.octets)
            came[each.folder, core] += 1
            names[core] = each.mark
    for folder, core in came.keys() & _flagged(evidence):
        yield Finding(PROMISE, names[core], f"it has a flag now, in {folder}")
    for (folder, core), number in came.items():
        there = lying.get(folder, Counter())[core]
        everywhere = sum(mails[core] for mails in lying.values())
        if there < number:
            words = f"it came {number} times into {folder}, lies there {there} times"
            yield Finding(PROMISE, names[core], words)
        if everywhere > sum(n for (_, one), n in came.items() if one == core):
            yield Finding(PROMISE, names[core], f"it lies there {everywhere} times")


def _flagged(evidence: Evidence) -> Set[tuple[str, bytes]]:
    return {
        (folder, core_of(octets))
        for folder, mails in evidence.flagged.items()
        for octets in mails
    }
