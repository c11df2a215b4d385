"""People outside: they complain, answer our letters, go on, ask for a Director."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from email.parser import BytesHeaderParser
from typing import Protocol

from tests.halfyear import mails
from tests.halfyear.dates import LONDON, local
from tests.halfyear.dice import Dice
from tests.halfyear.hostile import hostile
from tests.halfyear.log import Departed, Kind, Mail
from tests.halfyear.mails import Person, Sample

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUNDAY = 6
MOMENTS = (
    # Closing time to the second, a bank holiday, the hour that comes twice, Christmas.
    datetime(2026, 7, 3, 15, 59, 59, tzinfo=LONDON),
    datetime(2026, 7, 3, 17, 0, 0, tzinfo=LONDON),
    datetime(2026, 7, 3, 17, 0, 1, tzinfo=LONDON),
    datetime(2026, 8, 27, 17, 0, 0, tzinfo=LONDON),
    datetime(2026, 8, 28, 16, 59, 59, tzinfo=LONDON),
    datetime(2026, 8, 31, 11, 0, 0, tzinfo=LONDON),
    datetime(2026, 10, 23, 17, 0, 0, tzinfo=LONDON),
    datetime(2026, 10, 23, 17, 0, 1, tzinfo=LONDON),
    datetime(2026, 10, 25, 1, 30, 0, tzinfo=LONDON),
    datetime(2026, 10, 25, 1, 30, 0, tzinfo=LONDON, fold=1),
    datetime(2026, 10, 26, 17, 0, 0, tzinfo=LONDON),
    datetime(2026, 10, 26, 17, 0, 1, tzinfo=LONDON),
    datetime(2026, 12, 18, 17, 0, 1, tzinfo=LONDON),
    datetime(2026, 12, 24, 16, 59, 59, tzinfo=LONDON),
    datetime(2026, 12, 25, 0, 0, 0, tzinfo=LONDON),
)


class Post(Protocol):
    """Brings mails at their time."""

    def bring(self, mail: Mail, at: datetime) -> None: ...


@dataclass
class Complainant:
    """Somebody who complained, and what a mail to them comes to."""

    person: Person
    first: Mail
    sample: Sample
    is_dead: bool = False
    """Every mail to them comes back."""
    letters: dict[str, str] = field(default_factory=dict)
    """The Message-ID of the last letter that they got, by case."""


@dataclass
class Complainants:
    """All of them."""

    dice: Dice
    post: Post
    known: dict[str, Complainant] = field(default_factory=dict)
    _made: int = 0

    def write_for(self, first: date, last: date, total: int) -> None:
        """Have so many first mails written in this time."""
        moments = (each.astimezone(UTC) for each in MOMENTS)
        times = [*moments, *self._times(first, last, total - len(MOMENTS))]
        for at in sorted(times):
            self._first_mail(at)

    def burst(self, at: datetime, number: int) -> None:
        """Many complaints within minutes."""
        for n in range(number):
            self._complain(at + timedelta(seconds=n * 7))

    def _times(self, first: date, last: date, number: int) -> Iterator[datetime]:
        days = (last - first).days
        while number:
            day = first + timedelta(days=self.dice.number(0, days))
            if day.weekday() >= SUNDAY - 1 and not self.dice.happens(0.3):
                continue
            second = self.dice.wait(timedelta(), 10 * HOUR)
            if self.dice.happens(0.2):
                second += self.dice.wait(timedelta(), 6 * HOUR)
            yield local(day, time(7, 30)) + second
            number -= 1

    def _first_mail(self, at: datetime) -> None:
        self._made += 1
        if at in MOMENTS or self.dice.happens(0.67):
            self._complain(at)
        elif self.dice.happens(0.02):
            self._ask_for_data(at)
        elif self.dice.happens(0.62):
            self.post.bring(mails.ordinary(self._made, at), at)
        elif self.dice.happens(0.6):
            self.post.bring(mails.bulk(self._made, at), at)
        else:
            self.post.bring(hostile(self._made, at), at)

    def _complain(self, at: datetime) -> None:
        self._made += 1
        sample = mails.samples()[self._made * 7 % len(mails.samples())]
        person = sample.by(self._made)
        mail = mails.complaint(sample, person, at)
        who = Complainant(person, mail, sample, is_dead=self.dice.happens(0.04))
        self.known[person.address] = who
        self.post.bring(mail, at)
        if self.dice.happens(0.04):
            copy = replace(mail, kind=Kind.COPY)
            self.post.bring(copy, at + self.dice.wait(MINUTE, 3 * DAY))
        if self.dice.happens(0.05):
            later = at + self.dice.wait(HOUR, 12 * DAY)
            again = replace(sample, body=sample.body + b"\nI write again about it.\n")
            self.post.bring(mails.complaint(again, person, later), later)

    def _ask_for_data(self, at: datetime) -> None:
        """A complaint that is a request about personal data as well."""
        person = Person("Ravi Kumar", f"ravi.kumar{self._made}@post.example")
        subject, text = "Complaint and data request", mails.DATA_REQUEST
        mail = mails.written(Kind.COMPLAINT, person, at, subject, text)
        self.post.bring(mail, at)

    def receive(self, letter: Departed) -> None:
        """What a letter of the program brings about."""
        who = self.known.get(letter.to)
        if who is None:
            return
        head = BytesHeaderParser().parsebytes(letter.octets)
        message_id = str(head["Message-ID"]).strip()
        kind, reference, _ = message_id.strip("<>").split(".", 2)
        who.letters[reference] = message_id
        at = letter.at
        if who.is_dead:
            back = at + self.dice.wait(MINUTE, 20 * MINUTE)
            self.post.bring(mails.report(back, message_id, letter.to, reference), back)
        elif self.dice.happens(0.07):
            back = at + self.dice.wait(timedelta(seconds=5), MINUTE)
            self.post.bring(mails.away(who.person, back, message_id, reference), back)
        elif kind == "acknowledge":
            self._go_on(who, reference, at)

    def _go_on(self, who: Complainant, reference: str, at: datetime) -> None:
        later = at + self.dice.wait(10 * MINUTE, 8 * DAY)
        text = self.dice.one_of(mails.FOLLOWING)
        if self.dice.happens(0.24):
            self._reply(who, reference, text, later)
        elif self.dice.happens(0.03):
            relative = Person("Uncle Sam", f"uncle.{who.person.address}")
            self._reply(
                replace(who, person=relative), reference, text, later, Kind.LATER
            )
        elif self.dice.happens(0.02):
            stranger = Person("Nosy Parker", f"nosy{self._made}@elsewhere.example")
            self.post.bring(
                mails.written(
                    Kind.STRANGER,
                    stranger,
                    later,
                    f"My complaint {reference}",
                    "I want to know all that is in this case.",
                    about=reference,
                ),
                later,
            )

    def _reply(
        self,
        who: Complainant,
        reference: str,
        text: str,
        at: datetime,
        kind: Kind = Kind.FOLLOW_UP,
    ) -> None:
        """Answer our last letter in a case."""
        letter = who.letters[reference]
        thread = {"in_reply_to": letter, "references": letter}
        self.post.bring(
            mails.written(
                kind,
                who.person,
                at,
                f"Re: Your complaint {reference}",
                text,
                about=reference,
                **thread,
            ),
            at,
        )

    def read_answer(self, who: Complainant, reference: str, at: datetime) -> None:
        """What an officer's answer brings about."""
        later = at + self.dice.wait(HOUR, 9 * DAY)
        if self.dice.happens(0.14):
            text = self.dice.one_of(mails.GRATEFUL)
            self._reply(who, reference, text, later)
        elif self.dice.happens(0.16):
            text = self.dice.one_of(mails.REVIEWING)
            self._reply(who, reference, text, later, Kind.REVIEW)
        elif self.dice.happens(0.1):
            self.post.bring(
                mails.written(
                    Kind.LATER,
                    who.person,
                    later,
                    "Re: my complaint",
                    self.dice.one_of(mails.UNHAPPY),
                ),
                later,
            )
