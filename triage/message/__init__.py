"""Bytes to Message: reads whatever arrives, and never raises."""

from triage.message.arrival import Fetched, Listed
from triage.message.model import Address, Attachment, Headers, Message
from triage.message.reading import parse, peek

__all__ = [
    "Address",
    "Attachment",
    "Fetched",
    "Headers",
    "Listed",
    "Message",
    "parse",
    "peek",
]
