"""What was sent to somebody already, against the budgets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.decision.model import Spent
from triage.store.engine import Engine
from triage.store.letters import BEYOND, charged_since

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Whom a reply would go to, as budgets know them."""

    address: str | None
    domain: str | None
    reply_to: Sequence[str] = ()
    """Where else a reply may go: one of these gets it, where it is their own."""
    people: Sequence[int] = ()
    """Rows of the person, by their roots."""
    spell: Callable[[str], str] = str.casefold
    """One spelling for all spellings of an address."""


def spent_on(engine: Engine, payee: Payee, now: datetime) -> Spent:
    """Count replies that went out or were queued: to a person, a domain, everybody.

    A person counts by the mailbox that the replies went to, and by the address that
    wrote what they answer, wherever that had them sent. Names and centres can be made
    up: whoever borrows both would spend what another may get.
    """
    day, hour = now - DAY, now - HOUR
    mailboxes = {payee.spell(each) for each in (payee.address or "", *payee.reply_to)}
    writer = payee.spell(payee.address or "")
    to_sender = {
        row["id"]
        for person in payee.people
        for row in engine.rows(
            "SELECT o.id, o.recipient, coalesce(m.address, '') AS writer FROM people p"
            " JOIN outbox o ON o.person = p.id LEFT JOIN messages m ON m.id = o.message"
            " WHERE p.root = :person AND o.charged_at > :day"
            " AND o.charged_at < :beyond",
            person=person,
            day=day,
            beyond=day + BEYOND,
        )
        if payee.spell(row["recipient"]) in mailboxes
        or payee.spell(row["writer"]) == writer
    }
    to_sender.update(
        row["id"]
        for address in (payee.address, *payee.reply_to)
        for row in engine.rows(
            "SELECT id FROM outbox WHERE recipient = :address"
            " AND charged_at > :day AND charged_at < :beyond",
            address=address,
            day=day,
            beyond=day + BEYOND,
        )
    )
    to_domain = engine.row(
        "SELECT count(*) AS letters FROM outbox"
        " WHERE domain = :domain AND charged_at > :hour AND charged_at < :beyond",
        domain=payee.domain,
        hour=hour,
        beyond=hour + BEYOND,
    )
    return Spent(
        to_sender_in_day=len(to_sender),
        to_domain_in_hour=0 if to_domain is None else int(to_domain["letters"]),
        in_hour=charged_since(engine, hour),
    )
