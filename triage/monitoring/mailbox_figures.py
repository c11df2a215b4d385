"""Figures of what belongs to a mailbox, each with a sample for every one."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from triage.monitoring.samples import add
from triage.monitoring.seeing import BUCKETS, Seen, Sums, Waits
from triage.monitoring.standing import MailboxStanding, Standing
from triage.store import State

WAITING = (
    State.QUEUED,
    State.SENDING,
    State.FINISHING,
    State.REFUSED,
    State.UNCERTAIN,
    State.HELD,
)
FATES = ("recorded", "duplicate", "aside", "left")


def what_passed(seen: Seen) -> Iterator[Metric]:
    """Yield what was counted since the start."""
    messages = CounterMetricFamily(
        "triage_messages",
        "Mails by what became of them and the route that the rules took.",
    )
    letters = CounterMetricFamily("triage_letters", "Letters that came into a state.")
    waits = HistogramMetricFamily(
        "triage_reply_duration_seconds",
        "From the arrival of a mail until its reply was accepted, where nobody had to"
        " decide.",
    )
    for mailbox, sums in _begun(seen).items():
        for (fate, route), number in sums.messages.items():
            add(messages, number, "_total", mailbox=mailbox, fate=fate, route=route)
        for state, number in sums.letters.items():
            add(letters, number, "_total", mailbox=mailbox, state=state)
        _add_waits(waits, sums.waits, mailbox)
    yield from (messages, letters, waits)


def _begun(seen: Seen) -> Mapping[str, Sums]:
    """Return the sums of every mailbox.

    Whatever can be counted begins at 0, or its first one would be no increase.
    """
    mailboxes = {} if seen.standing is None else seen.standing.mailboxes
    begun = dict[str, Sums]()
    for mailbox in dict.fromkeys((*mailboxes, *seen.passed)):
        sums, one = seen.passed.get(mailbox, Sums()), mailboxes.get(mailbox)
        routes = () if one is None else one.routes
        usual = [(fate, "") for fate in FATES] + [("recorded", each) for each in routes]
        begun[mailbox] = Sums(
            messages=dict.fromkeys(usual, 0) | dict(sums.messages),
            letters=dict.fromkeys(map(str, State), 0) | dict(sums.letters),
            waits=sums.waits,
        )
    return begun


def _add_waits(family: Metric, waits: Waits, mailbox: str) -> None:
    below = 0
    for bound, number in zip((*BUCKETS, "+Inf"), waits.counts, strict=True):
        below += number
        add(family, below, "_bucket", mailbox=mailbox, le=str(bound))
    add(family, below, "_count", mailbox=mailbox)
    add(family, waits.sum, "_sum", mailbox=mailbox)


def about_mailboxes(standing: Standing, now: datetime) -> Iterator[Metric]:
    """Yield how every mailbox stands."""
    each = standing.mailboxes
    yield from (_numbers(each, name, what, of) for name, what, of in _NUMBERS)
    yield from (_moments(each, name, what, of) for name, what, of in _MOMENTS)
    yield _counted(
        each,
        "triage_outbox_letters",
        "Letters not at their end.",
        ("state", lambda one: {state: one.letters.get(state, 0) for state in WAITING}),
    )
    yield _counted(
        each,
        "triage_routes",
        "Routes by how far their replies go.",
        ("mode", lambda one: one.modes),
    )
    yield _numbers(
        each,
        "triage_oldest_due_letter_age_seconds",
        "How long the letter waits that may be sent and waits longest; 0: none does.",
        lambda one: _age(one.oldest_due_at, now),
    )
    yield from _about_ledgers(each)
    yield _needs(standing)
    yield _editions(each)
    yield _expiries(standing)


Mailboxes = Mapping[str, MailboxStanding]


def _numbers(
    mailboxes: Mailboxes, name: str, what: str, of: Callable[[MailboxStanding], float]
) -> Metric:
    family = GaugeMetricFamily(name, what)
    for mailbox, one in mailboxes.items():
        add(family, of(one), mailbox=mailbox)
    return family


def _moments(
    mailboxes: Mailboxes,
    name: str,
    what: str,
    of: Callable[[MailboxStanding], datetime | None],
) -> Metric:
    family = GaugeMetricFamily(name, what)
    for mailbox, one in mailboxes.items():
        if (at := of(one)) is not None:
            add(family, at.timestamp(), mailbox=mailbox)
    return family


def _counted(
    mailboxes: Mailboxes,
    name: str,
    what: str,
    by: tuple[str, Callable[[MailboxStanding], Mapping[str, int]]],
) -> Metric:
    family, (label, of) = GaugeMetricFamily(name, what), by
    for mailbox, one in mailboxes.items():
        for value, number in of(one).items():
            add(family, number, **{"mailbox": mailbox, label: str(value)})
    return family


def _about_ledgers(mailboxes: Mailboxes) -> Iterator[Metric]:
    balanced = {name: one for name, one in mailboxes.items() if one.ledger is not None}
    yield _counted(
        balanced,
        "triage_ledger_difference",
        "What did not come out at the last balance: mails without a fate, mails that"
        " were filed and are back, sums of the store.",
        ("kind", _differences),
    )
    yield _counted(
        balanced,
        "triage_mailbox_messages",
        "Mails in the mailbox at the last balance, by fate.",
        ("fate", lambda one: {} if one.ledger is None else one.ledger.there),
    )


def _differences(one: MailboxStanding) -> Mapping[str, int]:
    ledger = one.ledger
    if ledger is None:
        return {}
    return {
        "unaccounted": ledger.unaccounted,
        "lingering": ledger.lingering,
        "sums": ledger.amiss,
    }


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)


def _needs(standing: Standing) -> Metric:
    """What is of no mailbox has a sample of its own, where there are several."""
    family = GaugeMetricFamily(
        "triage_needs", "What a person must do now, as `triage status` lists it."
    )
    needs = {"": standing.needs_of_all}
    for mailbox, one in standing.mailboxes.items():
        needs[mailbox] = needs.get(mailbox, 0) + one.needs
    for mailbox, number in needs.items():
        add(family, number, mailbox=mailbox)
    return family


def _editions(mailboxes: Mailboxes) -> Metric:
    family = InfoMetricFamily("triage_edition", "The rules and letters in force.")
    for mailbox, one in mailboxes.items():
        if one.edition is not None:
            add(family, 1.0, "_info", mailbox=mailbox, hash=one.edition)
    return family


def _expiries(standing: Standing) -> Metric:
    family = GaugeMetricFamily(
        "triage_expiry_timestamp_seconds",
        "When a certificate or a token ends, where that is known.",
    )
    whose = [(name, one.expires) for name, one in standing.mailboxes.items()]
    for mailbox, expires in (*whose, ("", standing.expires)):
        for of, at in expires.items():
            add(family, at.timestamp(), mailbox=mailbox, of=of)
    return family


_MOMENTS: tuple[tuple[str, str, Callable[[MailboxStanding], datetime | None]], ...] = (
    (
        "triage_mailbox_last_pass_timestamp_seconds",
        "When the mailbox was last read to its end.",
        lambda one: one.mailbox_read_at,
    ),
    (
        "triage_ledger_last_balance_timestamp_seconds",
        "When the ledger was last balanced.",
        lambda one: None if one.ledger is None else one.ledger.at,
    ),
    (
        "triage_edition_in_force_since_timestamp_seconds",
        "Since when the rules and letters are in force.",
        lambda one: one.in_force_since,
    ),
)

_NUMBERS: tuple[tuple[str, str, Callable[[MailboxStanding], float]], ...] = (
    (
        "triage_cases_open",
        "Cases that are neither answered nor closed.",
        lambda one: one.open_cases,
    ),
    (
        "triage_duties_overdue",
        "Acknowledgements and answers that are late.",
        lambda one: one.overdue,
    ),
    (
        "triage_acknowledgement_debt",
        "Cases that a person must acknowledge.",
        lambda one: one.unacknowledged,
    ),
    (
        "triage_letters_to_approve",
        "Replies that wait for a person's approval.",
        lambda one: one.to_approve,
    ),
    (
        "triage_letters_doubtful",
        "Letters that may not have arrived.",
        lambda one: one.doubtful,
    ),
    (
        "triage_approvals_in_vain",
        "Mails in the folders for approval that decide nothing.",
        lambda one: one.in_vain,
    ),
    (
        "triage_mails_set_aside",
        "Mails that could not be taken up and lie in the mailbox.",
        lambda one: one.set_aside,
    ),
    (
        "triage_matters_unsettled",
        "Matters in cases that a person must look at.",
        lambda one: one.unsettled,
    ),
    (
        "triage_urgent_cases_unassigned",
        "Open cases with an urgent flag that nobody has.",
        lambda one: one.unassigned,
    ),
    (
        "triage_breaker_open",
        "1: replies are held because too many went out.",
        lambda one: one.breaker_is_open,
    ),
    (
        "triage_changes_refused",
        "1: rules or letters in the folders did not pass.",
        lambda one: one.changes_are_refused,
    ),
)
