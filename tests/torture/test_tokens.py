"""The rows of tokens.py: that they find what they look for."""

from pathlib import Path

import pytest
from typing_extensions import override

from tests.servers.dovecot import missing_parts
from tests.torture.tokens import SERVERS, Place, Trouble, place_at
from triage.wiring import Installation

pytestmark = pytest.mark.servers


def _lose_the_token(place: Place) -> None:
    place.office.refresh_token_file.write_text("refresh-of-nobody\n")


class Impatient(Place):
    """Tries again at once, as often as it can."""

    @override
    def _round(self, parts: Installation) -> None:
        for _ in range(12):
            super()._round(parts)


@pytest.fixture(autouse=True)
def _parts() -> None:
    if missing := missing_parts():
        pytest.skip(missing)


def test_a_refresh_token_that_is_lost_is_found(tmp_path: Path) -> None:
    lost = Trouble("lost", _lose_the_token, lambda _: None)
    with place_at(tmp_path / "place") as place:
        found = {each.promise for each in place.run(lost)}

    assert found >= {"fate", "settled"}


def test_a_storm_of_logins_is_found(tmp_path: Path) -> None:
    (closed,) = (each for each in SERVERS if each.name == "IMAP closed after 0 octets")
    with place_at(tmp_path / "place") as place:
        storming = Impatient(
            place.site, place.issuer, place.smtp, place.ways, place.office
        )
        found = {each.promise for each in storming.run(closed)}

    assert found == {"storm"}
