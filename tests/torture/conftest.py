"""An installation that went through a usual day, and what it left behind."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.torture.evidence import Evidence
from tests.torture.mails import automatic, complaint, ordinary
from tests.torture.site import Site, now
from triage.demo.servers import SmtpSink


@pytest.fixture(scope="session")
def site(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with SmtpSink() as smtp:
        site = Site(dovecot, smtp, tmp_path_factory.mktemp("site"))
        site.install()
        site.deliver(complaint(), complaint(), ordinary(), automatic())
        site.append(complaint(), ordinary(), received_at=now())
        twice = complaint()
        site.append(twice, twice, received_at=now())
        site.run_once()
        site.command("status", "--json")
        yield site


@pytest.fixture(scope="session")
def collected(site: Site) -> Evidence:
    return site.evidence()


@pytest.fixture
def evidence(collected: Evidence, tmp_path: Path) -> Evidence:
    """Evidence with a store of its own, to be spoilt."""
    copied = shutil.copy(collected.store, tmp_path / "copy.sqlite3")
    return replace(collected, store=Path(copied))
