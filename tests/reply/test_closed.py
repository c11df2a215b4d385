"""Nothing that a sender chose can be said by a template."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

import pytest

from triage.errors import ConfigError
from triage.reply import Letter, Notice, Organisation, compile_templates, compose
from triage.reply.variables import (
    LETTER_VARIABLES,
    NOTICE_VARIABLES,
    letter_variables,
    notice_variables,
    organisation_variables,
)

MakeLetter = Callable[..., Letter]
HIDDEN_FROM_TEMPLATES = {
    "template",
    "kind",
    "to",
    "message_id",
    "in_reply_to",
    "references",
}


def test_a_letter_has_no_field_for_a_senders_words() -> None:
    assert {field.name for field in fields(Letter)} == HIDDEN_FROM_TEMPLATES | {
        "reference",
        "received_at",
        "missing",
        "acknowledge",
        "respond",
        "answer_by",
        "is_complete",
        "series",
        # Sentences of the rules, and a date.
        "restriction",
    }


def test_the_variables_are_exactly_the_closed_set(
    organisation: Organisation,
    make_letter: MakeLetter,
    make_notice: Callable[..., Notice],
) -> None:
    always = set(organisation_variables(organisation))
    in_letters = letter_variables(make_letter(), "subject", organisation)
    in_notices = notice_variables(make_notice(), "subject", organisation)

    assert always | set(in_letters) == LETTER_VARIABLES
    assert always | set(in_notices) == NOTICE_VARIABLES


def test_no_variable_holds_what_the_sender_chose(
    organisation: Organisation, make_letter: MakeLetter
) -> None:
    letter = make_letter(
        to="chosen@sender.example",
        in_reply_to="<chosen@sender.example>",
        references=("<chosen@sender.example>",),
    )

    variables = letter_variables(letter, "subject", organisation)

    assert "chosen" not in repr(variables)


@pytest.mark.parametrize("name", sorted(HIDDEN_FROM_TEMPLATES | {"letter"}))
def test_no_template_can_name_it(name: str, organisation: Organisation) -> None:
    files = {
        "a.txt": f"Subject: Complaint {{{{ reference }}}}\n{{{{ {name} }}}}",
        "a.html": '<html lang="en-GB"></html>',
    }

    with pytest.raises(ConfigError, match=f"(unknown variable|there is no) `{name}`"):
        compile_templates(files, organisation)


def test_everything_a_template_can_print_holds_nothing_of_the_sender(
    organisation: Organisation, make_letter: MakeLetter, now: datetime
) -> None:
    names = sorted(LETTER_VARIABLES)
    said = " ".join(f"{{{{ {name}|default('', true) or '' }}}}" for name in names)
    files = {
        "a.txt": f"Subject: Complaint {{{{ reference }}}}\n{said}",
        "a.html": f'<html lang="en-GB"><p>{said}</p></html>',
    }
    templates = compile_templates(files, organisation)
    letter = make_letter("a", to="chosen@sender.example", in_reply_to="<chosen@x>")

    data = compose(letter, templates, now).data

    head, _, bodies = data.partition(b"\r\n\r\n")
    assert head.count(b"chosen@") == 3
    assert b"chosen" not in bodies
    assert b"chosen" not in b"".join(bodies.split(b"=\r\n"))
