"""The jobs of an installation, without what makes a start take seconds.

The rules are compiled once for all houses of a run, nothing is tried before, and mail
is read in this process. Whoever wants the whole takes `triage.wiring.Installation`.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.halfyear.office import ReaderHere
from triage.answers import Answers
from triage.config import Config, load_config
from triage.deadlines import Deadlines
from triage.dispatch import Dispatch
from triage.intake import Intake, Rulebook
from triage.store import Store
from triage.wiring.rulebook import bound_to, edition_of, rulebook_of
from triage.wiring.servers import (
    inbox_of,
    mailbox_of,
    sender_of,
    submission_of,
)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - as wiring has it


def light_hands(
    path: Path, opened: ExitStack, clock: Callable[[], datetime] = now
) -> Callable[[], None]:
    """Return one pass of everything that strangers' mail can reach."""
    config = load_config(path)
    store = opened.enter_context(Store.open(config.store.path, exclusive=True))
    rulebook = bound_to(_compiled(config), store.salt)
    mailbox, beside = mailbox_of(config), mailbox_of(config)
    opened.callback(mailbox.close)
    opened.callback(beside.close)
    intake = Intake(
        inbox=inbox_of(config),
        mailbox=mailbox,
        reader=ReaderHere(lambda: rulebook),
        store=store,
        rulebook=rulebook,
        clock=clock,
    )
    dispatch = Dispatch(
        outbox=store.outbox,
        submission=submission_of(config),
        witness=None,
        sender=sender_of(config),
        clock=clock,
    )
    answers = Answers(
        mailbox=beside,
        store=store,
        read=intake.read_one,
        rulebook=lambda: rulebook,
        clock=clock,
        sent_folders=config.mailbox.sent_folders,
    )
    deadlines = Deadlines(store=store, rulebook=lambda: rulebook, clock=clock)

    def work() -> None:
        mailbox.connect()
        intake.run()
        answers.run()
        deadlines.run()
        dispatch.run()

    return work


def _compiled(config: Config) -> Rulebook:
    """Return the rulebook of a config, of which houses with one address share one."""
    edition = edition_of(config)
    who = (config.mailbox.addresses, config.mailbox.staff, config.references.domain)
    return _COMPILED(f"{edition.hash} {who}", lambda: rulebook_of(config, edition))


class _Compiled:
    """Keeps what was compiled, by the files' hash and who we are."""

    def __init__(self) -> None:
        self._known: dict[str, Rulebook] = {}

    def __call__(self, name: str, make: Callable[[], Rulebook]) -> Rulebook:
        if name not in self._known:
            self._known[name] = make()
        return self._known[name]


_COMPILED = _Compiled()
