"""The way of every mail of an archive, decided as intake decides, on scratch paper.

What is decided is recorded in a store that is gone afterwards, so that later mails find
their history there. The moment at which a mail is judged is that of its arrival.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.decision import Decision
from triage.errors import TransientError
from triage.intake import Rulebook
from triage.intake.take_up import Taken, take_up
from triage.message import Fetched, Message
from triage.reader import Reading
from triage.replay.mails import Mail
from triage.reply import Composed, Letter, Templates, require_writable
from triage.ruleset import find_evidence
from triage.store import Inbox, Place, Store

COUNTED_AS = "REPLAY"
"""Begins the references of cases whose real ones are not known: REPLAY-2026-00001."""

_INBOX = Inbox("replay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one mail."""

    name: str
    received_at: datetime
    sha256: str = ""
    reading: Reading | None = None
    decision: Decision | None = None
    """None: it was set aside."""
    redirects: bool = False
    """Whether its route turns people away."""
    reference: str | None = None
    """The case that it opened or joined."""
    is_duplicate: bool = False
    set_aside: str | None = None
    """Why it could not be judged."""


def replay(rulebook: Rulebook, mails: Iterable[Mail]) -> Iterator[Outcome]:
    """Judge mails one after the other, in the order given; one outcome for each.

    Letters are counted, against budgets too, but neither worded nor sent. A mail that
    opened a case when it was received opens it under the same reference, so that
    answers to it, or mails that name it, find it.
    """
    with Store.scratch() as store:
        for number, mail in enumerate(mails, 1):
            yield _outcome(number, mail, rulebook, store)


def _outcome(number: int, mail: Mail, rulebook: Rulebook, store: Store) -> Outcome:
    if mail.unreadable is not None:
        return _set_aside(mail, mail.unreadable)
    try:
        with store.batch():
            return _judged(number, mail, rulebook, store)
    except TransientError:
        raise
    except Exception as error:  # noqa: BLE001 - intake would set it aside as well
        # The text of an unexpected error may quote the message; its name does not.
        return _set_aside(mail, f"an unexpected {type(error).__name__}")


def _judged(number: int, mail: Mail, rulebook: Rulebook, store: Store) -> Outcome:
    evidence = find_evidence(rulebook.ruleset, mail.message)
    reading = Reading(number, mail.message, evidence, mail.fingerprint)
    taken = Taken(
        Place(_INBOX, 1, number),
        mail.received_at,
        Fetched(number, mail.raw, mail.is_whole),
        reading,
    )
    done = take_up(taken, rulebook, store, mail.received_at, _Counting(mail.opened))
    decision, recorded = done.decision, done.recorded
    return Outcome(
        name=mail.name,
        received_at=mail.received_at,
        sha256=mail.message.sha256,
        reading=reading,
        decision=decision,
        redirects=_redirects(decision, rulebook),
        reference=recorded.reference if recorded else None,
        is_duplicate=recorded.is_duplicate if recorded else False,
    )


def _redirects(decision: Decision, rulebook: Rulebook) -> bool:
    route = decision.route and rulebook.ruleset.routes[decision.route]
    return bool(route and route.redirects)


def _set_aside(mail: Mail, why: str) -> Outcome:
    return Outcome(name=mail.name, received_at=mail.received_at, set_aside=why)


@dataclass(frozen=True, slots=True)
class _Counting:
    """The clerk who words nothing: letters count, but nobody could send them."""

    opened: str | None

    def new_reference(self, _message: Message, store: Store, now: datetime) -> str:
        return self.opened or store.next_reference(now, COUNTED_AS)

    def word(self, letter: Letter, templates: Templates, _now: datetime) -> Composed:
        require_writable(letter, templates.organisation.message_id_domain)
        return Composed(b"", letter.to, "", letter.message_id, letter.kind)

    def notices(self, *_about: object) -> tuple[()]:
        return ()
