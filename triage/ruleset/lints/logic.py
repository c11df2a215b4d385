"""Whether several clauses can hold at once: a small search that may give up.

Facts are numbered from 1; a literal is a fact's number, negative where the fact must
not be. A clause is a set of literals of which one must be true.
"""

from collections.abc import Iterable

Clause = frozenset[int]

_MOST_CLAUSES = 500_000
"""Looked at for one question, about a third of a second."""


class _GiveUpError(Exception):
    """The search takes too long."""


def can_hold(clauses: Iterable[Clause]) -> bool:
    """Tell whether some facts satisfy every clause.

    True as well where that takes too long to rule out: False is certain.
    """
    try:
        return _Search().satisfies(list(clauses))
    except (_GiveUpError, RecursionError):
        return True


class _Search:
    def __init__(self) -> None:
        self._looked_at = 0

    def satisfies(self, clauses: list[Clause]) -> bool:
        """Try to satisfy the clauses (Davis, Putnam, Logemann and Loveland)."""
        self._looked_at += len(clauses)
        if self._looked_at > _MOST_CLAUSES:
            raise _GiveUpError
        left = _propagated(clauses)
        if left is None:
            return False
        # Where every clause has a negative literal, no facts at all satisfy them.
        positive = [clause for clause in left if min(clause) > 0]
        if not positive:
            return True
        _, shortest = min((len(clause), sorted(clause)) for clause in positive)
        for literal in shortest:
            if self.satisfies([*left, Clause({literal})]):
                return True
            left = [*left, Clause({-literal})]
        return False


def _propagated(clauses: list[Clause]) -> list[Clause] | None:
    """Draw every conclusion from clauses of one literal; None: they contradict."""
    true: set[int] = set()
    if not all(clauses):
        return None
    while units := {next(iter(clause)) for clause in clauses if len(clause) == 1}:
        true |= units
        if any(-literal in true for literal in units):
            return None
        false = {-literal for literal in true}
        clauses = [c - false for c in clauses if c.isdisjoint(true)]
        if not all(clauses):
            return None
    return clauses
