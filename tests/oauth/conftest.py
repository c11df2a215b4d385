from collections.abc import Iterator

import pytest

from tests.servers.issuer import TokenIssuer


@pytest.fixture
def issuer() -> Iterator[TokenIssuer]:
    with TokenIssuer("ann@board.example") as server:
        yield server
