"""Where a trap can be set: every step that an installation takes for five mails."""

from tests.servers.hostile import Step
from tests.torture.imap.life import APPROVED

FORMAL, REDIRECTED = "Complaints/Formal", "Complaints/Redirected"

CONNECTING = tuple(
    Step(command, "")
    for command in ("greeting", "CAPABILITY", "AUTHENTICATE", "credentials")
)
DECISIVE = (
    Step("EXAMINE", "INBOX"),
    Step("UID SEARCH", "INBOX"),
    Step("FETCH header", "INBOX"),
    Step("FETCH body", "INBOX"),
    Step("FETCH structure", "INBOX"),
    Step("FETCH section", "INBOX"),
    Step("SELECT", "INBOX"),
    Step("UID MOVE", "INBOX"),
    Step("UID MOVE", APPROVED),
    Step("FETCH body", APPROVED),
    Step("FETCH body", "Sent"),
)
"""Here something can be lost or done twice: every fault, twice."""
OTHERS = (
    *CONNECTING,
    Step("NOOP", ""),
    Step("NAMESPACE", ""),
    Step("LIST", FORMAL),
    Step("CREATE", FORMAL),
    Step("SUBSCRIBE", FORMAL),
    Step("LIST", APPROVED),
    Step("SELECT", APPROVED),
    Step("EXAMINE", APPROVED),
    Step("UID SEARCH", APPROVED),
    Step("FETCH header", APPROVED),
    Step("LIST", "*"),
    Step("STATUS", "Sent"),
    Step("STATUS", FORMAL),
    Step("EXAMINE", "Sent"),
    Step("UID SEARCH", "Sent"),
    Step("FETCH header", "Sent"),
    Step("EXAMINE", FORMAL),
    Step("UID SEARCH", FORMAL),
    Step("FETCH header", FORMAL),
)
TWICE = (
    Step("EXAMINE", "INBOX"),
    Step("UID SEARCH", "INBOX"),
    Step("FETCH body", "INBOX"),
    Step("SELECT", "INBOX"),
    Step("UID MOVE", "INBOX"),
)
"""Taken more than once for the mails of a case."""
NUMBERING = (
    Step("EXAMINE", "INBOX"),
    Step("SELECT", "INBOX"),
    Step("UID SEARCH", "INBOX"),
    Step("FETCH header", "INBOX"),
    Step("FETCH body", "INBOX"),
    Step("EXAMINE", APPROVED),
    Step("SELECT", APPROVED),
    Step("UID SEARCH", APPROVED),
    Step("FETCH body", APPROVED),
    Step("STATUS", "Sent"),
    Step("EXAMINE", "Sent"),
    Step("FETCH body", "Sent"),
    Step("EXAMINE", FORMAL),
)
FOLDER_STEPS = (
    Step("EXAMINE", "INBOX"),
    Step("UID SEARCH", "INBOX"),
    Step("FETCH body", "INBOX"),
    Step("SELECT", "INBOX"),
    Step("UID MOVE", "INBOX"),
    Step("LIST", FORMAL),
    Step("EXAMINE", FORMAL),
    Step("LIST", APPROVED),
    Step("EXAMINE", APPROVED),
    Step("SELECT", APPROVED),
    Step("UID MOVE", APPROVED),
    Step("STATUS", "Sent"),
    Step("EXAMINE", "Sent"),
    Step("UID SEARCH", "Sent"),
)
