"""Officers close and reroute by moving a mail; the program's own filing is no news."""

from datetime import timedelta

from tests.answers.conftest import (
    CLOSED,
    FOLLOW_UPS,
    FORMAL,
    REVIEW,
    Office,
)
from tests.intake.mails import delivered
from triage.store import NOT_STATED, CaseState, Deed, MatterKind


def test_a_mail_in_the_closed_folder_closes_its_case(filed: Office) -> None:
    filed.move(FORMAL, CLOSED)

    done = filed.run()

    line, (matter,) = filed.case.line, filed.matters
    assert done == {"closed": 1}
    assert (line.state, line.outcome) == (CaseState.CLOSED, NOT_STATED)
    assert matter.kind is MatterKind.OUTCOME
    assert line.reference in matter.words


def test_its_outcome_may_be_said_afterwards(filed: Office) -> None:
    filed.move(FORMAL, CLOSED)
    filed.run()
    before = filed.case.line

    deed = Deed(at=filed.clock(), by="anna", act="close")
    filed.store.register.close(before.reference, deed, "upheld", "our-mistake")

    after = filed.case.line
    assert (after.outcome, after.root_cause) == ("upheld", "our-mistake")
    assert after.closed_at == before.closed_at


def test_a_mail_in_another_routes_folder_reroutes_its_case(filed: Office) -> None:
    filed.move(FORMAL, REVIEW)

    done = filed.run()

    (overruled,) = filed.case.overrulings
    assert done == {"rerouted": 1}
    assert (overruled.before, overruled.after) == ("formal-complaint", "review")
    assert overruled.by == f"a colleague who moved the mail to {REVIEW}"
    assert filed.case.messages[0].folder == REVIEW


def test_its_unsent_letter_is_dropped(filed: Office) -> None:
    (letter,) = filed.store.outbox.listed()
    assert letter.state == "queued"
    filed.move(FORMAL, REVIEW)

    filed.run()

    assert [line.state for line in filed.store.outbox.listed()] == ["dropped"]


def test_moved_back_the_case_is_where_it_was(filed: Office) -> None:
    filed.move(FORMAL, REVIEW)
    filed.run()
    filed.move(REVIEW, FORMAL)

    filed.run()

    assert filed.case.line.route == "formal-complaint"
    assert len(filed.case.overrulings) == 2


def test_what_lay_there_when_it_was_first_looked_at_does_nothing(
    office: Office,
) -> None:
    office.inbox.deliver(delivered(), office.now)
    office.intake.run()
    office.move(FORMAL, CLOSED)

    office.run()

    assert office.case.line.state is CaseState.OPEN


def test_what_may_have_come_there_by_itself_is_put_before_a_person(
    filed: Office,
) -> None:
    second = delivered("Complaint two")
    filed.inbox.deliver(second, filed.now)
    filed.inbox.deliver(second, filed.now, folder=CLOSED)

    filed.run()

    states = {line.state for line in filed.store.cases.listed()}
    assert states == {CaseState.OPEN}
    assert [matter.kind for matter in filed.matters] == [MatterKind.MOVED]


def test_a_folder_of_mails_to_known_cases_is_no_route_of_a_case(
    filed: Office,
) -> None:
    filed.move(FORMAL, FOLLOW_UPS)

    filed.run()

    assert filed.case.line.route == "formal-complaint"
    assert [matter.kind for matter in filed.matters] == [MatterKind.MOVED]


def test_a_folder_of_several_routes_is_put_before_a_person(
    sharing_a_folder: Office,
) -> None:
    sharing_a_folder.move(FORMAL, REVIEW)

    sharing_a_folder.run()

    assert sharing_a_folder.case.line.route == "formal-complaint"
    assert len(sharing_a_folder.matters) == 1


def test_a_closed_case_is_not_rerouted(filed: Office) -> None:
    filed.move(FORMAL, CLOSED)
    filed.run()
    filed.move(CLOSED, REVIEW)

    filed.run()

    assert filed.case.line.state is CaseState.CLOSED
    assert filed.case.line.route == "formal-complaint"
    assert MatterKind.MOVED in [matter.kind for matter in filed.matters]


def test_a_renumbered_folder_moves_nothing(filed: Office) -> None:
    filed.move(FORMAL, REVIEW)
    filed.run()
    before = filed.case
    filed.eyes.folder = REVIEW
    filed.eyes.renumber()
    filed.now += timedelta(minutes=5)

    filed.answers.run()
    filed.answers.run()

    assert filed.case == before


def test_a_strangers_mail_there_is_left_alone(filed: Office) -> None:
    filed.inbox.deliver(delivered("Complaint"), filed.now, folder=CLOSED)

    done = filed.run()

    assert done == {}
    assert filed.matters == []
