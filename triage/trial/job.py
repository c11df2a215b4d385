"""Looks at the folders; what changed there is tried, then put in force or refused.

What is refused changes nothing: mail is judged and answered by the last edition that
passed, which the store keeps.
"""

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from triage.edition import Edition
from triage.errors import ConfigError, MessageError, TransientError
from triage.intake.letters import refusal_notice
from triage.intake.rulebook import Rulebook
from triage.store import (
    Acceptance,
    Activation,
    Blocking,
    Counts,
    How,
    Outcome,
    Store,
    Trial,
)
from triage.trial.standing import Folders, Standing, read_at_rest, read_standing
from triage.trial.verdict import Findings, Verdict, judge

DAEMON = "the daemon"

log = logging.getLogger(__name__)


class Try(Protocol):
    """Tries an edition, and compares it with the one in force."""

    def __call__(self, edition: Edition, in_force: Edition, /) -> Findings: ...


class PutInForce(Protocol):
    """Swaps an edition in between two passes, once `record` has written it down.

    Raises ConfigError where it cannot be used after all.
    """

    def __call__(self, edition: Edition, record: Callable[[], object], /) -> None: ...


@dataclass(kw_only=True)
class Trials:
    """Keeps the edition in force and the folders alike, where what changed passes.

    One thread runs it; any may `ask`.
    """

    folders: Folders
    store: Store
    try_out: Try
    clock: Callable[[], datetime]
    pause: Callable[[], object]
    """Waits for a moment, to see whether somebody is saving files just now."""
    _asked: threading.Event = field(default_factory=threading.Event, init=False)
    _looked: Hashable = field(default=None, init=False)
    """What was seen at the last look."""
    _heeded: Hashable = field(default=None, init=False)
    """What was seen, acceptances included, when the folders were last read."""
    _to_tell: Trial | None = field(default=None, init=False)

    def ask(self) -> None:
        """Have the next run read the folders, whether or not they changed.

        Where they are changing just then, it is a later one.
        """
        self._asked.set()

    def begin(self) -> Edition:
        """Return what to start with: what stands in the folders, if it passes.

        Else it is the last edition that did; there must be one.
        """
        edition = self._in_force()
        acceptances = self.store.editions.count_acceptances()
        standing = read_at_rest(
            self.folders, self.pause, lambda found: found.is_edition(edition.hash)
        )
        if standing is None:
            log.warning(
                "rules and templates are being changed; they are tried once they stay"
                " the same"
            )
            return edition
        self._looked = standing.before
        try:
            passed = self._tried(standing, edition)
        except TransientError as error:
            log.warning("changed rules are tried later: %s", error)
            return edition
        self._heeded = standing.before, acceptances
        if passed is None:
            return edition
        self._note_live(passed, How.START)
        return passed.edition

    def first(self) -> Edition:
        """Return what stands in the folders, where nothing was ever in force.

        Raises ConfigError.
        """
        standing = read_at_rest(self.folders, self.pause, lambda _: True)
        if standing is None:
            raise ConfigError(
                "rules and templates are being changed: start again once they are saved"
            )
        if isinstance(standing.found, ConfigError):
            raise standing.found
        return standing.found

    def begin_with(self, edition: Edition, counts: Counts) -> None:
        """Note the first edition of a store, which has nothing to be compared with."""
        passed = _Passed(edition, Findings(counts), self.clock())
        self.store.editions.keep(edition, counts, passed.at)
        self._note_live(passed, How.START)

    def run(
        self, stopping: Callable[[], bool], put_in_force: PutInForce
    ) -> Activation | None:
        """Look once, and read what changed as soon as it stays so for another look.

        A change is often of several files, one after the other, and a file is not
        written at once. Returns what came into force.
        """
        is_asked = self._asked.is_set()
        self._asked.clear()
        if is_asked:
            # The last look may be too short ago to tell.
            self._looked = self.folders.look()
            self.pause()
        before, self._looked = self._looked, self.folders.look()
        is_still = before == self._looked
        seen = self._seen(self._looked)
        if stopping() or (is_still and not is_asked and seen == self._heeded):
            return None
        standing = self._read() if is_still else None
        if standing is None:
            if is_asked:
                self._asked.set()
            return None
        how = How.SIGNAL if is_asked else How.CHANGE
        activation = self._renewed(standing, how, put_in_force)
        self._heeded = seen
        return activation

    def _read(self) -> Standing | None:
        """Read the folders; None: they have changed since the last look."""
        found = read_standing(self.folders)
        return found if found.before == found.after == self._looked else None

    def _seen(self, look: Hashable) -> Hashable:
        """What stands in the folders, and how often people answered for something.

        An acceptance lets an edition be tried again though no file changed.
        """
        return look, self.store.editions.count_acceptances()

    def _renewed(
        self, standing: Standing, how: How, put_in_force: PutInForce
    ) -> Activation | None:
        passed = self._tried(standing, self._in_force())
        if passed is None:
            return None
        activated: list[Activation] = []
        try:
            put_in_force(
                passed.edition, lambda: activated.append(self._note_live(passed, how))
            )
        except ConfigError as error:
            reasons = tuple(map(str, error.problems))
            self._refuse(passed.edition.hash, Verdict(reasons), passed.at)
            return None
        return activated[0]

    def _in_force(self) -> Edition:
        activation = self.store.editions.in_force()
        if activation is None:
            raise LookupError("no edition was ever in force")
        return self.store.editions.get(activation.hash).edition

    def _tried(self, standing: Standing, in_force: Edition) -> "_Passed | None":
        """Return what stands in the folders if it is new and may come into force."""
        now, edition = self.clock(), standing.found
        if isinstance(edition, ConfigError):
            self._refuse(None, Verdict(tuple(map(str, edition.problems))), now)
            return None
        if edition.hash == in_force.hash:
            self._say_unchanged(edition)
            return None
        accepted = self.store.editions.accepted(edition.hash)
        log.info("edition %s is tried", edition.hash)
        findings = self.try_out(edition, in_force)
        self.store.editions.keep(edition, findings.counts, now)
        verdict = judge(findings, accepted)
        if verdict.is_passed:
            return _Passed(edition, findings, now)
        self._refuse(edition.hash, verdict, now)
        return None

    def _refuse(self, hash_: str | None, verdict: Verdict, now: datetime) -> None:
        trial = Trial(now, hash_, Outcome.REFUSED, verdict.reasons, verdict.blocking)
        if not _are_alike(trial, self.store.editions.last_trial()):
            self.store.editions.note_trial(trial)
        self._to_tell = trial
        log.error(
            "changed rules or templates are refused%s; what was in force stays so:\n%s",
            f" (edition {hash_})" if hash_ else "",
            "\n".join((*verdict.reasons, *map(_line, verdict.blocking))),
        )

    def tell(self, rulebook: Rulebook) -> None:
        """Tell the team of a refusal, once for each edition."""
        trial = self._to_tell
        if trial is None:
            return
        try:
            letter = refusal_notice(trial.hash, trial.reasons, rulebook, trial.at)
        except MessageError as error:
            log.error("the team cannot be told: %s", error)
            letter = None
        if letter is not None:
            self.store.outbox.notify(letter, trial.at)
        self._to_tell = None

    def _note_live(self, passed: "_Passed", how: How) -> Activation:
        edition, editions = passed.edition, self.store.editions
        by = DAEMON
        for acceptance in editions.accepted(edition.hash):
            if acceptance.sha256 is None and self._is_new(acceptance):
                how, by = How.ROLLBACK, acceptance.by
        counts, notes = passed.findings.counts, passed.findings.notes
        activation = Activation(passed.at, edition.hash, how, by, counts, notes)
        with self.store.batch():
            editions.note_trial(Trial(passed.at, edition.hash, Outcome.LIVE, notes))
            editions.activate(activation)
        self._to_tell = None
        log.info("edition %s is in force: %s", edition.hash, _sizes(passed))
        for note in notes:
            log.warning("edition %s: %s", edition.hash, note)
        return activation

    def _is_new(self, acceptance: Acceptance) -> bool:
        """Tell whether a person went back to an edition since the last change."""
        in_force = self.store.editions.in_force()
        return in_force is not None and acceptance.at >= in_force.at

    def _say_unchanged(self, edition: Edition) -> None:
        last = self.store.editions.last_trial()
        if last is not None and last.is_refused:
            log.info("rules and templates are as in force (edition %s)", edition.hash)
        self._to_tell = None


@dataclass(frozen=True, slots=True)
class _Passed:
    edition: Edition
    findings: Findings
    at: datetime


def _are_alike(trial: Trial, last: Trial | None) -> bool:
    return last is not None and trial == replace(last, at=trial.at)


def _line(blocking: Blocking) -> str:
    return f"    {blocking.name}: {blocking.why}"


def _sizes(passed: _Passed) -> str:
    """Say how large an edition is, and how much of it made a difference."""
    counts, comparison = passed.findings.counts, passed.findings.comparison
    sizes = (
        f"{counts.signals} signals, {counts.lines} lines, {counts.routes} routes, "
        f"{counts.letters} letters"
        if counts
        else "sizes unknown"
    )
    if not comparison.compared:
        return sizes
    return (
        f"{sizes}; {comparison.changed} of the last {comparison.compared} messages "
        "would have got something else"
    )
