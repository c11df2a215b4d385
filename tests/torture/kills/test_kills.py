"""The sweep itself: that it finds what a guard kept away, and what a cut leaves."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journeys.installing import USUAL
from tests.servers.dovecot import Dovecot
from tests.torture.kills.flows import DISPATCH, INTAKE, WITNESSED_IN_SENT
from tests.torture.kills.injecting import CALLS, Point
from tests.torture.kills.mails import NOW
from tests.torture.kills.mortal import Mortal
from tests.torture.kills.power import Cut, cut_power
from tests.torture.kills.site import Site
from tests.torture.kills.sweep import Extent, Sweep, Trial, spread
from tests.torture.kills.tokens import TokenSweep


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    with Mortal(None) as program:
        yield program


@pytest.mark.servers
def test_a_letter_that_is_sent_again_after_its_dot_is_found(
    dovecot: Dovecot, mortal: Mortal, tmp_path: Path
) -> None:
    extent = Extent(most=8, again_every=0, sabotages=("sent_again_after_the_dot",))

    found = Sweep(DISPATCH, tmp_path / "flow", dovecot, [mortal], extent).run()

    assert "once" in {finding.promise for finding in found.findings}


@pytest.mark.servers
def test_a_letter_whose_copy_is_not_looked_for_is_found(
    dovecot: Dovecot, mortal: Mortal, tmp_path: Path
) -> None:
    extent = Extent(most=8, again_every=0, sabotages=("copies_not_looked_for",))

    flow = tmp_path / "flow"
    found = Sweep(WITNESSED_IN_SENT, flow, dovecot, [mortal], extent).run()

    assert "honest" in {finding.promise for finding in found.findings}


def test_a_refresh_token_that_is_written_over_the_old_one_is_found(
    mortal: Mortal, tmp_path: Path
) -> None:
    """Killed between making the file empty and writing, nobody has a token."""
    careless = TokenSweep(
        tmp_path / "careless", mortal, overlaps=True, deed="careless renew"
    )

    assert {each.promise for each in careless.run().findings} == {"fate"}


@pytest.mark.servers
def test_a_child_that_ends_badly_where_none_was_killed_is_a_finding(
    dovecot: Dovecot, mortal: Mortal, tmp_path: Path
) -> None:
    sweep = Sweep(INTAKE, tmp_path / "flow", dovecot, [mortal], Extent(most=1))
    sweep.flow = replace(INTAKE, deed="break")

    sweep._try(mortal, Trial(Point("step", 1_000_000, is_after=False)))

    (finding,) = sweep.found.findings
    assert finding.promise == "settled"
    assert "LookupError" in finding.words


@pytest.mark.servers
def test_a_child_that_hangs_ends_badly(
    dovecot: Dovecot, mortal: Mortal, tmp_path: Path
) -> None:
    site = Site.new(tmp_path / "site", dovecot, USUAL)
    site.install()

    ended = mortal.do(site.config, "hang", NOW, seconds=1)
    after = mortal.do(site.config, "start", NOW)

    assert not ended.is_well
    assert not ended.is_killed
    assert "1 seconds" in ended.error
    assert after.is_well


def line(call: str, path: Path, offset: int = 0, data: bytes = b"") -> bytes:
    """Write a line of the journal as shim.c does."""
    name = str(path).encode()
    head = struct.pack("=4q", CALLS.index(call), len(name), offset, len(data))
    return head + name + data


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        pytest.param(Cut.NOTHING, b"ABCDefgh", id="only what was synced"),
        pytest.param(Cut.SOME, b"ABCD12gh", id="every second write"),
        pytest.param(Cut.TORN, b"ABCD123h", id="half of the last"),
    ],
)
def test_a_cut_leaves_what_was_synced_and_perhaps_more(
    tmp_path: Path, cut: Cut, left: bytes
) -> None:
    store, before = tmp_path / "store", tmp_path / "before"
    before.mkdir()
    (before / "store").write_bytes(b"abcdefgh")
    journal = tmp_path / "journal"
    journal.write_bytes(
        line("pwrite64", store, 0, b"ABCD")
        + line("fdatasync", store)
        + line("pwrite64", store, 4, b"12")
        + line("pwrite64", store, 6, b"34")
    )

    cut_power(store, before, journal, cut)

    assert store.read_bytes() == left


def test_what_was_truncated_and_not_synced_is_whole_again(tmp_path: Path) -> None:
    store, before = tmp_path / "store", tmp_path / "before"
    before.mkdir()
    (before / "store").write_bytes(b"abcdefgh")
    journal = tmp_path / "journal"
    journal.write_bytes(line("ftruncate", store, 2))

    cut_power(store, before, journal, Cut.NOTHING)

    assert store.read_bytes() == b"abcdefgh"


def test_a_cut_takes_back_what_the_mark_was_not_synced_with(tmp_path: Path) -> None:
    store, before = tmp_path / "store", tmp_path / "before"
    before.mkdir()
    (before / "store.mark").write_bytes(b"0001")
    mark = tmp_path / "store.mark"
    mark.write_bytes(b"0003")
    journal = tmp_path / "journal"
    journal.write_bytes(
        line("pwrite64", mark, 0, b"0002")
        + line("fsync", mark)
        + line("pwrite64", mark, 0, b"0003")
    )

    cut_power(store, before, journal, Cut.NOTHING)

    assert mark.read_bytes() == b"0002"


def test_of_many_calls_some_are_tried_evenly_spread() -> None:
    assert spread(100, 4) == [13, 38, 63, 88]
    assert spread(3, 4) == [1, 2, 3]
