from collections.abc import Callable

import pytest

from triage.errors import ConfigError, MessageError
from triage.reply import Notice, Organisation


def test_all_that_is_wrong_with_an_organisation_is_said_at_once(
    make_organisation: Callable[..., Organisation],
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_organisation(
            name=" ",
            phone="1\n2",
            from_address="Ann <a@b.example>",
            envelope_address="nobody",
            message_id_domain="no domain",
            loop_mark="two words",
            contacts={"team": "a@b.example, c@d.example"},
            links={"handbook": "javascript:alert(1)"},
        )

    expected = [
        "`name` must be one line of text, and not empty",
        "`phone` must be one line of text, and not empty",
        "`from_address` must be a plain e-mail address",
        "`envelope_from` must be a plain e-mail address",
        "`contacts.team` must be a plain e-mail address",
        "`links.handbook` must be an https:// address without spaces",
        "the `domain` of our references must be a domain name",
        "the loop mark must be letters, digits, dots and hyphens only",
    ]
    assert expected == [problem.message for problem in caught.value.problems]


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("http://a.example", id="not-https"),
        pytest.param("https://", id="no-host"),
        pytest.param("https://a.example/a b", id="space"),
        pytest.param('https://a.example/"', id="quotation-mark"),
        pytest.param("https://ä.example", id="not-ascii"),
        pytest.param("https://[a.example", id="not-a-url"),
        pytest.param("https://a.example/\n", id="line-end"),
    ],
)
def test_a_link_that_could_not_stand_in_a_letter_is_refused(
    link: str, make_organisation: Callable[..., Organisation]
) -> None:
    with pytest.raises(ConfigError, match=r"links\.page"):
        make_organisation(links={"page": link})


def test_an_empty_envelope_address_is_the_null_reverse_path(
    make_organisation: Callable[..., Organisation],
) -> None:
    assert make_organisation(envelope_address="").envelope_address == ""


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"why": ("parent@post.example wrote",)}, id="an-address"),
        pytest.param({"why": ("one\ntwo",)}, id="two-lines"),
        pytest.param({"why": ("",)}, id="nothing"),
        pytest.param({"why": ("a" * 301,)}, id="too-long-for-a-reason"),
        pytest.param({"reference": "CMP\r\nBcc: x"}, id="no-reference"),
    ],
)
def test_a_notice_carries_no_more_than_plain_reasons(
    changes: dict[str, object], make_notice: Callable[..., Notice]
) -> None:
    with pytest.raises(MessageError, match="a notice"):
        make_notice(**changes)
