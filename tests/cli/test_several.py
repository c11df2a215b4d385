"""Several mailboxes: a command goes by the mailbox of its case, or asks for one."""

import json
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.conftest import NOBODY, NOW, Triage
from tests.cli.test_register import ESCALATION, EVEN_SO
from tests.intake.conftest import ReaderHere
from tests.intake.mails import delivered
from tests.journeys.installing import Post, install_several
from tests.servers.fake_mailbox import FakeMailbox
from triage.config import Config, load_configs
from triage.intake import Intake
from triage.store import Activation, How, OutboxItem, State, Store
from triage.wiring import edition_of, rulebook_of
from triage.wiring.servers import inbox_of

UK, IE = "uk@examboard.example", "ie@examboard.example"
BRITISH, IRISH = "CMP-2026-00001", "CMP-2026-00002"
OTHER_ROUTE = {
    'id = "school-first"': 'id = "school-first-ie"',
    'route = "school-first"': 'route = "school-first-ie"',
    "[digest]": f"{ESCALATION}[digest]",
}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """An installation with a case in each of two mailboxes, whose routes differ."""
    config = install_several(
        tmp_path,
        {
            name: Post(
                servers=replace(NOBODY, user=name),
                address=address,
                folder=folder,
                rules=rules,
            )
            for name, address, folder, rules in (
                ("uk", UK, "Britain", {}),
                ("ie", IE, "Ireland", OTHER_ROUTE),
            )
        },
    )
    configs = load_configs(config)
    with Store.open(configs[0].store.path, exclusive=True) as store:
        store.mailboxes.settle({each.mailbox.name: inbox_of(each) for each in configs})
        for each in configs:
            take_up(each, store.within(each.mailbox.name))
    return config


def take_up(config: Config, store: Store) -> None:
    rulebook = rulebook_of(config)
    with FakeMailbox() as mailbox:
        mail = delivered("Complaint", "Your website is down.")
        mailbox.deliver(
            mail.replace(b"complaints@examboard.example", b"%b" % address(config))
        )
        Intake(
            inbox=inbox_of(config),
            mailbox=mailbox,
            reader=ReaderHere(rulebook.ruleset),
            store=store,
            rulebook=rulebook,
            clock=lambda: NOW,
        ).run()


def address(config: Config) -> bytes:
    return config.mailbox.addresses[0].encode()


def letters_of(config: Path, reference: str) -> dict[str, OutboxItem]:
    with Store.open(load_configs(config)[0].store.path, exclusive=False) as store:
        found = store.cases.show(reference)
        assert found is not None
        return {item.line.kind: item for item in found.letters}


def mail_of(item: OutboxItem) -> EmailMessage:
    found = message_from_bytes(item.data, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def mailbox_of(config: Path, letter: int) -> str | None:
    with Store.open(load_configs(config)[0].store.path, exclusive=False) as store:
        return store.mailboxes.name_of_letter(letter)


def take_out(config: Path, name: str) -> None:
    """Leave a mailbox out of the configuration."""
    shared, *mailboxes = config.read_text("utf-8").split("[[mailbox]]")
    kept = [each for each in mailboxes if f'name = "{name}"' not in each]
    config.write_text("[[mailbox]]".join((shared, *kept)), "utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("note", "rang them"),
        ("set", "--centre", "IE1"),
        ("assign", "Ann"),
        ("acknowledged",),
        ("answer",),
        ("close", "--outcome", "upheld"),
        ("example",),
        ("escalate", *EVEN_SO),
    ],
    ids=lambda words: words[0],
)
def test_a_command_about_a_case_need_not_be_told_its_mailbox(
    triage: Triage, two: Path, words: tuple[str, ...]
) -> None:
    name, *others = words

    result = triage("case", name, IRISH, *others, "-c", two)

    assert result.status == 0, result.err


def test_a_case_is_rerouted_by_the_rules_of_its_mailbox(
    triage: Triage, two: Path
) -> None:
    why = ("--why", "it is about lessons")

    irish = triage("case", "reroute", IRISH, "school-first-ie", *why, "-c", two)
    british = triage("case", "reroute", BRITISH, "school-first-ie", *why, "-c", two)

    assert irish.status == 0, irish.err
    assert british.status == 2
    assert "there is no route `school-first-ie`" in british.err


