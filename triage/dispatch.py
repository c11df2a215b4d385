"""JOB outbox → SMTP: sent, tried again, refused, or uncertain until a witness is found.

A letter is committed as `finishing` before its final dot is written. Up to there
anything may be tried again; from there on nothing is sent again without proof that the
server did not take it: a 4xx or 5xx that was read. Whatever else happens, a crash
included, leaves the letter uncertain, and a person decides unless our own Message-ID
turns up.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from typing_extensions import override

from triage.errors import ConfigError, TransientError
from triage.smtp import (
    Accepted,
    Concern,
    Envelope,
    Outcome,
    Refused,
    TryLater,
    Unknown,
)
from triage.store import IllegalMoveError
from triage.store.moving import Claim
from triage.store.outbox import Claimed, Outbox, Reclaimed, Uncertain

TRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""After the first, second, … time that the server put off a letter; then the last."""
TRY_FOR = timedelta(hours=48)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15))
"""After the first, second, … time that the server could not be used; then the last."""
ASK_AFTER = timedelta(minutes=1)
"""So often one that could not be reached is asked whether it can be by now."""
LEASE = timedelta(minutes=15)
"""Longer than anything that happens before the dot."""
FINISHING_LEASE = timedelta(minutes=30)
"""Longer than the wait for the reply to the dot."""
SERVICE_NOT_AVAILABLE = 421
MANY = 3
"""So many letters that were put off or lost, and none that got through."""
WITNESS_AFTER = timedelta(minutes=15)
"""A server may accept up to 10 minutes after the dot, and a mailbox lags behind."""
WITNESS_WITHIN = timedelta(hours=24)
LOOK_AGAIN_AFTER = timedelta(hours=1)
"""A copy may come late; it is looked for until a person decided, now and then."""
LOOK_AGAIN_FOR = timedelta(days=7)

log = logging.getLogger(__name__)


class Submission(Protocol):
    """Hands one letter to a server (see triage.smtp)."""

    def submit(
        self, envelope: Envelope, data: bytes, before_final_dot: Callable[[], None]
    ) -> Outcome: ...

    def check(self) -> TryLater | Refused | None:
        """Connect and log in, send nothing; return what is in the way, if any."""
        ...

    def close(self) -> None: ...


class Witness(Protocol):
    """Looks for a letter of ours where a copy must have arrived if it went out."""

    def has(self, message_id: str) -> bool | None:
        """Say whether it is there; None: it cannot be told now."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends."""

    name: str
    """Of this dispatcher, for people who ask who has a letter."""
    envelope_from: str = ""
    copy_to: str | None = None
    """Our own mailbox, where it is the witness."""


class Tally(Counter[str]):
    """What a pass did: `sent`, `put off`, `refused`, `uncertain`, `held`, `dropped`."""

    @override
    def __str__(self) -> str:
        words = ("sent", "put off", "refused", "uncertain", "held")
        return ", ".join(f"{self[word]} {word}" for word in words)


