"""A digest in a few sentences, the worst first."""

from collections.abc import Iterator

from triage.digest.model import Digest
from triage.digest.needs import needs_of, number_of
from triage.digest.rows import OWED, Rows
from triage.ruleset import Policy
from triage.store import Duty, Listed


def headlines_of(digest: Digest, policy: Policy) -> Iterator[str]:
    """Say whether a person is needed, for what, and what happened."""
    rows = Rows(digest.today, policy.calendar)
    yield f"As it is on {rows.moment(digest.at)}."
    for need in needs_of(digest.health, digest.at):
        yield f"{need[0].upper()}{need[1:]}."
    yield _owing(digest.overdue, "overdue")
    yield _owing(digest.due_today, "due today")
    waiting = [
        number_of(number, one, many)
        for number, one, many in (
            (digest.unacknowledged.count, "acknowledgement", None),
            (digest.to_approve.count, "reply to approve", "replies to approve"),
            (digest.doubtful.count, "letter in doubt", "letters in doubt"),
            (digest.set_aside.count, "mail set aside", "mails set aside"),
            (digest.unsettled.count, "matter to look at", "matters to look at"),
            (digest.requests.count, "request about personal data", _REQUESTS),
            (digest.restrictions.count, "restriction to decide about", _RESTRICTIONS),
            (digest.to_erase.count, "closed case to erase or keep", _TO_ERASE),
        )
        if number
    ]
    if waiting:
        yield f"A person must see to: {', '.join(waiting)}."
    when = rows.period(digest.period)
    yield (
        f"{when[0].upper()}{when[1:]}: "
        f"{number_of(digest.came_in.cases, 'case')} came in, "
        f"{digest.answered.count} answered, {digest.closed.count} closed."
    )


_REQUESTS = "requests about personal data"
_RESTRICTIONS = "restrictions to decide about"
_TO_ERASE = "closed cases to erase or keep"


def _owing(owed: Listed[Duty], when: str) -> str:
    if not owed.count:
        return f"Nothing is {when}."
    parts = [
        number_of(owed.by[kind], what) for kind, what in OWED.items() if kind in owed.by
    ]
    *before, last = parts
    said = f"{', '.join(before)} and {last}" if before else last
    return f"{said} {'is' if owed.count == 1 else 'are'} {when}."
