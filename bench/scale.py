"""How long the usual commands take beside 1,000 and 100,000 stored cases.

    python bench/scale.py                      1,000 and 100,000 cases
    python bench/scale.py --open 3000          … and 100,000 with so many open ones

The stores hold real mails of bench/grammar.py that went through intake and dispatch,
most of them closed since; the large one has clones of the closed ones, so that as many
cases are open in both. Everything is measured side by side, in turns, in this one
process; the least of many turns counts, because other programs run beside it. Told are
the queries alone ("store") and whole commands, which also read the configuration.
"""

import argparse
import contextlib
import io
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.cloning import grow
from bench.grammar import mails
from tests.dispatch.fakes import FakeSubmission
from tests.halfyear.office import NOBODY, ReaderHere
from tests.journeys.installing import install
from tests.servers.fake_mailbox import FakeMailbox
from triage import shipped
from triage.cli import main as triage
from triage.config import load_config
from triage.deadlines import Deadlines
from triage.digest import Look, MorningDigest, Surroundings, digest_of
from triage.dispatch import Dispatch, Sender
from triage.intake import Intake, Rulebook
from triage.store import CaseQuery, CaseState, Inbox, Sort, Store
from triage.wiring import rulebook_of
from triage.wiring.rulebook import bound_to

SMALL = 1_000
DAYS = 30
OPEN = 300
AROUND = Surroundings(standing=None, poll_seconds=60)
INBOX = Inbox("triage@127.0.0.1")
LIMIT = 1.25
# Commands read the clock themselves, so the stores end now.
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a bench


def make_base(folder: Path) -> Path:
    """Take up a thousand complaints over a month, acknowledge them, close most."""
    config = install(folder, NOBODY)
    shutil.rmtree(folder / "rules")
    shutil.copytree(shipped.rules(), folder / "rules")
    site = Site(folder)
    with site:
        ours = islice(mails(4 * SMALL), 0, None, 2)
        for day in range(DAYS):
            site.now = NOW - timedelta(days=DAYS - day)
            for mail in islice(ours, -(-SMALL // DAYS)):
                site.now += timedelta(minutes=15)
                site.mailbox.deliver(mail, site.now)
            site.intake.run()
            site.dispatch.run()
            print(f"\r{day + 1} of {DAYS} days", end="", file=sys.stderr)
    print(file=sys.stderr)
    _settle(site.path)
    return config


def _settle(path: Path) -> None:
    """Let people have answered and closed all but the latest."""
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "UPDATE outbox SET state = 'dropped' WHERE state = 'held' AND id % 3 > 0"
        )
        store.execute(
            "UPDATE cases SET closed_at = recorded_at, outcome = 'answered',"
            " answered_at = iif(respond_by IS NULL, NULL, recorded_at),"
            " acknowledged_at = coalesce(acknowledged_at, recorded_at)"
            " WHERE id <= (SELECT max(id) FROM cases) - ?",
            (OPEN,),
        )
        store.execute("UPDATE cases SET owner = 'alex' WHERE id % 7 = 0")
        store.execute(
            "UPDATE outbox SET state = 'dropped' WHERE state IN ('held', 'refused')"
            " AND case_id IN (SELECT id FROM cases WHERE closed_at IS NOT NULL)"
        )
        store.commit()


def open_more(path: Path, number: int) -> None:
    """Open closed clones again, as if nobody had answered them."""
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "UPDATE cases SET closed_at = NULL, answered_at = NULL, outcome = NULL,"
            " respond_by = coalesce(respond_by, acknowledge_by)"
            " WHERE id IN (SELECT id FROM cases WHERE closed_at IS NOT NULL"
            " ORDER BY opened_at DESC LIMIT ?)",
            (number,),
        )
        store.commit()


