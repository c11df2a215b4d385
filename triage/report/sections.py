"""The parts of a report: figures in, tables and what they mean out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from triage.report.clocks import Clocks
from triage.report.durations import Spread, spread_of
from triage.report.period import Period
from triage.report.promises import Kept, Promise
from triage.report.tables import (
    Cell,
    Chart,
    Column,
    Exhibit,
    Form,
    Section,
    Table,
    Unit,
)
from triage.store import Came

Titles = Mapping[str, str]

_SHARE = Column("share", "Share", Unit.SHARE)


def flow_section(
    weeks: Sequence[Period], flow: Sequence[tuple[int, int]], came: Came
) -> Section:
    """What came and what was closed, by week."""
    rows = tuple(
        (week.first, week.days, came, closed)
        for week, (came, closed) in zip(weeks, flow, strict=True)
    )
    table = Table(
        id="weeks",
        caption="Cases received and closed, by week",
        columns=(
            Column("week", "Week from", Unit.DAY),
            Column("days", "Days of it"),
            Column("received", "Received"),
            Column("closed", "Closed"),
        ),
        rows=rows,
        note="Weeks begin on Monday. The first and the last may be only parts of one:"
        " the second column says how many days they have.",
    )
    chart = Chart(form=Form.LINES, label="week", series=("received", "closed"))
    return Section(
        id="flow",
        title="Received and closed",
        says=(
            f"Of the {came.cases:,} received, {came.merged:,} were merged into another"
            f" case, {came.near_identical:,} say nearly the same as an earlier one, and"
            f" in {came.went_on:,} the person wrote again after the answer.",
        ),
        exhibits=(_shown(table, chart),),
    )


_PROMISES: Mapping[Promise, str] = {
    Promise.ACKNOWLEDGE: "Acknowledgement",
    Promise.ANSWER: "Answer",
    Promise.DIRECTORS_ANSWER: "Director's answer",
}
_KEPT: Mapping[Kept, str] = {
    Kept.ON_TIME: "On time",
    Kept.BY_LATER_DATE: "By a later date",
    Kept.LATE: "Late",
    Kept.OVERDUE: "Not done, overdue",
    Kept.RUNNING: "Still running",
    Kept.ENDED: "No longer owed",
}


def promises_section(clocks: Clocks) -> Section:
    """How promises were kept."""
    rows = tuple(
        (
            _PROMISES[promise],
            record.share(Kept.ON_TIME),
            record.share(Kept.ON_TIME, Kept.BY_LATER_DATE),
            *(record[kept] for kept in Kept),
        )
        for promise, record in clocks.records.items()
    )
    table = Table(
        id="promises",
        caption="Promises kept, of the clocks that began in the period",
        columns=(
            Column("promise", "Promise", Unit.TEXT),
            Column("share", "On time, share", Unit.SHARE),
            Column("share-with-later", "… or by a later date", Unit.SHARE),
            *(Column(kept.value, heading) for kept, heading in _KEPT.items()),
        ),
        rows=rows,
        note="Shares are of what is decided: done, or not done and overdue, which is"
        " missed. What still runs is in neither. “By a later date” was done by a date"
        " that was set later and told to the person. “No longer owed”: the case was"
        " closed, reopened or escalated before the date, with nothing done.",
    )
    chart = Chart(
        form=Form.PARTS,
        label="promise",
        series=("on-time", "by-later-date", "late", "overdue"),
    )
    return Section(id="promises", title="On time", exhibits=(_shown(table, chart),))


def times_section(clocks: Clocks, day: timedelta) -> Section:
    """How long acknowledging and answering took; `day` is one working day."""
    spreads = {
        promise: spread_of(times, _bounds(promise, day))
        for promise, times in clocks.times.items()
    }
    return Section(
        id="times",
        title="How long it took",
        says=(
            "Counted in office hours from receipt (for a Director's answer, from the"
            " request for it). What is still to be done is in no time here: see"
            " “Still running” and “overdue” above.",
        ),
        exhibits=(
            Exhibit(_percentiles(spreads, day)),
            *(
                _distribution(promise, spread, day)
                for promise, spread in spreads.items()
                if spread.count or promise is not Promise.DIRECTORS_ANSWER
            ),
        ),
    )


def _percentiles(spreads: Mapping[Promise, Spread], day: timedelta) -> Table:
    rows = tuple(
        (
            _PROMISES[promise],
            spread.count,
            *(
                None if time is None else time / day
                for time in (spread.median, spread.ninetieth, spread.longest)
            ),
        )
        for promise, spread in spreads.items()
    )
    return Table(
        id="percentiles",
        caption="Time from receipt, in working days",
        columns=(
            Column("promise", "Promise", Unit.TEXT),
            Column("done", "Done"),
            Column("median", "Half within (median)", Unit.DAYS),
            Column("ninetieth", "Nine of ten within (90th percentile)", Unit.DAYS),
            Column("longest", "Longest", Unit.DAYS),
        ),
        rows=rows,
        note=f"A working day has {day / timedelta(hours=1):g} office hours.",
    )


def _bounds(promise: Promise, day: timedelta) -> list[timedelta]:
    if promise is Promise.ACKNOWLEDGE:
        hour = timedelta(hours=1)
        return sorted({min(hour, day), day / 2, day, 2 * day, 3 * day, 5 * day})
    return [days * day for days in range(2, 22, 2)]


def _distribution(promise: Promise, spread: Spread, day: timedelta) -> Exhibit:
    bounds = [bound / day for bound in _bounds(promise, day)]
    labels = [*(_up_to(bound, day) for bound in bounds), f"over {bounds[-1]:g} days"]
    rows = tuple(
        (label, count, count / spread.count if spread.count else None)
        for label, count in zip(labels, spread.within, strict=True)
    )
    what = _PROMISES[promise]
    table = Table(
        id=f"time-to-{promise}",
        caption=f"{what}: working days from receipt",
        columns=(
            Column("within", "Within", Unit.TEXT),
            Column("cases", "Cases"),
            _SHARE,
        ),
        rows=rows if spread.count else (),
        note="Each row leaves out the rows above it.",
    )
    return _shown(table, Chart(form=Form.COLUMNS, label="within", series=("cases",)))


def _up_to(days: float, day: timedelta) -> str:
    if days < 1:
        hours = days * day / timedelta(hours=1)
        return f"up to {hours:g} hour{'' if hours == 1 else 's'}"
    return f"up to {days:g} day{'' if days == 1 else 's'}"


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
    return _shown(table, Chart(form=Form.BARS, label="id", series=("cases",)))


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
    return _shown(table, Chart(form=Form.BARS, label="id", series=("cases",)))


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
    return _shown(table, Chart(form=Form.BARS, label="opened", series=("people",)))


def section_of(
    id_: str, title: str, exhibits: Iterable[Exhibit], *says: str
) -> Section:
    """Put exhibits under a heading."""
    return Section(id=id_, title=title, says=says, exhibits=tuple(exhibits))


def _shown(table: Table, chart: Chart) -> Exhibit:
    """Leave the chart away where there is nothing to be seen in it."""
    drawn = [cell for key in chart.series for cell in table.column(key)]
    return Exhibit(table, chart if any(drawn) else None)
