"""The mails that a command judges once more: of an archive, or of the installation."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from triage.cli.progress import shown
from triage.errors import ConfigError, Problem
from triage.replay import (
    Archive,
    Mails,
    MailsOfArchive,
    MailsOfStore,
    in_order_of_arrival,
)
from triage.wiring import Desk

OBJECTS_BETWEEN_COLLECTIONS = 100_000


@contextmanager
def mails_to_judge(
    here: Desk, names: tuple[str, ...], *, of_store: bool
) -> Iterator[Mails]:
    """Find the mails in the order of their arrival; files are open until it is left.

    Raises ConfigError where neither or both are asked for.
    """
    # What is made for a mail is freed without the collector; as often as it comes by
    # itself, it takes a tenth of the time.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    if names and of_store:
        raise ConfigError("either name an archive, or give --store: not both")
    if not names:
        yield _of_store(here, of_store=of_store)
        return
    with Archive(names) as archive:
        entries = shown(archive.entries(), None, "dates")
        yield MailsOfArchive(in_order_of_arrival(entries), here.known_cases())


def _of_store(here: Desk, *, of_store: bool) -> Mails:
    if not of_store:
        raise ConfigError(
            Problem(
                "there is nothing to judge",
                hint="name an archive (mbox, Maildir, folder of .eml), or give --store",
            )
        )
    if here.store is None:
        raise ConfigError(
            Problem(
                "there is no store whose mails could be judged",
                hint="name its installation with --config; `triage run` makes a store",
            )
        )
    return MailsOfStore(here.store)
