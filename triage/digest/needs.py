"""How the program is, in words; the digest and `triage status` say the same."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from triage.digest.health import Health
from triage.oauth.expiry import is_soon, warning
from triage.reply.words import how_long
from triage.store import Balance, Left


def needs_of(health: Health, now: datetime) -> Iterator[str]:
    """Say what is not well with the program, each in a sentence."""
    if health.refused is not None and not health.refused.is_answered_for:
        yield (
            "changed rules or templates are refused; `triage status` ends with why, and"
            " what to do"
        )
    if health.mailbox_read_at is None:
        yield "the mailbox was never read: triage doctor"
    elif health.is_mailbox_silent:
        silent = how_long((now - health.mailbox_read_at).total_seconds())
        yield f"the mailbox was not read for {silent}: triage doctor"
    yield from _about_ledger(health.balances)
    if health.breaker_is_open:
        yield "replies are held, too many went out: triage outbox list"
    yield from needs_of_left(health.left)
    yield from (warning(each, now) for each in health.expiries if is_soon(each, now))


def needs_of_left(left: Sequence[Left]) -> Iterator[str]:
    """Say what waits in mailboxes that nobody serves, each in a sentence."""
    for each in left:
        waits = " and ".join(
            number_of(number, what)
            for number, what in (
                (each.open_cases, "open case"),
                (each.letters, "letter"),
            )
            if number
        )
        due = "" if each.due is None else f", the first due {each.due:%Y-%m-%d}"
        yield (
            f"the mailbox `{each.name}` is not configured any more, and nobody serves"
            f" {waits} of it{due}: triage case list --mailbox {each.name}"
        )


def _about_ledger(balances: Sequence[Balance]) -> Iterator[str]:
    if unaccounted := sum(each.unaccounted for each in balances):
        yield f"{number_of(unaccounted, 'mail')} in the mailbox not accounted for"
    if lingering := sum(each.lingering for each in balances):
        yield f"{number_of(lingering, 'mail')} in the mailbox that was filed before"
    for balance in balances:
        yield from balance.amiss


def ledger_in_words(
    balances: Sequence[Balance], moment: Callable[[datetime], str]
) -> str:
    """Say when the ledger was last balanced, and whether it was even."""
    if not balances:
        return "never balanced"
    at = moment(min(each.at for each in balances))
    mails = _mails_in(balances)
    if all(each.is_even for each in balances):
        return f"balanced {at}: every mail is accounted for ({mails})"
    unaccounted = sum(each.unaccounted for each in balances)
    lingering = sum(each.lingering for each in balances)
    which = "".join(f"; {each}" for one in balances for each in one.which)
    return (
        f"{at}: {unaccounted} not accounted for, {lingering} filed and back "
        f"({mails}){which}"
    )


def _mails_in(balances: Sequence[Balance]) -> str:
    """Say how many mails lie in the mailboxes, and what they are."""
    on_server = sum(each.on_server for each in balances)
    if not on_server:
        return "no mail lies in the mailbox"
    counts = (
        ("recorded", sum(each.recorded for each in balances)),
        ("set aside", sum(each.set_aside for each in balances)),
        ("left alone", sum(each.left_alone for each in balances)),
    )
    counted = ", ".join(f"{number:,} {words}" for words, number in counts if number)
    mails = f"{number_of(on_server, 'mail')} in the mailbox"
    return f"{mails}: {counted}" if counted else mails


def number_of(number: int, thing: str, things: str | None = None) -> str:
    """Count things, as in `2 mails`."""
    return f"1 {thing}" if number == 1 else f"{number:,} {things or f'{thing}s'}"
