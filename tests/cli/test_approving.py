"""Letters that wait for approval, as an operator meets them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import NOBODY, NOW, Triage, moved
from tests.journeys.installing import Settings, install
from triage.config import load_config
from triage.store import HandedIn, Spot, Store


def states(triage: Triage, config: Path) -> dict[int, str]:
    listed = triage("outbox", "list", "--all", "--json", "--config", config)
    rows = map(json.loads, listed.out.splitlines())
    return {row["id"]: row["state"] for row in rows}


def test_what_waits_is_listed_with_its_deadline(triage: Triage, held: Path) -> None:
    result = triage("outbox", "list", "--config", held)

    _, first, *_, count = result.out.splitlines()
    assert first.split()[:4] == ["1", "CMP-2026-00001", "formal-complaint", "held"]
    assert "Wed 4 Mar 2026 17:00  replies of this route wait for approval" in first
    assert count == "3 letters, 3 to approve: triage outbox approve NUMBER"


def test_the_most_urgent_stands_on_top(triage: Triage, held: Path) -> None:
    moved(held, "cases", acknowledge_by="2026-03-03T17:00:00.000000Z", id=3)

    result = triage("outbox", "list", "--config", held)

    assert [line.split()[0] for line in result.out.splitlines()[1:4]] == ["3", "1", "2"]


def test_letters_are_approved_by_their_numbers(triage: Triage, held: Path) -> None:
    result = triage("outbox", "approve", "1", "3", "--by", "ruth", "--config", held)

    shown = triage("outbox", "show", "3", "--config", held)
    assert (result.status, result.out) == (
        0,
        "letter 1 is approved and queued\nletter 3 is approved and queued\n",
    )
    assert states(triage, held) == {1: "queued", 2: "held", 3: "queued"}
    assert "held → queued  approved by ruth" in shown.out


def test_who_approved_is_the_login_where_nobody_is_named(
    triage: Triage, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "amir")

    triage("outbox", "approve", "1", "--config", held)

    assert "approved by amir" in triage("outbox", "show", "1", "--config", held).out


def test_one_that_cannot_be_approved_does_not_hinder_the_others(
    triage: Triage, held: Path
) -> None:
    triage("outbox", "approve", "1", "--config", held)

    result = triage("outbox", "approve", "9", "1", "2", "--config", held)

    assert result.status == 2
    assert result.out == "letter 2 is approved and queued\n"
    assert result.err.splitlines() == [
        "there is no letter 9; see: triage outbox list --all",
        "letter 1 is queued; approve is possible from held",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["1", "--all"], id="both"),
        pytest.param(["1", "--route", "review"], id="a route for a number"),
    ],
)
def test_approving_needs_numbers_or_all(
    triage: Triage, held: Path, arguments: list[str]
) -> None:
    result = triage("outbox", "approve", *arguments, "--config", held)

    assert result.status == 2
    assert "name letters by their numbers, or --all" in result.err


@pytest.mark.parametrize(
    ("answer", "status", "expected"), [("y", 0, "queued"), ("n", 130, "held")]
)
def test_all_are_shown_before_they_are_approved(
    triage: Triage, held: Path, answer: str, status: int, expected: str
) -> None:
    result = triage("outbox", "approve", "--all", "--config", held, typed=answer)

    assert result.status == status
    assert "CMP-2026-00003" in result.out
    assert "Send these 3 letters?" in result.out
    assert set(states(triage, held).values()) == {expected}


def test_all_of_a_route_are_approved(triage: Triage, held: Path) -> None:
    arguments = ("--all", "--route", "formal-complaint")

    result = triage("outbox", "approve", *arguments, "--config", held, typed="y")

    assert "Send this letter?" in result.out
    assert states(triage, held) == {1: "queued", 2: "held", 3: "held"}


def test_nothing_is_asked_where_nothing_waits(triage: Triage, worked: Path) -> None:
    result = triage("outbox", "approve", "--all", "--config", worked)

    assert (result.status, result.out) == (0, "no letter waits for approval\n")


def test_a_letter_that_may_have_arrived_is_not_approved(
    triage: Triage, held: Path
) -> None:
    moved(held, "outbox", attempt=1, id=1)

    result = triage("outbox", "approve", "1", "--config", held)

    assert result.status == 2
    assert "make sure that it did not arrive" in result.err
    assert "triage outbox resend 1" in result.err


def test_a_rejected_letter_leaves_its_duty_in_sight(triage: Triage, held: Path) -> None:
    result = triage("outbox", "reject", "1", "--why", "I call her", "--config", held)

    debt = triage("case", "list", "--debt", "--config", held)
    assert result.status == 0
    assert result.out == (
        "letter 1 is rejected; a person must acknowledge CMP-2026-00001"
        " by Wed 4 Mar 2026 17:00\n"
    )
    assert "CMP-2026-00001" in debt.out
    assert "I call her" in debt.out


def test_a_rejection_needs_its_reason(triage: Triage, held: Path) -> None:
    without = triage("outbox", "reject", "1", "--config", held)
    blank = triage("outbox", "reject", "1", "--why", " ", "--config", held)

    assert (without.status, blank.status) == (2, 2)
    assert "--why" in without.err
    assert states(triage, held)[1] == "held"


def test_a_letter_is_changed_by_a_file(
    triage: Triage, held: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text"
    text.write_text("Dear Ms Mensah,\n\nThank you <b>so</b> much.\n", "utf-8")

    result = triage(
        "outbox", "edit", "1", "--text", text, "--by", "ruth", "--config", held
    )

    shown = triage("outbox", "show", "1", "--config", held).out
    assert result.status == 0
    assert "+ Thank you <b>so</b> much." in result.out
    assert "- Thank you for telling us about this." in result.out
    assert "letter 1 is changed and waits: triage outbox approve 1" in result.out
    assert "held → held  edited by ruth" in shown
    assert "To: joy.mensah@post.example" in shown
    assert "+ Thank you <b>so</b> much." in shown
    assert states(triage, held)[1] == "held"


def test_a_letter_is_changed_by_standard_input(triage: Triage, held: Path) -> None:
    arguments = ("edit", "1", "--text", "-", "--config", held)

    result = triage("outbox", *arguments, typed="Dear Ms Mensah,\n")

    assert "+ Dear Ms Mensah," in result.out


def test_a_letter_is_changed_in_an_editor(
    triage: Triage, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "sed -i s/Hello/Dear/")

    result = triage("outbox", "edit", "1", "--config", held)

    assert "- Hello," in result.out
    assert "+ Dear," in result.out


def test_an_editor_that_is_left_without_saving_changes_nothing(
    triage: Triage, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "true")

    result = triage("outbox", "edit", "1", "--config", held)

    assert result.out == "letter 1 is as it was\n"


def test_nothing_of_the_mail_is_offered_for_quoting(
    triage: Triage, held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = tmp_path / "offered"
    monkeypatch.setenv("VISUAL", f"sh -c 'cat \"$0\" > {offered}'")

    triage("outbox", "edit", "1", "--config", held)

    text = offered.read_text("utf-8")
    assert "We have received your complaint" in text
    assert "website is down" not in text
    assert "mensah" not in text.lower()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(b"\n", "must say something", id="empty"),
        pytest.param(b"Dear \x1b[2J", "line 1 holds a character", id="control"),
        pytest.param(b"Dear \xff", "is not UTF-8 text", id="encoding"),
    ],
)
def test_a_text_that_cannot_be_sent_is_told_and_nothing_changes(
    triage: Triage, held: Path, tmp_path: Path, text: bytes, words: str
) -> None:
    (tmp_path / "text").write_bytes(text)

    result = triage("outbox", "edit", "1", "--text", tmp_path / "text", "-c", held)

    assert result.status == 2
    assert words in result.err
    assert "changed" not in triage("outbox", "show", "1", "--config", held).out


def test_a_letter_that_is_queued_is_not_edited(triage: Triage, worked: Path) -> None:
    result = triage("outbox", "edit", "1", "--config", worked)

    assert result.status == 2
    assert "letter 1 is queued; only a letter that waits" in result.err


def test_a_debt_says_what_is_to_be_done(triage: Triage, held: Path) -> None:
    triage("outbox", "reject", "2", "--why", "wrong", "--config", held)

    result = triage("case", "list", "--debt", "--config", held)

    first, second, _ = result.out.splitlines()[1:4]
    assert "triage outbox approve 1" in first
    assert "acknowledge by hand: dropped: rejected by" in second


def test_a_debt_is_listed_for_scripts(triage: Triage, held: Path) -> None:
    result = triage("case", "list", "--debt", "--json", "--config", held)

    row = json.loads(result.out.splitlines()[0])
    assert (row["letter"], row["is_for_approval"]) == (1, True)
    assert row["why"] == ["held: replies of this route wait for approval"]


def test_a_case_says_until_when_its_reply_must_be_approved(
    triage: Triage, held: Path
) -> None:
    result = triage("case", "show", "CMP-2026-00001", "--config", held)

    assert (
        "a reply waits for approval, until Wed 4 Mar 2026 17:00:"
        " triage outbox approve 1" in result.out
    )


def test_a_person_who_wrote_takes_a_case_off_the_list(
    triage: Triage, held: Path
) -> None:
    result = triage("case", "acknowledged", "cmp-2026-00001", "--config", held)

    debt = triage("case", "list", "--debt", "--config", held)
    assert (result.status, result.out) == (
        0,
        "CMP-2026-00001 is acknowledged; its reply waits all the same:"
        " triage outbox reject 1\n",
    )
    assert "CMP-2026-00001" not in debt.out


def test_a_case_is_acknowledged_once(triage: Triage, held: Path) -> None:
    triage("case", "acknowledged", "CMP-2026-00001", "--config", held)

    result = triage(
        "case", "acknowledged", "CMP-2026-00001", "CMP-2026-00009", "--config", held
    )

    assert result.status == 2
    assert result.out == "CMP-2026-00001 was acknowledged before\n"
    assert result.err == "there is no case CMP-2026-00009; see: triage case list\n"


def test_mails_that_decide_nothing_are_told(triage: Triage, held: Path) -> None:
    with Store.open(load_config(held).store.path, exclusive=False) as store:
        for uid in (1, 2):
            store.handed_in.note(
                HandedIn(
                    spot=Spot("Complaints/Approved", 1, uid),
                    at=NOW,
                    letter=None,
                    reason="it is no mail that was taken up",
                )
            )

    listed = triage("outbox", "list", "--config", held)
    status = triage("status", "--config", held)

    assert listed.out.splitlines()[-1] == (
        'in "Complaints/Approved", mails that decide nothing'
        " (it is no mail that was taken up): 2"
    )
    assert "2 mails in the folders for approval decide nothing" in status.out
    assert "3 to approve: triage outbox list" in status.out


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("watch", "4 routes are watched only"),
        ("hold", "4 routes hold them for approval"),
        ("live", "4 routes send them"),
    ],
)
def test_the_check_says_how_far_replies_go(
    triage: Triage, tmp_path: Path, mode: str, words: str
) -> None:
    config = install(tmp_path, NOBODY, Settings(modes={"at_most": mode}))

    result = triage("check", "--config", config)

    assert words in result.out


def test_a_reason_with_control_characters_reaches_no_terminal(
    triage: Triage, held: Path
) -> None:
    triage("outbox", "reject", "1", "--why", "no\x1b[2J", "--config", held)

    listed = triage("outbox", "list", "--all", "--config", held)
    shown = triage("outbox", "show", "1", "--config", held)
    debt = triage("case", "list", "--debt", "--config", held)
    case = triage("case", "show", "CMP-2026-00001", "--config", held)

    assert "\x1b" not in listed.out + shown.out + debt.out + case.out
