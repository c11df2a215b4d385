"""One request over HTTPS: what is never sent, followed or written down."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers.certificates import Authority
from tests.servers.issuer import TokenIssuer, huge
from triage.demo.servers import Certificate
from triage.web import Asking, NoAnswerError, Web


def test_no_environment_makes_the_keys_of_a_session_known(
    authority: Authority,
    certificate: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with TokenIssuer("ann", certificate) as server:
        answer = Web(10.0, authority.ca_file).ask("POST", server.token_url, b"")

    assert answer.status == 401
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://issuer.example/token", id="in clear"),
        pytest.param("https://ann:pw@issuer.example/token", id="with a password"),
        pytest.param("file:///etc/passwd", id="no web"),
    ],
)
def test_nothing_is_sent_to_an_address_that_cannot_be(address: str) -> None:
    with pytest.raises(NoAnswerError, match="nothing is asked there") as caught:
        Web(1.0).ask("POST", address, b"secret")

    assert address not in str(caught.value)


def test_where_the_status_is_all_a_long_answer_does_no_harm() -> None:
    with TokenIssuer("ann") as server:
        server.fail(huge)
        answer = Web(10.0, reads_body=False).ask("POST", server.token_url, b"")

    assert (answer.status, answer.body) == (200, b"")


def test_nothing_is_posted_after_it_was_given_up() -> None:
    """A look-up that ends too late; what is posted may be good for one time only."""
    with TokenIssuer("ann") as server:
        asking = Asking(urlsplit(server.token_url), Web(5.0))
        asking.give_up()

        with pytest.raises(TimeoutError):
            asking.exchange("POST", b"secret", {})

    assert server.asked == []
