"""What ends on a day that is known."""

from datetime import datetime, timedelta

from triage.doctor.finding import Finding, failed, ok, warning
from triage.oauth.expiry import countdown
from triage.tls import Validity

SOON = timedelta(days=21)
VERY_SOON = timedelta(days=7)


def judge_certificate(check: str, holds: Validity, now: datetime) -> Finding:
    """Say how long a server's certificate still holds.

    Those that are renewed by themselves are, as a rule, when a third of their time is
    left; so those that live for weeks or days are told of later.
    """
    ends, life = holds.ends, holds.ends - holds.begins
    left = ends - now
    text = (
        f"its certificate ended on {ends:%Y-%m-%d}"
        if left < timedelta(0)
        else f"its certificate holds until {ends:%Y-%m-%d}, {countdown(ends, now)}"
    )
    to_do = "have whoever runs the server renew it: afterwards no mail goes or comes"
    if left < min(VERY_SOON, life / 10):
        return failed(check, text, to_do)
    if left < min(SOON, life / 5):
        return warning(check, text, to_do)
    return ok(check, text)
