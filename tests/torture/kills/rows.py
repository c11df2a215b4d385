"""The rows of the table."""

import atexit
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot
from tests.servers.plugin import LOCAL
from tests.torture.finding import Finding
from tests.torture.ground import Ground
from tests.torture.kills import flows
from tests.torture.kills.guards import GUARDS
from tests.torture.kills.injecting import build_shim
from tests.torture.kills.mortal import Mortal
from tests.torture.kills.power import Cut
from tests.torture.kills.sweep import Extent, Flow, Found, Sweep
from tests.torture.kills.tokens import TokenSweep, outcome_of
from tests.torture.row import Outcome, Row

WORKERS = 2
SHORT = Extent(most=2, again_every=0)
"""Two steps, of those that the interpreter's profiler counts."""


@contextmanager
def _mortals(ground: Ground, *, by_calls: bool = False) -> Iterator[list[Mortal]]:
    """Lend programs to kill: two with the shim, or the one of all short forms."""
    if not (ground.is_full or by_calls):
        yield [_mortal_of_short_forms()]
        return
    with ExitStack() as opened:
        shim = build_shim(ground.folder)
        yield [opened.enter_context(Mortal(shim)) for _ in range(WORKERS)]


@cache
def _mortal_of_short_forms() -> Mortal:
    """It takes a second or two to start."""
    mortal = Mortal(None)
    atexit.register(mortal.close)
    return mortal


def _swept(*chosen: tuple[Flow, int]) -> Callable[[Ground], Outcome]:
    """Return the run of a row: some flows, up to so many calls of each kind."""

    def run(ground: Ground) -> Outcome:
        tried = chosen if ground.is_full else chosen[:1]
        with _mortals(ground) as mortals:
            return Found.of(
                Sweep(
                    flow,
                    ground.folder / f"flow-{number}",
                    ground.dovecot(),
                    mortals,
                    Extent(most=most) if ground.is_full else SHORT,
                ).run()
                for number, (flow, most) in enumerate(tried)
            ).outcome()

    return run


def _filing(ground: Ground) -> Outcome:
    """File at a server with MOVE, and at one without."""
    with _mortals(ground) as mortals, ExitStack() as opened:
        extent = Extent(most=12) if ground.is_full else SHORT
        servers = [ground.dovecot()]
        if ground.is_full:
            servers.append(opened.enter_context(_without_move(ground)))
        return Found.of(
            Sweep(
                flows.FILING, ground.folder / f"server-{n}", server, mortals, extent
            ).run()
            for n, server in enumerate(servers)
        ).outcome()


def _without_move(ground: Ground) -> Dovecot:
    authority = Authority.new(ground.folder)
    return Dovecot(
        authority.issue("localhost", hosts=LOCAL),
        capabilities="IMAP4rev1 NAMESPACE UIDPLUS SPECIAL-USE",
    )


def _tokens(ground: Ground) -> Outcome:
    """Renew at an issuer that forgives a lost answer, and at one that does not."""
    most = 40 if ground.is_full else 2
    with _mortals(ground) as (mortal, *_):
        kind, strict = (
            TokenSweep(
                ground.folder / f"overlaps-{overlaps}",
                mortal,
                overlaps=overlaps,
                most=most,
            ).run()
            for overlaps in (True, False)
        )
    return outcome_of(kind, strict)


def _power(ground: Ground) -> Outcome:
    """Cut the power at every commit and exchange, in three ways each."""
    most = 6 if ground.is_full else 2
    extent = Extent(most=most, cuts=tuple(Cut), again_every=0)
    with _mortals(ground, by_calls=True) as mortals:
        return Found.of(
            Sweep(
                flow, ground.folder / flow.deed, ground.dovecot(), mortals, extent
            ).run()
            for flow in (flows.DISPATCH, flows.INTAKE, flows.DEADLINES)
        ).outcome()


def _unguarded(ground: Ground) -> Outcome:
    """Take out one guard after the other; a finding is one that nothing missed."""
    kills, said, findings = 0, list[str](), list[Finding]()
    with _mortals(ground, by_calls=True) as mortals:
        for number, guard in enumerate(GUARDS):
            folder = ground.folder / f"guard-{number}"
            found = Sweep(
                guard.flow, folder, ground.dovecot(), mortals, guard.extent
            ).run()
            kills += found.number
            broken = found.broken[guard.breaks]
            said.append(f"{guard.name}: {broken} of {found.tries}")
            ground.say(f"  {said[-1]} tries break {guard.breaks}")
            if not broken:
                words = f"without it, nothing breaks {guard.breaks}"
                findings.append(Finding("sweep", guard.name, words))
    note = f"tries that found a violation without it: {'; '.join(said)}"
    return Outcome(cases=kills, findings=tuple(findings), note=note)


ROWS = (
    Row(
        name="kills-intake",
        fault="killed while mail is taken up and filed",
        run=_swept((flows.INTAKE, 30)),
    ),
    Row(
        name="kills-dispatch",
        fault="killed while letters are sent: to a server that accepts, accepts when we"
        " are gone, puts the first off",
        run=_swept((flows.DISPATCH, 30), (flows.LATE, 8), (flows.PUT_OFF, 8)),
    ),
    Row(
        name="kills-witness",
        fault="the same, where the mailbox keeps a copy of each letter, in Sent or in"
        " the inbox: it proves what was taken",
        run=_swept(
            (flows.WITNESSED_IN_SENT, 8),
            (flows.WITNESSED_BY_COPY, 8),
            (flows.WITNESSED_LATE, 8),
        ),
    ),
    Row(
        name="kills-filing",
        fault="killed while mail is filed, at a server with MOVE and at one without",
        run=_filing,
    ),
    Row(
        name="kills-answers",
        fault="killed while an answer in Sent and a moved mail are noticed",
        run=_swept((flows.ANSWERS, 15)),
    ),
    Row(
        name="kills-deadlines",
        fault="killed while reminders and holding letters are written",
        run=_swept((flows.DEADLINES, 40)),
    ),
    Row(
        name="kills-reload",
        fault="killed while changed rules are put in force, and wrong ones refused",
        run=_swept((flows.RELOAD, 12), (flows.REFUSED, 8)),
    ),
    Row(
        name="kills-backup",
        fault="killed while a backup is made",
        run=_swept((flows.BACKUPS, 15)),
    ),
    Row(
        name="kills-restore",
        fault="killed while one is restored, which is then done again, or given up",
        run=_swept((flows.RESTORE_GIVEN_UP, 12), (flows.RESTORE, 8)),
    ),
    Row(
        name="kills-erase",
        fault="killed while a person is erased",
        run=_swept((flows.ERASE, 30)),
    ),
    Row(
        name="kills-tokens",
        fault="killed while a refresh token is used, and the new one is kept",
        run=_tokens,
    ),
    Row(
        name="kills-canary",
        fault="killed while the mail to ourselves is written and sent, and while it is"
        " found and put aside",
        run=_swept((flows.CANARY, 20), (flows.CANARY_BACK, 20)),
    ),
    Row(
        name="kills-power",
        fault="the power goes off: unsynced writes are lost, in part, or torn",
        run=_power,
        is_short=False,
    ),
    Row(
        name="kills-unguarded",
        fault="the sweep itself: one guard after the other is taken out",
        run=_unguarded,
        is_short=False,
    ),
)
