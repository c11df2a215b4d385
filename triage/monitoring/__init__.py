"""How it is, told over HTTP: to probes, to people, to Prometheus.

Healthy is what gets on: the mailbox is read, the ledger balances, letters move, jobs
end. It listens in a thread of its own, reads one small request per connection, and
answers from values; whoever asks can change nothing and see no word of anybody's mail.

standing    what the store and the folders show, as counts
seeing      all that is known at one moment
progress    what does not get on, in words
samples     one sample with its labels
mailbox_figures  figures of what belongs to a mailbox
figures     the same for Prometheus, and all the rest of it
pages       path → answer
listening   connections, none of them for long
"""

from triage.monitoring.listening import Address, Listener
from triage.monitoring.pages import Pages
from triage.monitoring.seeing import Lookout
from triage.monitoring.standing import Ledger, Look, MailboxStanding, Standing

__all__ = [
    "Address",
    "Ledger",
    "Listener",
    "Look",
    "Lookout",
    "MailboxStanding",
    "Pages",
    "Standing",
]
