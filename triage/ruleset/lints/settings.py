"""Settings that went missing where their absence would look like an answer."""

from collections.abc import Iterator

from triage.errors import ConfigError, Problem
from triage.ruleset.centres import CentreDirectory, read_centres
from triage.ruleset.lints.written import Written
from triage.ruleset.schema import Senders


def no_modes(written: Written) -> Iterator[Problem]:
    """Nothing says how far replies go: an emptied file must not mean `live`."""
    if written.merged.value(("modes", "at_most")) is None:
        yield written.at(
            ("modes",),
            "nothing says how far replies go by themselves",
            'write [modes] with at_most = "watch", "hold" or "live"; the file that came'
            " with triage is 65-modes.toml",
        )


def no_centres(written: Written) -> Iterator[Problem]:
    """A centre directory that knows nobody."""
    senders = written.entries.first(Senders)
    name = senders.centre_directory if senders else None
    if name is None or name not in written.files:
        return
    try:
        centres = read_centres(written.files[name], name)
    except ConfigError:
        return
    if centres == CentreDirectory():
        yield Problem(
            "the centre directory names no centre: no sender is known as one",
            name,
            hint="enter a row for each centre: number, name, domains or addresses",
        )
