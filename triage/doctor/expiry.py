"""What ends on a day that is known."""

from datetime import datetime, timedelta

from triage.doctor.finding import Finding, failed, ok, warning
from triage.oauth.expiry import countdown

SOON = timedelta(days=21)
VERY_SOON = timedelta(days=7)


def judge_certificate(check: str, ends: datetime, now: datetime) -> Finding:
    """Say how long a server's certificate still holds.

    Certificates that renew themselves do so at the latest 30 days before their end.
    """
    left = ends - now
    text = (
        f"its certificate ended on {ends:%Y-%m-%d}"
        if left < timedelta(0)
        else f"its certificate holds until {ends:%Y-%m-%d}, {countdown(ends, now)}"
    )
    to_do = "have whoever runs the server renew it: afterwards no mail goes or comes"
    if left < VERY_SOON:
        return failed(check, text, to_do)
    if left < SOON:
        return warning(check, text, to_do)
    return ok(check, text)
