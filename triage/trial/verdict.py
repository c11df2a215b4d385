"""Whether an edition may come into force, from what its trial found."""

from collections.abc import Iterable
from dataclasses import dataclass

from triage.store import Acceptance, Blocking, Counts


@dataclass(frozen=True, slots=True)
class Comparison:
    """What recent messages would get, beside what the edition in force gives them."""

    compared: int = 0
    changed: int = 0
    """Messages that would get something else."""
    worse: tuple[Blocking, ...] = ()
    """… and would newly be turned away, or no longer be acknowledged."""
    impossible: str | None = None
    """Why nothing could be compared, a text for people of one line."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a trial found, before anybody's acceptance is looked at."""

    counts: Counts | None = None
    """None: it does not compile."""
    faults: tuple[str, ...] = ()
    """Problems and examples that fail, each a text for people."""
    comparison: Comparison = Comparison()
    dates: str | None = None
    """Which due dates of open cases move, a text for people of one line."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know of it though it passes, each a text for people."""
        return tuple(filter(None, (self.comparison.impossible, self.dates)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an edition is refused; without reasons it may come into force."""

    reasons: tuple[str, ...] = ()
    blocking: tuple[Blocking, ...] = ()

    @property
    def is_passed(self) -> bool:
        return not self.reasons


def judge(findings: Findings, accepted: Iterable[Acceptance]) -> Verdict:
    """Judge an edition by what was found and what people answer for."""
    if findings.faults:
        return Verdict(findings.faults)
    answered_for = {acceptance.sha256 for acceptance in accepted}
    # An acceptance without a message answers for all of them.
    if None in answered_for:
        return Verdict()
    blocking = tuple(
        each for each in findings.comparison.worse if each.sha256 not in answered_for
    )
    if not blocking:
        return Verdict()
    reason = (
        f"{len(blocking)} of the last {findings.comparison.compared} messages would "
        "newly be turned away, or no longer be acknowledged"
    )
    return Verdict((reason,), blocking)
