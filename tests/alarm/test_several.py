"""Several mailboxes: an alarm names the one that it is about, and no other has it."""

from collections.abc import Mapping
from dataclasses import replace

from triage.alarm.model import Kind
from triage.alarm.pulse import JobState
from triage.alarm.several import intakes, of_mailbox, signs_of_all
from triage.alarm.signs import Facts, Glimpse, Sign
from triage.alarm.wording import said

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


def test_words_name_the_mailbox() -> None:
    assert said(Kind.MAILBOX, "uk") == "the mailbox `uk` is not read"
    assert said(Kind.MAILBOX, "") == "the mailbox is not read"
    assert said(Kind.OUTBOX, "uk", is_over=True) == "letters of `uk` are sent again"
