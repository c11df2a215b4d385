"""JOB every few seconds → somebody hears of what keeps mail from being answered.

Values first: what is known of each part and now → what stands → whom to tell what. It
runs in a thread of its own, waits for nothing that it watches, and tells each alarm
once when it starts and once when it is over, by channels that do not fail with it.

model     what can be wrong, and the times after which it is
pulse     how each job goes; written by the daemon
signs     what is known of each part, and since when
several   the same of several mailboxes
ending    what comes to its end, and how near that is
book      what stands and was told; what is to be told now
wording   a notice in sentences, and as JSON
outlook   how the daemon was at its last look, for whoever asks
errand    work that is waited for only so long
keeping   the store, used never for long
channel   what mail, web and command have in common
telling   notices on their way through the channels
job       one look and what follows from it
"""

from triage.alarm.book import Book, Entry, Notice, Telling, read_book, written
from triage.alarm.channel import Channel, NotToldError
from triage.alarm.command import RunCommand
from triage.alarm.job import AlarmJob
from triage.alarm.keeping import Keeper, shortage
from triage.alarm.mail import MailAlarm, OneOfOurs
from triage.alarm.model import ENDS, Kind, Policy
from triage.alarm.outlook import JobFact, Outlook, Unwell, is_alive, read_outlook
from triage.alarm.pulse import JobState, Pulse
from triage.alarm.several import intakes
from triage.alarm.signs import Glimpse, Sign, is_stuck
from triage.alarm.telling import Tellers, told_or_why_not
from triage.alarm.web import Address, Ping, Pinger, Webhook
from triage.alarm.wording import in_words, said, title_of, trial_notice

__all__ = [
    "ENDS",
    "Address",
    "AlarmJob",
    "Book",
    "Channel",
    "Entry",
    "Glimpse",
    "JobFact",
    "JobState",
    "Keeper",
    "Kind",
    "MailAlarm",
    "NotToldError",
    "Notice",
    "OneOfOurs",
    "Outlook",
    "Ping",
    "Pinger",
    "Policy",
    "Pulse",
    "RunCommand",
    "Sign",
    "Tellers",
    "Telling",
    "Unwell",
    "Webhook",
    "in_words",
    "intakes",
    "is_alive",
    "is_stuck",
    "read_book",
    "read_outlook",
    "said",
    "shortage",
    "title_of",
    "told_or_why_not",
    "trial_notice",
    "written",
]
