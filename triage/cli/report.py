"""`triage report` shows what came in a period, and how well promises were kept."""

import json
import sys
import webbrowser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click

from triage.cli.options import config_option
from triage.cli.progress import shown as with_progress
from triage.cli.spreadsheet import csv_line
from triage.errors import ConfigError
from triage.report import (
    Period,
    Question,
    Report,
    all_rows_of,
    as_objects,
    page_of,
    report_of,
    rows_of,
)
from triage.report.wording import day_words, shown
from triage.ruleset import Ruleset
from triage.wiring import now, open_store, rulebook_in_force

EARLIEST = datetime(1971, 1, 1)  # noqa: DTZ001 - a day, as it is typed
_DAY = click.DateTime(["%Y-%m-%d"])
_UNTIL = "The last day, included.  [default: today]"


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms in which a report is wanted."""

    html: Path | None
    csv_path: Path | None
    as_json: bool
    opens: bool | None

    @property
    def has_page(self) -> bool:
        """Whoever asks for nothing else gets the page."""
        return self.html is not None or self.csv_path is None or bool(self.opens)


@click.command(short_help="Show a period's figures in the browser, or as CSV.")
@config_option
@click.option(
    "--from", "first", type=_DAY, metavar="DATE", required=True, help="The first day."
)
@click.option("--to", "last", type=_DAY, metavar="DATE", help=_UNTIL)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page here. Without any form, it is a temporary file.",
)
@click.option(
    "--csv",
    "csv_path",
    type=click.Path(path_type=Path),
    help="Write figures here: one long table where the name ends in .csv, else a folder"
    " with a file for each table.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per table instead."
)
@click.option(
    "--open/--no-open",
    "opens",
    default=None,
    help="Open the page.  [default: at a terminal]",
)
def report(config: Path, first: datetime, last: datetime | None, **wanted: Any) -> None:
    """Report on cases: how many, how fast, which promises were kept, what stands out.

    A DATE is a day such as 2026-03-31, in the board's time zone. Promises are counted
    whose clocks began in the period, by what is known of them today. The page is
    internal: it names centres, never people. Charts need an extra:

    \b
      pip install 'triage-mail[report]'
    """
    with open_store(config) as store:
        rulebook = rulebook_in_force(config, store)
        asked = _question(first, last, rulebook.ruleset)
        found = report_of(
            store,
            asked,
            lambda stages, number: with_progress(stages, number, "cases"),
        )
    forms = Forms(**wanted)
    if forms.as_json:
        for table in as_objects(found):
            click.echo(json.dumps(table, ensure_ascii=False))
        return
    click.echo("\n".join(_at_a_glance(found)))
    if forms.csv_path is not None:
        click.echo(f"figures: {_write_csv(forms.csv_path, found)}")
    if forms.has_page:
        page = page_of(found, rulebook.organisation.name, rulebook.ruleset.hash)
        _show(page, forms)


def _show(page: str, forms: Forms) -> None:
    path = (forms.html or Path(mkdtemp(prefix="triage-")) / "report.html").absolute()
    _write(path, page)
    click.echo(f"page: {path.as_uri()}")
    if forms.opens or (forms.opens is None and sys.stdout.isatty()):
        webbrowser.open(path.as_uri())


def _question(first: datetime, last: datetime | None, ruleset: Ruleset) -> Question:
    moment = now()
    today = ruleset.calendar.date_of(moment)
    begins, ends = first.date(), last.date() if last else today
    if first < EARLIEST:
        raise click.BadParameter("there are no cases so early", param_hint="--from")
    if begins > today:
        raise click.BadParameter("that day is still to come", param_hint="--from")
    if ends < begins:
        raise click.BadParameter("it lies before --from", param_hint="--to")
    return Question(Period(begins, ends, ruleset.calendar.timezone), ruleset, moment)


def _at_a_glance(found: Report) -> Iterator[str]:
    table = found.highlights
    width = max(len(column.heading) for column in table.columns)
    yield f"{day_words(found.period.first)} to {day_words(found.period.last)}"
    for column, cell in zip(table.columns, table.rows[0], strict=True):
        yield f"  {column.heading:{width}}  {shown(cell, column.unit)}"


def _write_csv(path: Path, found: Report) -> Path:
    if path.suffix.lower() == ".csv":
        _write(path, _csv(all_rows_of(found)))
        return path
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be made: {error.strerror}") from None
    for table in found.tables():
        _write(path / f"{table.id}.csv", _csv(rows_of(table)))
    return path


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    # A mark at the head, by which spreadsheets know the encoding.
    return "\ufeff" + "".join(f"{csv_line(row)}\n" for row in rows)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
