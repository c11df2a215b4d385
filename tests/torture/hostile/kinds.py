"""All kinds of bad input, by their number."""

from tests.torture.hostile.addresses import ADDRESSES
from tests.torture.hostile.content import CONTENT
from tests.torture.hostile.framing import FRAMING
from tests.torture.hostile.headers import HEADERS
from tests.torture.hostile.kind import Group
from tests.torture.hostile.machines import MACHINES
from tests.torture.hostile.mime import MIME

GROUPS: dict[str, Group] = {
    "framing": FRAMING,
    "addresses": ADDRESSES,
    "headers": HEADERS,
    "mime": MIME,
    "content": CONTENT,
    "machines": MACHINES,
}

KINDS: Group = {
    number: make for group in GROUPS.values() for number, make in group.items()
}


def name_of(number: int) -> str:
    """Return how a kind is called in words."""
    return f"{number} {KINDS[number].__name__.replace('_', ' ')}"
