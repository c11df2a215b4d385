"""Kinds 110 to 120: what machines send, and what passes through them."""

from collections.abc import Iterator

from tests.journeys.installing import ADDRESS
from tests.torture.evidence import Due
from tests.torture.hostile.kind import Group, Specimen
from tests.torture.hostile.writing import (
    DOMAIN,
    SUBJECT,
    TEXT,
    complaint,
    in_parts,
    new_writer,
    part,
    sent_from,
)

OUR_SUBJECT = "Your complaint CMP-2026-00001"
OUT_OF_OFFICE = (
    "Automatic reply: {}",
    "Automatische Antwort: {}",
    "R\u00e9ponse automatique : {}",
    "Respuesta autom\u00e1tica: {}",
    "Resposta autom\u00e1tica: {}",
    "Risposta automatica: {}",
    "Automatisch antwoord: {}",
    "Autosvar: {}",
    "Odpowied\u017a automatyczna: {}",
    "\u0410\u0432\u0442\u043e\u043e\u0442\u0432\u0435\u0442: {}",
    "\u81ea\u52a8\u56de\u590d: {}",
    "\u81ea\u52d5\u8fd4\u4fe1: {}",
)
"""Beginnings in twelve languages."""
BOUNCES = (
    ("MAILER-DAEMON", "Undelivered Mail Returned to Sender", "I'm sorry to inform"),
    ("Mailer-Daemon", "Mail delivery failed: returning message to sender", "exim"),
    ("MAILER-DAEMON", "failure notice", "Hi. This is the qmail-send program at x."),
    ("postmaster", "Undeliverable: " + OUR_SUBJECT, "Diagnostic information: #550"),
    ("mailer-daemon", "Delivery Status Notification (Failure)", "Address not found"),
    ("MAILER-DAEMON", "Returned mail: see transcript for details", "----- Transcript"),
    ("postmaster", "DELIVERY FAILURE: User not listed: " + OUR_SUBJECT, "Lotus"),
    ("MAILER-DAEMON", "Failure Notice", "Sorry, we were unable to deliver (Yahoo)"),
    ("courier", "NOTICE: mail delivery status.", "This is a delivery status"),
    ("MAILER-DAEMON", "Warning: message delayed 24 hours " + OUR_SUBJECT, "still"),
)
"""Who sends it, the subject and how the text begins, as ten mail systems write it."""


def list_post() -> Iterator[Specimen]:
    fields = ("List-Id: <parents.lists.example>", "Precedence: list")
    yield sent_from(
        "parents-bounces@lists.example", complaint(*fields, due=Due.SILENCE)
    )


def newsletter() -> Iterator[Specimen]:
    fields = (
        "List-Unsubscribe: <https://news.example/u>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Feedback-ID: 1:2:3:news",
        "Subject: Ten tips to handle every complaint",
    )
    yield complaint(*fields, due=Due.SILENCE)


def out_of_office() -> Iterator[Specimen]:
    for beginning in OUT_OF_OFFICE:
        subject = f"Subject: {beginning.format(OUR_SUBJECT)}"
        marked = ("X-Auto-Response-Suppress: All", "Auto-Submitted: auto-replied")
        yield sent_from("", complaint(subject, *marked, due=Due.SILENCE))
        yield complaint(subject, body="I am away until Monday.", due=Due.SILENCE)


def bounces() -> Iterator[Specimen]:
    for local, subject, words in BOUNCES:
        fields = (
            f"From: Mail System <{local}@mx.{DOMAIN}>",
            f"Subject: {subject}",
        )
        body = f"{words}\r\n\r\n<nobody@{DOMAIN}>: 550 5.1.1 unknown user\r\n"
        yield sent_from("", complaint(*fields, body=body, due=Due.SILENCE))
    status = part(
        "message/delivery-status",
        f"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; nobody@{DOMAIN}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n",
    )
    whole = in_parts(part("text/plain"), status, kind="report", due=Due.SILENCE)
    yield sent_from("", whole)


