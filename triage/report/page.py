"""A report as one page for a browser; it loads nothing and runs nothing."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from triage.report.tables import Column, Exhibit, Report, Section, Unit
from triage.report.wording import day_words, shown


def page_of(report: Report, organisation: str, edition: str) -> str:
    """Return the page; `edition` names the rules whose words it uses.

    Raises ConfigError where the packages that draw charts are missing.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    written = files("triage.report").joinpath("page.html").read_text(encoding="utf-8")
    calendar = report.period
    return environment.from_string(written).render(
        organisation=organisation,
        edition=edition,
        first=day_words(calendar.first),
        last=day_words(calendar.last),
        as_of=report.as_of.astimezone(calendar.timezone),
        as_of_day=day_words(report.as_of.astimezone(calendar.timezone).date()),
        highlights=_highlights(report),
        sections=report.sections,
        charts=_charts(report.sections),
        says=_says,
        shown=shown,
    )


def _highlights(report: Report) -> list[tuple[str, str]]:
    table = report.highlights
    (row,) = table.rows
    return [
        (column.heading, shown(cell, column.unit))
        for column, cell in zip(table.columns, row, strict=True)
    ]


def _charts(sections: tuple[Section, ...]) -> dict[str, str]:
    # What draws comes with an extra that an installation need not have.
    from triage.report.charts import drawn  # noqa: PLC0415

    return {
        exhibit.table.id: drawn(exhibit)
        for section in sections
        for exhibit in section.exhibits
        if exhibit.chart
    }


def _says(exhibit: Exhibit) -> str:
    """Say what a chart shows to whoever cannot see it: its greatest figures."""
    table, chart = exhibit.table, exhibit.chart
    if chart is None:
        return ""
    key = chart.series[0]
    labels, figures = table.column(chart.label), table.column(key)
    ranked = sorted(
        (
            (figure, number)
            for number, figure in enumerate(figures)
            if isinstance(figure, int | float) and figure
        ),
        key=lambda each: (-each[0], each[1]),
    )
    label_unit = _unit(table.columns, chart.label)
    unit = _unit(table.columns, key)
    named = ", ".join(
        f"{shown(labels[number], label_unit)} ({shown(figure, unit)})"
        for figure, number in ranked[:3]
    )
    return f"Highest in “{table.heading(key)}”: {named}." if named else ""


def _unit(columns: tuple[Column, ...], key: str) -> Unit:
    return next(column.unit for column in columns if column.key == key)
