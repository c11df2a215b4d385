"""What lies in the mailbox of docs/officers.md: complaints, answers and others."""

from datetime import datetime

from tests.halfyear.log import Kind
from tests.halfyear.mails import Person, bulk, written
from tests.journeys.installing import ADDRESS

MAYA = Person("Maya Lindqvist", "maya.lindqvist@post.example")
RAVI = Person("Ravi Anand", "ravi.anand@post.example")
TOM = Person("Tom Berger", "tom.berger@post.example")
SAM = Person("Sam", "sam.2009@post.example")
LENA = Person("Lena Holt", "lena.holt@post.example")
SISTER = Person("Ida Lindqvist", "ida.lindqvist@work.example")
OFFICER = Person("Complaints Team", ADDRESS)

_TEXTS = {
    "certificate": (
        MAYA,
        "Complaint about your certificate checking service",
        "Dear Sir or Madam,\n\nI am a past candidate. My employer used your website to"
        " verify my certificate of 2016, and your online checking service says that"
        " there is no such certificate. I called your customer service twice, and"
        " nobody called back. I wish to make a formal complaint about this service.\n\n"
        "Yours faithfully,\nMaya Lindqvist\n",
    ),
    "teacher": (
        RAVI,
        "Complaint",
        "My daughter's chemistry teacher has been away since January and her school has"
        " sent no other teacher. The lessons are simply cancelled. I want to complain"
        " about the school.\n\nRavi Anand\n",
    ),
    "unclear": (
        TOM,
        "A complaint",
        "I have had enough of this, and I would like somebody to look into what"
        " happened in the autumn.\n\nTom Berger\n",
    ),
    "child": (
        SAM,
        "complaint about my school",
        "I want to complain about my school. My teacher beats me when I get things"
        " wrong. I am scared to go there. I am 14.\n\nSam\n",
    ),
    "rude": (
        LENA,
        "Complaint!!",
        "My son's teacher gave him no coursework feedback, and you stupid idiots"
        " let the"
        " school do as it likes. The teacher never marks his homework either. I"
        " complain"
        " about this school.\n\nLena Holt\n",
    ),
    "rude-again": (
        LENA,
        "Complaint again",
        "You lazy idiots, the school of my son still does nothing. His teacher is"
        " useless"
        " and so are you.\n\nLena Holt\n",
    ),
    "data": (
        TOM,
        "Complaint: my data",
        "This is a subject access request. Please send me a copy of all the"
        " personal data"
        " that you hold about me.\n\nTom Berger\n",
    ),
}
_REPLIES = {
    "supplied": (
        MAYA,
        "There was no earlier correspondence with you besides the two calls. The centre"
        " was Hill School, GB123. My candidate number was 0042, the qualification"
        " Cambridge IGCSE Mathematics 0580.\n\nMaya Lindqvist\n",
    ),
    "sister": (
        SISTER,
        "I write for my sister Maya, who is in hospital. Her candidate number is"
        " 0042 and"
        " her centre GB123. Please tell me what you need.\n\nIda Lindqvist\n",
    ),
    "answer": (
        OFFICER,
        "Dear Ms Lindqvist,\n\nWe have looked into your complaint about our checking"
        " service. A record of 2016 had not been moved to the new system, and so"
        " the page"
        " told your employer that there was no certificate. We put this right today and"
        " wrote to your employer. We are sorry for the trouble and the worry that this"
        " caused you.\n\nYours sincerely,\nAnna Barnard\nComplaints Team\n",
    ),
    "thanks": (
        MAYA,
        "My employer has heard nothing at all, and you say nothing about the two"
        " calls.\n\n"
        "Maya Lindqvist\n",
    ),
    "review": (
        MAYA,
        "I am not satisfied with how my complaint was investigated. Please have it"
        " reviewed by a Director.\n\nMaya Lindqvist\n",
    ),
}


def mail(name: str, at: datetime, letter: str | None, reference: str | None) -> bytes:
    """Write a mail; a reply answers our `letter` about the case `reference`."""
    if name == "newsletter":
        return bulk(7, at).octets
    if name in _TEXTS:
        person, subject, text = _TEXTS[name]
        return written(Kind.COMPLAINT, person, at, subject, text).octets
    person, text = _REPLIES[name]
    to = MAYA.address if person is OFFICER else ADDRESS
    subject = f"Re: your complaint {reference}"
    return written(
        Kind.FOLLOW_UP,
        person,
        at,
        subject,
        text,
        in_reply_to=letter,
        references=letter,
        to=to,
    ).octets