@dataclass
class Site:
    """One installation, with its store open."""

    folder: Path
    now: datetime = NOW
    rulebook: Rulebook = field(init=False)

    @property
    def path(self) -> Path:
        return self.folder / "triage.sqlite3"

    def __enter__(self) -> Self:
        config = load_config(self.folder / "config.toml")
        self.rulebook = rulebook_of(config)
        self.store = Store.open(self.path, exclusive=True)
        bound = bound_to(self.rulebook, self.store.salt)
        self.mailbox = FakeMailbox()
        self.mailbox.connect()
        # One old mail still lies there: between it and the next one all were filed.
        self.mailbox.deliver(b"Subject: old\r\n\r\n")
        self.mailbox._next_uid["INBOX"] = 2_000_000_000  # noqa: SLF001
        self.intake = Intake(
            inbox=INBOX,
            mailbox=self.mailbox,
            reader=ReaderHere(lambda: bound),
            store=self.store,
            rulebook=bound,
            clock=self.clock,
        )
        self.dispatch = Dispatch(
            outbox=self.store.outbox,
            submission=FakeSubmission(),
            witness=None,
            sender=Sender("bench"),
            clock=self.clock,
        )
        self.digest = MorningDigest(
            store=self.store,
            rulebook=lambda: bound,
            around=lambda: AROUND,
            clock=self.clock,
        )
        self.deadlines = Deadlines(
            store=self.store, rulebook=lambda: bound, clock=self.clock
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def command(self, *words: str) -> Callable[[], None]:
        argv = [*words, "--config", str(self.folder / "config.toml")]

        def run() -> None:
            # `triage due` leaves with 1 where something is overdue.
            said = contextlib.redirect_stdout(io.StringIO())
            with said, contextlib.suppress(SystemExit):
                triage(argv)

        return run

    def next_morning(self) -> None:
        """Go on to opening time of the next working day."""
        calendar = self.rulebook.ruleset.calendar
        day = calendar.next_working_day(calendar.date_of(self.now))
        self.now = calendar.opens(day)


Task = Callable[[Site], Callable[[], object]]


def tasks(fresh: Iterator[bytes]) -> dict[str, Task]:
    """What is measured, by its name."""

    def searching(**asked: Any) -> Task:
        query = CaseQuery(limit=50, **asked)
        return lambda site: (
            lambda: (
                site.store.cases.search(query),
                site.store.cases.debts(),
            )
        )

    def one_intake(site: Site) -> Callable[[], object]:
        def run() -> None:
            site.mailbox.deliver(next(fresh), site.now)
            site.intake.run()

        return run

    def each_morning(job: str) -> Task:
        def task(site: Site) -> Callable[[], object]:
            def run() -> None:
                site.next_morning()
                while not getattr(site, job).run():
                    site.next_morning()

            return run

        return task

    return {
        "due (store)": lambda site: (
            lambda: digest_of(site.store, site.rulebook.ruleset, AROUND, Look(NOW))
        ),
        "case list (store)": searching(),
        "case list --open (store)": searching(state=CaseState.OPEN),
        "case list --answered (store)": searching(state=CaseState.ANSWERED),
        "case list --closed (store)": searching(state=CaseState.CLOSED),
        "case list --open --route review (store)": searching(
            state=CaseState.OPEN, route="review"
        ),
        "case list --route review (store)": searching(route="review"),
        "case list --owner alex (store)": searching(owner="alex"),
        "case list --open --flag any (store)": searching(
            state=CaseState.OPEN, flag="any"
        ),
        "case list --flag any (store)": searching(flag="any"),
        "case list --missing any --open (store)": searching(
            state=CaseState.OPEN, missing="any"
        ),
        "case list --overdue (store)": searching(due_before=NOW),
        "case list --matters (store)": searching(has_matters=True),
        "case list --from (store)": searching(opened_from=NOW - timedelta(days=5)),
        "case list --sort opened (store)": searching(sort=Sort.OPENED),
        "case list --sort closed (store)": searching(
            state=CaseState.CLOSED, sort=Sort.CLOSED
        ),
        "case list --open --sort priority (store)": searching(
            state=CaseState.OPEN, sort=Sort.PRIORITY
        ),
        "case list --person (store)": lambda site: searching(
            person=_latest(site, "address", "messages")
        )(site),
        "case list --text (store)": searching(text="holiday"),
        "case show (store)": lambda site: (
            lambda: site.store.cases.show(_latest(site, "reference", "cases"))
        ),
        "case show, closed (store)": lambda site: (
            lambda: site.store.cases.show("CMP-2026-00042")
        ),
        "digest, one morning": each_morning("digest"),
        "deadlines, one morning": each_morning("deadlines"),
        "one intake": one_intake,
        "triage due": lambda site: site.command("due"),
        "triage case list": lambda site: site.command("case", "list"),
        "triage case list --open": lambda site: site.command("case", "list", "--open"),
        "triage case list --debt": lambda site: site.command("case", "list", "--debt"),
        "triage case show": lambda site: site.command(
            "case", "show", _latest(site, "reference", "cases")
        ),
        "triage status": lambda site: site.command("status"),
    }


def _latest(site: Site, column: str, table: str) -> str:
    with closing(sqlite3.connect(site.path)) as beside:
        (found,) = beside.execute(
            f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
            " AND id < 10000000 ORDER BY id DESC LIMIT 1"
        ).fetchone()
    return str(found)


def measure(sites: list[Site], turns: int) -> None:
    """Run everything in turns and print the least time of each."""
    numbers = count(1)
    fresh = (
        mail.replace(b".bench@", f".bench{next(numbers)}@".encode())
        for mail in islice(mails(10**6), 4 * SMALL, None, 2)
    )
    names = [site.folder.name for site in sites]
    print(f"{'':42}" + "".join(f"{name:>14}" for name in names) + "   ratio")
    for name, task in tasks(fresh).items():
        runs = [task(site) for site in sites]
        least = [float("inf")] * len(sites)
        # Whole commands take half a second, for reading the rules.
        for turn in range(turns // 2 if name.startswith("triage") else turns):
            order = range(len(sites)) if turn % 2 else reversed(range(len(sites)))
            for which in order:
                started = perf_counter()
                runs[which]()
                least[which] = min(least[which], perf_counter() - started)
        ratios = " ".join(f"{each / least[0]:6.2f}" for each in least[1:])
        mark = "" if all(each / least[0] <= LIMIT for each in least[1:]) else "  *"
        shown = "".join(f"{each * 1000:11.2f} ms" for each in least)
        print(f"{name:42}{shown}  {ratios}{mark}", flush=True)


def main(large: int, more: int | None, turns: int, keep: Path | None) -> None:
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = [folder / f"{SMALL}", folder / f"{large}"]
        if more is not None:
            made.append(folder / f"{large}-{more}")
        for each in made:
            if not each.exists():
                _make(each, made[0], large, more)
        for each in made:
            size = (each / "triage.sqlite3").stat().st_size / 1e6
            with closing(sqlite3.connect(each / "triage.sqlite3")) as store:
                cases, open_ = store.execute(
                    "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL)"
                    " FROM cases"
                ).fetchone()
            print(f"{each.name}: {cases} cases, {open_} not closed, {size:.0f} MB")
        sites = [stack.enter_context(Site(each)) for each in made]
        measure(sites, turns)


def _make(folder: Path, base: Path, large: int, more: int | None) -> None:
    started = perf_counter()
    if folder == base:
        folder.mkdir(parents=True)
        make_base(folder)
    else:
        shutil.copytree(base, folder)
        grow(folder / "triage.sqlite3", large)
        if more is not None and folder.name.endswith(f"-{more}"):
            open_more(folder / "triage.sqlite3", more - OPEN)
    print(f"{folder.name} made in {perf_counter() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the usual commands, measured")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--open", type=int, help="a third store with so many open")
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--keep", type=Path, help="make the stores here, and keep them")
    arguments = parser.parse_args()
    main(arguments.cases, arguments.open, arguments.turns, arguments.keep)
