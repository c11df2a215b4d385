"""The demonstration, and that it notices what goes otherwise than stated."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from triage.demo.mails import samples
from triage.demo.run import run_demo

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, str, Path]:
    output = tmp_path_factory.mktemp("demo")
    said: list[str] = []

    went_well = run_demo(output, said.append)

    return went_well, "\n".join(said), output


def test_every_sample_goes_as_stated(
    demonstration: tuple[bool, str, Path],
) -> None:
    went_well, said, _ = demonstration

    assert went_well, said


def test_the_samples_reach_every_route(
    demonstration: tuple[bool, str, Path],
) -> None:
    _, said, _ = demonstration
    stated = {sample.expect.route for sample in samples()}

    assert len(stated - {None}) == 14
    assert all(f": {route} (" in said for route in stated if route)


def test_the_letters_lie_there_to_be_read(
    demonstration: tuple[bool, str, Path],
) -> None:
    _, _, output = demonstration

    letters = list(output.glob("*.eml"))
    mail = message_from_bytes(letters[0].read_bytes(), policy=policy.default)

    assert len(letters) == len(list(output.glob("*.html")))
    assert mail["Auto-Submitted"] is not None


def test_what_goes_otherwise_is_said(tmp_path: Path) -> None:
    (sample,) = (each for each in samples() if each.id == "without-the-word")
    other = sample.model_copy(
        update={"expect": sample.expect.model_copy(update={"disposition": "answer"})}
    )
    said: list[str] = []

    went_well = run_demo(tmp_path, said.append, [other])

    assert not went_well
    assert "answer was expected, not leave" in "\n".join(said)


def test_sample_ids_are_unique() -> None:
    ids = [sample.id for sample in samples()]

    assert len(set(ids)) == len(ids)
