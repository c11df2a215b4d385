"""What came when, how promises were kept, how long it took: figures in, tables out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from triage.report.clocks import Clocks
from triage.report.durations import Spread, spread_of
from triage.report.period import Period
from triage.report.promises import KEPT_WORDS, Kept, Promise
from triage.report.tables import (
    Chart,
    Column,
    Exhibit,
    Form,
    Section,
    Table,
    Unit,
    with_chart,
)
from triage.store import Came

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
            f"Of the {came.cases:,} received: merged into another case {came.merged:,},"
            f" nearly the same as an earlier one {came.near_identical:,}, gone on with"
            f" after the answer {came.went_on:,}.",
        ),
        exhibits=(with_chart(table, chart),),
    )


_PROMISES: Mapping[Promise, str] = {
    Promise.ACKNOWLEDGE: "Acknowledgement",
    Promise.ANSWER: "Answer",
    Promise.DIRECTORS_ANSWER: "Director's answer",
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
            *(Column(kept.value, heading) for kept, heading in KEPT_WORDS.items()),
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
    return Section(id="promises", title="On time", exhibits=(with_chart(table, chart),))


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
            "Counted in office hours from receipt, or from the request for a Director's"
            " answer, or from the reopening. What is still to be done is in no time"
            " here: see “Still running” and “overdue” above.",
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
        caption="Time from the start of the clock",
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
        short = {day / 32, day / 8, day / 2}
        return sorted({*short, day, 2 * day, 3 * day, 5 * day})
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
        caption=f"{what}: working days from the start of its clock",
        columns=(
            Column("within", "Within", Unit.TEXT),
            Column("cases", "Cases"),
            _SHARE,
        ),
        rows=rows if spread.count else (),
        note="Each row leaves out the rows above it.",
    )
    chart = Chart(form=Form.COLUMNS, label="within", series=("cases",))
    return with_chart(table, chart)


def _up_to(days: float, day: timedelta) -> str:
    if days < 1:
        minutes = round(days * day / timedelta(minutes=1))
        hours = minutes / 60
        if hours < 1:
            return f"up to {minutes} minutes"
        return f"up to {hours:g} hour{'' if hours == 1 else 's'}"
    return f"up to {days:g} day{'' if days == 1 else 's'}"
