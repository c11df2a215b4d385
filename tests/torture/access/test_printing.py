"""Each look at an output notices what it is there for."""

import pytest

from tests.torture.access.printing import faults, log_faults

EXAMPLE = '[[example]]\nid = "a"\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case show", "a\x1b[2Jb"),
        ("case show", "a\x9bb"),
        ("case show", "a\u202eb"),
        ("case show", "a\rb"),
        ("case list --csv", "a,=cmd()\n"),
        ("case list --csv", 'a,"@SUM(1)"\n'),
        ("case list --csv", "a,-2+3\n"),
        ("case show --json", '{"a": "\x1b"}'),
        ("case show --json", "{} and more"),
        ("report.html", "<p title=zqxmark>"),
        ("report.html", "<script>"),
        ("case example", f'{EXAMPLE}[[rule]]\nid = "b"\n'),
        ("case example", f"{EXAMPLE}text = {chr(39)}"),
    ],
)
def test_what_could_act_is_noticed(name: str, text: str) -> None:
    assert list(faults(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case show", "Zoë\u2019s case\n"),
        ("case list --csv", "a,'=cmd(),-2.5,30%\n"),
        ("case show --json", '{"a": "\\u001b"}\n{}\n'),
        ("report.html", '<p style="clip-path: url(#a)">&lt;script&gt;</p>'),
        ("case example", EXAMPLE),
    ],
)
def test_what_cannot_act_is_no_fault(name: str, text: str) -> None:
    assert list(faults(name, text)) == []


@pytest.mark.parametrize(
    "line", ["forged", '{"message": "zqxmark"}', '{"message": "", "subject": "forged"}']
)
def test_a_forged_line_of_the_log_is_noticed(line: str) -> None:
    assert list(log_faults(f'{{"message": "ready", "level": "info"}}\n{line}\n'))
