from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import tee
from pathlib import Path
from weakref import ref

import pytest

from tests.intake.mails import delivered
from tests.replay.conftest import (
    NOON,
    arrived,
    outcomes_of,
    with_field,
    write_folder,
    write_maildir,
    write_mbox,
)
from triage.decision import Disposition
from triage.intake import Rulebook
from triage.message.token import mint_id
from triage.replay import (
    Archive,
    Mail,
    MailsOfArchive,
    Outcome,
    Summary,
    in_order_of_arrival,
    replay,
)
from triage.ruleset.schema import Window


def routes(rulebook: Rulebook, *names: Path) -> list[str | None]:
    decisions = (outcome.decision for outcome in outcomes_of(rulebook, *names))
    return [decision.route if decision else None for decision in decisions]


@pytest.mark.parametrize("write", [write_folder, write_mbox, write_maildir])
def test_mails_are_judged_in_the_order_of_their_arrival(
    write: Callable[[Path, Iterable[bytes]], Path], tmp_path: Path, rulebook: Rulebook
) -> None:
    archive = write(
        tmp_path / "archive",
        [
            arrived(2, "Complaint", "Your website is down."),
            arrived(1, "Complaint", "My son has a bad teacher."),
            arrived(3, "Complaint", "Good morning."),
        ],
    )

    assert routes(rulebook, archive) == ["school-first", "formal-complaint", "review"]


def test_the_date_counts_where_no_server_wrote_one(
    tmp_path: Path, rulebook: Rulebook
) -> None:
    archive = write_folder(
        tmp_path / "archive",
        [
            arrived(1, "Complaint", "Your website is down."),
            with_field(
                delivered("Complaint", "Hello"), "Date", "Mon, 2 Mar 2026 12:00:30 GMT"
            ),
        ],
    )

    assert routes(rulebook, archive) == ["review", "formal-complaint"]


def test_the_files_own_time_counts_where_a_mail_has_no_date(
    tmp_path: Path, rulebook: Rulebook
) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(b"From: a@b.example\r\nSubject: Complaint\r\n\r\nHello\r\n")

    (outcome,) = outcomes_of(rulebook, path)

    assert outcome.received_at == datetime.fromtimestamp(path.stat().st_mtime, UTC)


def test_copies_are_recorded_once(tmp_path: Path, rulebook: Rulebook) -> None:
    mail = arrived(1, "Complaint", "Your website is down.")
    archive = write_folder(tmp_path / "archive", [mail, mail])

    first, second = outcomes_of(rulebook, archive)

    assert (first.is_duplicate, second.is_duplicate) == (False, True)
    assert second.decision is not None
    assert second.decision.disposition is Disposition.RECORD
    assert second.reference == first.reference


def test_one_mail_too_many_is_seen(tmp_path: Path, rulebook: Rulebook) -> None:
    mails = [arrived(n, "Complaint", f"Website {n}") for n in range(4)]
    archive = write_folder(tmp_path / "archive", mails)
    seen = noticing_repeats(rulebook, after=3)

    outcomes = outcomes_of(seen, archive)

    flags = [outcome.decision.flags for outcome in outcomes if outcome.decision]
    assert flags == [(), (), (), ("repeating",)]


def noticing_repeats(rulebook: Rulebook, after: int) -> Rulebook:
    tables = rulebook.ruleset.tables
    senders = tables.senders.model_copy(
        update={"windows": (Window(messages=after, hours=1),)}
    )
    flag = tables.flag[0].model_copy(
        update={"id": "repeating", "any": (), "tell": (), "history": "repeat-sender"}
    )
    changed = tables.model_copy(update={"senders": senders, "flag": (flag,)})
    return replace(rulebook, ruleset=replace(rulebook.ruleset, tables=changed))


def test_replies_are_counted_against_the_budgets(
    tmp_path: Path, rulebook: Rulebook
) -> None:
    tables = rulebook.ruleset.tables
    budgets = tables.senders.budgets.model_copy(update={"sender_per_day": 2})
    senders = tables.senders.model_copy(update={"budgets": budgets})
    ruleset = replace(
        rulebook.ruleset, tables=tables.model_copy(update={"senders": senders})
    )
    mails = [arrived(n, "Complaint", f"Website {n}") for n in range(3)]
    archive = write_folder(tmp_path / "archive", mails)

    outcomes = outcomes_of(replace(rulebook, ruleset=ruleset), archive)

    held = [bool(outcome.decision and outcome.decision.held) for outcome in outcomes]
    assert held == [False, False, True]


