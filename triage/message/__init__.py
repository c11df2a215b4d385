"""Bytes to Message: reads whatever arrives, and never raises.

reading          the entrances: parse a message, peek at a header block, date it
model            what a message is to this program
arrival          a message before it is read
limits           how much is read at most
header           the header block, understood
fields           the header block, its fields
core             the octets without what servers wrote on top
words            encoded words and parameters in fields
parts            the tree of parts
body             which parts are the text, and what is enclosed
characters       octets to safe characters
flowed           format=flowed
flatten          HTML to text
split            own words, forwarded, quoted, signature
marks            the lines that mark quoted and forwarded blocks
signature        where a signature begins
signature_words  … and the words by which it is known
token            Message-IDs of our own
"""

from triage.message.arrival import Fetched, Listed
from triage.message.model import Address, Attachment, Headers, Message
from triage.message.reading import arrived_at, parse, peek

__all__ = [
    "Address",
    "Attachment",
    "Fetched",
    "Headers",
    "Listed",
    "Message",
    "arrived_at",
    "parse",
    "peek",
]
