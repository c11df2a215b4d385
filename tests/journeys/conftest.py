from pathlib import Path

import pytest

from tests.journeys.journey import Journey
from tests.servers.dovecot import Dovecot
from triage.demo.servers import SmtpSink


@pytest.fixture
def journey(dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path) -> Journey:
    return Journey(dovecot, smtp_sink, tmp_path)