def test_an_escalation_is_written_by_the_mailbox_of_the_case(
    triage: Triage, two: Path
) -> None:
    triage("case", "escalate", IRISH, *EVEN_SO, "-c", two)

    letter = letters_of(two, IRISH)["escalate"]
    assert mail_of(letter)["From"].addresses[0].addr_spec == IE
    assert mailbox_of(two, letter.line.id) == "ie"


def test_another_mailbox_than_that_of_the_case_is_refused(
    triage: Triage, two: Path
) -> None:
    result = triage("case", "escalate", IRISH, *EVEN_SO, "-c", two, "--mailbox", "uk")

    assert result.status == 2
    assert f"{IRISH} belongs to the mailbox `ie`, not to `uk`" in result.err
    assert "escalate" not in letters_of(two, IRISH)


def test_a_new_case_must_be_given_to_a_mailbox(triage: Triage, two: Path) -> None:
    result = triage("case", "new", "--address", "sam@post.example", "-c", two)

    assert result.status == 2
    assert "has several mailboxes: uk, ie" in result.err
    assert "--mailbox NAME" in result.err


def test_a_new_case_is_written_to_by_the_mailbox_that_it_was_given(
    triage: Triage, two: Path
) -> None:
    result = triage(
        "case", "new", "--address", "sam@post.example", "-c", two, "--mailbox", "ie"
    )

    reference = result.out.partition(" ")[0]
    (letter,) = letters_of(two, reference).values()
    assert result.status == 0, result.err
    assert mail_of(letter)["From"].addresses[0].addr_spec == IE
    assert mailbox_of(two, letter.line.id) == "ie"


def test_a_case_is_explained_by_the_rules_of_its_mailbox(
    triage: Triage, two: Path
) -> None:
    result = triage("explain", IRISH, "-c", two)

    assert result.status == 0, result.err
    assert "those rules are not at hand" not in result.out


def test_letters_are_previewed_by_the_templates_of_the_mailbox_of_the_case(
    triage: Triage, two: Path, tmp_path: Path
) -> None:
    page = tmp_path / "letters.html"

    result = triage(
        "templates", "preview", "formal-complaint", "--case", IRISH, "--no-open",
        "-o", page, "-c", two,
    )  # fmt: skip

    assert result.status == 0, result.err
    assert "Example Board, ie" in page.read_text("utf-8")


def test_a_case_of_a_mailbox_that_was_taken_out_can_still_be_closed(
    triage: Triage, two: Path
) -> None:
    keep_edition_in_force(two)
    take_out(two, "ie")

    told = triage("status", "-c", two).out
    closed = triage("case", "close", IRISH, "--outcome", "upheld", "-c", two)
    after = triage("status", "-c", two).out

    assert "the mailbox `ie` is not configured any more" in told
    assert closed.status == 0, closed.err
    assert "1 open case" in told
    assert "1 open case" not in after


def test_no_letter_of_a_mailbox_that_was_taken_out_is_queued(
    triage: Triage, two: Path
) -> None:
    (letter,) = (item.line.id for item in letters_of(two, IRISH).values())
    with Store.open(load_configs(two)[0].store.path, exclusive=False) as store:
        store._engine.run(f"UPDATE outbox SET state = 'held' WHERE id = {letter}")  # noqa: S608 - a number
    take_out(two, "ie")

    result = triage("outbox", "approve", str(letter), "-c", two)

    assert result.status == 2
    assert "goes out by the mailbox `ie`" in result.err
    (item,) = letters_of(two, IRISH).values()
    assert item.line.state is State.HELD


def keep_edition_in_force(config: Path) -> None:
    """As the daemon does at its start."""
    for each in load_configs(config):
        edition = edition_of(each)
        with Store.open(each.store.path, exclusive=False) as store:
            own = store.within(each.mailbox.name)
            own.editions.keep(edition, None, NOW)
            own.editions.activate(
                Activation(NOW, edition.hash, How.START, "the daemon")
            )


