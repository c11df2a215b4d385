"""How many cases, people and requests are of each kind: figures in, tables out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from triage.report.promises import KEPT_WORDS, Kept, became
from triage.report.tables import (
    Cell,
    Chart,
    Column,
    Exhibit,
    Form,
    Table,
    Unit,
    with_chart,
)
from triage.store import RequestClock, Restricted

Titles = Mapping[str, str]

_SHARE = Column("share", "Share", Unit.SHARE)


def counted(
    id_: str,
    caption: str,
    counts: Mapping[str | None, int],
    titles: Titles,
    absent: str = "not recorded",
) -> Exhibit:
    """Lay out how many cases are of each kind, with their share of all."""
    total = sum(counts.values())
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            absent if name is None else name,
            "" if name is None else titles.get(name, ""),
            number,
            number / total,
        )
        for name, number in counts.items()
    )
    columns: tuple[Column, ...] = (
        Column("id", "Name", Unit.TEXT),
        Column("title", "What it means", Unit.TEXT),
        Column("cases", "Cases"),
        _SHARE,
    )
    if not any(row[1] for row in rows):
        columns = (columns[0], *columns[2:])
        rows = tuple((row[0], *row[2:]) for row in rows)
    table = Table(id=id_, caption=caption, columns=columns, rows=rows)
    return with_chart(table, Chart(form=Form.BARS, label="id", series=("cases",)))


def flags_exhibit(flags: Mapping[str, int], titles: Titles, received: int) -> Exhibit:
    """Lay out flags; a case may have several, so that shares are of all cases."""
    rows = tuple(
        (name, titles.get(name, ""), number, number / received)
        for name, number in flags.items()
    )
    table = Table(
        id="flags",
        caption="Cases with a flag",
        columns=(
            Column("id", "Flag", Unit.TEXT),
            Column("title", "What it means", Unit.TEXT),
            Column("cases", "Cases"),
            Column("share", "Share of all received", Unit.SHARE),
        ),
        rows=rows,
        note="A case may have several flags. A flag refuses nobody by itself.",
    )
    return with_chart(table, Chart(form=Form.BARS, label="id", series=("cases",)))


_PEOPLE = ((1, 1), (2, 2), (3, 5), (6, 10), (11, None))


def people_exhibit(people: Mapping[int, int]) -> Exhibit:
    """Lay out how many people opened how many cases; who they are is not in it."""
    total = sum(people.values())
    rows = []
    for least, most in _PEOPLE:
        within = {n: p for n, p in people.items() if least <= n <= (most or n)}
        number = sum(within.values())
        cases = sum(n * p for n, p in within.items())
        label = f"{least} or more" if most is None else f"{least} to {most}"
        rows.append((str(least) if least == most else label, number, cases))
    table = Table(
        id="people",
        caption="People by the number of cases that they opened",
        columns=(
            Column("opened", "Cases of one person", Unit.TEXT),
            Column("people", "People"),
            Column("cases", "Their cases"),
        ),
        rows=tuple(rows) if total else (),
        note="Addresses that are known to be one person's count as one.",
    )
    return with_chart(table, Chart(form=Form.BARS, label="opened", series=("people",)))


_REQUEST_KEPT = (Kept.ON_TIME, Kept.LATE, Kept.OVERDUE, Kept.RUNNING)


def requests_exhibit(requests: Iterable[RequestClock], now: datetime) -> Exhibit:
    """Lay out requests about personal data: the law's clock, not the policy's."""
    counted: dict[str, Counter[Kept]] = {}
    for each in requests:
        became_ = became(each.due_at, each.done_at, None, now)
        counted.setdefault(each.kind, Counter())[became_] += 1
    table = Table(
        id="requests",
        caption="Requests about personal data",
        columns=(
            Column("kind", "Kind", Unit.TEXT),
            Column("received", "Received"),
            *(Column(kept.value, KEPT_WORDS[kept]) for kept in _REQUEST_KEPT),
        ),
        rows=tuple(
            (kind, counts.total(), *(counts[kept] for kept in _REQUEST_KEPT))
            for kind, counts in sorted(counted.items())
        ),
    )
    return with_chart(table, Chart(form=Form.BARS, label="kind", series=("received",)))


def restrictions_exhibit(restrictions: Iterable[Restricted]) -> Exhibit:
    """Lay out what people decided about writers; who these are is not in it."""
    table = Table(
        id="restrictions",
        caption="Restrictions on how people write to us",
        columns=(
            Column("kind", "Kind", Unit.TEXT),
            Column("proposed", "Proposed"),
            Column("approved", "Approved"),
            Column("rejected", "Rejected"),
            Column("lifted", "Lifted"),
            Column("in-force", "In force at the end"),
        ),
        rows=tuple(
            (
                each.kind,
                each.proposed,
                each.approved,
                each.rejected,
                each.lifted,
                each.in_force,
            )
            for each in restrictions
        ),
        note="A restriction ends by itself on its review date, and never stops a new"
        " complaint from being recorded and clocked.",
    )
    return Exhibit(table)
