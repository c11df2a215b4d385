"""What stands in the folders, read as one whole while nobody changes it.

A change is often of several files, one after the other: what is read in the midst of it
is a mixture that nobody wrote.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

from triage.edition import Edition
from triage.errors import ConfigError

MOST_READS = 5


class Folders(Protocol):
    """The folders of rule files and templates, as people edit them."""

    def look(self) -> Hashable:
        """Return what differs as soon as a file does; cheap, and never raises."""
        ...

    def read(self) -> Edition:
        """Read what stands there; raises ConfigError."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What was read, and what the folders looked like before and after it."""

    before: Hashable
    found: Edition | ConfigError
    after: Hashable

    @property
    def is_still(self) -> bool:
        return self.before == self.after

    def is_edition(self, hash_: str) -> bool:
        """Tell whether a certain edition stands there."""
        return isinstance(self.found, Edition) and self.found.hash == hash_


def read_standing(folders: Folders) -> Standing:
    """Read the folders, and see whether they changed meanwhile."""
    before = folders.look()
    found: Edition | ConfigError
    try:
        found = folders.read()
    except ConfigError as error:
        found = error
    return Standing(before, found, folders.look())


def read_at_rest(
    folders: Folders, pause: Callable[[], object], is_enough: Callable[[Standing], bool]
) -> Standing | None:
    """Read until nothing has changed for a pause; None: they do not come to rest.

    What is enough needs no pause, if only nothing changed while it was read.
    """
    for _ in range(MOST_READS):
        standing = read_standing(folders)
        if standing.is_still and is_enough(standing):
            return standing
        pause()
        if folders.look() == standing.before:
            return standing
    return None
