"""Mails from a small grammar, the same on every run."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

TO = "complaints@examboard.example"
DATED = datetime.now(UTC)  # noqa: TID251 - mails of today
ATTACHMENT_OCTETS = 1_000_000
"""As encoded for transfer."""

OPENINGS = (
    "Dear Sir or Madam,",
    "Dear complaints team,",
    "Hello,",
    "To whom it may concern,",
    "Good morning, I hope that you can help.",
)
WHO = (
    "I am writing about my {child}, who sat {exam} this {series}.",
    "My {child} is a candidate at {school} (centre {centre}).",
    "I am the exams officer of {school}, centre number {centre}.",
    "I sat {exam} in {series} as a private candidate, number {candidate}.",
    "I teach {subject} at {school} and write on behalf of our candidates.",
)
WHAT = (
    "The result was a {grade}, although every mock was two grades better.",
    "Nobody has answered the three emails that I sent since {month}.",
    "The school entered the wrong syllabus ({code}) and will not correct it.",
    "Your website showed an error whenever I tried to pay the fee of {fee} pounds.",
    "The certificate came with a wrong date of birth and has not been replaced.",
    "Question {number} of the paper referred to a table that was not printed.",
    "The teacher left in {month} and there have been no lessons ever since.",
    "We were charged {fee} pounds twice and cannot reach the accounts department.",
    "The member of staff on the telephone was rude and put the receiver down.",
    "We asked for extra time and the application was rejected without a reason.",
    "Some candidates had seen the paper before, which everybody knows here.",
    "The head has not replied to the complaint that I made to the school.",
)
SO = (
    "This has caused a lot of stress at home, and a university place depends on it.",
    "I would like to know what you are going to do about it and by when.",
    "Please confirm that you have received this and tell me the next step.",
    "I have attached the earlier correspondence, and can send more if you need it.",
    "I do not want to take this further, but I will if nothing is done.",
    "We have been a centre for {number} years and have never seen anything like it.",
)
CLOSINGS = ("Kind regards,", "Yours faithfully,", "Best wishes,", "Thank you,")
WORDS = {
    "child": ("son", "daughter", "nephew", "granddaughter"),
    "exam": ("IGCSE Biology", "A Level Physics", "O Level English", "AS Economics"),
    "subject": ("Chemistry", "Mathematics", "History", "Geography"),
    "series": ("May/June", "October/November", "summer", "autumn"),
    "school": ("Harbour College", "St Anne's School", "Green Hill Academy", "Lakeside"),
    "grade": ("D", "E", "U", "C"),
    "month": ("January", "March", "September"),
    "code": ("0580", "9702", "0610", "9708"),
    "candidate": ("0042", "3117", "0608"),
    "fee": ("95", "120", "340"),
    "number": ("3", "7", "12", "25"),
}
FIRST_NAMES = """
Joy Piotr Ayesha Tomas Li Amara David Priya Hassan Emma Kwame Sofia Chen Fatima James
Lucia Omar Grace Ravi Anna
"""
LAST_NAMES = """
Mensah Zielinski Siddiq Oliveira Wei Okafor Smith Patel Ali Brown Boateng Garcia Lin
Hussain Taylor Rossi Farouk Mwangi Kumar Nowak Silva Jones Haddad Costa Khan
"""
CENTRE_LETTERS = ("GB", "PT", "IN", "ZA", "KE", "PK", "MY", "AE", "ES", "NG")
DOMAINS = ("gmail.com", "outlook.com", "yahoo.co.uk", "post{n}.example", "icloud.com")
OURS = ("Complaint about {exam}", "COMPLAINT", "Re: my complaint", "Formal complaint")
OTHERS = ("Invoice {number}", "Question about {exam}", "Re: entries for {series}", "Hi")
QUOTED = """\

On Mon, 2 March 2026 at 10:12, Customer Services <info@examboard.example> wrote:
> Thank you for contacting us. We aim to answer within five working days.
> Please do not reply to this message, but use the form on our help pages.
"""


class Dice:
    """A linear congruential generator (Knuth's MMIX)."""

    def __init__(self, seed: int = 1) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % limit

    def one_of(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]

    def filled(self, choices: Sequence[str]) -> str:
        words = {name: self.one_of(listed) for name, listed in WORDS.items()}
        words["centre"] = f"{self.one_of(CENTRE_LETTERS)}{self.below(1000):03}"
        return self.one_of(choices).format(**words)


def mails(count: int) -> Iterator[bytes]:
    """Yield so many mails, every second one a complaint."""
    dice = Dice()
    for number in range(count):
        yield _mail(dice, number, is_ours=number % 2 == 0)


def _mail(dice: Dice, number: int, *, is_ours: bool) -> bytes:
    name = f"{dice.one_of(FIRST_NAMES.split())} {dice.one_of(LAST_NAMES.split())}"
    # One writer in ten has written before.
    writer = dice.below(max(number, 1)) if dice.below(10) == 0 else number
    domain = DOMAINS[writer % len(DOMAINS)].format(n=writer)
    address = f"{name.split(maxsplit=1)[0].lower()}.{writer}@{domain}"
    message = EmailMessage()
    message["Return-Path"] = f"<{address}>"
    message["Received"] = f"from mx.{domain} by mx.examboard.example; Mon, 2 Mar 2026"
    message["Date"] = format_datetime(DATED)
    message["From"] = f"{name} <{address}>"
    message["To"] = TO
    message["Subject"] = dice.filled(OURS if is_ours else OTHERS)
    message["Message-ID"] = f"<{number}.bench@{domain}>"
    paragraphs = [dice.filled(OPENINGS), *_body(dice), dice.one_of(CLOSINGS), name]
    _set_body(message, paragraphs, dice.below(10))
    if dice.below(50) == 0:
        scan = bytes(dice.below(256) for _ in range(997)) * (ATTACHMENT_OCTETS // 1350)
        message.add_attachment(scan, "application", "pdf", filename="letters.pdf")
    return message.as_bytes(policy=SMTP)


def _body(dice: Dice) -> Iterator[str]:
    yield dice.filled(WHO)
    for _ in range(2 + dice.below(5)):
        sentences = [dice.filled(WHAT), dice.filled(WHAT), dice.filled(SO)]
        yield " ".join(sentences[: 1 + dice.below(3)])


def _set_body(message: EmailMessage, paragraphs: Sequence[str], kind: int) -> None:
    """Three in ten plain, two with a quotation, five with HTML as most programs do."""
    text = "\n\n".join(paragraphs) + "\n"
    match kind:
        case 0 | 1 | 2:
            message.set_content(text)
        case 3 | 4:
            message.set_content(text + QUOTED)
        case 5:
            message.set_content(_html(paragraphs), subtype="html", cte="base64")
        case _:
            message.set_content(text)
            message.add_alternative(_html(paragraphs), subtype="html")


def _html(paragraphs: Sequence[str]) -> str:
    body = "".join(
        f'<p class="MsoNormal"><span style="font-size:11pt">{each}</span></p>\n'
        for each in paragraphs
    )
    return f"<html><head><style>p {{margin:0}}</style></head><body>{body}</body></html>"
