"""`triage explain` shows what a mail would get, or got, and why.

command     what an operator types
explained   a mail with its decision and how that came about
recorded    the same from the store, as it was decided then
row         as JSON
page        in words: the one screen, and the whole way
lines       lines of the table and their conditions, in words
sections    sender, matters, flags, missing items, reply and dates, in words
evidence    the words that were seen, in their sentence
"""

from triage.cli.explain.command import explain
from triage.cli.explain.explained import Explained, Mail, explained, subject_of_reply
from triage.cli.explain.page import page
from triage.cli.explain.row import as_row, decided_row

__all__ = [
    "Explained",
    "Mail",
    "as_row",
    "decided_row",
    "explain",
    "explained",
    "page",
    "subject_of_reply",
]
