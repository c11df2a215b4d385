"""Machines that answer what they get, or send it back; each as it is known to behave.

`most` is how many letters such a machine may draw from us, the reply to the complaint
itself included: one where it can be known as a machine, or names what it answers; what
the budget of a day allows where nothing tells it from a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from tests.journeys.mails import MOTHER, report_on
from tests.torture.access.house import Post, as_delivered, post
from tests.torture.storms.answering import read
from triage.demo.servers import Accepted

BUDGET = 3
_TICKETS = count(4711)
_OUT_OF_OFFICE = {
    "english": "Automatic reply: {}",
    "german": "Automatische Antwort: {}",
    "french": "Réponse automatique : {}",
    "spanish": "Respuesta automática: {}",
    "dutch": "Automatisch antwoord: {}",
    "italian": "Risposta automatica: {}",
    "polish": "Odpowiedź automatyczna: {}",
    "portuguese": "Resposta automática: {}",
}
_AWAY = "I am out of the office until Monday and will read your mail then."


@dataclass(frozen=True, slots=True)
class Animal:
    """A machine, and what may come of it."""

    name: str
    answer: Callable[[str, Accepted], Post]
    """By its address, and the letter that it got."""
    most: int = 1


def _written(
    subject: str,
    *,
    text: str = _AWAY,
    path: str | None = "",
    fields: Mapping[str, str] | None = None,
    threaded: bool = True,
) -> Callable[[str, Accepted], Post]:
    """Return an answer; `path` None is the machine's own address."""

    def answer(address: str, letter: Accepted) -> Post:
        mail = read(letter)
        threads = {"In-Reply-To": mail["Message-ID"], "References": mail["Message-ID"]}
        return post(
            sender=address,
            subject=subject.format(mail["Subject"], ticket=next(_TICKETS)),
            text=text,
            path=path,
            fields=(threads if threaded else {}) | dict(fields or {}),
        )

    return answer


def _out_of_office(subject: str, *, marked: bool) -> Callable[[str, Accepted], Post]:
    marks = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-MS-Exchange-Generated-Message-Source": "Mailbox Rules Agent",
    }
    return _written(subject, fields=marks if marked else {})


def bounced(address: str, letter: Accepted) -> Post:
    """Return a delivery report (RFC 3464)."""
    octets = report_on(str(read(letter)["Message-ID"]))
    return Post(octets.replace(MOTHER.encode(), address.encode()), "")


def _bounced_in_words(address: str, letter: Accepted) -> Post:
    mail = read(letter)
    text = (
        f"Sorry, we could not deliver your message to {address}.\r\n"
        "550 5.1.1 User unknown\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n"
        f"Message-ID: {mail['Message-ID']}\r\nSubject: {mail['Subject']}\r\n"
    )
    return post(
        sender="MAILER-DAEMON@mx.elsewhere.example",
        subject="failure notice",
        text=text,
        path="",
        passes=None,
    )


def _delayed(address: str, letter: Accepted) -> Post:
    sent = bounced(address, letter)
    words = (b"Action: failed", b"Action: delayed"), (b"5.1.1", b"4.4.7")
    octets = sent.octets
    for old, new in words:
        octets = octets.replace(old, new)
    return Post(octets, "")


def _receipt(address: str, letter: Accepted) -> Post:
    mail = read(letter)
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message was read.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822;{address}\r\n"
        f"Original-Message-ID: {mail['Message-ID']}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    )
    kind = 'multipart/report; report-type=disposition-notification; boundary="b"'
    subject = f"Read: {mail['Subject']}"
    return post(
        sender=address, subject=subject, text=body, fields={"Content-Type": kind}
    )


def _sent_back(_: str, letter: Accepted) -> Post:
    """Our very octets, by a path of somebody else's."""
    return as_delivered(letter.octets, "")


def _redirected(address: str, letter: Accepted) -> Post:
    """The same, as forwarders do that write themselves into the path."""
    return as_delivered(letter.octets, address)


def _forwarded(address: str, letter: Accepted) -> Post:
    """What somebody's program forwards by itself: our words as their mail."""
    mail = read(letter)
    body = mail.get_body(("plain",))
    assert body is not None
    quoted = f"---------- Forwarded message ----------\r\n{body.get_content()}"
    return post(sender=address, subject=f"Fwd: {mail['Subject']}", text=quoted)


def _challenge(address: str, _letter: Accepted) -> Post:
    local, _, domain = address.partition("@")
    return post(
        sender=address,
        subject="Your complaint waits: please confirm that you are a person",
        text="Click https://confirm.example/abc, or answer this mail, to be let in.",
        path=f"{local}-confirm-8c7d@{domain}",
    )


def _asks_elsewhere(address: str, _letter: Accepted) -> Post:
    """Each ticket is answered at an address of its own."""
    ticket = next(_TICKETS)
    return post(
        sender=address,
        subject=f"[#{ticket}] Complaint received",
        text=_TICKET,
        fields={"Reply-To": f"ticket-{ticket}@{address.partition('@')[2]}"},
    )


_TICKET = "Thank you. Your request has been received and will be answered soon."
HELP_DESK = (
    Animal(
        "help desk, marked",
        _written(
            "[#{ticket}] Complaint received",
            text=_TICKET,
            path=None,
            fields={"Auto-Submitted": "auto-replied"},
        ),
    ),
    Animal(
        "help desk, unmarked, in the thread",
        _written("[#{ticket}] Complaint received", text=_TICKET, path=None),
        most=2,
    ),
    Animal(
        "help desk, unmarked, names our subject",
        _written("[#{ticket}] {}", text=_TICKET, path=None, threaded=False),
        most=2,
    ),
    Animal(
        "help desk, nothing tells it from a person",
        _written(
            "[#{ticket}] Complaint received", text=_TICKET, path=None, threaded=False
        ),
        most=BUDGET,
    ),
    Animal("help desk, unmarked, a new Reply-To each time", _asks_elsewhere, BUDGET),
)
OUT_OF_OFFICE = tuple(
    Animal(
        f"out of office, {language}, {'marked' if marked else 'unmarked'}",
        _out_of_office(subject, marked=marked),
    )
    for language, subject in _OUT_OF_OFFICE.items()
    for marked in (True, False)
)
OTHERS = (
    Animal(
        "vacation",
        _written(
            "Auto: {}",
            fields={
                "Auto-Submitted": "auto-replied (vacation)",
                "Precedence": "bulk",
                "X-Auto-Response-Suppress": "All",
            },
        ),
    ),
    Animal("challenge and response, unmarked", _challenge, most=BUDGET),
    Animal(
        "list that rewrites From",
        _written(
            "[teachers] {}",
            path="teachers-bounces@lists.example",
            fields={"List-Id": "<teachers.lists.example>", "Precedence": "list"},
        ),
    ),
    Animal(
        "list without a mark",
        _written("[teachers] {}", path="teachers-bounces@lists.example"),
    ),
    Animal("our letter comes back", _sent_back),
    Animal("our letter comes back by them", _redirected),
    Animal("our letter forwarded as theirs", _forwarded, most=2),
    Animal("read receipt", _receipt),
    Animal("delivery report", bounced),
    Animal("delivery report in words", _bounced_in_words),
    Animal("delayed", _delayed),
)
ANIMALS = (*HELP_DESK, *OUT_OF_OFFICE, *OTHERS)
