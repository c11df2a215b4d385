"""Officers say that the rules decided wrongly."""

import json
import tomllib
from pathlib import Path

from tests.cli.conftest import NOBODY, NOW, Triage, moved, work
from tests.intake.mails import delivered
from tests.journeys.installing import Settings, install
from triage.config import load_config
from triage.store import Activation, How, Store
from triage.wiring import edition_of

REF = "CMP-2026-00001"
WHY = ("--why", "It is about lessons")


def test_a_case_moves_and_its_unsent_letter_is_dropped(
    triage: Triage, worked: Path
) -> None:
    result = triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    first, *others = result.out.splitlines()
    shown = json.loads(triage("case", "show", REF, "--json", "-c", worked).out)
    assert result.status == 0
    assert first == f"{REF}: formal-complaint → school-first (The school answers first)"
    assert "  letter 1 (formal-complaint) is dropped: nobody gets it" in others
    assert shown["line"]["route"] == "school-first"
    assert shown["line"]["respond_by"] is None
    assert shown["line"]["missing"] == []
    assert shown["letters"][0]["line"]["state"] == "dropped"


def test_a_person_must_then_acknowledge(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    debts = triage("case", "list", "--debt", "--json", "-c", worked).out

    assert json.loads(debts)["reference"] == REF


def test_who_moved_it_and_why_stands_in_the_case(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    result = triage("case", "show", REF, "-c", worked)

    assert "formal-complaint → school-first by " in result.out
    assert ": It is about lessons" in result.out


def test_a_route_that_there_is_not_is_refused(triage: Triage, worked: Path) -> None:
    result = triage("case", "reroute", REF, "school-frist", *WHY, "-c", worked)

    assert result.status == 2
    assert "there is no route `school-frist`" in result.err
    assert "did you mean `school-first`" in result.err


def test_a_case_is_not_moved_to_where_it_is(triage: Triage, worked: Path) -> None:
    result = triage("case", "reroute", REF, "formal-complaint", *WHY, "-c", worked)

    assert result.status == 2
    assert "on the route formal-complaint already" in result.err


def test_a_reason_without_words_is_none(triage: Triage, worked: Path) -> None:
    result = triage("case", "reroute", REF, "school-first", "--why", " ", "-c", worked)

    assert result.status == 2


def test_the_mail_is_offered_with_names_masked(triage: Triage, config: Path) -> None:
    work(
        config, delivered("Complaint of Joy", "Your website, says Joy Mensah, is down.")
    )

    result = triage("case", "reroute", REF, "review", *WHY, "-c", config)

    table = result.out[result.out.index("[[example]]") : result.out.index("Read it.")]
    (example,) = tomllib.loads(table)["example"]
    assert example["text"] == "Your website, says Nn Nn, is down.\n"
    assert example["subject"] == "Complaint of Nn"
    assert example["expect"] == {"route": "review"}


def test_the_example_is_added_once(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    first = triage("case", "example", REF, "--add", "-c", worked)
    second = triage("case", "example", REF, "--add", "-c", worked)

    (learnt,) = worked.parent.rglob("91-learnt.toml")
    written = tomllib.loads(learnt.read_text("utf-8"))
    assert (first.status, second.status) == (0, 2)
    assert [each["id"] for each in written["example"]] == [f"from-{REF.lower()}"]
    assert written["example"][0]["title"] == "It is about lessons"


def test_statistics_count_decisions_and_corrections(
    triage: Triage, worked: Path
) -> None:
    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    result = triage("rules", "stats", "--signals", "-c", worked)

    lines = [line.split() for line in result.out.splitlines()]
    assert ["formal-complaint", "1", "1", "100%"] in lines
    assert ["our-website", "1", "1", "100%"] in lines
    assert ["website", "1", "1", "100%"] in lines
    assert ["teaching", "0"] in lines
    assert ["formal-complaint", "review", "1"] in lines
    assert lines[-1][:2] == ["1", "mails"]


def test_statistics_begin_on_the_day_that_is_asked_for(
    triage: Triage, worked: Path
) -> None:
    result = triage("rules", "stats", "--since", "2027-01-01", "-c", worked)

    assert result.out.splitlines()[-1].startswith("0 mails decided")


def test_statistics_are_printed_for_scripts(triage: Triage, worked: Path) -> None:
    triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    result = triage("rules", "stats", "--json", "-c", worked)

    rows = [json.loads(line) for line in result.out.splitlines()]
    assert {
        "kind": "route",
        "id": "formal-complaint",
        "decided": 1,
        "overruled": 1,
    } in rows
    assert rows[-1] == {
        "kind": "correction",
        "before": "formal-complaint",
        "after": "review",
        "times": 1,
    }


def rewrite(config: Path, *changes: tuple[str, str]) -> None:
    path = config.parent / "rules" / "10-journeys.toml"
    text = path.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, "utf-8")


def put_in_force(config: Path) -> None:
    """Do what the daemon does with the folders at its start."""
    settings = load_config(config)
    with Store.open(settings.store.path, exclusive=True) as store:
        edition = edition_of(settings)
        store.editions.keep(edition, None, NOW)
        store.editions.activate(Activation(NOW, edition.hash, How.START, "test"))


def states(triage: Triage, config: Path) -> dict[str, str]:
    shown = json.loads(triage("case", "show", REF, "--json", "-c", config).out)
    lines = [each["line"] for each in shown["letters"]]
    return {line["template"]: line["state"] for line in lines}


def test_the_wrong_letter_is_dropped_after_its_route_was_renamed(
    triage: Triage, held: Path
) -> None:
    rewrite(held, ('"formal-complaint"\ntitle', '"formal"\ntitle'))
    rewrite(held, ('route = "formal-complaint"', 'route = "formal"'))

    result = triage("case", "reroute", REF, "review", *WHY, "-c", held)

    assert result.status == 0
    assert states(triage, held) == {"formal-complaint": "dropped"}


def test_the_wrong_letter_is_dropped_after_its_route_got_another_letter(
    triage: Triage, held: Path
) -> None:
    rewrite(held, ('template = "formal-complaint"', 'template = "concern"'))

    triage("case", "reroute", REF, "school-first", *WHY, "-c", held)

    assert states(triage, held) == {"formal-complaint": "dropped"}


def test_a_letter_that_is_right_on_the_new_route_too_goes_on(
    triage: Triage, held: Path
) -> None:
    rewrite(held, ('template = "review"', 'template = "formal-complaint"'))

    triage("case", "reroute", REF, "review", *WHY, "-c", held)

    assert states(triage, held) == {"formal-complaint": "held"}


def test_a_letter_that_became_wrong_by_a_second_correction_is_dropped(
    triage: Triage, held: Path
) -> None:
    rewrite(held, ('template = "review"', 'template = "formal-complaint"'))
    triage("case", "reroute", REF, "review", *WHY, "-c", held)

    triage("case", "reroute", REF, "school-first", *WHY, "-c", held)

    assert states(triage, held) == {"formal-complaint": "dropped"}


def test_a_neutral_letter_goes_on(triage: Triage, tmp_path: Path) -> None:
    config = work(
        install(tmp_path, NOBODY, Settings(modes={"at_most": "hold"})),
        delivered("Complaint", "He beats him, says your website."),
    )

    triage("case", "reroute", REF, "review", *WHY, "-c", config)

    assert states(triage, config)["acknowledged-neutral"] == "held"


def test_a_letter_that_is_being_sent_is_stopped(triage: Triage, worked: Path) -> None:
    moved(worked, "outbox", 1, state="sending", attempt=1)

    result = triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    assert "letter 1 (formal-complaint) is stopped: nobody gets it" in result.out
    assert "a person must acknowledge it by" in result.out


def test_a_letter_that_is_out_is_told(triage: Triage, worked: Path) -> None:
    moved(worked, "outbox", 1, state="finishing", attempt=1)

    result = triage("case", "reroute", REF, "school-first", *WHY, "-c", worked)

    assert "letter 1 (formal-complaint) is finishing since " in result.out
    assert "please write to the person yourself" in result.out


def test_a_broken_rule_file_does_not_stop_an_officer(
    triage: Triage, worked: Path
) -> None:
    put_in_force(worked)
    rewrite(worked, ("[guard]", "[guard"))

    moved_there = triage("case", "reroute", REF, "review", *WHY, "-c", worked)
    offered = triage("case", "example", REF, "-c", worked)

    assert (moved_there.status, offered.status) == (0, 0)
    assert "Your website is down." in offered.out


def test_a_route_that_is_not_in_force_yet_is_none(triage: Triage, worked: Path) -> None:
    put_in_force(worked)
    rewrite(worked, ('"review"', '"human"'))

    result = triage("case", "reroute", REF, "human", *WHY, "-c", worked)

    assert result.status == 2
    assert "there is no route `human`" in result.err


def test_without_rules_in_force_the_folder_counts(triage: Triage, worked: Path) -> None:
    rewrite(worked, ("[guard]", "[guard"))

    result = triage("case", "reroute", REF, "review", *WHY, "-c", worked)

    assert result.status == 2
    assert "10-journeys.toml" in result.err


def test_a_file_of_examples_that_is_not_utf_8_is_told_and_left(
    triage: Triage, worked: Path
) -> None:
    put_in_force(worked)
    learnt = worked.parent / "rules" / "91-learnt.toml"
    learnt.write_bytes(b"# caf\xe9\n")

    result = triage("case", "example", REF, "--add", "-c", worked)

    assert result.status == 2
    assert f"{learnt}: it is not UTF-8 text" in result.err
    assert learnt.read_bytes() == b"# caf\xe9\n"


def test_a_file_of_examples_is_replaced_whole(triage: Triage, worked: Path) -> None:
    learnt = worked.parent / "rules" / "91-learnt.toml"
    learnt.write_text("# ours\n", "utf-8")
    with learnt.open(encoding="utf-8") as read_meanwhile:
        triage("case", "example", REF, "--add", "-c", worked)

        assert read_meanwhile.read() == "# ours\n"
