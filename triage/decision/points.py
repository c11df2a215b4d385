"""Points of roles and topics: each signal that was seen gives or takes some."""

from collections.abc import Iterable, Mapping, Set

from triage.ruleset.schema import Role, Topic


def points_of(
    kinds: Iterable[Role] | Iterable[Topic], signals: Set[str]
) -> dict[str, int]:
    """Points of every role or topic that reaches its threshold, in their order."""
    return {
        kind.id: points
        for kind in kinds
        if (points := sum(votes(kind, signals).values())) >= kind.at_least
    }


def votes(kind: Role | Topic, signals: Set[str]) -> dict[str, int]:
    """What each signal that was seen gives to a role or topic, in its order."""
    return {id_: n for id_, n in kind.points.items() if id_ in signals}


def most(points: Mapping[str, int]) -> str | None:
    """The id with the most points, the first of equals."""
    return max(points, key=lambda id_: points[id_], default=None)
