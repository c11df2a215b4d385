"""A letter, and short limits."""

import pytest

from tests.servers.certificates import Authority, has_openssl
from tests.smtp.sending import Sending


@pytest.fixture
def sending() -> Sending:
    return Sending()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not has_openssl():
        pytest.skip("openssl is not installed, and makes the test certificates")
    return Authority.new(tmp_path_factory.mktemp("smtp-authority"))