def test_an_answer_to_a_letter_of_ours_finds_the_case_that_its_store_knew(
    rulebook: Rulebook,
) -> None:
    first = opening(1, "Your website.")
    letter = mint_id(
        "CMP-2026-00042", "acknowledge", rulebook.keys[0], "examboard.example"
    )
    answer = mail(2, "Thank you", "Still.", in_reply_to=letter)
    known_cases = {"<first@home.example>": "CMP-2026-00042"}

    outcomes = replay(
        rulebook,
        [replace(each, known_cases=known_cases) for each in (first, answer)],
    )

    assert [each.reference for each in outcomes] == ["CMP-2026-00042"] * 2


def test_a_case_that_is_named_by_its_writer_is_joined(rulebook: Rulebook) -> None:
    first = opening(1, "Your website.")
    named = mail(2, "Complaint CMP-2026-00042", "Still.")
    known_cases = {"<first@home.example>": "CMP-2026-00042"}

    outcomes = replay(
        rulebook, [replace(each, known_cases=known_cases) for each in (first, named)]
    )

    assert [each.reference for each in outcomes] == ["CMP-2026-00042"] * 2


def test_a_copy_does_not_open_the_same_case_again(rulebook: Rulebook) -> None:
    known_cases = {"<first@home.example>": "CMP-2026-00042"}
    first, other = (opening(n, f"Website {n}") for n in (1, 2))

    outcomes = replay(
        rulebook, [replace(each, known_cases=known_cases) for each in (first, other)]
    )

    assert [each.reference for each in outcomes] == [
        "CMP-2026-00042",
        "REPLAY-2026-00001",
    ]


def opening(minutes: int, text: str) -> Mail:
    complaint = mail(minutes, "Complaint", text)
    raw = with_field(complaint.raw, "Message-ID", "<first@home.example>")
    return replace(complaint, raw=raw)


def mail(minutes: int, *about: str, **fields: str) -> Mail:
    return Mail(
        name=f"mail {minutes}",
        received_at=NOON + timedelta(minutes=minutes),
        raw=delivered(*about, **fields),
    )


def test_a_mail_that_cannot_be_read_is_told_of_and_the_others_go_on(
    tmp_path: Path, rulebook: Rulebook
) -> None:
    archive = write_folder(
        tmp_path / "archive", [arrived(1, "Complaint"), arrived(2, "Complaint")]
    )
    gone = archive / "0000.eml"

    outcomes = iter_after(rulebook, archive, gone.unlink)

    summary = Summary.of(outcomes)
    assert summary.mails == 2
    assert summary.set_aside == Counter(
        {"it cannot be read: No such file or directory": 1}
    )


def iter_after(
    rulebook: Rulebook, archive: Path, meanwhile: Callable[[], object]
) -> Iterator[Outcome]:
    """Outcomes of an archive in which something happens once its dates are known."""
    with Archive([str(archive)]) as opened:
        mails = MailsOfArchive(in_order_of_arrival(opened.entries()))
        meanwhile()
        yield from replay(rulebook, mails)


def test_a_mail_that_breaks_the_program_is_set_aside(rulebook: Rulebook) -> None:
    broken = replace(mail(1, "Complaint"), raw=None)  # type: ignore[arg-type]

    one, other = replay(rulebook, [broken, mail(2, "Complaint")])

    assert one.set_aside == "an unexpected TypeError"
    assert other.decision is not None


def test_one_mail_is_held_at_a_time(rulebook: Rulebook) -> None:
    made: list[ref[Mail]] = []

    def many() -> Iterator[Mail]:
        for minutes in range(20):
            one = mail(minutes, "Complaint", f"Website {minutes}")
            made.append(ref(one))
            yield one

    alive = [sum(each() is not None for each in made) for _ in replay(rulebook, many())]

    assert max(alive) == 1


def test_two_sets_of_rules_read_every_mail_once_and_hold_one(
    rulebook: Rulebook,
) -> None:
    entries = [Counted(f"mail {n}") for n in range(5)]
    mails = MailsOfArchive([(NOON, each) for each in entries])
    one, other = tee(mails)

    both = zip(replay(rulebook, one), replay(rulebook, other), strict=True)
    for number, _ in enumerate(both, 1):
        read = [each.times for each in entries]
        assert read == [1] * number + [0] * (len(entries) - number)


@dataclass
class Counted:
    """A mail of an archive that counts how often it is read."""

    name: str
    times: int = 0

    def read(self) -> bytes:
        self.times += 1
        return delivered("Complaint", f"Website, {self.name}")

    def head(self) -> bytes:
        return b""

    def changed_at(self) -> datetime:
        return NOON
