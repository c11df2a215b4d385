"""What is wrong between config, rules and templates shows before any mail comes."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journeys.installing import Post, Servers, Settings, install, install_several
from triage import shipped
from triage.config import load_config, load_configs
from triage.errors import ConfigError
from triage.message.token import mint_id
from triage.wiring import rulebook_of
from triage.wiring.rulebook import bound_to

NOBODY = Servers(imap_port=1, user="triage", password="", smtp_port=1)


def problems_of(config: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        rulebook_of(load_config(config))
    return tuple(problem.message for problem in caught.value.problems)


def test_an_own_address_is_an_address_and_nothing_else(tmp_path: Path) -> None:
    mailbox = {
        "addresses": ["Team <complaints@examboard.example>"],
        "web_forms": ["our form"],
    }

    found = problems_of(install(tmp_path, NOBODY, Settings(mailbox=mailbox)))

    assert found == (
        "`Team <complaints@examboard.example>` in addresses of [mailbox] "
        "is no plain e-mail address",
        "`our form` in web_forms of [mailbox] is no plain e-mail address",
    )


def test_colleagues_of_one_mailbox_are_colleagues_to_the_other(tmp_path: Path) -> None:
    posts = {
        name: Post(
            servers=replace(NOBODY, user=name),
            address=f"{name}@examboard.example",
            folder=folder,
        )
        for name, folder in (("uk", "Britain"), ("ie", "Ireland"))
    }

    uk, _ = load_configs(install_several(tmp_path, posts))

    assert {
        "team-uk@examboard.example",
        "team-ie@examboard.example",
    } <= rulebook_of(uk).ourselves.colleagues


@pytest.mark.parametrize(
    "name",
    [
        "notice",
        "notice-breaker",
        "notice-due",
        "notice-restored",
        "notice-retention",
        "notice-rules",
    ],
)
def test_a_notice_without_a_template_is_missed_at_once(
    tmp_path: Path, name: str
) -> None:
    config = install(tmp_path, NOBODY)
    folder = tmp_path / "templates"
    shutil.copytree(shipped.templates(), folder)
    for ending in ("txt", "html"):
        (folder / f"{name}.{ending}").unlink()
    shipped_folder = f'"{shipped.templates()}"'
    config.write_text(config.read_text().replace(shipped_folder, '"templates"'))

    (found,) = problems_of(config)

    assert f"{name}.txt" in found


def test_ids_of_another_store_are_not_ours(tmp_path: Path) -> None:
    config = load_config(install(tmp_path, NOBODY, Settings()))
    before, after = (bound_to(rulebook_of(config), salt) for salt in (b"a", b"b"))
    domain = before.organisation.message_id_domain

    minted = mint_id("CMP-2026-00001", "acknowledge", before.keys[0], domain)

    assert [each.reference for each in before.ours_among([minted])] == [
        "CMP-2026-00001"
    ]
    assert after.ours_among([minted]) == ()


@pytest.mark.parametrize("folder", ["INBOX", "inbox", "Sent"])
def test_a_folder_to_which_mail_comes_by_itself_approves_nothing(
    tmp_path: Path, folder: str
) -> None:
    config = install(tmp_path, NOBODY, Settings(modes={"approved_folder": folder}))

    with pytest.raises(ConfigError, match="mail comes to the folder"):
        rulebook_of(load_config(config))