class Dispatch:
    """Sends what is due; `run` is one pass and may be repeated.

    `witness` is None where nothing can be looked for: uncertain letters then always
    wait for a person.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        submission: Submission,
        witness: Witness | None,
        sender: Sender,
        clock: Callable[[], datetime],
    ) -> None:
        self._outbox = outbox
        self._submission = submission
        self._witness = witness
        self._sender = sender
        self._clock = clock
        self._heard: list[tuple[Claimed, Outcome]] = []
        self._failures = 0
        self._pause_ends: datetime | None = None
        self._asked_at: datetime | None = None
        """Whether it is back; None: that is not asked, since it was not away."""
        self._may_end_early = True
        self._in_vain: set[int] = set()
        self._refused: set[int] = set()
        self.settled = 0
        """How many letters the server accepted or refused."""
        self.refuses = False
        """Whether letter after letter is refused; they are on their way no more."""
        self.hindrance: str | None = None
        """Why no letter gets through; None: one did lately, or none was tried."""
        self._looked_at: datetime | None = None

    def recover(self) -> None:
        """Take back what the last run left unfinished; for the only daemon."""
        found = self._outbox.recover(self._clock())
        if found.uncertain:
            log.warning("%d letters are uncertain after a restart", found.uncertain)
        self._say_held(found)

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Tally:
        """Send every letter that is due and resolve the uncertain ones.

        Raises TransientError when the store fails; what was heard from the server is
        written down at the next pass.
        """
        done = Tally()
        self._write_down(done)
        self._say_held(self._outbox.reclaim(self._clock()))
        self._ask_witness(done, stopping)
        self._look_again(done, stopping)
        try:
            if self._is_pausing() and self._is_back():
                self._pause_ends = None
            while not stopping() and not self._is_pausing():
                letter = self._outbox.claim(self._clock(), self._claim(LEASE))
                if letter is None:
                    break
                self._send(letter, done, stopping)
        finally:
            self._submission.close()
        return done

    def _say_held(self, found: Reclaimed) -> None:
        if found.held:
            log.error(
                "%d letters are held: sending them ended unexpectedly again and again",
                found.held,
            )

    def _send(self, letter: Claimed, done: Tally, stopping: Callable[[], bool]) -> None:
        envelope = Envelope(self._sender.envelope_from, letter.to, self._sender.copy_to)

        def commit_finishing() -> None:
            claim = self._claim(FINISHING_LEASE)
            self._outbox.finish(letter, self._clock(), claim)

        try:
            outcome = self._submission.submit(envelope, letter.data, commit_finishing)
        except IllegalMoveError as error:
            log.warning("%s was taken away before its dot: %s", _name(letter), error)
            return
        except TransientError as error:
            # Only `finish` raises it, and without it no dot was written.
            not_begun = TryLater(None, None, str(error), Concern.SERVER)
            self._heard.append((letter, not_begun))
            raise
        if not stopping():
            self._note_server(outcome)
            self._note_course(letter, outcome)
        self._heard.append((letter, outcome))
        self._write_down(done)

    def _write_down(self, done: Tally) -> None:
        """Commit what the server said; what cannot be committed now is kept."""
        while self._heard:
            letter, outcome = self._heard[0]
            try:
                done[self._record(letter, outcome)] += 1
            except IllegalMoveError as error:
                log.warning("%s has moved on meanwhile: %s", _name(letter), error)
            self._heard.pop(0)

    def _record(self, letter: Claimed, outcome: Outcome) -> str:
        now, words = self._clock(), _words(outcome)
        match outcome:
            case Accepted():
                self._outbox.accept(letter, now, words)
                log.info("%s is sent", _name(letter), extra=_keys(letter))
                return "sent"
            case TryLater(concern=Concern.LETTER):
                return self._put_off(letter, now, words)
            case TryLater():
                # The pause is the server's: once it is over, nothing holds the letter.
                is_away = outcome.concern is Concern.SERVER
                next_at = now if is_away else self._pause_ends or now
                is_back = self._outbox.put_back(letter, now, words, next_at)
                return "put off" if is_back else _dropped(letter)
            case Refused():
                is_refused = self._outbox.refuse(
                    letter, now, words, address_is_bad=outcome.is_bad_address
                )
                log.warning(
                    "%s is refused (%s)",
                    _name(letter),
                    _codes(outcome),
                    extra=_keys(letter),
                )
                return "refused" if is_refused else _dropped(letter)
            case Unknown():
                self._outbox.lose(letter, now, words)
                log.warning("%s is uncertain", _name(letter), extra=_keys(letter))
                return "uncertain"

    def _put_off(self, letter: Claimed, now: datetime, words: str) -> str:
        """Try again later, for two days; then a person decides."""
        if letter.trying_since is not None and now - letter.trying_since >= TRY_FOR:
            why = f"put off for two days; the last word: {words}"
            if not self._outbox.hold(letter, now, why):
                return _dropped(letter)
            log.warning(
                "%s is held after two days of trying",
                _name(letter),
                extra=_keys(letter),
            )
            return "held"
        wait = TRY_AFTER[min(letter.tries, len(TRY_AFTER) - 1)]
        is_put_off = self._outbox.put_off(letter, now, words, now + wait)
        return "put off" if is_put_off else _dropped(letter)

    def _note_server(self, outcome: Outcome) -> None:
        """Pause when the server or the login fails, and not the letter alone."""
        match outcome:
            case TryLater(concern=Concern.SERVER | Concern.LOGIN, text=text):
                log.error("no letter can be sent now: %s", text)
            case Refused(concern=Concern.SERVER):
                log.error(
                    "the server refuses our envelope sender (%s): check envelope_from",
                    _codes(outcome),
                )
            case Unknown():
                # A server that answers no dot would make every letter uncertain.
                log.error("the server did not answer for a letter: others wait")
            case _:
                self._failures, self._pause_ends = 0, None
                self._may_end_early = True
                return
        wait = PAUSES[min(self._failures, len(PAUSES) - 1)]
        if isinstance(outcome, TryLater) and outcome.concern is Concern.LOGIN:
            wait = PAUSES[-1]
        self._failures += 1
        now = self._clock()
        self._pause_ends = now + wait
        self._asked_at = now if _is_away(outcome) else None

    def _note_course(self, letter: Claimed, outcome: Outcome) -> None:
        """Note whether letters get anywhere, for who watches from another thread."""
        match outcome:
            case Accepted():
                self.settled += 1
                self._in_vain.clear()
                self._refused.clear()
                self.refuses, self.hindrance = False, None
            case Refused(concern=Concern.LETTER) if outcome.is_bad_address:
                self.settled += 1
            case Refused(concern=Concern.LETTER):
                self._note_refused(letter, outcome)
            case TryLater(concern=Concern.LETTER) | Unknown():
                # One letter may be put off for its own sake.
                self._in_vain.add(letter.id)
                if len(self._in_vain) >= MANY:
                    self.hindrance = "the server puts off every letter"
            case TryLater() | Refused():
                self.hindrance = _hindrance(outcome)

    def _note_refused(self, letter: Claimed, outcome: Refused) -> None:
        """One letter may be refused for its own sake; letter after letter is not."""
        self._refused.add(letter.id)
        self.refuses = len(self._refused) >= MANY
        if self.refuses:
            self.hindrance = f"the server refuses every letter ({_codes(outcome)})"
        else:
            self.settled += 1
            self._in_vain.clear()
            self.hindrance = None

    def _is_pausing(self) -> bool:
        """Tell whether the server is left alone; never for long, whatever the clock."""
        if self._pause_ends is None:
            return False
        return timedelta() < self._pause_ends - self._clock() <= PAUSES[-1]

    def _is_back(self) -> bool:
        """Ask a server that was away whether it can be used, now and then.

        One that takes our login and then no letter looks well. So a pause ends early
        once, and again only after the server was seen away or a letter got through.
        """
        now, asked_at = self._clock(), self._asked_at
        if asked_at is None or timedelta() <= now - asked_at < ASK_AFTER:
            return False
        problem = self._submission.check()
        self._asked_at = now
        if problem is not None and _is_away(problem):
            self._may_end_early = True
            return False
        if problem is not None or not self._may_end_early:
            # What is in the way is not its absence: a letter tells once the pause ends.
            self._asked_at = None
            return False
        self._may_end_early = False
        log.info("the server can be used again: letters that wait go out")
        return True

    def _claim(self, lease: timedelta) -> Claim:
        return Claim(owner=self._sender.name, deadline=self._clock() + lease)

    def _ask_witness(self, done: Tally, stopping: Callable[[], bool]) -> None:
        is_away = False
        for letter in self._outbox.uncertain():
            if stopping():
                return
            waited = self._clock() - letter.since
            # Far in the future, `since` was written under a wrong clock.
            if -WITNESS_AFTER <= waited < WITNESS_AFTER:
                continue
            # Every further one would wait as long for a mailbox that is away.
            found = None if is_away else self._has_arrived(letter)
            is_away = found is None
            if found:
                self._witnessed(letter, "its copy was found", done)
            elif found is False or waited >= WITNESS_WITHIN:
                self._outbox.unwitnessed(
                    letter.id, self._clock(), self._why_held(found)
                )
                done["held"] += 1

    def _look_again(self, done: Tally, stopping: Callable[[], bool]) -> None:
        """Look for late copies, lest a person sends again what has arrived."""
        now = self._clock()
        if self._witness is None or (
            self._looked_at is not None
            and timedelta() <= now - self._looked_at < LOOK_AGAIN_AFTER
        ):
            return
        self._looked_at = now
        for letter in self._outbox.held_in_doubt():
            if now - letter.since >= LOOK_AGAIN_FOR:
                continue
            found = None if stopping() else self._has_arrived(letter)
            if found is None:
                break
            if found:
                self._witnessed(letter, "its copy was found after all", done)

    def _witnessed(self, letter: Uncertain, why: str, done: Tally) -> None:
        try:
            self._outbox.witnessed(letter.id, self._clock(), why)
        except IllegalMoveError as error:
            log.warning("letter %d: %s, but: %s", letter.id, why, error)
        else:
            done["sent"] += 1

    def _has_arrived(self, letter: Uncertain) -> bool | None:
        if self._witness is None:
            return False
        try:
            return self._witness.has(letter.message_id)
        except TransientError:
            return None
        except ConfigError as error:
            log.error("no copy can be looked for: %s", error)
            return None

    def _why_held(self, found: bool | None) -> str:
        if self._witness is None:
            return "nobody knows whether it went out, and no witness is configured"
        if found is None:
            return (
                "nobody knows whether it went out: no copy could be looked for in a day"
            )
        return "nobody knows whether it went out: no copy of it was found"


def _name(letter: Claimed) -> str:
    """Return what names a letter in a log: the case and the kind, no person."""
    return f"letter {letter.id} ({letter.kind} of {letter.reference or 'no case'})"


def _keys(letter: Claimed) -> dict[str, object]:
    """Return what a script finds a letter's line by."""
    return {"letter": letter.id, "case": letter.reference}


