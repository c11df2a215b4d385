"""Letters sent to a tester, past the outbox: they belong to no case."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from triage.config import load_config
from triage.smtp import Accepted, Envelope
from triage.wiring.servers import submission_of


def submit_tests(path: Path, letters: Iterable[bytes], to: str) -> Iterator[str | None]:
    """Hand letters to the installation's server; yield why each was not accepted."""
    config = load_config(path)
    submission = submission_of(config)
    envelope = Envelope(config.submission.envelope_from, to)
    try:
        for data in letters:
            outcome = submission.submit(envelope, data, lambda: None)
            yield None if isinstance(outcome, Accepted) else outcome.text
    finally:
        submission.close()
