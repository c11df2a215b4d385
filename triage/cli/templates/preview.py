"""`triage templates preview` shows letters on a page, as their readers see them."""

import sys
import webbrowser
from pathlib import Path
from tempfile import mkdtemp

import click

from triage.cli.options import look_option
from triage.cli.templates.choosing import (
    case_option,
    circumstances_for,
    letters_argument,
    meant_for,
)
from triage.errors import ConfigError
from triage.preview import letters_of, page_of
from triage.wiring import now, rulebook_to_look_at


@click.command(short_help="Show letters in the browser; sends nothing.")
@letters_argument
@look_option
@case_option
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page. Otherwise it is a temporary file.",
)
@click.option("--open/--no-open", "opens", default=None, help="Open it in the browser.")
def preview(
    letters: tuple[str, ...],
    config: Path | None,
    reference: str | None,
    output: Path | None,
    opens: bool | None,
) -> None:
    """Word every letter, or those of each ROUTE, and show them on one page.

    A ROUTE is a route's id or a template's name. Each letter is shown as text beside
    its HTML form, on a wide and a narrow screen, in light and in dark. Without --config
    the rules and templates that come with triage are shown. By default the browser is
    opened when you work at a terminal.
    """
    config = meant_for(reference, config)
    rulebook = rulebook_to_look_at(config, None)
    moment = now()
    cases = circumstances_for(reference, config, rulebook, moment)
    shown = list(letters_of(rulebook, letters, cases, moment))
    page = page_of(shown, rulebook.organisation.name, rulebook.ruleset.hash)
    path = (output or Path(mkdtemp(prefix="triage-")) / "letters.html").absolute()
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"{len(shown)} letters: {path.as_uri()}")
    if opens or (opens is None and sys.stdout.isatty()):
        webbrowser.open(path.as_uri())
