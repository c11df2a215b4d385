"""The submission server, up to the letter that is not sent."""

from collections.abc import Iterator
from datetime import datetime

from triage.doctor.expiry import judge_certificate
from triage.doctor.finding import TRY_AGAIN, Finding, failed, ok
from triage.errors import ConfigError
from triage.smtp import Concern, Envelope, Refused, Submission, TryLater

LOGIN, SENDER = "smtp.login", "smtp.sender"


def examine_submission(
    submission: Submission, envelope: Envelope, server: str, now: datetime
) -> Iterator[Finding]:
    """Log in, name sender and recipient, and take it back."""
    try:
        done = submission.rehearse(envelope)
    except ConfigError as error:
        yield failed(LOGIN, str(error), "set [submission] right")
        return
    finally:
        submission.close()
    if done.not_ready is not None:
        yield failed(LOGIN, done.not_ready.text, _about_login(done.not_ready))
        return
    yield ok(LOGIN, f"{server} takes us for who we are")
    if done.certificate is not None:
        yield judge_certificate("smtp.certificate", done.certificate, now)
    yield judge_taken(done.not_taken, envelope)


def judge_taken(refused: TryLater | Refused | None, envelope: Envelope) -> Finding:
    """Judge what the server says to our sender and to a recipient of its own house."""
    sender = f"<{envelope.sender}>"
    if refused is None:
        return ok(
            SENDER,
            f"it takes letters from {sender} to {envelope.recipient}; nothing was sent",
        )
    said = f"it takes no letter from {sender} to {envelope.recipient}: {refused.text}"
    if isinstance(refused, TryLater):
        return failed(SENDER, said, TRY_AGAIN)
    if not envelope.sender:
        return failed(
            SENDER,
            said,
            "if it refuses the empty sender, name an address in envelope_from of"
            " [submission] that never answers by itself",
        )
    return failed(
        SENDER, said, "have who runs the server let our user send from that address"
    )


def _about_login(refused: TryLater | Refused) -> str:
    if refused.concern is Concern.LOGIN:
        return (
            "set user and password (or oauth) in [submission] right; Microsoft 365 and"
            " Google take no password here"
        )
    return (
        "set host, port and security in [submission] right (ca_file names an authority"
        " of your own), and see that this machine gets there"
    )
