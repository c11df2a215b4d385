"""What is told over HTTP, from a config and the parts that know it."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from triage import __version__
from triage.alarm import AlarmJob, Pulse
from triage.config import Config
from triage.digest import number_of
from triage.errors import TriageError
from triage.monitoring import (
    Address,
    Ledger,
    Listener,
    Look,
    Lookout,
    MailboxStanding,
    Pages,
    Standing,
)
from triage.monitoring.progress import without_addresses
from triage.store import Balance, Mark, Store
from triage.wiring.clock import now, steady
from triage.wiring.logins import OF_ALARM
from triage.wiring.status import Status, WholeStatus, status_of_all
from triage.wiring.supervising import patience_of

BUSY_SECONDS = 2.0


def listener_of(looker: "Looker", pulse: Pulse, alarm: AlarmJob) -> Listener | None:
    """Return what answers over HTTP; None where nobody asked for it."""
    place = looker.configs[0].http.address
    if place is None:
        return None
    lookout = Lookout(
        look=looker.look,
        pulse=pulse,
        watching=alarm,
        patience=patience_of(*looker.configs),
        clock=now,
        steady=steady,
        version=__version__,
    )
    return Listener(address=Address(*place), answer=Pages(lookout).answer)


@dataclass(kw_only=True)
class Looker:
    """Looks into the store beside the daemon, opened anew each time."""

    configs: tuple[Config, ...]
    """Of every mailbox."""
    mark: Mark
    """Up to where what passed was counted."""
    routes: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    """As the rules have them now, by mailbox."""
    certificate_ends: Callable[[], Mapping[str, Mapping[str, datetime]]] = dict
    """Of the servers, as last seen, by mailbox."""

    def look(self) -> Look:
        """Return what is found, or why nothing is; raises nothing."""
        try:
            return self._look(now())
        except (TriageError, OSError) as error:
            return Look(failure=without_addresses(str(error).partition("\n")[0]))

    def _look(self, at: datetime) -> Look:
        path = self.configs[0].store.path
        with Store.open(path, exclusive=False, busy_seconds=BUSY_SECONDS) as store:
            status = status_of_all(self.configs, store, at, _time)
            whose = {
                label: store.within(config.mailbox.name)
                for label, config in zip(status.mailboxes, self.configs, strict=True)
            }
            with store.looking():
                passed = {
                    label: each.counting.since(self.mark)[0]
                    for label, each in whose.items()
                }
                oldest = {
                    label: each.counting.oldest_due(at) for label, each in whose.items()
                }
                self.mark = store.counting.mark()
        return Look(standing=self._standing(status, oldest, at), passed=passed)

    def _standing(
        self, status: WholeStatus, oldest: Mapping[str, datetime | None], at: datetime
    ) -> Standing:
        path, expires = self.configs[0].store.path, _expires(status)
        routes, ends = self.routes(), self.certificate_ends()
        return Standing(
            at=at,
            mailboxes={
                label: mailbox_standing(
                    one,
                    oldest_due_at=oldest[label],
                    routes=routes.get(label, ()),
                    expires={**expires.get(label, {}), **ends.get(label, {})},
                )
                for label, one in status.mailboxes.items()
            },
            store_bytes=_size(path),
            free_bytes=shutil.disk_usage(path.parent).free,
            needs=tuple(_needs(status)),
            needs_of_all=len(status.needs_of_all),
            expires=expires.get(ALL, {}),
        )


def mailbox_standing(
    status: Status,
    *,
    oldest_due_at: datetime | None,
    routes: tuple[str, ...] = (),
    expires: Mapping[str, datetime],
) -> MailboxStanding:
    """Return a status without its rows: counts, and nobody's reference."""
    health = status.health
    in_force = health.in_force
    return MailboxStanding(
        edition=None if in_force is None else in_force.hash,
        in_force_since=None if in_force is None else in_force.at,
        changes_are_refused=health.refused is not None,
        mailbox_read_at=health.mailbox_read_at,
        ledger=_ledger(health.balances),
        letters=health.outbox,
        oldest_due_at=oldest_due_at,
        to_approve=status.to_approve,
        doubtful=status.doubtful,
        in_vain=status.in_vain,
        breaker_is_open=health.breaker_is_open,
        modes=status.modes,
        open_cases=status.open_cases,
        overdue=status.overdue,
        unacknowledged=status.unacknowledged.count,
        set_aside=status.set_aside,
        unsettled=status.unsettled,
        unassigned=status.unassigned,
        needs=len(status.needs),
        routes=routes,
        expires=expires,
    )


def _expires(status: WholeStatus) -> Mapping[str | None, dict[str, datetime]]:
    """Return what ends, by mailbox; of none of them: what is of ALL."""
    found: dict[str | None, dict[str, datetime]] = {ALL: {}}
    for label, one in status.mailboxes.items():
        found[label] = {each.name: each.at for each in one.health.expiries}
    found[ALL] = {each.name: each.at for each in status.expiries}
    outlook = status.daemon.outlook
    for login, standing in ({} if outlook is None else outlook.logins).items():
        table, _, mailbox = login.partition(" ")
        whose = ALL if table == OF_ALARM else mailbox
        if standing.expires_at is not None and whose in found:
            found[whose][f"{table}.access_token"] = standing.expires_at
    return found


ALL = None
"""In the place of a mailbox: what is of no single one."""


def _needs(status: WholeStatus) -> Iterable[str]:
    """Yield what a person must do; sums that do not come out name a case."""
    amiss = {
        f"{label}: {sentence}" if label else sentence
        for label, one in status.mailboxes.items()
        for balance in one.health.balances
        for sentence in balance.amiss
    }
    yield from (without_addresses(each) for each in status.needs if each not in amiss)
    if amiss:
        sums = number_of(len(amiss), "sum")
        yield f"{sums} of the store that do not come out: triage status"


def _ledger(balances: tuple[Balance, ...]) -> Ledger | None:
    if not balances:
        return None
    return Ledger(
        at=min(each.at for each in balances),
        unaccounted=sum(each.unaccounted for each in balances),
        lingering=sum(each.lingering for each in balances),
        amiss=sum(len(each.amiss) for each in balances),
        there={
            "recorded": sum(each.recorded for each in balances),
            "aside": sum(each.set_aside for each in balances),
            "left": sum(each.left_alone for each in balances),
        },
    )


def _size(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return sum(each.stat().st_size for each in (path, log) if each.exists())


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
