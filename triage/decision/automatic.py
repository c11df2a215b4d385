"""Mail that is clearly a machine's: recorded with its reason, no case, no reply.

Only what no person would send belongs here, since nobody opens a case for it. Whatever
may be a person's stands in `withhold`: there the case is opened, and only the automatic
reply is kept back.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from triage.decision.authentication import without_comments
from triage.decision.gate import Gate, Seen, reasons
from triage.decision.model import Reason

OWN_ADDRESS = "own-address"
"""The code of mail that comes from this mailbox, whoever wrote it."""
DELIVERY_REPORT = "delivery-report"
"""The code of mail that says what became of ours."""

DELIVERY = frozenset({"message/delivery-status", "message/global-delivery-status"})
RECEIPT = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)
FEEDBACK = frozenset({"message/feedback-report"})
CALENDAR_METHOD = re.compile(
    r'\s*text/calendar\b.*\bmethod\s*=\s*"?([a-z]+)', re.DOTALL
)
CALENDAR_ANSWERS = frozenset({"reply", "counter", "declinecounter", "refresh"})
AUTO_SUBMITTED = frozenset({"auto-replied", "auto-generated", "auto-notified"})
ENOUGH_SIGNS = 2


def automatic(seen: Seen) -> Reason | None:
    """Say why a message is a machine's, or None where a person may have sent it."""
    return next(automatic_reasons(seen), None)


def automatic_reasons(seen: Seen) -> Iterator[Reason]:
    """Yield everything that makes a message a machine's, our own mail included."""
    return reasons(AUTOMATIC, seen)


def _loop_mark(seen: Seen) -> bool:
    mark = seen.ourselves.loop_mark
    return bool(mark) and mark in map(str.strip, seen.values("X-Triage-Loop"))


def _from_ourselves(seen: Seen) -> bool:
    return any(seen.is_ours(author.address) for author in seen.message.from_)


def _read_receipt(seen: Seen) -> bool:
    return _is_report(seen, RECEIPT)


def _feedback_report(seen: Seen) -> bool:
    return _is_report(seen, FEEDBACK)


def _delivery_report(seen: Seen) -> bool:
    """A report by RFC 3464, or what older mail servers write in its place.

    No mail program leaves out From; some of these servers do.
    """
    message = seen.message
    returns_mail = bool(message.returned_ids) and (
        message.return_path == "" or not message.from_ or _system_sender(seen)
    )
    by_daemon = any(author.local == "mailer-daemon" for author in message.from_)
    return _is_report(seen, DELIVERY) or returns_mail or by_daemon


def _other_report(seen: Seen) -> bool:
    return seen.message.content_type == "multipart/report"


def _is_report(seen: Seen, types: frozenset[str]) -> bool:
    """Whether the message itself is such a report.

    A person may forward one to complain about it, so the part alone proves nothing: the
    whole must be a report (RFC 6522 §3), or come from the null reverse-path.
    """
    message = seen.message
    is_whole = message.content_type == "multipart/report" or message.return_path == ""
    return message.content_type in types or (
        is_whole and not types.isdisjoint(message.part_types)
    )


def _calendar_answer(seen: Seen) -> bool:
    """RFC 5546 §1.4; where the method is not known, a person would add words."""
    if not has_calendar_entry(seen):
        return False
    described = (*seen.values("Content-Type"), *seen.message.part_types)
    found = [CALENDAR_METHOD.match(text.lower()) for text in described]
    methods = {method[1] for method in found if method}
    if methods:
        return not CALENDAR_ANSWERS.isdisjoint(methods)
    return not seen.message.text.strip()


def has_calendar_entry(seen: Seen) -> bool:
    """Whether any part is a calendar's."""
    types = (seen.message.content_type, *seen.message.part_types)
    return any(part.startswith("text/calendar") for part in types)


def _submitted_by_a_machine(seen: Seen) -> bool | str:
    """RFC 3834 §5: any keyword but `no`; an empty field says nothing."""
    keywords = auto_submitted(seen) - {"no", ""}
    known = sorted(keywords & AUTO_SUBMITTED)
    return ", ".join(known) or bool(keywords)


def auto_submitted(seen: Seen) -> frozenset[str]:
    """The keyword of every Auto-Submitted field, comments and parameters aside."""
    return frozenset(
        without_comments(value).partition(";")[0].strip().lower()
        for value in seen.values("Auto-Submitted")
    )


def _signs_of_an_auto_reply(seen: Seen) -> bool:
    """Each of these only withholds a reply; two together are no accident."""
    signs = (
        seen.message.return_path == "",
        suppresses_replies(seen) is not None,
        has_automatic_subject(seen),
    )
    return sum(signs) >= ENOUGH_SIGNS


def suppresses_replies(seen: Seen) -> str | None:
    """Name the kind of reply that a sender asks not to get (MS-OXCMAIL §2.1.3.2.20)."""
    values = seen.values("X-Auto-Response-Suppress")
    unwanted = {kind.strip().lower() for value in values for kind in value.split(",")}
    ours = seen.tables.automatic.suppress
    return next((kind for kind in ours if kind.lower() in unwanted), None)


def has_automatic_subject(seen: Seen) -> bool:
    """Whether the subject begins as auto-replies' do; RFC 3834 §3.1.5: no proof."""
    prefixes = _folded(seen.tables.automatic.subject_prefixes)
    return seen.message.subject.strip().casefold().startswith(prefixes)


@lru_cache(maxsize=8)
def _folded(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(prefix.casefold() for prefix in prefixes)


def _list_mail(seen: Seen) -> str | None:
    """Name a list's field: `List-Post: NO` denies nothing (RFC 2369 §3.4)."""
    return seen.mark(seen.tables.automatic.list_fields, denials=frozenset())


def _precedence(seen: Seen) -> str | None:
    values = (*seen.values("Precedence"), *seen.values("X-Precedence"))
    given = {without_comments(value).strip().lower() for value in values}
    bulk = seen.tables.automatic.precedence
    return next((kind for kind in bulk if kind.lower() in given), None)


def _vendor_field(seen: Seen) -> str | None:
    return seen.mark(seen.tables.automatic.vendor_fields)


def _system_sender(seen: Seen) -> bool:
    return any(seen.is_system(author.address) for author in seen.message.from_)


AUTOMATIC = (
    Gate("loop-mark", "it is our own mail that came back", _loop_mark, of_forms=True),
    Gate(OWN_ADDRESS, "it comes from an address of this mailbox", _from_ourselves),
    Gate("read-receipt", "it is a read receipt", _read_receipt),
    Gate(
        "feedback-report", "it is a mail provider's feedback report", _feedback_report
    ),
    Gate(DELIVERY_REPORT, "it is a delivery report", _delivery_report),
    Gate("report", "it is a mail system's report", _other_report),
    Gate("calendar-answer", "it is a calendar's answer", _calendar_answer),
    Gate("auto-submitted", "it says that a machine sent it", _submitted_by_a_machine),
    Gate("auto-reply", "it has two signs of an auto-reply", _signs_of_an_auto_reply),
    Gate("list", "it is a mailing list's or a newsletter", _list_mail),
    Gate("precedence", "it is marked as bulk mail", _precedence),
    Gate("vendor-field", "it bears an auto-responder's mark", _vendor_field),
    Gate("system-sender", "it comes from a system's address", _system_sender),
)
