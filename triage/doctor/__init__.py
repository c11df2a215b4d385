"""What an installation meets outside, looked at without changing or sending anything.

finding       what was found: ok, a note, a warning, or failed and what to do
mailbox       the IMAP server, its folders and our rights there
entry         what to do where a server does not let us in
capabilities  … what it can do, and what that means for us
submission    the SMTP server, up to the letter that is not sent
domain, dns   what the sender's domain tells others about mail from it
expiry        what ends on a day that is known
host, clock   the machine's disk and clock
listening     whether the address over HTTP can be the daemon's
calendar      dates that people enter, and how far they reach
"""

from triage.doctor.calendar import judge_calendar
from triage.doctor.clock import is_clock_kept
from triage.doctor.dns import examine_domain
from triage.doctor.finding import Finding, Verdict, failed, note, ok, warning
from triage.doctor.host import judge_clock, judge_disk
from triage.doctor.listening import examine_listening
from triage.doctor.mailbox import Wanted, examine_mailbox
from triage.doctor.submission import examine_submission

__all__ = [
    "Finding",
    "Verdict",
    "Wanted",
    "examine_domain",
    "examine_listening",
    "examine_mailbox",
    "examine_submission",
    "failed",
    "is_clock_kept",
    "judge_calendar",
    "judge_clock",
    "judge_disk",
    "note",
    "ok",
    "warning",
]
