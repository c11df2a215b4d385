"""When the automatic reply to a person is kept back; their case is opened all the same.

The duty to acknowledge remains: a person works it off.
"""

from datetime import timedelta

from triage.decision.authentication import fails, speaks_for, vouches_for
from triage.decision.automatic import (
    auto_submitted,
    has_automatic_subject,
    has_calendar_entry,
    suppresses_replies,
)
from triage.decision.domains import is_usable, same_organisation
from triage.decision.gate import Gate, Seen, reasons
from triage.decision.model import Reason


def withheld(seen: Seen) -> tuple[Reason, ...]:
    """Every reason for which nothing is sent to the writer of a message."""
    return tuple(reasons(WITHHELD, seen))


def is_forged(seen: Seen) -> bool:
    """Whether a check of our mail server, or the envelope, speaks against a writer."""
    if seen.is_form:
        return False
    return _authentication_failed(seen) is not None or _not_aligned(seen)


def proves_writer(seen: Seen) -> bool:
    """Whether enough speaks for a writer's address that a case may be open to it.

    Into a web form everybody can type every address. Where our server checks writers,
    one for whom nothing passed has proved nothing: a softfail is no pass.
    """
    if seen.is_form or is_forged(seen):
        return False
    return not seen.ourselves.authserv_id or _has_passed(seen)


def _has_passed(seen: Seen) -> bool:
    sender = seen.message.sender
    suffixes = seen.tables.senders.public_suffixes
    return sender is not None and speaks_for(seen.verdicts, sender.domain, suffixes)


def _rekeyed(seen: Seen) -> bool:
    return seen.history.is_rekeyed


def _too_old(seen: Seen) -> bool:
    age = seen.now - seen.sighting.received_at
    return age > timedelta(hours=seen.tables.intake.max_age_hours)


def _no_author(seen: Seen) -> bool:
    return not seen.message.from_


def _several_authors(seen: Seen) -> bool:
    return len(seen.message.from_) > 1 or len(seen.values("From")) > 1


def _no_usable_address(seen: Seen) -> bool:
    if seen.person is None:
        # No author, several authors and an unproven form are reasons of their own.
        return seen.is_trusted_form
    address = seen.person.address
    return not is_usable(address) or seen.is_ours(address) or seen.is_system(address)


def _unproven_form(seen: Seen) -> bool:
    return seen.is_form and not seen.is_trusted_form


def _colleague(seen: Seen) -> bool:
    """Who answers a notice of ours would get what the complainant waits for."""
    return seen.person is not None and seen.person.address in seen.ourselves.colleagues


def _null_return_path(seen: Seen) -> bool:
    """RFC 3834 §2: such mail is never answered."""
    return seen.message.return_path == ""


def _no_return_path(seen: Seen) -> bool:
    """RFC 3834 §4: without one, nothing may be answered elsewhere."""
    return seen.message.return_path is None


def _several_return_paths(seen: Seen) -> bool:
    values = seen.values("Return-Path")
    return len({value.strip().strip("<>").lower() for value in values}) > 1


def _system_return_path(seen: Seen) -> bool:
    return seen.is_system(seen.message.return_path or "")


def _unclear_auto_submitted(seen: Seen) -> bool:
    return "" in auto_submitted(seen)


def _doubtful_field(seen: Seen) -> str | None:
    return seen.mark(seen.tables.automatic.doubtful_fields)


def _not_addressed(seen: Seen) -> bool:
    """RFC 5230 §4.5; a mailbox whose addresses are not known is not checked."""
    message = seen.message
    named = (*message.to, *message.cc, *message.resent)
    return bool(seen.ourselves.addresses) and not any(
        seen.is_ours(recipient.address) and not seen.is_siblings(recipient.address)
        for recipient in named
    )


def _too_many_hops(seen: Seen) -> bool:
    hops = len(seen.values("Received"))
    return hops >= seen.tables.automatic.max_received


def _header_cut(seen: Seen) -> bool:
    """What says that a machine sent it may stand behind the cut."""
    return not seen.message.has_whole_header


def _spam(seen: Seen) -> str | None:
    return seen.mark(seen.tables.automatic.spam_fields)


def _authentication_failed(seen: Seen) -> str | None:
    sender = seen.message.sender
    domain = sender.domain if sender else ""
    return fails(seen.verdicts, domain, seen.tables.senders.public_suffixes)


def _not_aligned(seen: Seen) -> bool:
    """RFC 8098 §2.1's test, generalised; other rules see a missing Return-Path."""
    sender, return_path = seen.message.sender, seen.message.return_path
    if sender is None or not return_path or sender.address == return_path:
        return False
    suffixes = seen.tables.senders.public_suffixes
    if same_organisation(sender.domain, return_path.rpartition("@")[2], suffixes):
        return False
    return not vouches_for(seen.verdicts, sender.domain, suffixes)


def _bounced(seen: Seen) -> bool:
    return seen.history.has_bounced


WITHHELD = (
    Gate(
        "rekeyed",
        "it lay there when the mailbox was renumbered or the cases restored",
        _rekeyed,
        of_forms=True,
    ),
    Gate("too-old", "it is too old for an automatic reply", _too_old, of_forms=True),
    Gate("no-author", "it names no sender", _no_author),
    Gate("several-authors", "it names several senders", _several_authors),
    Gate(
        "no-usable-address",
        "it names no address at which a person could be answered",
        _no_usable_address,
        of_forms=True,
    ),
    Gate(
        "unproven-form",
        "nothing proves that it comes from our web form",
        _unproven_form,
        of_forms=True,
    ),
    Gate(
        "colleague",
        "it comes from a colleague who is told of complaints",
        _colleague,
        of_forms=True,
    ),
    Gate("null-return-path", "its Return-Path is a machine's <>", _null_return_path),
    Gate("no-return-path", "it has no Return-Path", _no_return_path),
    Gate("several-return-paths", "it has several Return-Paths", _several_return_paths),
    Gate("system-return-path", "its Return-Path is a system's", _system_return_path),
    Gate("auto-submitted", "its Auto-Submitted is empty", _unclear_auto_submitted),
    Gate("suppress", "it asks for no automatic replies", suppresses_replies),
    Gate("doubtful-field", "a machine may have sent it", _doubtful_field),
    Gate("subject-prefix", "its subject is an auto-reply's", has_automatic_subject),
    Gate("calendar-entry", "it carries a calendar entry", has_calendar_entry),
    Gate("not-addressed", "this mailbox is none of its recipients", _not_addressed),
    Gate(
        "too-many-hops",
        "it passed through too many servers, as in a loop",
        _too_many_hops,
        of_forms=True,
    ),
    Gate(
        "header-cut",
        "its header is too large to be read to the end",
        _header_cut,
        of_forms=True,
    ),
    Gate("spam", "a filter marked it as spam or a virus", _spam, of_forms=True),
    Gate(
        "authentication-failed",
        "its sender failed a check of our mail server",
        _authentication_failed,
    ),
    Gate(
        "not-aligned",
        "its From and Return-Path belong to different organisations",
        _not_aligned,
    ),
    Gate(
        "bounced", "an earlier reply to this person came back", _bounced, of_forms=True
    ),
)
