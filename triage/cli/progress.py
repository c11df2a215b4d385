"""Long work shows how far it is, to a person at a terminal."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")


def shown(items: Iterable[T], length: int | None, label: str) -> Iterator[T]:
    """Pass items on; standard error shows how many, if it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length, label, file=sys.stderr, width=0) as bar:
        yield from bar
