"""Several mailboxes: an alarm names the one that it is about, and no other has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from tests.alarm.watching import NOON
from tests.store.making import NOW, record_case
from triage.alarm import Book, Entry, MailAlarm, Notice, OneOfOurs, Policy
from triage.alarm.book import Moment, turned
from triage.alarm.keeping import Keeper
from triage.alarm.model import Kind
from triage.alarm.pulse import JobState
from triage.alarm.several import intakes, of_mailbox, signs_of_all
from triage.alarm.signs import Facts, Glimpse, Sign
from triage.alarm.wording import said
from triage.smtp import Accepted, Envelope, Outcome, TryLater
from triage.store import Inbox, Place, Store, Vigil

AT = 1000.0
JOBS = ("intake uk", "dispatch uk", "digest uk", "intake ie", "dispatch ie")


def job(name: str, **changes: object) -> JobState:
    state = JobState(
        name=name, every=60, seen_at=AT, got_on_at=AT - 5, has_gone_well=True
    )
    return replace(state, **changes)  # type: ignore[arg-type]  # by name


def facts(**failing: str) -> Facts:
    """Facts of two mailboxes; a job by its name with `_` for the space may fail."""
    jobs = {
        name: job(name, failing_since=AT - 900, why=failing[key], failures=3)
        if (key := name.replace(" ", "_")) in failing
        else job(name)
        for name in JOBS
    }
    glimpse = Glimpse(
        due=3, on_their_way=3, uneven=None, of_each={"uk": (3, 3), "ie": (0, 0)}
    )
    return Facts(at=AT, jobs=jobs, settled=0, hindrance=None, glimpse=glimpse)


def signs(
    found: Facts, hindrance: str | None = None, before: Mapping[str, Sign] | None = None
) -> dict[str, Sign]:
    own = {
        "uk": replace(of_mailbox(found, "uk"), hindrance=hindrance),
        "ie": of_mailbox(found, "ie"),
    }
    return dict(signs_of_all(own, before or {}))


def unwell(found: Mapping[str, Sign]) -> set[str]:
    return {name for name, sign in found.items() if not sign.is_well}


def test_a_mailbox_that_is_away_is_named_and_no_other_is() -> None:
    found = signs(facts(intake_uk="no route to host"))

    assert unwell(found) - {"outbox:uk"} == {"mailbox:uk"}
    assert found["mailbox:ie"].is_well


def test_an_outbox_that_does_not_move_is_named() -> None:
    found = signs(facts(), hindrance="the server cannot be used")

    assert unwell(found) == {"outbox:uk"}
    assert found["outbox:uk"].why == "the server cannot be used"


def test_what_was_unwell_before_stays_so_since_then() -> None:
    first = signs(facts(), hindrance="the server cannot be used")

    later = signs(replace(facts(), at=AT + 700), "the server cannot be used", first)

    assert later["outbox:uk"].since == AT


def test_another_job_has_the_name_of_its_mailbox() -> None:
    found = signs(facts(digest_uk="the letter cannot be worded"))

    assert "failing:digest uk" in unwell(found)


def test_the_store_is_everybodys() -> None:
    found = signs(facts())

    assert {"store", "ledger"} <= found.keys()


def test_all_that_read_a_mailbox_are_known() -> None:
    names = {each.name for each in intakes(facts().jobs)}

    assert names == {"intake uk", "intake ie"}


TAKEN = Accepted(250, None, "ok")
LEFT = {"asia": "it is not configured any more; open cases: 3, letters: 0"}


def test_a_mailbox_that_was_taken_out_is_not_read_while_something_waits_there() -> None:
    found = facts()
    with_left = replace(found, glimpse=replace(found.glimpse, left=LEFT))

    first = signs(with_left)
    later = signs(replace(with_left, at=AT + 700), before=first)

    assert later["mailbox:asia"].why == LEFT["asia"]
    assert later["mailbox:asia"].since == AT
    assert "mailbox:asia" not in signs(found, before=later)


def test_it_stays_so_while_the_store_cannot_be_read() -> None:
    found = facts()
    first = signs(replace(found, glimpse=replace(found.glimpse, left=LEFT)))

    later = signs(
        replace(found, glimpse=replace(found.glimpse, is_read=False)), before=first
    )

    assert "mailbox:asia" in later


def test_the_alarm_of_one_mailbox_is_over_once_there_are_several() -> None:
    moment = Moment(AT, NOON)
    entry = Entry(
        kind=Kind.MAILBOX, job="", since=NOON, what="no route to host", told_at=NOON
    )

    book, _ = turned(Book(entries=(entry,)), signs(facts()), moment, Policy())

    assert book.standing == ()


def mail(told: list[tuple[str, str]], name: str, answer: Outcome) -> MailAlarm:
    """An alarm by a server that answers so; it notes who is written to."""
    return MailAlarm(
        name="team",
        fails_with=frozenset({Kind.OUTBOX}),
        submission=Answering(name, answer, told),
        sender=f"{name}@board.example",
        to=("team@board.example",),
        host="here",
    )


@dataclass
class Answering:
    name: str
    answer: Outcome
    told: list[tuple[str, str]]

    def submit(
        self,
        envelope: Envelope,
        data: bytes,  # noqa: ARG002 - the real one's
        before_final_dot: Callable[[], None],  # noqa: ARG002 - the real one's
    ) -> Outcome:
        self.told.append((self.name, envelope.sender))
        return self.answer

    def close(self) -> None: ...


def test_an_alarm_goes_by_the_server_of_a_mailbox_whose_letters_move() -> None:
    told: list[tuple[str, str]] = []
    ours = OneOfOurs(
        name="team",
        fails_with=frozenset(),
        mails=(
            (lambda: "it cannot be used", mail(told, "uk", TAKEN)),
            (lambda: None, mail(told, "ie", TAKEN)),
        ),
    )

    ours.tell(Notice(at=NOON))

    assert told == [("ie", "ie@board.example")]


def test_an_alarm_goes_by_the_next_where_a_server_takes_none() -> None:
    told: list[tuple[str, str]] = []
    ours = OneOfOurs(
        name="team",
        fails_with=frozenset(),
        mails=(
            (lambda: None, mail(told, "uk", TryLater(451, None, "not now"))),
            (lambda: None, mail(told, "ie", TAKEN)),
        ),
    )

    ours.tell(Notice(at=NOON))

    assert [name for name, _ in told] == ["uk", "ie"]


def test_words_name_the_mailbox() -> None:
    assert said(Kind.MAILBOX, "uk") == "the mailbox `uk` is not read"
    assert said(Kind.MAILBOX, "") == "the mailbox is not read"
    assert said(Kind.OUTBOX, "uk", is_over=True) == "letters of `uk` are sent again"


def test_letters_of_a_mailbox_that_is_not_served_are_none_that_do_not_move(
    tmp_path: Path,
) -> None:
    path, uk, ie = tmp_path / "store", Inbox("uk@imap", "INBOX"), Inbox("ie", "INBOX")
    with Store.open(path, exclusive=True) as store:
        store.mailboxes.settle({"uk": uk, "ie": ie})
        record_case(store.within("uk"), 1, asked={"place": Place(uk, 1, 1)})
        store.mailboxes.settle({"ie": ie})

    seen = Keeper(path, 0, (), ("ie",)).look(
        Vigil(at=NOW + timedelta(days=1), outlook="", book="")
    )

    assert (seen.due, seen.on_their_way) == (0, 0)
    assert list(seen.left) == ["uk"]
