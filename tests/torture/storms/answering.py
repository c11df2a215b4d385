"""Letters are answered, round after round, until nobody has anything to say."""

from collections.abc import Callable, Iterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.torture.access.house import House, Post
from triage.demo.servers import Accepted

MOST_ROUNDS = 6
COLLEAGUES = "@examboard.example"

Answer = Callable[[Accepted], Iterable[Post]]


def letters_of(house: House, since: int = 0) -> list[Accepted]:
    """Return letters to people outside; notices to colleagues are none."""
    return [
        each
        for each in house.accepted[since:]
        if not all(to.endswith(COLLEAGUES) for to in each.recipients)
    ]


def read(letter: Accepted) -> EmailMessage:
    return message_from_bytes(letter.octets, EmailMessage, policy=default)


def go_on(house: House, answer: Answer) -> int:
    """Work and answer until a round brings nothing new; return the rounds it took.

    Raises LookupError where they would go on for ever.
    """
    seen = 0
    for number in range(1, MOST_ROUNDS + 1):
        house.work()
        new = letters_of(house, seen)
        seen = len(house.accepted)
        posts = [post for letter in new for post in answer(letter)]
        if not posts:
            return number
        house.deliver(*posts)
    raise LookupError(f"letters are still answered after {MOST_ROUNDS} rounds")
