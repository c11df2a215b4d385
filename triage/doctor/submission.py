"""The submission server, up to the letter that is not sent."""

from collections.abc import Iterator
from datetime import datetime

from triage.doctor.entry import about_clock, about_refusal, missing_secret
from triage.doctor.expiry import judge_certificate
from triage.doctor.finding import TRY_AGAIN, Finding, failed, ok
from triage.errors import ConfigError
from triage.smtp import Concern, Envelope, Refused, Server, Submission, TryLater

LOGIN, SENDER = "smtp.login", "smtp.sender"
TABLE = "[submission]"


def examine_submission(
    submission: Submission, envelope: Envelope, now: datetime
) -> Iterator[Finding]:
    """Log in, name sender and recipient, and take it back."""
    server = submission.server
    missing = missing_secret(LOGIN, server.password, server.tokens, TABLE)
    if missing is not None:
        yield missing
        return
    try:
        done = submission.rehearse(envelope)
    except ConfigError as error:
        yield failed(LOGIN, str(error), "set [submission] right")
        return
    finally:
        submission.close()
    if done.not_ready is not None:
        to_do = _about_login(done.not_ready, server, now)
        yield failed(LOGIN, done.not_ready.text, to_do)
        return
    yield ok(LOGIN, f"{server.host} takes us for who we are")
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


def _about_login(refused: TryLater | Refused, server: Server, now: datetime) -> str:
    if refused.concern is Concern.LOGIN:
        return about_refusal(TABLE, server.tokens)
    return about_clock(refused.text, now) or (
        "set host, port and security in [submission] right (ca_file names an authority"
        " of your own), and see that this machine gets there"
    )
