"""ROW machines that answer every letter, all in one mailbox."""

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes

from tests.torture.access.house import House, Post, post
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.row import Outcome
from tests.torture.storms.animals import ANIMALS, Animal
from tests.torture.storms.answering import go_on, letters_of
from triage.demo.servers import Accepted


def visit_the_zoo(ground: Ground) -> Outcome:
    """Have every machine's owner complain, and the machine answer what comes of it."""
    animals = ANIMALS if ground.is_full else ANIMALS[::3]
    keeper = Keeper(animals)
    with House(ground) as house:
        # As shipped for one person; all of them together are more than an hour's.
        house.allow(sender_per_day=3)
        house.deliver(*(post(sender=address) for address in keeper.by_address))
        rounds = go_on(house, keeper.answer)
        letters, drawn = letters_of(house), keeper.drawn(house)
        findings = tuple(amiss(keeper, house))
    several = ", ".join(
        f"{animal.name} {drawn[address]}"
        for address, animal in keeper.by_address.items()
        if drawn[address] > 1
    )
    note = (
        f"{len(letters)} letters in {rounds} rounds, {keeper.answers} answers to them;"
        f" more than one to: {several or 'nobody'}"
    )
    return Outcome(cases=len(animals), findings=findings, note=note)


def amiss(keeper: "Keeper", house: House) -> Iterator[Finding]:
    """Compare the letters that left with what each machine may draw."""
    drawn = keeper.drawn(house)
    for address, animal in keeper.by_address.items():
        number = drawn.pop(address, 0)
        if number == 0:
            yield Finding("once", animal.name, "its owner got no letter: not tried")
        if number > animal.most:
            yield Finding("once", animal.name, f"{number} letters, not {animal.most}")
    for address in drawn:
        yield Finding("gate", address, "a letter to somebody who did not complain")


class Keeper:
    """Knows which machine is at which address."""

    def __init__(self, animals: tuple[Animal, ...]) -> None:
        self.by_address = {
            f"zed@animal{number}.example": animal
            for number, animal in enumerate(animals)
        }
        self.answers = 0
        self._asked_for: dict[str, str] = {}
        """Addresses to which a machine wants to be answered, and its own."""

    def answer(self, letter: Accepted) -> Iterator[Post]:
        for address in map(self._whose, letter.recipients):
            if address in self.by_address:
                self.answers += 1
                answer = self.by_address[address].answer(address, letter)
                if (
                    wanted := message_from_bytes(answer.octets)["Reply-To"]
                ) is not None:
                    self._asked_for[wanted] = address
                yield answer

    def drawn(self, house: House) -> Counter[str]:
        """Count the letters that each machine got, and anybody else."""
        letters = letters_of(house)
        return Counter(
            self._whose(to) for letter in letters for to in letter.recipients
        )

    def _whose(self, address: str) -> str:
        return self._asked_for.get(address, address)
