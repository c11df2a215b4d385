"""One submission over SMTP: accepted, try later, refused, or unknown.

Rules that this package keeps (RFC 5321, RFC 1047, RFC 8314):
- before the final dot anything may be tried again; after it only a reply that was read
  says what became of the letter, and any 2xx is acceptance, whatever QUIT says;
- `before_final_dot` is called between body and dot; if it raises, no dot is written;
- time is wall-clock time over the whole exchange, never the time between two reads;
- nothing goes over the network in clear, and no certificate is taken unverified.

    Submission(server, limits=Limits(), stop=None)
        submit(envelope, data, before_final_dot) -> Outcome
            Accepted | TryLater | Refused | Unknown
        check() -> TryLater | Refused | None    connect and log in, send nothing
        rehearse(envelope) -> Rehearsal         … and name sender and recipient
        close()                                 QUIT; nothing that happens there matters
"""

from triage.smtp.outcome import (
    Accepted,
    Concern,
    Envelope,
    Outcome,
    Refused,
    Rehearsal,
    TryLater,
    Unknown,
)
from triage.smtp.server import Limits, Server
from triage.smtp.submission import Submission

__all__ = [
    "Accepted",
    "Concern",
    "Envelope",
    "Limits",
    "Outcome",
    "Refused",
    "Rehearsal",
    "Server",
    "Submission",
    "TryLater",
    "Unknown",
]
