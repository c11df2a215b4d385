"""The sweep itself: that it finds what a guard kept away, and what a cut leaves."""

import struct
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.torture.kills.flows import DISPATCH
from tests.torture.kills.injecting import CALLS
from tests.torture.kills.mortal import Mortal
from tests.torture.kills.power import Cut, cut_power
from tests.torture.kills.sweep import Extent, Sweep, spread


@pytest.mark.servers
def test_a_letter_that_is_sent_again_after_its_dot_is_found(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    extent = Extent(most=12, again_every=0, sabotages=("sent_again_after_the_dot",))

    with Mortal(None) as mortal:
        found = Sweep(DISPATCH, tmp_path / "flow", dovecot, [mortal], extent).run()

    assert "once" in {finding.promise for finding in found.findings}


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


def test_of_many_calls_some_are_tried_evenly_spread() -> None:
    assert spread(100, 4) == [13, 38, 63, 88]
    assert spread(3, 4) == [1, 2, 3]
