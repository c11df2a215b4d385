"""How many replies may go out: to one person, one domain, to everybody."""

from triage.decision.model import Spent
from triage.ruleset.schema import Senders


def person_had_enough(spent: Spent, senders: Senders) -> bool:
    """Whether a person got as many replies in a day as they may."""
    return spent.to_sender_in_day >= senders.budgets.sender_per_day


def domain_had_enough(spent: Spent, domain: str, senders: Senders) -> bool:
    """Whether a domain got as many in an hour; that of unrelated people never has."""
    return (
        domain not in senders.public_domains
        and spent.to_domain_in_hour >= senders.budgets.domain_per_hour
    )


def all_had_enough(spent: Spent, senders: Senders) -> bool:
    """Whether as many as may go out within an hour did."""
    return spent.in_hour >= senders.budgets.all_per_hour