def _dropped(letter: Claimed) -> str:
    log.info("%s is dropped: a person decided against it meanwhile", _name(letter))
    return "dropped"


def _is_away(outcome: Outcome) -> bool:
    """True where nobody serves us at all (RFC 5321 §3.8: 421, or no answer).

    Whoever puts our login off is not asked the sooner.
    """
    return (
        isinstance(outcome, TryLater)
        and outcome.concern is Concern.SERVER
        and outcome.code in {None, SERVICE_NOT_AVAILABLE}
    )


def _hindrance(outcome: TryLater | Refused) -> str:
    """Say in our words why nothing can be sent; a server's may quote an address."""
    why = outcome.text if outcome.code is None else _codes(outcome)
    if isinstance(outcome, Refused):
        return f"the server refuses our envelope sender ({why})"
    if outcome.concern is Concern.LOGIN:
        return f"the server refuses our login ({why})"
    return f"the server cannot be used ({why})"


def _codes(outcome: Outcome) -> str:
    """Return a reply without its text, which may quote an address."""
    codes = (outcome.code, outcome.enhanced)
    return " ".join(str(code) for code in codes if code is not None) or "no code"


def _words(outcome: Outcome) -> str:
    said = outcome.text if outcome.code is None else f"{outcome.code} {outcome.text}"
    if isinstance(outcome, Accepted) and outcome.is_copied:
        return f"{said} (copy accepted)"
    return said
