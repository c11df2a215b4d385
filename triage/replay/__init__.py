"""A whole archive once more, in the order in which it came: what each mail would get.

Nothing here knows a mailbox or a submission server: nothing can be sent.

archive   messages in files, and when they arrived
mails     what is replayed: mails of an archive, or what a store received
playing   the way of every mail, with history on a scratch store
summary   an archive in numbers
changes   what another set of rules would do otherwise, and what of it blocks
reasons   … and what made the difference
"""

from triage.replay.archive import Archive, in_order_of_arrival, messages_in
from triage.replay.changes import BLOCKING, Change, Changes, Kind, Side, compare
from triage.replay.mails import Mail, Mails, MailsOfArchive, MailsOfStore
from triage.replay.playing import Outcome, replay
from triage.replay.summary import Summary

__all__ = [
    "BLOCKING",
    "Archive",
    "Change",
    "Changes",
    "Kind",
    "Mail",
    "Mails",
    "MailsOfArchive",
    "MailsOfStore",
    "Outcome",
    "Side",
    "Summary",
    "compare",
    "in_order_of_arrival",
    "messages_in",
    "replay",
]