def test_two_mailboxes_of_one_account_must_file_into_different_folders(
    triage: Triage, two: Path
) -> None:
    text = two.read_text("utf-8").replace(
        'user = "ie"', 'user = "uk"\nfolder = "Irish"'
    )
    two.write_text(text, "utf-8")
    rules = two.parent / "rules-ie" / "10-journeys.toml"

    apart = triage("check", "-c", two)
    rules.write_text(rules.read_text("utf-8").replace("Ireland/", "Britain/"), "utf-8")
    together = triage("check", "-c", two)

    assert apart.status == 0, apart.err
    assert together.status == 1
    assert "`uk` and `ie` are of one account" in together.err
    assert "`Britain/Formal`" in together.err


def test_doctor_tells_of_cases_of_a_mailbox_that_was_taken_out(
    triage: Triage, two: Path
) -> None:
    take_out(two, "ie")

    result = triage("doctor", "--no-dns", "--json", "-c", two)

    found = [json.loads(line) for line in result.out.splitlines()]
    (told,) = [each for each in found if "not configured any more" in each["text"]]
    assert told["verdict"] == "failed"
    assert "triage case list --mailbox ie" in told["text"]


def test_cases_of_a_mailbox_that_was_taken_out_can_be_listed(
    triage: Triage, two: Path
) -> None:
    take_out(two, "ie")

    result = triage("case", "list", "-c", two, "--mailbox", "ie")

    assert result.status == 0, result.err
    assert IRISH in result.out
    assert BRITISH not in result.out


def test_status_has_a_block_for_each_mailbox_and_facts_for_machines(
    triage: Triage, two: Path
) -> None:
    words = triage("status", "-c", two).out
    facts = json.loads(triage("status", "--json", "-c", two).out)

    assert "The mailbox uk:" in words
    assert "The mailbox ie:" in words
    assert words.count("the daemon never ran") == 1
    assert facts["mailboxes"]["ie"]["open_cases"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--once"),
        ("backup", "create", "copy"),
        ("alarm", "list"),
        ("alarm", "test"),
    ],
    ids=" ".join,
)
def test_what_is_of_all_mailboxes_takes_no_name(
    triage: Triage, two: Path, words: tuple[str, ...]
) -> None:
    result = triage(*words, "-c", two, "--mailbox", "nobody")

    assert result.status == 2
    assert "No such option" in result.err
    assert "--mailbox" in result.err


def test_a_new_name_is_understood_before_the_daemon_starts_anew(
    triage: Triage, two: Path
) -> None:
    text = two.read_text("utf-8")
    two.write_text(text.replace('name = "uk"', 'name = "gb"'), "utf-8")

    status = triage("status", "-c", two)
    cases = triage("case", "list", "-c", two, "--mailbox", "gb")

    assert "The mailbox gb:" in status.out, status.err
    assert "not served yet" not in status.out
    assert "not configured any more" not in status.out
    assert BRITISH in cases.out
    assert IRISH not in cases.out


def test_a_mailbox_that_no_daemon_has_seen_is_told_by_status(
    triage: Triage, two: Path
) -> None:
    shared, *mailboxes = two.read_text("utf-8").split("[[mailbox]]")
    third = (
        mailboxes[-1]
        .replace('name = "ie"', 'name = "fr"')
        .replace('user = "ie"', 'user = "fr"')
        .replace("ie@", "fr@")
    )
    two.write_text("[[mailbox]]".join((shared, *mailboxes, third)), "utf-8")

    result = triage("status", "-c", two)

    assert "the mailbox `fr` is not served yet: start the daemon anew" in result.out
    assert "The mailbox ie:" in result.out


def test_each_finding_of_doctor_has_the_mailbox_that_it_is_about(
    triage: Triage, two: Path
) -> None:
    result = triage("doctor", "--json", "--no-dns", "-c", two)

    found = [json.loads(line) for line in result.out.splitlines()]
    logins = [each["mailbox"] for each in found if each["check"] == "smtp.login"]
    assert logins == ["uk", "ie"], result.out
    assert {each["mailbox"] for each in found if each["check"] == "config"} == {""}