def challenge() -> Iterator[Specimen]:
    """Without a mark it is a stranger's mail: one acknowledgement, and no second."""
    words = "Please click here to prove that you are no robot: https://x.example/c"
    subject = f"Subject: Re: {OUR_SUBJECT} [confirm your mail]"
    yield complaint(subject, "Precedence: bulk", body=words, due=Due.SILENCE)
    yield sent_from("", complaint(subject, body=words, due=Due.SILENCE))
    yield complaint(subject, body=words, due=Due.EITHER)


def gateways() -> Iterator[Specimen]:
    for local, due in (
        ("noreply-fax", Due.SILENCE),
        ("no-reply", Due.SILENCE),
        ("scanner", Due.REPLY),
    ):
        sender = f"{local}@{DOMAIN}"
        image = part("image/tiff; name=fax.tif", "SUkqAA==")
        field = f"From: Gateway <{sender}>"
        multipart = "Content-Type: multipart/mixed; boundary=b"
        body = b"--b\r\n" + part("text/plain", "") + b"\r\n--b\r\n" + image
        subject = "Subject: Complaint by fax, 1 page"
        mail = complaint(field, subject, multipart, body=body, due=due, sender=sender)
        yield mail


def web_form() -> Iterator[Specimen]:
    """From our own domain and not of our forms: nothing proves whose it is."""
    sender = "www-data@examboard.example"
    fields = (f"From: Web <{sender}>", f"Reply-To: <{new_writer()}>")
    yield complaint(*fields, due=Due.EITHER, sender=sender)
    own = (f"From: Web <{ADDRESS}>", f"Reply-To: <{new_writer()}>")
    yield sent_from("www-data@web.example", complaint(*own, due=Due.SILENCE))


def delegate() -> Iterator[Specimen]:
    yield complaint(f"Sender: Secretary <{new_writer()}>")
    yield sent_from(
        "secretary@elsewhere.example",
        complaint("Sender: <secretary@elsewhere.example>", due=Due.SILENCE),
    )


def rewritten_by_a_list() -> Iterator[Specimen]:
    sender = "parents@lists.example"
    fields = (
        f"From: Ann via Parents <{sender}>",
        f"Reply-To: <{new_writer()}>",
        "List-Id: <parents.lists.example>",
    )
    mail = complaint(*fields, due=Due.SILENCE, sender=sender)
    yield sent_from("parents-bounces@lists.example", mail)


def forwarded_on_the_way() -> Iterator[Specimen]:
    tag = ADDRESS.replace("@", "=")
    gmail = "mal.lory@gmail.com"
    whole = complaint(f"From: <{gmail}>", sender=gmail)
    yield sent_from(f"mal.lory+caf_={tag}@gmail.com", whole)
    strange = complaint(due=Due.SILENCE)
    yield sent_from(f"ann+caf_={tag}@gmail.com", strange)
    srs = "SRS1=abcd=first.example==EfGh=XY=post.example=mallory@second.example"
    yield sent_from(srs, complaint(due=Due.SILENCE))


def journal_report() -> Iterator[Specimen]:
    listing = (
        f"Sender: x@{DOMAIN}\r\nSubject: Complaint\r\nMessage-Id: <x@{DOMAIN}>\r\n"
    )
    inner = f"Content-Type: message/rfc822\r\n\r\n{SUBJECT}\r\n\r\n{TEXT}".encode()
    body = b"--b\r\n" + part("text/plain", listing) + b"\r\n--b\r\n" + inner
    fields = (
        f"From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{DOMAIN}>",
        "Sender: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@post.example>",
        "X-MS-Journal-Report: ",
        "Content-Type: multipart/mixed; boundary=b",
    )
    yield sent_from("", complaint(*fields, body=body, due=Due.SILENCE))


MACHINES: Group = {
    110: list_post,
    111: newsletter,
    112: out_of_office,
    113: bounces,
    114: challenge,
    115: gateways,
    116: web_form,
    117: delegate,
    118: rewritten_by_a_list,
    119: forwarded_on_the_way,
    120: journal_report,
}
