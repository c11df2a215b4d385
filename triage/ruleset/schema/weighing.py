"""Roles, topics, flags and what is missing: what signals add up to."""

from typing import Literal

from pydantic import Field

from triage.ruleset.schema.entry import Entry, Id, Priority


class Role(Entry):
    """Who writes: the role with the most points that reaches `at_least`."""

    id: Id
    """The name by which lines ask for it."""
    title: str
    """Who that is, in a sentence."""
    points: dict[Id, int]
    """By signal: the points that it gives, or takes where they are below nought."""
    at_least: int = 1
    """The points that are needed."""


class Topic(Entry):
    """What it is about: a topic is touched when its points reach `at_least`."""

    id: Id
    """The name by which lines ask for it."""
    title: str
    """What the matter is, in a sentence."""
    points: dict[Id, int]
    """By signal: the points that it gives, or takes where they are below nought."""
    at_least: int = 1
    """The points that are needed for the topic to be touched."""


class Flag(Entry):
    """What puts a message before a person whatever its route."""

    id: Id
    """The name by which lines ask for it."""
    title: str
    """What it means, in a sentence; who is told reads it."""
    any: tuple[Id, ...] = ()
    """Signals of which one raises the flag."""
    none: tuple[Id, ...] = ()
    """Signals that take the flag back."""
    history: Literal["repeat-sender", "insistent"] | None = None
    """What in earlier mail of the same person raises the flag."""
    never_redirect: bool = False
    """A redirecting route becomes the guard's route, and the reply is a neutral one."""
    hold_redirect: bool = False
    """A redirection waits for a person's approval."""
    tell: tuple[Id, ...] = ()
    """Contacts of the config who are told at once."""
    template: str | None = None
    """The neutral words that are sent in place of the route's own template."""
    priority: Priority = "normal"
    """Raises the route's priority, never lowers it."""


class Missing(Entry):
    """Something that a complaint must contain, and how its presence is seen."""

    id: Id
    """The name under which letters ask for it."""
    title: str
    """What it is, in words."""
    present: tuple[tuple[Id, ...], ...] = Field(min_length=1)
    """Groups of signals; present when every group has a hit."""
    asked_when_topic: tuple[Id, ...] = ()
    """Asked for only where one of these topics is touched; empty: always."""
    asked_when_any: tuple[Id, ...] = ()
    """… or one of these signals is there."""
    not_asked_when_any: tuple[Id, ...] = ()
    """Never asked for where one of these signals is there."""
